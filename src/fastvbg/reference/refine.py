"""The literal forms of refinement, in NumPy and OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Mask, Matte, Plane


def despeckle(mask: Mask, size: int = 5) -> Mask:
    """Return the matte with 0 or 255 where it is not on the side of the square's median.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        The mask or matte, of which 128 and more is foreground.
    size : int
        Side of the square, odd.

    Returns
    -------
    ndarray, shape (H, W), uint8
        For a mask, its median.
    """
    if mask.size == 0:
        return np.array(mask)
    side = np.where(mask >= 128, 255, 0).astype(np.uint8)
    median = cv2.medianBlur(side, size)
    return np.where(side == median, mask, median).astype(np.uint8)


def fill_holes(mask: Mask, max_area: int | None = None) -> Mask:
    """Return the matte with 255 in 4-connected background regions that reach no border.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        The mask or matte, of which what is below 128 is background.
    max_area : int, optional
        In pixels; larger holes stay.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The filled matte.
    """
    out = np.array(mask)
    if mask.size == 0:
        return out
    background = (mask < 128).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(background, connectivity=4)
    outside = set(labels[0]) | set(labels[-1]) | set(labels[:, 0]) | set(labels[:, -1])
    for label in range(1, count):
        small = max_area is None or stats[label, cv2.CC_STAT_AREA] <= max_area
        if label not in outside and small:
            out[labels == label] = 255
    return out


def drop_specks(mask: Mask, min_area: int) -> Mask:
    """Return the matte with 0 in 8-connected foreground regions below an area.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        The mask or matte, of which 128 and more is foreground.
    min_area : int
        In pixels.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte without small regions.
    """
    out = np.array(mask)
    if mask.size == 0:
        return out
    foreground = (mask >= 128).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(foreground, connectivity=8)
    for label in range(1, count):
        if stats[label, cv2.CC_STAT_AREA] < min_area:
            out[labels == label] = 0
    return out


def hysteresis(matte: Matte, low: int, high: int) -> Mask:
    """Return 255 in 8-connected regions of `low` and more that reach `high` somewhere, else 0.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte.
    low, high : int
        Thresholds in 0..255.

    Returns
    -------
    ndarray, shape (H, W), uint8
        0 or 255.
    """
    out = np.zeros(matte.shape, np.uint8)
    if matte.size == 0:
        return out
    count, labels = cv2.connectedComponents((matte >= low).astype(np.uint8), connectivity=8)
    for label in range(1, count):
        region = labels == label
        if matte[region].max() >= high:
            out[region] = 255
    return out


def choke(matte: Matte, radius: int) -> Matte:
    """Return the minimum over squares of side `2*radius + 1`, cut at the border.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte.
    radius : int
        In pixels.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The choked matte.
    """
    if matte.size == 0:
        return np.array(matte)
    square = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    return np.asarray(cv2.erode(matte, square), np.uint8)


def spread(matte: Matte, radius: int) -> Matte:
    """Return the maximum over squares of side `2*radius + 1`, cut at the border.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte.
    radius : int
        In pixels.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The spread matte.
    """
    if matte.size == 0:
        return np.array(matte)
    square = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    return np.asarray(cv2.dilate(matte, square), np.uint8)


def feather(matte: Matte, radius: int, passes: int = 2) -> Matte:
    """Return repeated means over rows, then columns, each rounded half up.

    Parameters
    ----------
    matte : ndarray, shape (H, W) or (H, W, C), uint8
        The matte, or a picture.
    radius : int
        Of each mean, in pixels: `2*radius + 1` of them, the border repeated outward.
    passes : int
        How often.

    Returns
    -------
    ndarray, uint8
        The feathered matte.
    """
    size = 2 * radius + 1
    out = matte.astype(np.int64)
    for _ in range(passes if matte.size else 0):
        for axis in (1, 0):
            pad = [(radius, radius) if k == axis else (0, 0) for k in range(matte.ndim)]
            padded = np.pad(out, pad, mode="edge")
            sums = np.lib.stride_tricks.sliding_window_view(padded, size, axis=axis).sum(axis=-1)
            out = (2 * sums + size) // (2 * size)
    return out.astype(np.uint8)


def hold(matte: Matte, held: Matte, decay: int) -> Matte:
    """Return `max(matte, held - decay)`.

    Parameters
    ----------
    matte, held : ndarray, shape (H, W), uint8
        The matte, and the result for the frame before.
    decay : int
        In 0..255.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte with what it holds.
    """
    fallen = held.astype(np.int64) - decay
    return np.maximum(matte, fallen).astype(np.uint8)


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


def light_wrap(
    frame: Frame, matte: Matte, background: Frame, radius: int = 12, strength: int = 128
) -> Frame:
    """Return the frame with the feathered background laid over it along the matte's inner edge.

    Parameters
    ----------
    frame, background : ndarray, shape (H, W, 3), uint8
        Channels blue, green, red.
    matte : ndarray, shape (H, W), uint8
        Coverage of the frame.
    radius : int
        Of the feathering, in pixels.
    strength : int
        In 0..255.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The frame in the background's light.
    """
    light = feather(background, radius, 2).astype(np.int64)
    inverse = feather(255 - matte, radius, 2).astype(np.int64)
    inner = (2 * matte.astype(np.int64) * inverse + 255) // 510
    weight = ((2 * strength * inner + 255) // 510)[..., np.newaxis]
    mixed = weight * light + (255 - weight) * frame.astype(np.int64)
    return ((2 * mixed + 255) // 510).astype(np.uint8)
