"""Times as an output can hold them: in a coarse unit, or at one rate for all.

Frames are left out, shown once more or moved by less than a unit, so that duration and speed hold;
what was done is told.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import NamedTuple, Protocol

_HALF = Fraction(1, 2)
USUAL_RATES = [
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
]
"""Those that the standards of MPEG know."""
# Moves of this many seconds are seen by nobody, and not told.
_UNSEEN_SECONDS = Fraction(1, 200)
# A still picture may stay for minutes; a longer pause is a clock that jumps, by hours or years.
LONGEST_PAUSE_SECONDS = 300
MOST_REPEATS = 20_000
"""How often a frame is shown once more in a row: what takes a coarser clock is not filled."""


class Beat(NamedTuple):
    """What an output can tell of times."""

    unit: Fraction
    """Seconds; times are whole numbers of them."""
    least: int = 1
    """Units from a frame to the next, at least."""
    most: int = 0
    """Units from a frame to the next, at most; 0 for any number."""
    steady: bool = False
    """Whether a frame follows in each unit."""


class Place(NamedTuple):
    """Where a frame goes."""

    at: int
    """Its time in units."""
    repeats: int = 0
    """How often the frame before is to be shown once more, at the units just before `at`."""


class Pace(Protocol):
    """Gives frames their times in the output's units."""

    def place(self, pts: int) -> Place | None:
        """Return where a frame of that time goes; None to leave it out."""

    def told(self, holder: str) -> list[str]:
        """Return what was done to the times, for warnings; `holder` is what cannot hold them."""


def make_pace(time_base: Fraction, beat: Beat) -> Pace:
    """Return the pace from a source's unit to an output's."""
    if beat.steady:
        return Steady(time_base, beat)
    if beat.unit == time_base and beat.least == 1:
        return AsTheyAre()
    return Rounded(time_base, beat)


class AsTheyAre:
    """The source's own unit."""

    def place(self, pts: int) -> Place:
        """Return the same time."""
        return Place(pts)

    def told(self, holder: str) -> list[str]:  # noqa: ARG002
        """Return nothing."""
        return []


class _Counting:
    """A pace that counts in a unit of its own, and frames that it leaves out.

    Parameters
    ----------
    time_base : Fraction
        Of the source.
    beat : Beat
        Of the output.
    """

    def __init__(self, time_base: Fraction, beat: Beat) -> None:
        self._factor = time_base / beat.unit
        self._unit = beat.unit
        self._left_out = self._frames = 0


class Rounded(_Counting):
    """A coarser unit, or a least distance.

    A frame whose place is taken goes to the next one that is free, if that is at most half of the
    least distance late; else it is left out.
    """

    def __init__(self, time_base: Fraction, beat: Beat) -> None:
        super().__init__(time_base, beat)
        self._beat = beat
        self._last: int | None = None
        self._moved = Fraction(0)
        self._cut = 0

    def place(self, pts: int) -> Place | None:
        """Return the nearest place that is free."""
        exact = pts * self._factor
        at = nearest(exact)
        self._frames += 1
        if self._last is not None and at < self._last + self._beat.least:
            at = self._last + self._beat.least
            if at - exact > Fraction(self._beat.least, 2):
                self._left_out += 1
                return None
        if self._last is not None and self._beat.most:
            self._cut += max(0, at - self._last - self._beat.most)
        self._last = at
        self._moved = max(self._moved, abs(at - exact))
        return Place(at)

    def told(self, holder: str) -> list[str]:
        """Return how many frames are left out, or how far they are moved."""
        unit = self._unit
        told = []
        if self._left_out:
            most = 1 / (unit * self._beat.least)
            told.append(
                f"{self._left_out} of {self._frames} frames are left out, so that the speed holds: "
                f"{holder} shows at most {float(most):.6g} a second"
            )
        elif self._moved * unit > _UNSEEN_SECONDS:
            told.append(
                f"the frames' times are rounded, by up to {float(self._moved * unit):.3f} s: "
                f"{holder} counts in 1/{float(1 / unit):.6g} s"
            )
        if self._cut:
            told.append(
                f"pauses are cut short, by {float(self._cut * unit):.6g} s in all: a frame stays "
                f"at most {float(self._beat.most * unit):.6g} s in {holder}"
            )
        return told


class Steady(_Counting):
    """One rate for all: a frame in each unit, from the first frame on.

    As long as frames come at that rate each is shown once, whatever their times are off by.
    """

    def __init__(self, time_base: Fraction, beat: Beat) -> None:
        super().__init__(time_base, beat)
        self._origin: Fraction | None = None
        self._next = self._repeated = 0
        self._jumped = Fraction(0)

    def place(self, pts: int) -> Place | None:
        """Return the next place, after filling a gap or none if too many frames came."""
        exact = pts * self._factor
        if self._origin is None:
            self._origin = exact
        self._frames += 1
        ahead = exact - self._origin - self._next
        if ahead < -1:
            self._left_out += 1
            return None
        repeats = nearest(ahead) if ahead > _HALF else 0
        if repeats * self._unit > LONGEST_PAUSE_SECONDS or repeats > MOST_REPEATS:
            self._jumped += ahead * self._unit
            self._origin += ahead
            repeats = 0
        at = self._next + repeats
        self._next = at + 1
        self._repeated += repeats
        return Place(at, repeats)

    def told(self, holder: str) -> list[str]:
        """Return how many frames are shown more than once or left out, and jumps of the clock."""
        told = []
        done = [f"frames are repeated {self._repeated} times"] * bool(self._repeated)
        done += [f"{self._left_out} of {self._frames} frames are left out"] * bool(self._left_out)
        if done:
            told.append(
                f"{' and '.join(done)}, so that the speed holds: {holder} has one rate, here "
                f"{float(1 / self._unit):.6g} a second"
            )
        if self._jumped:
            told.append(
                f"the input's clock jumps by {float(self._jumped):.6g} s, which {holder} is not "
                "filled for: it goes on without a pause"
            )
        return told


class Evenness:
    """Whether frames follow each other at one rate, as far as their unit can tell."""

    def __init__(self) -> None:
        self._last: int | None = None
        self._least = self._most = 0

    def saw(self, pts: int) -> None:
        """Note a frame's time."""
        if self._last is not None:
            step = pts - self._last
            self._least = min(self._least, step) if self._least else step
            self._most = max(self._most, step)
        self._last = pts

    @property
    def uneven(self) -> bool:
        """Whether the longest step is clearly more than the shortest, beyond rounding."""
        return self._most > 1.5 * self._least + 1


def measured_rate(times: list[int], time_base: Fraction) -> Fraction | None:
    """Return the rate at which most frames follow each other; None where that cannot be told.

    Parameters
    ----------
    times : list of int
        Of the first frames, rising.
    time_base : Fraction
        Seconds a unit of them.
    """
    steps = sorted(after - before for before, after in pairwise(times))
    if not steps or steps[len(steps) // 2] <= 0:
        return None
    rate = 1 / (steps[len(steps) // 2] * time_base)
    usual = min(USUAL_RATES, key=lambda other: abs(other - rate))
    if abs(usual - rate) < rate / 20:  # times in milliseconds tell no better
        return usual
    return rate.limit_denominator(1001)


def nearest(value: Fraction) -> int:
    """Return the nearest whole number, of two the later one."""
    return (2 * value.numerator + value.denominator) // (2 * value.denominator)
