"""Where the plate lies in the frame, to a fraction of a pixel: corners that are followed.

Corners of the plate, warped to where it is believed to lie and brought to the frame's light, are
searched for in the frame by Lucas and Kanade's method. Most of those that a person does not cover
move alike: the homography that explains them corrects the one before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.keyers.plate.exposure import line
from fastvbg.keyers.plate.matching import LEAST, is_by_hand, moved

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane
    from fastvbg.keyers.plate.matching import Homography

    Points = npt.NDArray[np.float32]

_MOST = 500
_WIDTH = 640
"""Pixels across of the picture in which corners are looked for."""
_QUALITY, _WINDOW, _STEPS = 0.004, 21, 4
_DONE = 0.02
"""Pixels that a correction moves points by when no other one is worth while."""
_APART = 1.0
"""Pixels from the homography up to which a corner counts as moved by it."""
_LEAST_SHARE = 0.15
_LEAST_AREA = 0.1
"""Of the picture that corners which agree must lie around."""


class Found(NamedTuple):
    """Corners of a plate, and where they are in a frame."""

    here: Points
    there: Points
    asked: int
    """How many were looked for."""


def corners_of(luma: Plane, known: Plane | None = None) -> Points:
    """Return corners of a picture, spread over it, (N, 2), x and y; not where `known` is 0."""
    scale = min(1.0, _WIDTH / luma.shape[1])
    size = (round(luma.shape[1] * scale), max(1, round(luma.shape[0] * scale)))
    small = cv2.resize(luma, size, interpolation=cv2.INTER_AREA)
    mask = None if known is None else cv2.resize(known, size, interpolation=cv2.INTER_NEAREST)
    found = cv2.goodFeaturesToTrack(small, _MOST, _QUALITY, max(3, size[0] // 50), mask=mask)
    if found is None:
        return np.zeros((0, 2), np.float32)
    return np.asarray((found.reshape(-1, 2) + 0.5) / scale - 0.5, np.float32)


def follow(plate: Plane, frame: Plane, points: Points, levels: int) -> Found:
    """Find points of a plate in a frame of another exposure."""
    if not len(points):
        return Found(points, points, 0)
    blurred = (cv2.GaussianBlur(each, (5, 5), 0) for each in (plate, frame))
    at = np.rint(points).astype(int)
    p, f = (each[at[:, 1], at[:, 0]].astype(np.float64) for each in blurred)
    gain, offset = line(p, f)
    lit = plate
    if abs(gain - 1) > 0.01 or abs(offset) > 1:
        lit = np.asarray(cv2.convertScaleAbs(plate, alpha=gain, beta=offset), np.uint8)
    track: Any = cv2.calcOpticalFlowPyrLK
    there, status, _ = track(
        lit,
        frame,
        points.reshape(-1, 1, 2),
        None,
        winSize=(_WINDOW, _WINDOW),
        maxLevel=levels,
        criteria=(cv2.TERM_CRITERIA_COUNT | cv2.TERM_CRITERIA_EPS, 30, 0.005),
    )
    sound = status.ravel() > 0
    return Found(points[sound], there.reshape(-1, 2)[sound], len(points))


def align(plate: Plane, frame: Plane, first: Homography) -> tuple[Homography | None, int]:
    """Return a homography refined, and how many corners agree with it; None where too few do.

    Parameters
    ----------
    plate, frame : ndarray, shape (H, W), uint8
        Luma.
    first : ndarray, shape (3, 3), float64
        From pixels of the plate to pixels of the frame, some pixels off.
    """
    homography, count = first, 0
    for step in range(_STEPS):
        luma, known = warped(plate, homography)
        points = corners_of(luma, known)
        found = follow(luma, frame, points, levels=2 if step == 0 else 1)
        change, count = _agreed(found, plate.shape)
        if change is None:
            return None, count
        homography = change @ homography
        homography /= homography[2, 2]
        if not is_by_hand(homography, plate.shape):
            return None, count
        if np.abs(moved(change, points) - points).max() < _DONE:
            break
    return homography, count


def warped(plane: Plane, homography: Homography) -> tuple[Plane, Plane]:
    """Return a plane of the plate where it lies in the frame, and 255 where it has something."""
    height, width = plane.shape[:2]
    flags = cv2.INTER_CUBIC
    luma = cv2.warpPerspective(
        plane, homography, (width, height), flags=flags, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(luma, np.uint8), known_of(homography, (height, width))


def known_of(homography: Homography, shape: tuple[int, int]) -> Plane:
    """Return 255 where a plate that lies so has something, else 0."""
    height, width = shape
    whole = np.full(shape, 255, np.uint8)
    return np.asarray(
        cv2.warpPerspective(whole, homography, (width, height)) // 255 * 255, np.uint8
    )


def _agreed(found: Found, shape: tuple[int, ...]) -> tuple[Homography | None, int]:
    """Return the homography that most found corners agree on, and how many do."""
    if len(found.here) < LEAST:
        return None, len(found.here)
    homography, inliers = cv2.findHomography(found.here, found.there, cv2.RANSAC, _APART)
    count = 0 if inliers is None else int(inliers.sum())
    if homography is None or count < max(LEAST, _LEAST_SHARE * found.asked):
        return None, count
    around = cv2.convexHull(found.there[inliers.ravel() > 0])
    if cv2.contourArea(around) < _LEAST_AREA * shape[0] * shape[1]:
        return None, count
    return np.asarray(homography, np.float64), count
