"""What became of a camera's frames, by the driver's own numbers of them."""

from __future__ import annotations

from typing import Final, NamedTuple

_WRAP: Final = 1 << 32
_BACK: Final = 1 << 31


class Counts(NamedTuple):
    """Frames since a camera was opened."""

    delivered: int = 0
    dropped: int = 0
    """Whole ones that nobody read: newer ones were there, or the driver had no buffer for them."""
    damaged: int = 0
    """The driver said that something is wrong with them."""
    short: int = 0
    """They had fewer bytes than a frame."""


class Counter:
    """Counts frames; those that are missing between two numbers were dropped by the driver."""

    def __init__(self) -> None:
        self.counts = Counts()
        self._last: int | None = None
        self._discarded = 0
        self._unfit = 0

    def discarded(self) -> None:
        """Count a whole frame that was put back for a newer one."""
        self._discarded += 1

    def damaged(self) -> None:
        """Count a frame with the driver's error flag."""
        self._unfit += 1
        self.counts = self.counts._replace(damaged=self.counts.damaged + 1)

    def short(self) -> None:
        """Count a frame that lacks bytes."""
        self._unfit += 1
        self.counts = self.counts._replace(short=self.counts.short + 1)

    def delivered(self, sequence: int) -> None:
        """Count a frame that was handed on, and those that its number shows to be missing."""
        step = 1 if self._last is None else (sequence - self._last) % _WRAP
        missing = step - 1 if 0 < step < _BACK else 0
        # What was put back is among the missing, unless a driver numbers no frames.
        dropped = max(missing - self._unfit, self._discarded)
        self._last, self._discarded, self._unfit = sequence, 0, 0
        counts = self.counts
        self.counts = counts._replace(
            delivered=counts.delivered + 1, dropped=counts.dropped + dropped
        )
