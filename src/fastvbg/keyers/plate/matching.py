"""Where the plate lies in the frame, roughly, and from any distance: features that are the same."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane

    Homography = npt.NDArray[np.float64]

_LONGEST = 960
"""Pixels of the longer side of the pictures that features are looked for in."""
_MOST, _CONTRAST, _RATIO = 2500, 0.02, 0.8
"""SIFT's; and how much nearer than the second best the best match has to be."""
_REACH = 3.0
LEAST = 20
"""Matches that have to agree on one homography: with 14, other rooms agree on nonsense."""

# A plate by hand; what lies beyond is another view of the room, or matches by chance.
_MOST_MOVED = 0.25
_SCALES = 0.75, 1.35
_LEAST_DEPTH = 1e-3
"""Of a corner, where that of the first pixel is 1: less lies behind the camera."""


def match(plate: Plane, frame: Plane) -> tuple[Homography | None, int]:
    """Return the homography from plate to frame that most features agree on, and how many do.

    Parameters
    ----------
    plate, frame : ndarray, shape (H, W), uint8
        Luma.

    Returns
    -------
    homography : ndarray, shape (3, 3), float64, or None
        From pixels of the plate to pixels of the frame; None where too few agree or it is none
        that a hand makes.
    count : int
        How many features agree.
    """
    scale = min(1.0, _LONGEST / max(plate.shape))
    finder = cv2.SIFT_create(_MOST, contrastThreshold=_CONTRAST)  # type: ignore[attr-defined]
    (here, what), (there, which) = (
        finder.detectAndCompute(_smaller(luma, scale), None) for luma in (plate, frame)
    )
    if len(here) < LEAST or len(there) < LEAST:
        return None, 0
    pairs = cv2.BFMatcher(cv2.NORM_L2).knnMatch(what, which, k=2)
    good = [best for best, other in pairs if best.distance < _RATIO * other.distance]
    if len(good) < LEAST:
        return None, len(good)
    one = np.array([here[pair.queryIdx].pt for pair in good], np.float64)
    two = np.array([there[pair.trainIdx].pt for pair in good], np.float64)
    found, inliers = cv2.findHomography(one, two, cv2.RANSAC, _REACH, maxIters=3000)
    count = 0 if inliers is None else int(inliers.sum())
    if found is None or count < LEAST:
        return None, count
    # Centres of pixels lie half a pixel inside.
    whole = np.array(
        [[1 / scale, 0, 0.5 / scale - 0.5], [0, 1 / scale, 0.5 / scale - 0.5], [0, 0, 1]]
    )
    homography = np.asarray(whole @ found @ np.linalg.inv(whole), np.float64)
    return (homography / homography[2, 2] if is_by_hand(homography, plate.shape) else None), count


def corners(shape: tuple[int, ...]) -> npt.NDArray[np.float64]:
    """Return the four corner pixels of a picture, x and y."""
    height, width = shape[:2]
    return np.array([(0, 0), (width - 1, 0), (width - 1, height - 1), (0, height - 1)], np.float64)


def moved(homography: Homography, points: Any) -> npt.NDArray[np.float64]:
    """Return where a homography takes points, (N, 2)."""
    wide = np.hstack((points, np.ones((len(points), 1)))) @ homography.T
    return np.asarray(wide[:, :2] / wide[:, 2:], np.float64)


def is_by_hand(homography: Homography, shape: tuple[int, ...]) -> bool:
    """Tell whether a homography may be that of a picture taken by hand from the same place."""
    if not np.isfinite(homography).all() or abs(homography[2, 2]) < 1e-9:
        return False
    before = corners(shape)
    h = homography / homography[2, 2]
    depths = before @ h[2, :2] + 1
    if depths.min() < _LEAST_DEPTH:
        return False
    after = (before @ h[:2, :2].T + h[:2, 2]) / depths[:, None]
    if np.abs(after - before).max() > _MOST_MOVED * max(shape):
        return False
    sides = (np.hypot(*(p - p[[3, 0, 1, 2]]).T) for p in (after, before))
    ratio = np.divide(*sides)
    return bool((ratio > _SCALES[0]).all() and (ratio < _SCALES[1]).all())


def _smaller(luma: Plane, scale: float) -> Plane:
    whole = np.ascontiguousarray(luma)
    if scale == 1:
        return whole
    size = (max(1, round(luma.shape[1] * scale)), max(1, round(luma.shape[0] * scale)))
    return np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
