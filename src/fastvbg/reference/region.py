"""The literal forms of region mattes: polygons as masks, and masks laid over a matte."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastvbg._types import Mask, Matte, Size

    Polygon = Sequence[tuple[float, float]]


def polygon_mask(polygons: Sequence[Polygon], size: Size) -> Mask:
    """Return 255 where a pixel's centre lies inside any of the polygons, else 0.

    Inside is what a ray to the left crosses an odd number of edges from: the even-odd rule. Pixel
    (x, y) has its centre at (x + 0.5, y + 0.5); one that lies on an edge belongs to what is right
    of or below that edge, so that polygons side by side share no pixel and leave none out.

    Parameters
    ----------
    polygons : sequence of sequences of (float, float)
        Their corners, x and y in pixels from the frame's upper left corner.
    size : (int, int)
        Width and height of the frame.

    Returns
    -------
    ndarray, shape (H, W), uint8
        0 or 255.
    """
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    for y in range(height):
        for x in range(width):
            for polygon in polygons:
                crossed = 0
                for (x0, y0), (x1, y1) in zip(polygon, [*polygon[1:], polygon[0]], strict=True):
                    if (y0 <= y + 0.5) != (y1 <= y + 0.5):
                        at = x0 + (y + 0.5 - y0) * (x1 - x0) / (y1 - y0)
                        crossed += at <= x + 0.5
                if crossed % 2:
                    mask[y, x] = 255
    return mask


def apply_regions(matte: Matte, keep: Matte | None = None, drop: Matte | None = None) -> Matte:
    """Return a matte that is full in one region and empty in another, which wins.

    `min(max(matte, keep), 255 - drop)`.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        Coverage, 0 to 255.
    keep, drop : ndarray, shape (H, W), uint8, optional
        Regions, 255 inside.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte with regions.
    """
    result: Matte = matte.copy()
    if keep is not None:
        result = np.maximum(result, keep)
    if drop is not None:
        result = np.minimum(result, 255 - drop)
    return result
