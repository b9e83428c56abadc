"""The operations on frames as BGR arrays: the tutorial's arithmetic."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.compositing.foreground import Foreground
from fastvbg.compositing.frames import blend, composite
from fastvbg.keyers.motion import motion_mask
from fastvbg.layout import packed
from fastvbg.pixels.face import row_step

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Mask, Matte, Plane
    from fastvbg.media.model import StreamInfo

    Planes = tuple[npt.NDArray[Any], ...]
    Sample = tuple[Plane, Plane, Plane]
    from fastvbg.pixels.face import Behind, Keyer, OverBackground, ScreenKeyer


class BGRPixels:
    """Frames as BGR arrays: the tutorial's arithmetic.

    Parameters
    ----------
    info : StreamInfo
        Of the video.
    threads : int, optional
        How many threads share the rows.
    """

    def __init__(self, info: StreamInfo, threads: int | None) -> None:
        self._shape = info.height, info.width, 3
        self._threads = threads
        self._mask = np.empty(self._shape[:2], np.uint8)
        self._foreground: Foreground | None = None
        self._luma = np.empty(self._shape[:2], np.uint8)

    def mask(self, prev: Frame, next: Frame, threshold: int) -> Mask:
        """Return where two frames differ; valid until the next call."""
        return motion_mask(prev, next, threshold=threshold, out=self._mask)

    def share(self, prev: Frame, next: Frame, threshold: int) -> float:
        """Return about which share of two frames differs."""
        step = row_step(prev.shape[0])
        mask = motion_mask(prev[::step], next[::step], threshold=threshold)
        return float(np.count_nonzero(mask) / max(1, mask.size))

    def composite(self, prev: Frame, next: Frame, bg: Frame, threshold: int) -> Frame:
        """Return what moved over a background."""
        return composite(prev, next, bg, threshold=threshold, threads=self._threads)

    def select(self, mask: Mask, next: Frame, bg: Frame) -> Frame:
        """Return `next` where the mask is set, else `bg`."""
        return blend(next, mask, bg, threads=self._threads)

    def blend(self, matte: Matte, frame: Frame, bg: Frame) -> Frame:
        """Return a frame over a background by a matte."""
        return blend(frame, matte, bg, threads=self._threads)

    def key(self, keyer: Keyer, picture: Frame, out: Matte) -> None:
        """Write a keyer's matte of the next frame into `out`."""
        keyer.key(picture, out=out)

    @property
    def fuses(self) -> bool:
        """Always."""
        return True

    def key_over(self, keyer: OverBackground, picture: Frame, bg: Frame) -> Frame:
        """Return the next frame over a background by a keyer's matte."""
        return keyer.composite(picture, bg)

    def sample(self, picture: Frame) -> Frame:
        """Return the frame itself."""
        return picture

    def despill(self, keyer: ScreenKeyer, picture: Frame, matte: Matte) -> Frame:
        """Return a frame without the screen's light."""
        return keyer.foreground(picture, matte)

    def own_colours(
        self, picture: Frame, matte: Matte, behind: Behind | None = None, *, spare: bool = False
    ) -> Frame:
        """Return a frame with the foreground's own colours at soft edges."""
        own = picture if spare and picture.flags.writeable else np.array(picture)
        if self._foreground is None:
            self._foreground = Foreground((matte.shape[0], matte.shape[1]))
        known = (None, None) if behind is None else behind
        self._foreground.write_frame(packed(matte), own, *known)
        return own

    def luma(self, picture: Frame) -> Plane:
        """Return the gray of a frame; valid until the next call."""
        return np.asarray(cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY, dst=self._luma), np.uint8)

    def to_bgr(self, picture: Frame) -> Frame:
        """Return the frame itself."""
        return picture

    def from_bgr(self, frame: Frame) -> Frame:
        """Return the picture itself."""
        return frame

    def planes(self, picture: Frame) -> Planes:
        """Return the frame as its only plane."""
        return (picture,)

    def empty(self) -> Frame:
        """Return a frame that is to be written."""
        return np.empty(self._shape, np.uint8)

    def solid(self, colour: tuple[int, int, int]) -> Frame:
        """Return a frame of one colour, given as blue, green, red."""
        return np.full(self._shape, colour, np.uint8)

    def recycle(self, picture: Frame) -> None:
        """Leave the frame to Python."""
