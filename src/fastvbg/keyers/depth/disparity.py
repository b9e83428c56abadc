"""Disparity to depth: how far a point is that two parallel cameras see shifted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.checks import check_number
from fastvbg.errors import DTypeError, OptionError, ShapeError

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Depth, Disparity

__all__ = ["disparity_to_depth"]

PARTS = 16
"""Parts of a pixel in which OpenCV's matchers give disparities."""

_MOST = 65535


def disparity_to_depth(disparity: npt.NDArray[Any], *, focal: float, baseline: float) -> Depth:
    """Return the depths of disparities.

    `focal * baseline / disparity`, rounded half up, at most 65535: two parallel cameras see a point
    at depth Z shifted by `focal * baseline / Z` pixels.

    Parameters
    ----------
    disparity : ndarray, shape (H, W), int16 or float32
        int16 in sixteenths of a pixel, as OpenCV's matchers give them; float32 in pixels. 0, less
        and NaN say that nothing was found.
    focal : float
        The focal length of the rectified frames in pixels.
    baseline : float
        The distance of the cameras, in the unit that the depth shall have: millimetres by custom.

    Returns
    -------
    ndarray, shape (H, W), uint16
        The depths, 0 where nothing was found.

    Raises
    ------
    DTypeError, ShapeError
        The disparities are no such array (also a `TypeError` or a `ValueError`).
    OptionError, OptionTypeError
        A length is not above 0 (also a `ValueError`), or no number (a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> disparity_to_depth(np.array([[10 * 16, -16]], np.int16), focal=400, baseline=75)
    array([[3000,    0]], dtype=uint16)
    """
    reach = reach_of(focal, baseline)
    if not isinstance(disparity, np.ndarray) or disparity.dtype not in (np.int16, np.float32):
        got = disparity.dtype if isinstance(disparity, np.ndarray) else type(disparity).__name__
        raise DTypeError(f"disparity: got {got}, wanted int16 in 1/16 pixel or float32 in pixels")
    if disparity.ndim != 2:
        raise ShapeError(f"disparity: got shape {disparity.shape}, wanted (H, W)")
    if disparity.dtype == np.int16:
        return looked_up(depth_table(reach, 1 << 15), np.maximum(disparity, 0))
    return _depths(reach, disparity.astype(np.float64))


def reach_of(focal: float, baseline: float) -> float:
    """Return the depth at one pixel of disparity."""
    product = 1.0
    for name, value in (("focal", focal), ("baseline", baseline)):
        length = check_number(name, value, 0, 1e9)
        if not length:
            raise OptionError(f"{name}: got 0, wanted more than 0")
        product *= length
    return product


def depth_table(reach: float, count: int) -> Depth:
    """Return the depth at each disparity of 0 to `count` sixteenths, that not included."""
    return _depths(reach, np.arange(count) / PARTS)


def looked_up(table: Depth, disparity: Disparity) -> Depth:
    return np.asarray(np.take(table, disparity), np.uint16)


def _depths(reach: float, pixels: npt.NDArray[np.float64]) -> Depth:
    known = pixels > 0
    depth = np.floor(reach / np.where(known, pixels, 1) + 0.5)
    return np.where(known, np.minimum(depth, _MOST), 0).astype(np.uint16)
