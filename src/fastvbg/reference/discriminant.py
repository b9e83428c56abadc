"""The literal form of how colour decides where a matte is not sure: Fisher's discriminant."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.reference.person import cofactors, stretched

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane

    Integers = npt.NDArray[np.int64]

CELL = 8
"""Side of the cells that colour is gathered in: of each 2x2 pixels the upper left one."""
REACH = 2
"""Cells to each side that are taken together."""


def separate(
    matte: Plane,
    inside: Plane,
    near: Plane,
    guides: tuple[Plane, Plane, Plane],
    *,
    fewest: int,
    noise: tuple[int, int, int],
    doubt: int,
    spread: float,
    spill: tuple[float, float],
) -> Plane:
    """Return a matte that colour has decided where it was not sure.

    Around each cell, the colours of sure foreground and of sure background are told apart along the
    axis of R. A. Fisher, "The Use of Multiple Measurements in Taxonomic Problems", 1936: the
    inverse of their common covariance times the difference of their means. An unsure pixel is
    foreground by how far it lies along that from the one mean to the other. That counts by the
    sides' distance, and the matte itself for the rest; between the cells' centres both are
    bilinear.

    Parameters
    ----------
    matte : ndarray, shape (h, w), uint8
        On the canvas.
    inside, near : ndarray, shape (h, w), uint8
        255 where foreground is sure, and where there may be any; else 0. The first lies within the
        second.
    guides : tuple of 3 ndarray, shape (h, w), uint8
        Y, U and V on the canvas.
    fewest : int
        Samples that it takes of either side.
    noise : tuple of 3 int
        Added to the variances of Y, U and V.
    doubt : int
        Squared distance of the two means, in variances, at which colour counts for a half.
    spread : float
        Up to so many of the sides' common standard deviations from the mean of background, a pixel
        is background.
    spill : tuple of 2 float
        By how much more foreground a pixel is taken for at most, and at which squared distance by
        half of that.

    Returns
    -------
    ndarray, shape (h, w), uint8
        The matte.
    """
    colours = [plane.astype(np.int64) for plane in guides]
    sides = _gathered(inside != 0, colours), _gathered(near == 0, colours)
    slopes, base, part = _lines(*sides, fewest, noise, doubt, spread, spill)
    rows, cols = matte.shape
    *steps, start, share = (
        stretched(stretched(cells, rows, CELL).T, cols, CELL).T for cells in (*slopes, base, part)
    )
    # All in parts of 1 / (256 * (2 * CELL) ** 2) = 1/65536.
    told = start + sum(step * colour for step, colour in zip(steps, colours, strict=True))
    value = matte.astype(np.int64) * (65536 - share) + np.clip(told, 0, 255 * share)
    decided = (value + 32768) >> 16
    return np.where(inside == near, matte, decided).astype(np.uint8)


def _gathered(side: Any, colours: list[Integers]) -> Any:
    """Return one side's sums around each cell: samples, and first and second moments."""
    y, u, v = colours
    moments = (1, y, u, v, y * y, u * u, v * v, y * u, y * v, u * v)
    sampled = np.zeros(side.shape, np.int64)
    sampled[::2, ::2] = side[::2, ::2]
    rows, cols = side.shape
    down, across = -(-rows // CELL), -(-cols // CELL)
    room = (0, down * CELL - rows), (0, across * CELL - cols)
    sums = []
    for moment in moments:
        cells = np.pad(sampled * moment, room).reshape(down, CELL, across, CELL).sum(axis=(1, 3))
        windows = np.lib.stride_tricks.sliding_window_view(
            np.pad(cells, REACH), (2 * REACH + 1, 2 * REACH + 1)
        )
        sums.append(windows.sum(axis=(2, 3)).astype(np.float64))
    return sums


def _lines(
    front: Any, back: Any, fewest: int, noise: Any, doubt: int, spread: float, spill: Any
) -> tuple[list[Integers], Integers, Integers]:
    """Return slopes of Y, U and V, and bases, and how much they count, in parts of 1/256.

    In float64. Slopes and bases are multiplied by what they count.
    """
    enough = (front[0] >= fewest) & (back[0] >= fewest)
    n, m = np.maximum(front[0], 1), np.maximum(back[0], 1)
    both = n + m
    means = [each / m for each in back[1:4]]
    d_y, d_u, d_v = (each / n - mean for each, mean in zip(front[1:4], means, strict=True))

    def varies(i: int, j: int, moment: int) -> Any:
        within = front[moment] - front[i] * front[j] / n
        return (within + (back[moment] - back[i] * back[j] / m)) / both

    yy, uu, vv = (varies(k + 1, k + 1, k + 4) + noise[k] for k in range(3))
    yu, yv, uv = varies(1, 2, 7), varies(1, 3, 8), varies(2, 3, 9)
    c_yy, c_uu, c_vv, c_yu, c_yv, c_uv, determinant = cofactors(yy, uu, vv, yu, yv, uv)
    scale = 1.0 / determinant
    w_y = (c_yy * d_y + c_yu * d_u + c_yv * d_v) * scale
    w_u = (c_yu * d_y + c_uu * d_u + c_uv * d_v) * scale
    w_v = (c_yv * d_y + c_uv * d_u + c_vv * d_v) * scale
    squared = d_y * w_y + d_u * w_u + d_v * w_v
    # The sides' means are one apart, and so many standard deviations as the root; with one more,
    # those that are nearly equal do not make it too large.
    least = spread / np.sqrt(squared + 1.0)
    more = (1.0 + spill[0] * squared / (squared + spill[1])) / (1.0 - least)
    gain = more / (squared + doubt) * (255 * 256)
    slopes = [np.floor(w * gain + 0.5) for w in (w_y, w_u, w_v)]
    mean = slopes[0] * means[0] + slopes[1] * means[1] + slopes[2] * means[2]
    base = np.floor(0.5 - (mean + least * squared * gain))
    part = np.floor(256.0 * squared / (squared + doubt) + 0.5)
    *lines, base, part = (
        np.where(enough, each, 0).astype(np.int64) for each in (*slopes, base, part)
    )
    return lines, base, part
