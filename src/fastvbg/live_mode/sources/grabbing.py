"""What FFmpeg grabs: the screen, and cameras where there is no code of our own (macOS, Windows)."""

from __future__ import annotations

import os
import sys
import time
from typing import TYPE_CHECKING, Any

import av
from av.video.reformatter import VideoReformatter

from fastvbg.errors import SourceError
from fastvbg.live_mode.pictures.grab import FORM, Grab, OfOneSize
from fastvbg.media.colour import ColourTags, tags_of

if TYPE_CHECKING:
    from fractions import Fraction

_FULL, _LIMITED = 2, 1


def screen_device() -> tuple[str, str]:
    """Return FFmpeg's name of the screen here, and of what grabs it."""
    if sys.platform == "darwin":
        return "Capture screen 0", "avfoundation"
    if sys.platform == "win32":
        return "desktop", "gdigrab"
    display = os.environ.get("DISPLAY")
    if not display:
        raise SourceError(
            "screen: DISPLAY is not set, so there is no X screen to grab; under Wayland no program "
            "may, but for OBS, whose output can be a source"
        )
    return display, "x11grab"


def camera_device(name: str) -> tuple[str, str]:
    """Return FFmpeg's name of a camera, and of what reads it, on macOS and Windows."""
    if sys.platform == "darwin":
        return name or "default", "avfoundation"
    return f"video={name}" if name else "video=Integrated Camera", "dshow"


class GrabbedSource(OfOneSize):
    """Reads a device of FFmpeg's; only what came last is converted.

    Parameters
    ----------
    name : str
        As the user wrote it.
    device : (str, str)
        FFmpeg's names of the device and of its input format.
    size : (int, int), optional
        Width and height wanted.
    rate : Fraction, optional
        Frames a second wanted; 30 by default.
    """

    def __init__(
        self,
        name: str,
        device: tuple[str, str],
        *,
        size: tuple[int, int] | None = None,
        rate: Fraction | None = None,
    ) -> None:
        super().__init__(name)
        self._device = device
        self._size, self._rate = size, rate
        self._container: Any = None
        self._frames: Any = None
        self._reformatter = VideoReformatter()
        self.dropped = 0

    def open(self) -> None:
        """Open the device."""
        options = {"framerate": str(self._rate or 30)}
        if self._size is not None and self._device[1] != "x11grab":
            options["video_size"] = f"{self._size[0]}x{self._size[1]}"
        where, form = self._device
        try:
            self._container = av.open(where, format=form, options=options, timeout=(10, 5))
            stream = self._container.streams.video[0]
        except (av.error.FFmpegError, ValueError, IndexError) as error:
            raise SourceError(f"{self.name}: {form} cannot open {where!r}: {error}") from None
        wide, high = self._size or (stream.width, stream.height)
        if self.width and (wide & ~1, high & ~1) != (self.width, self.height):
            raise SourceError(f"{self.name}: it has another size now, {wide}x{high}")
        self.width, self.height = wide & ~1, high & ~1
        self.rate = float(stream.average_rate or self._rate or 30)
        self.colour = ColourTags(ColourTags().conversion_matrix(self.height), _LIMITED)
        self.told = f"{where} by {form}, {self.width}x{self.height} at {self.rate:.4g} frames/s"
        self._frames = self._container.decode(stream)

    def read(self, timeout: float) -> Grab | None:  # noqa: ARG002 - devices set their own pace
        """Return the next picture."""
        try:
            frame = next(self._frames)
        except (av.error.FFmpegError, StopIteration) as error:
            raise SourceError(f"{self.name}: it is gone ({error})") from None
        now = time.monotonic()
        full = tags_of(frame).range == _FULL
        picture = self._reformatter.reformat(
            frame,
            self.width,
            self.height,
            FORM,
            src_color_range=_FULL if full else _LIMITED,
            dst_color_range=_LIMITED,
            dst_colorspace=self.colour.matrix,
        )
        return Grab(picture, now)

    def close(self) -> None:
        """Release the device."""
        if self._container is not None:
            self._container.close()
        self._container = self._frames = None
