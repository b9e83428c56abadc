"""The operations on frames, for frames as decoded and for BGR: one face for the stages."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.media.formats import BGR, layout_of
from fastvbg.pixels.bgr import BGRPixels
from fastvbg.pixels.face import FusedKeyer, Keyer, Pixels, ScreenKeyer
from fastvbg.pixels.native import NativePixels

if TYPE_CHECKING:
    from fastvbg.media.model import StreamInfo

__all__ = [
    "BGRPixels",
    "FusedKeyer",
    "Keyer",
    "NativePixels",
    "Pixels",
    "ScreenKeyer",
    "make_pixels",
]


def make_pixels(info: StreamInfo, threads: int | None) -> Pixels:
    """Return the operations for a video's frames."""
    if info.pixel_format == BGR:
        return BGRPixels(info, threads)
    layout = layout_of(info.pixel_format)
    if layout is None:
        raise ValueError(f"frames in {info.pixel_format} are not worked on")
    return NativePixels(info, layout, threads)
