"""The literal forms of the canvas as a camera that has moved sees it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane

    Whole = npt.NDArray[np.int64]
    Homography = npt.NDArray[np.float64]

_RUN, _PARTS, _FAR = 8, 16, 2.0**29


def _places(shape: tuple[int, ...], way: Homography, step: int = _PARTS) -> tuple[Whole, ...]:
    """Return row and column that each cell is from, and how many parts of 1/16 beyond them."""
    y, i = np.mgrid[0 : shape[0], 0 : shape[1]]
    x = i // _RUN * _RUN + 3.5
    depth = way[2, 0] * x + way[2, 1] * y + way[2, 2]
    across = (way[0, 0] * x + way[0, 1] * y + way[0, 2]) / depth * _PARTS - 3.5 * step
    down = (way[1, 0] * x + way[1, 1] * y + way[1, 2]) / depth * _PARTS
    right, below = (
        np.floor(np.clip(each, -_FAR, _FAR) + 0.5).astype(np.int64) for each in (across, down)
    )
    right += i % _RUN * step
    return below // _PARTS, right // _PARTS, below % _PARTS, right % _PARTS


def _samples(plane: Plane, row: Whole, col: Whole, beyond: int | None) -> Whole:
    """Return samples; beyond the plane one level, or with None the outermost."""
    rows, cols = plane.shape
    found = plane[np.clip(row, 0, rows - 1), np.clip(col, 0, cols - 1)].astype(np.int64)
    inside = (row >= 0) & (row < rows) & (col >= 0) & (col < cols)
    return found if beyond is None else np.where(inside, found, beyond)


def levels(
    plane: Plane,
    shape: tuple[int, int],
    way: Homography,
    step: int = _PARTS,
    beyond: int | None = None,
) -> Plane:
    """Return cells of the canvas whose levels lie between four samples of a plane, each.

    Over each run of 8 cells of a row the homography at its middle is a shift, in parts of 1/16
    sample, rounded half up. They weigh the samples, in 1/256; the sum is rounded half up.

    Parameters
    ----------
    plane : ndarray, uint8
        The samples.
    shape : (int, int)
        Of the canvas.
    way : ndarray, shape (3, 3), float64
        A homography from cells to samples.
    step : int
        In sixteenths, how many samples a cell has across.
    beyond : int, optional
        The level of all that lies beyond the plane; its outermost samples go on if it is None.

    Returns
    -------
    ndarray, uint8
        The cells.
    """
    top, left, below, right = _places(shape, way, step)
    upper, lower = (
        (_PARTS - right) * _samples(plane, row, left, beyond)
        + right * _samples(plane, row, left + 1, beyond)
        for row in (top, top + 1)
    )
    return np.asarray(((_PARTS - below) * upper + below * lower + 128) >> 8, np.uint8)


def nearest(plane: Plane, way: Homography) -> Plane:
    """Return the nearest cell of the canvas for each, and 0 beyond it.

    Parameters
    ----------
    plane : ndarray, uint8
        The canvas.
    way : ndarray, shape (3, 3), float64
        As `levels` has it.

    Returns
    -------
    ndarray, uint8
        The cells.
    """
    top, left, below, right = _places(plane.shape, way)
    half = _PARTS // 2
    found = _samples(plane, top + (below >= half), left + (right >= half), 0)
    return np.asarray(found, np.uint8)


__all__ = ["levels", "nearest"]
