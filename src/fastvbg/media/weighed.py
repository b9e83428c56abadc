"""Samples times their coverage."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    from typing import Any

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


def scaled(samples: npt.NDArray[Any], size: tuple[int, int]) -> npt.NDArray[Any]:
    """Return samples (H, W) or (H, W, samples) at another size."""
    smaller = size[0] <= samples.shape[1] and size[1] <= samples.shape[0]
    how = cv2.INTER_AREA if smaller else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(samples, size, interpolation=how), samples.dtype)


def scaled_by_weight(
    samples: npt.NDArray[Any], weight: Bytes, size: tuple[int, int]
) -> npt.NDArray[Any]:
    """Return samples (H, W) or (H, W, samples) at another size, each counted by its weight.

    So nothing of what is hidden gets to the edges of what is seen; where all is hidden, all counts.

    Parameters
    ----------
    samples : ndarray, uint8 or uint16
        What is scaled.
    weight : ndarray, shape (H, W), uint8
        How much of each is seen.
    size : (int, int)
        Width and height wanted.
    """
    whole = weight.astype(np.float32)
    deep = whole if samples.ndim == 2 else whole[..., np.newaxis]
    light, share = scaled(samples * deep, size), scaled(whole, size)
    seen = share > 0
    share = np.maximum(share, np.float32(1e-6))
    plain = scaled(samples, size)
    if samples.ndim == 3:
        share, seen = share[..., np.newaxis], seen[..., np.newaxis]
    return np.where(seen, np.rint(light / share), plain).astype(samples.dtype)
