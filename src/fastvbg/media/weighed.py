"""Samples times their coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]


def weighed(samples: Bytes, alpha: Bytes) -> Bytes:
    """Return bytes (H, W) or (H, W, samples) times an alpha: `a*v / 255`, rounded half up.

    Of a picture it is what one sees over black, of a matte that of what is seen at all.
    """
    weight = alpha if samples.ndim == 2 else cv2.merge([alpha] * samples.shape[2])
    # No product lies halfway between two multiples of 255, which is odd: OpenCV's floating-point
    # numbers cannot round to the wrong side.
    return np.asarray(cv2.multiply(samples, weight, scale=1 / 255), np.uint8)
