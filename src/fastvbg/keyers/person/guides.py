"""A frame's planes on the person keyer's canvas: `Guides`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan

if TYPE_CHECKING:
    from fastvbg._types import Plane, Planes

canvas = Module("person.canvas")


class Guides:
    """Makes luma and chroma on the canvas of frames of one size.

    Parameters
    ----------
    canvas_shape : (int, int)
        Height and width of the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    means : bool
        Whether chroma is as large as luma, and its means are taken, as those of BGR frames are.
    """

    def __init__(self, canvas_shape: tuple[int, int], factor: int, *, means: bool = False) -> None:
        self.canvas, self.factor, self.means = canvas_shape, factor, means
        self._row = plan.reduce_scratch(canvas_shape[1], factor)

    def of(self, planes: Planes) -> Planes:
        """Return packed planes Y, U and V on the canvas."""
        y = self._mean_of(planes[0])
        if self.means:
            return y, self._mean_of(planes[1]), self._mean_of(planes[2])
        return y, *self._chroma_of(planes)

    def _mean_of(self, plane: Plane) -> Plane:
        canvas.reduce.call(plane, out := np.empty(self.canvas, np.uint8), self.factor, self._row)
        return out

    def _chroma_of(self, planes: Planes) -> tuple[Plane, Plane]:
        """Return U and V at the middle of what a canvas pixel stands for.

        Where there are fewer chroma samples than that, each serves all the luma that it covers.
        """
        size = self.canvas[::-1]
        fewer = planes[1].size < self.canvas[0] * self.canvas[1]
        between = cv2.INTER_NEAREST if fewer else cv2.INTER_LINEAR
        first, second = (cv2.resize(plane, size, interpolation=between) for plane in planes[1:])
        return np.asarray(first, np.uint8), np.asarray(second, np.uint8)
