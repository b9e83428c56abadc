"""The literal forms of refinement, in NumPy and OpenCV."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Frame, Mask, Matte


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


def _over_squares(extreme: Callable[..., Any], matte: Matte, radius: int) -> Matte:
    if matte.size == 0:
        return np.array(matte)
    square = np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)
    return np.asarray(extreme(matte, square), np.uint8)


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
    return _over_squares(cv2.erode, matte, radius)


def spread(matte: Matte, radius: int) -> Matte:
    """Return the maximum over squares of side `2*radius + 1`, cut at the border.

    Parameters
    ----------
    matte, radius : ndarray, int
        As for `choke`.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The spread matte.
    """
    return _over_squares(cv2.dilate, matte, radius)


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
