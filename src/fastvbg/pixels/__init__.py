"""The operations on frames, for frames as decoded and for BGR: one face for the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.media.formats import BGR, layout_of
from fastvbg.pixels.bgr import BGRPixels
from fastvbg.pixels.face import Behind, FusedKeyer, Keyer, Pixels, ScreenKeyer
from fastvbg.pixels.native import NativePixels

if TYPE_CHECKING:
    from fastvbg.media.model import StreamInfo

__all__ = [
    "BGRPixels",
    "Behind",
    "FusedKeyer",
    "Keyer",
    "NativePixels",
    "Pixels",
    "ScreenKeyer",
    "make_pixels",
]


def make_pixels(info: StreamInfo, threads: int | None, *, in_one_piece: bool = False) -> Pixels:
    """Return the operations for a video's frames.

    Parameters
    ----------
    info : StreamInfo
        Of the video.
    threads : int, optional
        How many threads share the rows.
    in_one_piece : bool
        Whether results are to lie in one piece of memory, where their form and size allow it.
    """
    if info.pixel_format == BGR:
        return BGRPixels(info, threads)
    layout = layout_of(info.pixel_format)
    if layout is None:
        raise ValueError(f"frames in {info.pixel_format} are not worked on")
    return NativePixels(info, layout, threads, in_one_piece=in_one_piece)
