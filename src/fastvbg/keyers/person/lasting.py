"""Regions of mattes that last: what was one in the frame before needs less to be one still."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.refine.plan import regions_scratch

if TYPE_CHECKING:
    from fastvbg._types import Matte, Plane

regions = Module("refine.regions")

_HIGH = 200
"""A region counts if it reaches that somewhere."""
_BONUS = 48
"""So much less is needed where one was: a look may lose it for a frame."""


class Lasting:
    """Regions of one scene's mattes on the canvas, frame by frame.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the canvas.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._regions = np.zeros(shape, np.uint8)
        self._scratch = regions_scratch(*shape)

    def reset(self) -> None:
        """Forget the frames before."""
        self._regions.fill(0)

    def of(self, matte: Matte, low: int) -> Plane:
        """Return the regions of the next matte.

        Parameters
        ----------
        matte : ndarray, shape (h, w), uint8
            In packed rows.
        low : int
            Level that a region has all over.

        Returns
        -------
        ndarray, shape (h, w), uint8
            255 in regions, else 0. What is taken from it before the next call was none.
        """
        found = self._regions
        np.bitwise_and(found, np.uint8(_BONUS), out=found)
        known = np.asarray(cv2.add(matte, found), np.uint8)
        regions.hysteresis.call(known, found, low, _HIGH, self._scratch)
        return found
