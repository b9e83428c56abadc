"""Light of the background around the foreground's edge, on frames of any form."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.layout import packed
from fastvbg.refine.soften import feather

if TYPE_CHECKING:
    from fastvbg._types import Matte
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Pixels

light = Module("composite.light")

# `light_wrap` takes 12 pixels, which suit 1080 rows.
_ROWS_A_PIXEL = 90
_MOST_RADIUS = 63


class Wrap:
    """Lets the background's light fall on frames, as `light_wrap` does.

    The radius grows with the frame: 12 pixels at 1080 rows. Each plane is softened as it is, so
    halved chroma twice as far.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    shape : (int, int)
        Height and width of the frames.
    strength : int
        How much of the light is let in, 0 to 255.
    """

    def __init__(self, pixels: Pixels, shape: tuple[int, int], strength: int) -> None:
        self._pixels, self._strength = pixels, strength
        self._radius = min(_MOST_RADIUS, max(1, round(shape[0] / _ROWS_A_PIXEL)))
        self._reach, self._weight = np.empty((2, *shape), np.uint8)
        self._behind: Picture | None = None
        self._light: Picture | None = None

    def __call__(self, frame: Picture, matte: Matte, behind: Picture) -> Picture:
        """Return the frame in the background's light; to be given back by `recycle`."""
        if self._light is None or behind is not self._behind:
            self._light, self._behind = self._softened(behind), behind
        np.bitwise_not(matte, out=self._reach)
        feather(self._reach, self._radius, out=self._reach)
        light.weigh.call(packed(matte), self._reach, self._weight, self._strength)
        return self._pixels.blend(self._weight, self._light, frame)

    def _softened(self, picture: Picture) -> Picture:
        soft = self._pixels.empty()
        for source, target in zip(
            self._pixels.planes(picture), self._pixels.planes(soft), strict=True
        ):
            size = 2 * self._radius + 1, 2 * self._radius + 1
            target[:] = cv2.blur(cv2.blur(packed(source), size), size)
        return soft
