"""What is made of each pair of frames: a composite, a matte, or a picture with alpha."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import av
import numpy as np

from fastvbg.media.colour import Converter, FromBGR
from fastvbg.media.planes import plane_of

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg.media.model import Picture, StreamInfo
    from fastvbg.pipeline.backdrop import Backdrop
    from fastvbg.pipeline.blur import Blur
    from fastvbg.pipeline.pixels import Pixels


class Stage(Protocol):
    """Makes the output of two frames."""

    def __call__(self, prev: Picture, next: Picture, seconds: Fraction) -> Picture | None:
        """Return the picture for `next`, or None when the output is to end before it."""


class OverBackdrop:
    """What moved, over a background."""

    def __init__(self, pixels: Pixels, backdrop: Backdrop, threshold: int) -> None:
        self._pixels, self._backdrop, self._threshold = pixels, backdrop, threshold

    def __call__(self, prev: Picture, next: Picture, seconds: Fraction) -> Picture | None:
        """Return the composite; None when the background has ended."""
        behind = self._backdrop.at(seconds)
        if behind is None:
            return None
        return self._pixels.composite(prev, next, behind, self._threshold)


class OverBlur:
    """What moved, over the blurred rest of the frame."""

    def __init__(self, pixels: Pixels, blur: Blur, threshold: int) -> None:
        self._pixels, self._blur, self._threshold = pixels, blur, threshold

    def __call__(self, prev: Picture, next: Picture, seconds: Fraction) -> Picture:  # noqa: ARG002
        """Return the composite."""
        mask = self._pixels.mask(prev, next, self._threshold)
        return self._pixels.select(mask, next, self._blur(next, mask))


class MatteAlone:
    """The mask itself, as a gray picture."""

    def __init__(self, pixels: Pixels, threshold: int) -> None:
        self._pixels, self._threshold = pixels, threshold

    def __call__(self, prev: Picture, next: Picture, seconds: Fraction) -> av.VideoFrame:  # noqa: ARG002
        """Return the mask."""
        mask = self._pixels.mask(prev, next, self._threshold)
        picture = av.VideoFrame.from_ndarray(mask, format="gray")
        picture.color_range = 2
        return picture


class Transparent:
    """What moved, the rest transparent, and black so that nothing of it is given away.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    info : StreamInfo
        Of the video.
    pixel_format : str
        FFmpeg's name of the format with alpha: `bgra`, `rgba`, or `yuva` of 8 or 10 bits.
    threshold : int
        As in `process`.
    """

    def __init__(self, pixels: Pixels, info: StreamInfo, pixel_format: str, threshold: int) -> None:
        self._pixels, self._threshold = pixels, threshold
        self._black = pixels.from_bgr(np.zeros((info.height, info.width, 3), np.uint8))
        tags = info.colour.encoded()
        self._from_bgr = FromBGR(tags, pixel_format)
        self._convert = Converter(tags, pixel_format)
        self._interleaved = "yuv" not in pixel_format
        self._deep = pixel_format.endswith("10le")

    def __call__(self, prev: Picture, next: Picture, seconds: Fraction) -> av.VideoFrame:  # noqa: ARG002
        """Return the picture with alpha."""
        mask = self._pixels.mask(prev, next, self._threshold)
        colour = self._pixels.select(mask, next, self._black)
        if isinstance(colour, np.ndarray):
            picture = self._from_bgr(colour)
        else:
            picture = self._convert(colour)
        alpha: Any = mask
        if self._deep:
            alpha = np.where(mask > 0, np.uint16(1023), np.uint16(0))
        if self._interleaved:
            plane_of(picture, 0, 4)[:, :, 3] = alpha
        else:
            plane_of(picture, 3)[:] = alpha
        return picture
