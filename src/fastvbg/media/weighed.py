"""Samples times their coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Bytes = npt.NDArray[np.uint8]


def weighed(samples: Bytes, alpha: Bytes) -> Bytes:
    """Return bytes (H, W) or (H, W, samples) times an alpha: `a*v / 255`, rounded half up.

    Of a picture it is what one sees over black, of a matte that of what is seen at all.
    """
    weight = alpha if samples.ndim == 2 else alpha[..., np.newaxis]
    product = samples.astype(np.uint16) * weight + np.uint16(128)
    product += product >> 8
    return np.asarray(product >> 8, np.uint8)
