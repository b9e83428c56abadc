"""What lies behind each frame at its time: a still picture, or a video of its own frame rate."""

from __future__ import annotations

from bisect import bisect_right
from contextlib import ExitStack
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, cast

import numpy as np

from fastvbg.backgrounds import MOST_ASPECT, fit_background
from fastvbg.errors import SourceError
from fastvbg.media.colour import light_of
from fastvbg.media.contents import kind_of
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.media.names import checked_name, exists
from fastvbg.source import open_source
from fastvbg.source.index import index_of
from fastvbg.threads.overlap import Ahead
from fastvbg.values.words import COLOURS, parse_colour

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from typing_extensions import Self

    from fastvbg._types import Frame, Size
    from fastvbg.constants import BackgroundEnd, Fit
    from fastvbg.matting.reports import Reports
    from fastvbg.media.model import Picture, StreamInfo
    from fastvbg.pixels import Pixels
    from fastvbg.settings import Settings
    from fastvbg.source import Source
    from fastvbg.source.index import Index


# A background is gone to a place so far from its beginning; what is nearer is read through.
_FAR_SECONDS = 5


class Placing(NamedTuple):
    """How a background is laid behind frames."""

    size: Size
    """Of the frames."""
    fit: Fit
    """As in `fit_background`."""
    end: BackgroundEnd
    """What follows a video's last frame: its first again, nothing but that frame, or the end."""
    max_pixels: int
    """As in `ReadOptions`."""
    aspect: Fraction | None = None
    """Width of a pixel of the frames divided by its height."""
    begins: Fraction | None = None
    """The time of the frame before which a video's first lies; that of the first one by default."""

    @classmethod
    def of(cls, settings: Settings, info: StreamInfo, first: int | None = None) -> Placing:
        """Return what settings say of the frames of a video, whose first one's time is `first`."""
        size = info.width, info.height
        end, most = settings.background_end, settings.max_pixels
        begins = None if first is None else first * info.time_base
        return cls(size, settings.fit, end, most, info.sample_aspect, begins)


class Backdrop(Protocol):
    """Gives the background of each frame. A context manager."""

    light: str | None
    """What kind of light it is of, as `light_of` has it; None of a colour, which is of any."""

    def at(self, seconds: Fraction) -> Picture | None:
        """Return the background at a time, which never goes back; None when it has ended."""

    def __enter__(self) -> Self:
        """Return itself."""

    def __exit__(self, *exception: object) -> None:
        """Close what is open."""


class _Rest(NamedTuple):
    """What is left of a video from a time on."""

    base: Fraction
    """When its first frame is shown, this time round."""
    number: int
    """How many of its frames come before the one that is shown."""
    first: int
    """The time of its first frame, in its unit."""
    shown: int
    """That of the frame that is shown."""


class StillBackdrop:
    """One picture, converted once.

    Parameters
    ----------
    picture : Picture
        In the frames' form.
    light : str, optional
        As in `Backdrop`.
    """

    def __init__(self, picture: Picture, light: str | None = None) -> None:
        self._picture, self.light = picture, light

    def at(self, seconds: Fraction) -> Picture:  # noqa: ARG002
        """Return the picture."""
        return self._picture

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


class VideoBackdrop:
    """A video, shown by its own times from the first frame on; one frame is kept, two are read.

    Parameters
    ----------
    path : str or Path
        The file.
    pixels : Pixels
        The operations on the frames that it lies behind.
    placing : Placing
        How it lies there.
    reports : Reports, optional
        Takes in what is opened, to tell of its damage.
    """

    def __init__(
        self,
        path: str | Path,
        pixels: Pixels,
        placing: Placing,
        reports: Reports | None = None,
    ) -> None:
        self._path, self._reports = path, reports
        self._pixels, self._placing = pixels, placing
        self._aspect = 1.0
        self.light: str | None = None
        self._options = ReadOptions(
            alpha="black", sizes="any", max_pixels=placing.max_pixels, role="background"
        )
        self._stack = ExitStack()
        self._began = placing.begins
        self._sought: Any = 0
        self._frames = self._forever() if placing.end == "loop" else self._once()
        self._next = next(self._frames)  # tells now if it cannot be read
        self._shown: Picture | None = None

    def _once(self, part: _Rest | None = None) -> Iterator[tuple[Fraction, Frame | None]]:
        """Yield each frame with its time from the first one's on, and last the end's time."""
        with ExitStack() as stack:
            source = stack.enter_context(open_source(self._path, options=self._options))
            if self._reports is not None:
                self._reports.add(source, self._path, "background")
            info, first, last = source.info, None, None
            self.light = light_of(info.colour.transfer)
            if part is not None:
                first = part.first
                narrowed: Any = source
                narrowed.narrow(part.shown, None, tells=True)
            ahead = stack.enter_context(Ahead(source, "background"))
            self._aspect = _relative(self._placing.aspect, info.sample_aspect)
            for item in ahead:
                if isinstance(item, CopiedPacket):
                    continue
                first = item.pts if first is None else first
                last = (item.pts - first) * info.time_base
                frame: Any = item.frame
                yield last, frame
            if last is not None:
                yield last + 1 / info.rate, None

    def _forever(self, part: _Rest | None = None) -> Iterator[tuple[Fraction, Frame | None]]:
        """Yield the frames again and again, the times going on.

        Rounds that end before the time that is sought are not gone through.
        """
        base: Any = 0 if part is None else part.base
        while True:
            count = 0 if part is None else part.number
            begun, part = part, None
            for seconds, frame in self._once(begun):
                if frame is None:
                    base += seconds * max(1, (self._sought - base) // seconds)
                else:
                    count += 1
                    yield base + seconds, frame
            if count <= 1:  # one picture, which need not be decoded again to be held
                yield base, None
                return

    def _wind(self, seconds: Fraction) -> None:
        """Go to the frame that is shown at a time, if its packets tell which that is."""
        loops = self._placing.end == "loop"
        with open_source(self._path, options=self._options) as source:
            rest = _rest(source, index_of(source, self._path, self._options), seconds, loops=loops)
        if rest is not None:
            self._frames.close()  # type: ignore[attr-defined]
            self._frames = self._forever(rest) if loops else self._once(rest)
            self._next = next(self._frames)

    def at(self, seconds: Fraction) -> Picture | None:
        """Return the frame that is shown at a time, counted from that before which it begins."""
        if self._began is None:
            self._began = seconds
        seconds -= self._began
        if self._shown is None and seconds > _FAR_SECONDS:
            self._wind(seconds)
        self._sought = seconds
        frame: Frame | None = None
        while self._next is not None and self._next[0] <= seconds:
            if self._next[1] is None:
                if self._placing.end == "trim":
                    return None
                self._next = (seconds + 1, None)
                break
            frame = self._next[1]
            self._next = next(self._frames)
        if frame is not None:
            size, fit, *_ = self._placing
            fitted = fit_background(frame, size, fit=fit, aspect=self._aspect)
            self._shown = self._pixels.from_bgr(fitted)
        return self._shown

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        self._frames.close()  # type: ignore[attr-defined]


def _rest(source: Source, index: Index, seconds: Fraction, *, loops: bool) -> _Rest | None:
    """Return what is left of a video at a time; None where it cannot be told beforehand."""
    if len(index.times) < 2:
        return None
    base, first = source.info.time_base, index.times[0]
    length = (index.times[-1] - first) * base + 1 / source.info.rate
    before = length * (seconds // length) if loops else Fraction(0)
    number = bisect_right(index.times, first + (seconds - before) / base) - 1
    return _Rest(before, number, first, index.times[number])


def unlike(light: str | None, frames: str) -> str | None:
    """Return what is to be said of a background whose light is not that of the frames."""
    if light is None or light == frames:
        return None
    how = "in another brightness than its own"
    if "SDR" in (light, frames):
        how = f"{'brighter' if light == 'SDR' else 'duller'} than it is"
    return (
        f"background: it is {light} and the input {frames}, to which it is not mapped: it shows "
        f"{how}"
    )


def _relative(frames: Fraction | None, background: Fraction | None) -> float:
    """Return how much wider than a background's pixels the frames' are shown; for `fit_background`.

    What a damaged header says beyond reason is taken for the most that there is.
    """
    relative = float((frames or 1) / (background or 1))
    return min(max(relative, 1 / MOST_ASPECT), MOST_ASPECT)


def open_backdrop(
    background: str | Path | Frame,
    pixels: Pixels,
    placing: Placing,
    reports: Reports | None = None,
) -> Backdrop:
    """Return the background that a user named: a colour, a picture, or a video."""
    if not isinstance(background, np.ndarray):
        background = checked_name(background, "background")
        demand_no_colour(background)
    if is_video(background):
        return VideoBackdrop(cast("str | Path", background), pixels, placing, reports)
    colour = parse_colour(background) if isinstance(background, str) else None
    if colour is not None:
        return StillBackdrop(pixels.solid(colour))
    if isinstance(background, np.ndarray):
        picture = background
    else:
        picture = _still(background, placing.max_pixels, reports)
    relative = _relative(placing.aspect, None)
    fitted = fit_background(picture, placing.size, fit=placing.fit, aspect=relative)
    return StillBackdrop(pixels.from_bgr(fitted), light_of(None))


def demand_no_colour(background: str | Path) -> None:
    """Demand of a word that names neither a file nor a colour that it looks like no colour.

    Raises
    ------
    SourceError
        It may have been meant for one; which there are is said.
    """
    word = str(background)
    if word.isalpha() and parse_colour(word) is None and not exists(word):
        raise SourceError(
            f"background: no such file: {word}, nor such a colour, which are #rrggbb and "
            f"{', '.join(COLOURS)}"
        )


def _still(path: str | Path, max_pixels: int, reports: Reports | None) -> Frame:
    """Return a picture file, black where it is transparent."""
    options = ReadOptions(alpha="black", max_pixels=max_pixels, role="background")
    with open_source(path, options=options) as source:
        if reports is not None:
            reports.add(source, path, "background")
        frames: Any = [item.frame for item in source if not isinstance(item, CopiedPacket)]
    return cast("Frame", frames[0])


def is_video(background: str | Path | Frame) -> bool:
    """Tell whether a background is a video or an image sequence: what is in it decides."""
    if isinstance(background, np.ndarray):
        return False
    if isinstance(background, str) and parse_colour(background) is not None:
        return False
    return kind_of(background, "background") != "still"
