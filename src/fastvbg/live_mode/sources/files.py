"""A file, an image sequence or a still picture as a source, played at its own pace."""

from __future__ import annotations

import time
from contextlib import ExitStack
from fractions import Fraction
from itertools import count
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from fastvbg.errors import SourceError
from fastvbg.live_mode.pictures.grab import FORM, Grab, OfOneSize
from fastvbg.media.colour import EXACT, ColourTags, tags_of
from fastvbg.media.contents import kind_of
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator


_FULL, _LIMITED = 2, 1
_MOST_LATE = 1.0
"""Seconds. What is later stood still, as a pipe does, or cannot be decoded at its own pace: its
clock goes on from there, else all that comes would be left out."""
_ALONE_RATE = Fraction(5)
"""Frames a second of what has no rate."""
_STILL_RATE = Fraction(30)
"""Frames a second of a still picture, as a camera's."""


class FileSource(OfOneSize):
    """Plays a file by its own times; a still picture again and again.

    Frames that are late by more than one are left out, as a camera's would be.

    Parameters
    ----------
    name : str
        Of a video, an animation or a still picture, or of the files of an image sequence with its
        number field.
    loop : bool
        Whether to begin anew at its end.
    size : (int, int), optional
        Width and height wanted.
    fps : Fraction, optional
        Of an image sequence, or of a still picture.
    whole : bool
        Whether none is left out: its clock stands still while nobody takes pictures.
    """

    is_paced = True

    def __init__(
        self,
        name: str,
        *,
        loop: bool = False,
        size: tuple[int, int] | None = None,
        fps: Fraction | None = None,
        whole: bool = False,
    ) -> None:
        super().__init__(name)
        self.is_whole = whole
        self._loop, self._fps = loop, fps
        self._options = ReadOptions(pixels="native", alpha="black", scale=size, sizes="first")
        self._stack = ExitStack()
        self._frames: Iterator[tuple[Any, float]] | None = None
        self._reformatter = VideoReformatter()
        self._start: float | None = None
        self.dropped = 0
        self._held: tuple[Any, float] | None = None

    def open(self) -> None:
        """Open it and see its first frame."""
        self.close()
        self._frames = self._played()
        self._start = None
        if not self._fetch():
            raise SourceError(f"{self.name}: it has no frame to play")

    def _played(self) -> Iterator[tuple[Any, float]]:
        """Yield frames and their times, again and again where it loops."""
        base = 0.0
        stays = kind_of(self.name) == "still"
        fps = self._fps or (_STILL_RATE if stays else None)
        while True:
            end = 0.0
            source = self._stack.enter_context(
                open_source(self.name, fps=fps, options=self._options)
            )
            info = source.info
            self._describe(info)
            first = None
            for item in source:
                if isinstance(item, CopiedPacket):
                    continue
                first = item.pts if first is None else first
                seconds = float((item.pts - first) * info.time_base)
                end = seconds + 1 / self.rate
                if stays:
                    yield from self._again(self._in_form(item.frame))
                yield item.frame, base + seconds
            self._stack.pop_all().close()
            if not self._loop or first is None:
                return
            base += end

    def _again(self, picture: av.VideoFrame) -> Iterator[tuple[Any, float]]:
        """Yield one picture for ever."""
        for number in count():
            yield picture, number / self.rate

    def _describe(self, info: Any) -> None:
        self.width, self.height = info.width & ~1, info.height & ~1
        if not self.width or not self.height:
            raise SourceError(f"{self.name}: got {info.width}x{info.height}, wanted at least 2x2")
        self.rate = float(info.rate) or float(_ALONE_RATE)
        matrix = info.colour.conversion_matrix(info.height)
        self.colour = ColourTags(matrix, _LIMITED, info.colour.primaries, info.colour.transfer)
        self.told = f"{self.width}x{self.height} at {self.rate:.4g} frames/s, {info.pixel_format}"

    def read(self, timeout: float) -> Grab | None:
        """Return the frame whose time it is, once it is; `EOFError` after the last one."""
        if not self._fetch():
            raise EOFError
        assert self._held is not None  # noqa: S101  (it was fetched)
        if self._start is None:
            self._start = time.monotonic() - self._held[1]
        wait = self._start + self._held[1] - time.monotonic()
        if wait > 0:
            time.sleep(min(wait, timeout))
        if wait > timeout:
            return None
        frame, seconds = self._held
        self._held = None
        if self.is_whole:
            self._start = max(self._start, time.monotonic() - seconds - 1 / self.rate)
            return Grab(self._in_form(frame), self._start + seconds)
        # A frame is late where the time of the next one has come.
        while 1 / self.rate < self._late(seconds) < _MOST_LATE and self._fetch():
            frame, seconds = self._held  # type: ignore[misc]
            self._held = None
            self.dropped += 1
        if self._late(seconds) >= _MOST_LATE:
            self._start = time.monotonic() - seconds
        return Grab(self._in_form(frame), self._start + seconds)

    def _late(self, seconds: float) -> float:
        """Return for how long it has been time for a frame."""
        assert self._start is not None  # noqa: S101  (it plays)
        return time.monotonic() - self._start - seconds

    def _fetch(self) -> bool:
        """Decode the next frame, unless it is there; tell whether there is one."""
        assert self._frames is not None  # noqa: S101  (it was opened)
        if self._held is None:
            self._held = next(self._frames, None)
        return self._held is not None

    def _in_form(self, frame: Any) -> av.VideoFrame:
        """Return a frame in 8-bit 4:2:0 of limited range and even size."""
        if isinstance(frame, np.ndarray):  # in BGR, as still pictures are
            frame = av.VideoFrame.from_ndarray(frame, format="bgr24")
        tags = tags_of(frame)
        rgb = frame.format.name == "bgr24"
        even = frame.width == self.width and frame.height == self.height
        if even and frame.format.name == FORM and tags.range != _FULL:
            return frame  # type: ignore[no-any-return]
        return self._reformatter.reformat(
            frame,
            self.width,
            self.height,
            FORM,
            # Unsaid by the frame it is by the height, as everywhere; libswscale would take 601.
            src_colorspace=None if rgb else self.colour.matrix,
            src_color_range=_FULL if tags.range == _FULL or rgb else _LIMITED,
            dst_color_range=_LIMITED,
            dst_colorspace=self.colour.matrix,
            interpolation=EXACT,
        )

    def close(self) -> None:
        """Close the file.

        While another thread waits for it, as for a pipe into which nobody writes, that thread has
        to: it closes it once its own call is over.
        """
        frames: Any = self._frames
        if frames is not None:
            if frames.gi_running:
                return
            frames.close()
        self._stack.pop_all().close()
        self._frames = self._held = None
