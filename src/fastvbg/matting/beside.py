"""Files beside the input that give each of its frames something: mattes, depth maps, second eyes.

They belong to the whole input, so where the run begins later, so does what is read of them: the
options of the input say nothing of their own size, rate or end.
"""

from __future__ import annotations

from bisect import bisect_right
from contextlib import ExitStack
from dataclasses import replace
from fractions import Fraction
from itertools import chain
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.media.contents import kind_of
from fastvbg.media.model import CopiedPacket
from fastvbg.media.names import checked_name
from fastvbg.media.series import read_series
from fastvbg.source import open_source
from fastvbg.source.counting import frames_before
from fastvbg.source.index import index_of
from fastvbg.source.video import VideoSource
from fastvbg.threads.overlap import Ahead

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from fastvbg.matting.pairing import Pair
    from fastvbg.matting.run import Run
    from fastvbg.media.model import Picture, Sizes, StreamInfo
    from fastvbg.media.series import Series
    from fastvbg.source import Source

# How long before the run's first frame a video beside it is looked into at first, and how much
# longer each time that nothing is found there.
_BEFORE, _LONGER = Fraction(1), 8


class Item(NamedTuple):
    """A picture beside the input."""

    picture: Picture
    number: int
    """That of the frame it belongs to, where it goes by numbers; missing files count."""
    seconds: float | None
    """Its time since the first picture of its file; None where it goes by numbers."""


class _Since(NamedTuple):
    """Where a part of a job begins, as a file beside it counts."""

    number: int
    seconds: Fraction
    first: Fraction
    """When the first frame is shown that is the part's own."""


class Clock:
    """Numbers the frames of a run, and tells their times, both as a file beside it counts.

    Times are counted from the input's first frame, also where the run begins later; numbers from
    the run's first frame, and of a sequence with gaps, missing files count.

    Parameters
    ----------
    run : Run
        The run.
    """

    def __init__(self, run: Run) -> None:
        info, start = run.info, run.reading.start
        self._since, self._base = run.since, info.time_base
        self._numbered = info.skipped is not None
        self._before: Fraction | None = None
        if info.skipped is not None:
            self._before = info.skipped / info.rate
        elif start is not None:
            # Times of frames are moved so that the start has that of the file's beginning.
            self._before = start - (info.begins or Fraction(0))
        self._first: tuple[int, Fraction] | None = None
        if run.first is not None:
            self._first = run.first, run.first * info.time_base

    def __call__(self, pair: Pair, seconds: Fraction) -> tuple[int, float]:
        """Return the number and the time of a pair's frame."""
        number, exact = self._placed(pair.pts, pair.position, seconds)
        return number, float(exact)

    def since(self) -> _Since | None:
        """Return where a part of a job begins; None at the job's beginning."""
        if self._since is None:
            return None
        time, number, first = self._since
        number, seconds = self._placed(time, number, time * self._base)
        return _Since(number, seconds, seconds + (first - time) * self._base)

    def _placed(self, pts: int, position: int, seconds: Fraction) -> tuple[int, Fraction]:
        if self._first is None:
            self._first = pts, seconds
        number = pts - self._first[0] if self._numbered else position
        if self._numbered or self._before is None:
            seconds -= self._first[1]
        return number, seconds + (self._before or 0)


class Beside:
    """The pictures of a file beside the input, in order; one picture alone serves all frames.

    Parameters
    ----------
    path : str or Path
        The file.
    pixels : str
        As in `ReadOptions`.
    role : str
        How messages call it.
    run : Run
        The run.
    """

    def __init__(self, path: str | Path, pixels: Any, role: str, run: Run) -> None:
        path = checked_name(path, role)
        self._path, self._role, self._run = path, role, run
        # Mattes and depths are stretched to the frames; two eyes see at one size.
        sizes: Sizes = "any" if pixels in ("matte", "depth") else "first"
        self._options = replace(
            run.reading,
            pixels=pixels,
            alpha="told",
            role=role,
            sizes=sizes,
            scale=None,
            start=None,
            end=None,
        )
        kind = kind_of(path, role)
        series = read_series(path, role)
        self._since = Clock(run).since()
        self.begins = 0 if self._since is None else self._since.number
        """The number of the first frame that pictures are wanted for."""
        self.held = kind == "still"
        """Whether its one picture serves all frames."""
        self.numbered = series is not None
        """Whether its pictures go by numbers."""
        with ExitStack() as stack:
            if series is not None:
                self._items = self._numbered(stack, series)
            elif self.held:
                self._items = self._opened(stack, timed=False)
            else:
                self._items = self._timed(stack)
            run.stack.push(stack.pop_all())
        run.reports.add(self._source, path, role)

    def __iter__(self) -> Iterator[Item]:
        """Yield the pictures, or the only one again and again."""
        if not self.held:
            yield from self._items
            return
        (only,) = self._items
        while True:
            yield only

    def _opened(
        self,
        stack: ExitStack,
        fps: Fraction | None = None,
        start: Fraction | None = None,
        *,
        timed: bool,
    ) -> Iterator[Item]:
        """Open the file until the stack is closed, and return its pictures from a start on."""
        options = replace(self._options, start=start)
        source = stack.enter_context(open_source(self._path, fps=fps, options=options))
        return self._read(stack, source, timed=timed, start=start)

    def _read(
        self,
        stack: ExitStack,
        source: Source,
        *,
        timed: bool,
        start: Fraction | None = None,
        first: int | None = None,
    ) -> Iterator[Item]:
        ahead = stack.enter_context(Ahead(source, self._role, self._run.poll))
        self._source = source
        return _items(source, iter(ahead), timed=timed, start=start, first=first)

    @property
    def info(self) -> StreamInfo:
        """What the file says of its pictures."""
        return self._source.info

    def _numbered(self, stack: ExitStack, series: Series) -> Iterator[Item]:
        """Return a sequence's pictures, from that of the run's first frame on."""
        before = self._numbers_before()
        least = before + self.begins
        numbers = series.existing()
        first = min(numbers, default=0)
        # A gap is filled by the picture before it, which may come before the first frame.
        begin = max((n - first for n in numbers if n - first <= least), default=0)
        # At one picture a second, times are numbers.
        items = self._opened(stack, Fraction(1), Fraction(begin), timed=False)
        return (item._replace(number=item.number + begin - before) for item in items)

    def _numbers_before(self) -> int:
        """Return how many frames of the input come before the run's first."""
        info, start = self._run.info, self._run.reading.start
        if info.skipped is not None:
            return info.skipped
        return 0 if not start else frames_before(self._run.input, start, info)

    def _timed(self, stack: ExitStack) -> Iterator[Item]:
        """Return a video's pictures, from the last that is not after the run's first frame on.

        Where that is, is not known before it is found: a picture may be shown for long.
        """
        if self._since is not None:
            found = self._sought(stack, self._since)
            if found is not None:
                return found
            stack.close()
        start = self._run.reading.start or Fraction(0)
        sooner = _BEFORE
        while start > sooner:
            items = self._opened(stack, start=start - sooner, timed=True)
            first = next(items, None)
            if first is not None and (first.seconds or 0) <= start:
                return chain((first,), items)
            stack.close()
            sooner *= _LONGER
        return self._opened(stack, timed=True)

    def _sought(self, stack: ExitStack, since: _Since) -> Iterator[Item] | None:
        """Return a video's pictures from the last but one that is not after a part's begin on.

        None where its packets do not tell which that is, or where a picture owes to those before
        it: of one with alpha, whether that is meant. By the last but one is known how long the last
        one of a file lasts.
        """
        source = stack.enter_context(open_source(self._path, options=self._options))
        if not isinstance(source, VideoSource) or source.has_alpha:
            return None
        times = index_of(source, self._path, self._options).times
        base = source.info.time_base
        number = bisect_right(times, times[0] + since.seconds / base) - 2 if times else 0
        if number < 1:
            return None
        own = times[0] + int(since.first / base)
        # What is damaged before, or lacks at an end before, another part counts.
        source.narrow(times[number], None, (own, None), tells=own <= times[-1])
        return self._read(stack, source, timed=True, first=times[0])


def _items(
    source: Source, frames: Any, *, timed: bool, start: Fraction | None, first: int | None
) -> Iterator[Item]:
    """Yield pictures; times and numbers are counted from the first, or from a time said."""
    begins = source.info.begins or Fraction(0)
    for item in frames:
        if isinstance(item, CopiedPacket):
            continue
        first = item.pts if first is None else first
        since = item.pts - first
        if not timed:
            yield Item(item.frame, since, None)
            continue
        seconds = since * source.info.time_base
        if start is not None:
            seconds = item.pts * source.info.time_base + start - begins
        yield Item(item.frame, since, float(seconds))
