"""A browser's camera as a source, and a generated scene while no page gives one."""

from __future__ import annotations

import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, NamedTuple

import av

from fastvbg.live_mode.pictures.grab import FORM, Grab, OfOneSize
from fastvbg.live_mode.pictures.slot import Slot
from fastvbg.live_mode.sources.demo import DemoSource
from fastvbg.media.colour import ColourTags, Converter, tags_of
from fastvbg.media.formats import BGR
from fastvbg.media.planes import new_picture, planes_of

if TYPE_CHECKING:
    from collections.abc import Callable

OLDEST_SECONDS = 2.0
"""A browser's frame that is older is not shown."""
_SILENT_SECONDS = 1.5
"""Without a frame for so long the scene is shown again: before a reader gives the source up."""
_MOST_CUT = 4
"""How many times as wide or high as what is wanted a frame is scaled to, at most."""
_LIMITED = 1
_COLOUR = ColourTags(5, _LIMITED)
"""BT.601, as browsers send: so their frames are scaled, but no colour is converted."""
_OTHER_MATRICES = (1, 7, 9, 10)
"""BT.709, SMPTE 240M and BT.2020, where a frame says so; by ITU-T H.273."""


class _Arrived(NamedTuple):
    frame: av.VideoFrame
    captured: float
    camera: int


class BrowserSource(OfOneSize):
    """A generated scene, in whose place a browser's camera comes once a page gives it.

    Frames of the camera are cut and scaled to the scene's size. When none has come for 1.5 s the
    scene is back: what was last seen of a room never stays.

    Parameters
    ----------
    size : (int, int), optional
        Width and height in pixels; by default those of `DemoSource`.
    """

    def __init__(self, size: tuple[int, int] | None = None) -> None:
        super().__init__("browser")
        self._scene = DemoSource(size, colour=_COLOUR)
        self.width, self.height = self._scene.width, self._scene.height
        self.rate, self.colour = self._scene.rate, _COLOUR
        self.told = f"{self._scene.told}, until the page gives a camera"
        self._fit = Fit(self.width, self.height)
        self._slot: Slot[_Arrived] = Slot()
        self._open = self._shows_scene = False
        self._came = -OLDEST_SECONDS
        self._unused = 0

    @property
    def dropped(self) -> int:
        """Frames that were left out so that the newest is given, or that could not be shown."""
        return self._scene.dropped + self._slot.dropped + self._unused

    @property
    def is_wanted(self) -> bool:
        """Whether a camera's pictures are looked at: not while the source is closed."""
        return self._open

    def offer(self, frame: av.VideoFrame, camera: int) -> None:
        """Take a frame of a browser's camera; from any thread, and never waiting.

        Parameters
        ----------
        frame : av.VideoFrame
            Decoded, of any size and format; the caller does not write to it any more.
        camera : int
            Above 0; another number says that another camera took over.
        """
        if self._open:  # while nobody watches, nothing of the room is kept
            self._slot.put(_Arrived(frame, time.monotonic(), camera))
            self._came = time.monotonic()

    def leave(self) -> None:
        """Show the scene again at once: the camera was taken away."""
        self._came = -OLDEST_SECONDS
        self._slot.take(0.0)

    def open(self) -> None:
        """Draw the scene, unless that has been done."""
        self.leave()
        self._scene.open()
        self._open = self._shows_scene = True

    def read(self, timeout: float) -> Grab | None:
        """Return the camera's newest picture; where there is none, the scene's whose time it is."""
        if time.monotonic() - self._came < _SILENT_SECONDS:
            self._shows_scene = False
            return self._read_camera(timeout)
        if not self._shows_scene:
            self._scene.open()  # its clock begins anew: what it did not show was not dropped
            self._shows_scene = True
        return self._scene.read(timeout)

    def _read_camera(self, timeout: float) -> Grab | None:
        arrived = self._slot.take(timeout)
        if arrived is None:
            return None
        if time.monotonic() - arrived.captured <= OLDEST_SECONDS:
            with suppress(av.error.FFmpegError, ValueError):  # of a format that cannot be scaled
                return Grab(self._fit(arrived.frame), arrived.captured, arrived.camera)
        self._unused += 1
        return None

    def close(self) -> None:
        """Keep the scene, for when it is opened again, and nothing of the camera."""
        self._open = False
        self.leave()


class Fit:
    """Brings frames to one size by cutting off what is too wide or too high, and to one format.

    Parameters
    ----------
    width, height : int
        Of what is wanted, in pixels, even.
    """

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._kind: tuple[object, ...] = ()
        self._convert: Callable[[av.VideoFrame], av.VideoFrame] = Converter(_COLOUR, FORM)

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return a frame as 8-bit 4:2:0 of BT.601 and limited range; itself where it is so."""
        tags = tags_of(frame)
        wide, high = covering(frame.width, frame.height, *self._size)
        if self._kind != (wide, high, tags):
            self._convert, self._kind = _converter(tags, (wide, high)), (wide, high, tags)
        whole = self._convert(frame)
        if (wide, high) == self._size:
            return whole
        part = new_picture(*self._size, FORM)
        # Begun at even places, so that chroma stays with its luma.
        left, top = (wide - part.width) // 4 * 2, (high - part.height) // 4 * 2
        for step, source, target in zip((1, 2, 2), planes_of(whole), planes_of(part), strict=True):
            rows, columns = target.shape
            target[:] = source[top // step :, left // step :][:rows, :columns]
        return part


def _converter(tags: ColourTags, size: tuple[int, int]) -> Callable[[av.VideoFrame], av.VideoFrame]:
    """Return what scales frames of some tags, and makes them 4:2:0 of the source's colour."""
    if tags.matrix not in _OTHER_MATRICES:
        return Converter(replace(tags, matrix=_COLOUR.matrix), FORM, size, range=_LIMITED)
    # libswscale changes matrices to and from RGB only.
    to_bgr, from_bgr = Converter(tags, BGR, size), Converter(_COLOUR, FORM)
    return lambda frame: from_bgr(to_bgr(frame))


def covering(width: int, height: int, over_width: int, over_height: int) -> tuple[int, int]:
    """Return the even size of the same proportions that just covers another, even one.

    Of a strip that no camera gives the proportions are not kept: it would take any memory.
    """
    if width * over_height > height * over_width:
        wide = min(_MOST_CUT * over_width, 2 * round(over_height * width / height / 2))
        return max(over_width, wide), over_height
    high = min(_MOST_CUT * over_height, 2 * round(over_width * height / width / 2))
    return over_width, max(over_height, high)
