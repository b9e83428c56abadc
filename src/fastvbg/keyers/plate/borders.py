"""The frame's borders that a moved plate does not reach: each pixel is decided as its neighbour."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane

_INWARD = 2
"""Pixels from the plate's own border whose decisions are not handed on: it is drawn out there."""


class Borders:
    """Decides what a plate does not know.

    Parameters
    ----------
    known : ndarray, shape (H, W), uint8
        0 where it does not.
    """

    def __init__(self, known: Plane) -> None:
        around = np.full((2 * _INWARD + 1,) * 2, 1, np.uint8)
        inside = cv2.erode(known, around, borderType=cv2.BORDER_CONSTANT, borderValue=255)
        self._inside = np.not_equal(inside, 0)
        self._unknown = np.nonzero(inside == 0)
        self._nearest = self._unknown
        if not self.any or not inside.any():
            return
        _, labels = cv2.distanceTransformWithLabels(
            np.where(inside, 0, 255).astype(np.uint8),
            cv2.DIST_L2,
            5,
            labelType=cv2.DIST_LABEL_PIXEL,
        )
        # Labels of the pixels inside count them, in the order in which they lie, from 1 on.
        places = np.zeros(int(labels.max()) + 1, np.int64)
        places[labels[inside > 0]] = np.flatnonzero(inside)
        self._nearest = np.unravel_index(places[labels[self._unknown]], known.shape)

    @property
    def any(self) -> bool:
        """Whether there is something that the plate does not know."""
        return bool(self._unknown[0].size)

    def decide(self, matte: Matte) -> None:
        """Write into a matte what borders are."""
        matte[self._unknown] = matte[self._nearest]

    def leave(self, matte: Matte, other: Matte) -> None:
        """Write into a matte what another has at the borders."""
        matte[self._unknown] = other[self._unknown]

    def reached(self, step: int) -> npt.NDArray[np.bool_]:
        """Return, of every `step`-th pixel of every `step`-th row, whether the plate knows it."""
        return self._inside[::step, ::step]
