"""The literal form of smoothing a matte along the frame's edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane


def _window_sums(plane: npt.NDArray[np.int64], radius: int) -> npt.NDArray[np.int64]:
    """Sum over squares of side `2*radius + 1`, the border repeated outward."""
    size = 2 * radius + 1
    padded = np.pad(plane, radius, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    return np.asarray(windows.sum(axis=(2, 3)), np.int64)


def _block_means(plane: Matte) -> npt.NDArray[np.int64]:
    """Return the means of 4x4 pixels, rounded half up; the last row and column repeat."""
    rows, cols = plane.shape
    whole = np.pad(plane.astype(np.int64), ((0, -rows % 4), (0, -cols % 4)), mode="edge")
    blocks = whole.reshape(whole.shape[0] // 4, 4, whole.shape[1] // 4, 4)
    return np.asarray((blocks.sum(axis=(1, 3)) + 8) >> 4, np.int64)


def _stretched(small: npt.NDArray[np.int64], count: int) -> npt.NDArray[np.int64]:
    """Return `count` rows, eight times the values at `(2y - 3) / 8` rows of a small plane."""
    y = np.arange(count)
    near, far = y // 4, np.clip(y // 4 + np.where(y % 4 < 2, -1, 1), 0, small.shape[0] - 1)
    weight = np.abs(2 * (y % 4) - 3)[:, np.newaxis]
    return np.asarray((8 - weight) * small[near] + weight * small[far], np.int64)


def smooth_guided(
    matte: Matte, guide: Plane, radius: int = 8, contrast: int = 20, gain: int = 2
) -> Matte:
    """Return the matte as a guided filter at a quarter of the size has it, in integers.

    With I and P the means of 4x4 pixels of guide and matte, sums over n pixels of a square, and
    rounding half up:

        A = round(256 * (n sum(I P) - sum(I) sum(P)) / (n sum(I I) - sum(I)^2 + n^2 contrast^2))
        B = round((256 sum(P) - A sum(I)) / n)

    Then the means of A and of B over the same squares, rounded, stretched bilinearly, give
    `(A * guide + B) / 256`, cut to parts of 1/128. Its difference from 128 is multiplied by the
    gain, rounded, and the result held to 0..255.

    Parameters
    ----------
    matte, guide : ndarray, shape (H, W), uint8
        The matte, and the frame's luma.
    radius : int
        Of the squares, in pixels of the frame; they have `2*R + 1` small pixels a side, with R a
        quarter of it rounded half up, 1 at least.
    contrast : int
        Standard deviation of the guide, in gray levels, that counts as an edge.
    gain : int
        How much steeper the smoothed matte is made.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The smoothed matte.
    """
    if matte.size == 0:
        return np.array(matte)
    small = max(1, (radius + 2) // 4)
    n = (2 * small + 1) ** 2
    i, p = _block_means(guide), _block_means(matte)
    sum_i, sum_p = _window_sums(i, small), _window_sums(p, small)
    covariance = n * _window_sums(i * p, small) - sum_i * sum_p
    variance = n * _window_sums(i * i, small) - sum_i * sum_i + n * n * contrast * contrast
    a = (2 * 256 * covariance + variance) // (2 * variance)
    b = (2 * (256 * sum_p - a * sum_i) + n) // (2 * n)
    rows, cols = matte.shape
    a, b = (
        _stretched(_stretched((2 * _window_sums(plane, small) + n) // (2 * n), rows).T, cols).T
        for plane in (a, b)
    )
    fitted = (a * guide.astype(np.int64) + b) >> 7
    value = ((fitted - 128 * 128) * gain + 128 * 128 + 64) >> 7
    return np.asarray(np.clip(value, 0, 255), np.uint8)
