"""What is given up when frames take too long, and taken back when they no longer do.

First the network looks less often, then the size falls, last the rate. Each step is kept for a
while before the next, so that it can show; it is taken back only where the time that it saved is
surely there, and later each time that this turns out wrong.
"""

from __future__ import annotations

from collections import deque
from typing import NamedTuple


class Reduced(NamedTuple):
    """What is given up."""

    every: int = 1
    """The network looks at one of so many frames."""
    size: int = 1
    """Width and height are divided by it."""
    rate: int = 1
    """One frame of so many is worked on."""

    def __str__(self) -> str:
        parts = []
        if self.every > 1:
            parts.append(f"the network looks at one frame in {self.every}")
        if self.size > 1:
            parts.append(f"1/{self.size} of the size")
        if self.rate > 1:
            parts.append(f"1/{self.rate} of the rate")
        return ", ".join(parts)


_WITH_NETWORK = (
    Reduced(),
    Reduced(2),
    Reduced(4),
    Reduced(4, 2),
    Reduced(4, 2, 2),
    Reduced(4, 2, 4),
)
_WITHOUT = (Reduced(), Reduced(1, 2), Reduced(1, 2, 2), Reduced(1, 2, 4))

_HIGH, _LOW = 0.8, 0.35
"""Shares of a frame's time. Half the size takes a quarter of the time, so what is at 0.35 of it
after that step may well be above 1 before it; that is found out by trying, seldom."""
_SECONDS = 2.0
_TURNS = 8
"""It is looked at after so many frames: sorting costs more than all else here. After one that took
as long as so many it is looked at anyway."""
_FEW = 10
"""Frames that tell too little, unless they took long together."""
_LONGEST = 120.0


class Overload:
    """Watches how long frames take.

    Parameters
    ----------
    network : bool
        Whether a network looks at frames.
    """

    def __init__(self, *, network: bool) -> None:
        self._steps: tuple[Reduced, ...] = _WITH_NETWORK if network else _WITHOUT
        self._at = self._before = 0
        self._shares: deque[float] = deque(maxlen=240)
        self._since: float | None = None
        self._worked = 0.0  # seconds, since the last change
        self._patience = 4 * _SECONDS
        self._went_back = False
        self._turn = 0

    @property
    def reduced(self) -> Reduced:
        """What is given up now."""
        return self._steps[self._at]

    def add(self, seconds: float, period: float, now: float) -> bool:
        """Take in how long a frame took and had; tell whether something changed."""
        if self._since is None:
            self._since = now + _SECONDS  # the first frames load much
        self._shares.append(seconds / (period * self.reduced.rate))
        self._worked += seconds
        age = now - self._since
        self._turn = (self._turn + 1) % _TURNS
        waits = self._turn and seconds < _TURNS * period
        few = len(self._shares) < _FEW and self._worked < _SECONDS
        if age < _SECONDS or few or waits:
            return False
        late = sorted(self._shares)[int(len(self._shares) * 0.95)]
        if late > _HIGH and self._at + 1 < len(self._steps):
            if self._went_back and age < self._patience:  # that was too early
                self._patience = min(2 * self._patience, _LONGEST)
            return self._go(self._at + 1, now)
        if late < _LOW and self._at and age >= self._patience:
            return self._go(self._at - 1, now)
        return False

    def refuse(self) -> None:
        """Give up what was before the last change, which could not be done, and no more."""
        if self._before < self._at:
            self._steps = self._steps[: self._at]
        self._at = self._before

    def _go(self, step: int, now: float) -> bool:
        self._went_back, self._before = step < self._at, self._at
        self._at, self._since, self._worked = step, now, 0.0
        self._shares.clear()
        return True
