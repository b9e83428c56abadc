"""Masks and mattes that refinement may meet: people, noise, and shapes made to be awkward."""

from __future__ import annotations

from collections.abc import Callable

import cv2
import numpy as np


def person(height: int, width: int) -> np.ndarray:
    """Head and shoulders, with a hole between arm and trunk."""
    mask = np.zeros((height, width), np.uint8)
    if mask.size:
        cv2.circle(mask, (width // 2, height // 3), max(1, height // 6), 255, -1)
        cv2.ellipse(mask, (width // 2, height), (width // 4, height // 2), 0, 0, 360, 255, -1)
        cv2.circle(mask, (width // 2, height * 4 // 5), height // 12, 0, -1)
    return mask


def checkerboard(height: int, width: int) -> np.ndarray:
    return (np.indices((height, width)).sum(axis=0) % 2 * 255).astype(np.uint8)


def comb(height: int, width: int) -> np.ndarray:
    """Teeth that only the last row joins."""
    mask = np.zeros((height, width), np.uint8)
    mask[:, ::2] = 255
    mask[-1:] = 255
    return mask


def hanging_comb(height: int, width: int) -> np.ndarray:
    """Teeth that only the first row joins."""
    return np.ascontiguousarray(comb(height, width)[::-1])


def spiral(height: int, width: int) -> np.ndarray:
    """One line that winds inward, with a gap of a pixel between its turns."""
    mask = np.zeros((height, width), np.uint8)
    top, left, bottom, right = 0, 0, height - 1, width - 1
    while top <= bottom and left <= right:
        mask[top, max(0, left - 1) : right + 1] = 255
        mask[top : bottom + 1, right] = 255
        mask[bottom, left : right + 1] = 255
        mask[min(top + 2, bottom) : bottom + 1, left] = 255
        top, left, bottom, right = top + 2, left + 2, bottom - 2, right - 2
    return mask


def rings(height: int, width: int) -> np.ndarray:
    """Frames within frames: each hole holds a region with a hole."""
    y, x = np.indices((height, width))
    depth = np.minimum(np.minimum(y, height - 1 - y), np.minimum(x, width - 1 - x))
    return np.where(depth % 2 == 0, 255, 0).astype(np.uint8)


def stairs(height: int, width: int) -> np.ndarray:
    """Diagonals: one region by corners, none by edges."""
    y, x = np.indices((height, width))
    return np.where((x + y) % 4 == 0, 255, 0).astype(np.uint8)


def trees(height: int, width: int) -> np.ndarray:
    """Branches that meet pairwise further and further down, which makes long chains of unions."""
    mask = np.zeros((height, width), np.uint8)
    mask[:, ::2] = 255
    for k in range(width // 2 if height else 0):
        row = int(height - 1 - np.log2(k + 1)) if k else height - 1
        mask[max(row, 0), : 2 * k + 3] = 255
    return mask


def noise(share: float, seed: int = 0) -> Callable[[int, int], np.ndarray]:
    def make(height: int, width: int) -> np.ndarray:
        rng = np.random.default_rng(seed)
        return np.where(rng.random((height, width)) < share, 255, 0).astype(np.uint8)

    return make


def noisy_person(height: int, width: int) -> np.ndarray:
    return person(height, width) ^ noise(0.03)(height, width)


def soft(height: int, width: int) -> np.ndarray:
    """Clouds of all values."""
    cloud = np.random.default_rng(5).integers(0, 256, (height, width), np.uint8)
    if not cloud.size:
        return cloud
    cloud = cv2.normalize(cv2.blur(cloud, (5, 5)), None, 0, 255, cv2.NORM_MINMAX)
    return np.asarray(cloud, np.uint8).reshape(height, width)


def values(height: int, width: int) -> np.ndarray:
    return np.random.default_rng(6).integers(0, 256, (height, width), np.uint8)


MASKS: dict[str, Callable[[int, int], np.ndarray]] = {
    "empty": lambda h, w: np.zeros((h, w), np.uint8),
    "full": lambda h, w: np.full((h, w), 255, np.uint8),
    "person": person,
    "noisy person": noisy_person,
    "checkerboard": checkerboard,
    "comb": comb,
    "hanging comb": hanging_comb,
    "spiral": spiral,
    "inverse spiral": lambda h, w: 255 - spiral(h, w),
    "rings": rings,
    "stairs": stairs,
    "inverse stairs": lambda h, w: 255 - stairs(h, w),
    "trees": trees,
    "columns": lambda h, w: np.tile(np.array([255, 0], np.uint8), (h, w))[:, :w],
    "half noise": noise(0.5),
    "sparse noise": noise(0.1),
    "dense noise": noise(0.9),
}
MATTES = {**MASKS, "soft": soft, "values": values}

SIZES = [(1, 1), (1, 2), (2, 1), (1, 9), (9, 1), (3, 63), (5, 64), (7, 65), (33, 129), (41, 300)]
EMPTY = [(0, 0), (0, 7), (7, 0)]
