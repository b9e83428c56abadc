"""What is made of each pair of frames: a composite, a matte, or a picture with alpha."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

import av
import cv2
import numpy as np

from fastvbg.media.colour import Converter, FromBGR
from fastvbg.media.planes import plane_of

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Mask, Matte
    from fastvbg.matting.masker import Masker
    from fastvbg.matting.pairing import Pair
    from fastvbg.media.model import Picture, StreamInfo
    from fastvbg.pipeline.backdrop import Backdrop
    from fastvbg.pipeline.blur import Blur
    from fastvbg.pipeline.wrap import Wrap
    from fastvbg.pixels import Pixels


class Stage(Protocol):
    """Makes the output of two frames."""

    def __call__(self, pair: Pair, seconds: Fraction) -> Picture | None:
        """Return the picture for a pair, or None when the output is to end before it."""


class Laying(Stage, Protocol):
    """Lays frames over something."""

    def lay(
        self, matte: Matte, pair: Pair, seconds: Fraction, kept: Picture | None = None
    ) -> Picture | None:
        """Return the picture for a pair whose matte is there already.

        Likewise the colours to keep of its second frame, which stay the caller's.
        """


class OverBackdrop:
    """What the mask keeps, over a background.

    Where nothing stands between keyer and composite, both are one pass in which no matte is ever
    written.
    """

    def __init__(
        self,
        pixels: Pixels,
        masker: Masker,
        backdrop: Backdrop,
        wrap: Wrap | None = None,
    ) -> None:
        self._pixels, self._masker, self._backdrop = pixels, masker, backdrop
        self._wrap = wrap

    def __call__(self, pair: Pair, seconds: Fraction) -> Picture | None:
        """Return the composite; None when the background has ended."""
        behind = self._backdrop.at(seconds)
        if behind is None:
            return None
        if self._wrap is None and self._masker.fuses(pair):
            return self._masker.composite(pair, behind)
        matte = self._masker(pair, seconds)
        return _laid_over(self._pixels, self._masker, matte, pair, behind, self._wrap)

    def lay(
        self, matte: Matte, pair: Pair, seconds: Fraction, kept: Picture | None = None
    ) -> Picture | None:
        """Return the composite by a matte; None when the background has ended."""
        behind = self._backdrop.at(seconds)
        if behind is None:
            return None
        return _laid_over(self._pixels, self._masker, matte, pair, behind, self._wrap, kept)


class OverBlur:
    """What the mask keeps, over the blurred rest of the frame."""

    def __init__(self, pixels: Pixels, masker: Masker, blur: Blur) -> None:
        self._pixels, self._masker, self._blur = pixels, masker, blur

    def __call__(self, pair: Pair, seconds: Fraction) -> Picture:
        """Return the composite."""
        return self.lay(self._masker(pair, seconds), pair, seconds)

    def lay(
        self,
        matte: Matte,
        pair: Pair,
        seconds: Fraction,  # noqa: ARG002
        kept: Picture | None = None,
    ) -> Picture:
        """Return the composite by a matte."""
        behind = self._blur(pair.next, matte, pair.alpha)
        return _laid_over(self._pixels, self._masker, matte, pair, behind, kept=kept)


def _laid_over(
    pixels: Pixels,
    masker: Masker,
    matte: Matte,
    pair: Pair,
    behind: Picture,
    wrap: Wrap | None = None,
    kept: Picture | None = None,
) -> Picture:
    """Return a frame over a background; by a plain mask chroma is one or the other, never mixed."""
    if masker.is_hard(pair) and wrap is None:
        return pixels.select(matte, pair.next, behind)
    own = masker.foreground(pair, matte) if kept is None else kept
    lit = own if wrap is None else wrap(own, matte, behind)
    result = pixels.blend(matte, lit, behind)
    if own is not pair.next and own is not kept:
        pixels.recycle(own)
    if lit is not own:
        pixels.recycle(lit)
    return result


class MatteAlone:
    """The mask or matte itself, as a gray picture."""

    def __init__(self, masker: Masker) -> None:
        self._masker = masker

    def __call__(self, pair: Pair, seconds: Fraction) -> av.VideoFrame:
        """Return the matte."""
        picture = av.VideoFrame.from_ndarray(self._masker(pair, seconds), format="gray")
        picture.color_range = 2
        return picture


class Transparent:
    """What the mask keeps, with straight alpha; black where nothing is, to give nothing away.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    masker : Masker
        Gives the mattes.
    info : StreamInfo
        Of the video.
    pixel_format : str
        FFmpeg's name of the format with alpha: `bgra`, `rgba`, or `yuva` of 8 or 10 bits.
    """

    def __init__(self, pixels: Pixels, masker: Masker, info: StreamInfo, pixel_format: str) -> None:
        self._pixels, self._masker = pixels, masker
        self._black = pixels.from_bgr(np.zeros((info.height, info.width, 3), np.uint8))
        tags = info.colour.encoded()
        self._from_bgr = FromBGR(tags, pixel_format)
        self._convert = Converter(tags, pixel_format)
        self._interleaved = "yuv" not in pixel_format
        self._deep = pixel_format.endswith("10le")

    def __call__(self, pair: Pair, seconds: Fraction) -> av.VideoFrame:
        """Return the picture with alpha."""
        matte = self._masker(pair, seconds)
        kept = self._masker.foreground(pair, matte)
        shown = matte if self._masker.is_hard(pair) else _around(matte)
        colour = self._pixels.select(shown, kept, self._black)
        if kept is not pair.next:
            self._pixels.recycle(kept)
        if isinstance(colour, np.ndarray):
            picture = self._from_bgr(colour)
        else:
            picture = self._convert(colour)
        alpha: Any = matte
        if self._deep:
            wide = matte.astype(np.uint16)
            alpha = wide << 2 | wide >> 6  # 255 to 1023
        if self._interleaved:
            plane_of(picture, 0, 4)[:, :, 3] = alpha
        else:
            plane_of(picture, 3)[:] = alpha
        return picture


def _around(matte: Matte) -> Mask:
    """Return where colour is needed: a pixel beyond a soft edge too, whose chroma it shares."""
    some = np.where(matte > 0, np.uint8(255), np.uint8(0))
    return np.asarray(cv2.dilate(some, np.ones((3, 3), np.uint8)), np.uint8)
