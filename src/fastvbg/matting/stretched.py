"""Mattes of any size, stretched to the frames'."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from fastvbg._types import Matte


class Stretched:
    """Mattes at the frames' size, in a buffer of its own."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._matte = np.empty(shape, np.uint8)

    def __call__(self, matte: Matte) -> Matte:
        """Return the matte, stretched bilinearly where it has another size."""
        if matte.shape == self._matte.shape:
            return matte
        size = self._matte.shape[1], self._matte.shape[0]
        stretched = cv2.resize(matte, size, dst=self._matte, interpolation=cv2.INTER_LINEAR)
        return np.asarray(stretched, np.uint8)
