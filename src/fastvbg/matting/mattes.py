"""Mattes that another tool made, in a run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.keyers.mattes import MatteFeed
from fastvbg.matting.beside import Beside, Clock
from fastvbg.matting.keyer import RunKeyer
from fastvbg.matting.stretched import Stretched
from fastvbg.media.names import at_home

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from fastvbg._types import File, Matte
    from fastvbg.matting.pairing import Pair
    from fastvbg.matting.run import Run


class MattesRun(RunKeyer):
    """Mattes that another tool made, paired with the frames in order; see `MatteFeed`.

    Parameters
    ----------
    run : Run
        The run.
    path : str or Path
        Their file.
    hold : int, optional
        For how many frames the last one is held.
    """

    def __init__(self, run: Run, path: File, hold: int | None) -> None:
        beside = Beside(at_home(path), "matte", "matte", run)
        self._beside = beside
        self._feed = MatteFeed(_mattes(beside), hold=hold, name="matte")
        self._clock, self._stretched = Clock(run), Stretched(run.shape)
        self._count = -1
        self._ended_before = False

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte that belongs to the frame."""
        number, time = self._clock(pair, seconds)
        self._count += 1
        if self._beside.held:
            number = self._count
        elif self._beside.numbered:
            time = float(number)
        matte = self._feed.matte_for(number, time)
        if not self._count:
            self._ended_before = self._beside.begins > 0 and bool(self._feed.warnings)
        return self._stretched(matte)

    def finish(self) -> list[str]:
        """Return what went wrong with the mattes, unless a part before this one tells it."""
        return [] if self._ended_before else self._feed.warnings


def _mattes(beside: Beside) -> Iterator[tuple[Any, float | None]]:
    """Yield the mattes with their times; by numbers, those are the times, and gaps are filled.

    However long a gap is, the end of it alone stands for it.
    """
    last: Any = None
    begins = due = beside.begins
    for item in beside:
        if not beside.numbered:
            yield item.picture, item.seconds
            continue
        if item.number > due:
            yield last, float(item.number - 1)
        if item.number >= begins:
            yield item.picture, float(item.number)
        last, number, due = item.picture, item.number, max(begins, item.number + 1)
    if last is not None and due == begins:  # all of them belong to frames before
        yield last, float(number if begins else 0)
