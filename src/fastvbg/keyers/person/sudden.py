"""What a look loses or finds of a sudden, against the frame before, and what other looks say of it.

Of somebody who jumps or bends a network may see no legs for a frame, or for ten, and sees them from
a little nearer, or in a mirror. By itself none is to be believed: what one sees beside people is as
often a statue. But what was a person a frame ago, and is seen by any, is one still. The other way
round, what was none, and where nothing has moved, is to be seen by all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane

    Flags = npt.NDArray[np.bool_]

_SEEN = 128
_LEAST = 60
"""Pixels of the canvas that a matte has, or nothing is missed in it."""
_MUCH = 0.03
"""Share of the people that is missed. Of 0.03, 0.06 and 0.1 IoU is 0.8993, 0.8965 and 0.8924 on a
runner, the mean of seven sizes of the clip, and 0.8670 where nothing is missed; looks a frame 2.98,
2.57 and, without, 2.41."""
_EDGE, _MOVES = 0.06, 0.2
"""Their edges may have moved by so much of their size, which is the root of their area, and they as
a whole. Without the second a moving camera has three times as many looks made in vain."""
_AGAIN = 0.3
"""Share of what is missed that a look is to see. Of 0.3 and 0.5 IoU is 0.8969 and 0.8953."""
_NOTHING, _STILL = 64, 6
"""Up to the first level a matte had nothing, and up to so many levels the picture is as it was."""
_NEW, _DENIED = 0.04, 0.5
"""Share of the people that is found, and share of that which one look is not to see."""


def _square(radius: int) -> Any:
    return np.ones((2 * radius + 1, 2 * radius + 1), np.uint8)


def lost(matte: Matte, before: Matte) -> Flags | None:
    """Return where a matte has nothing, and nothing nearby, of people of the frame before.

    Parameters
    ----------
    matte, before : ndarray, shape (h, w), uint8
        Of a frame and of the one before it, on the canvas.

    Returns
    -------
    ndarray, shape (h, w), bool, or None
        None where that is too little to look for.
    """
    had, area = _people(before)
    if area < _LEAST or _left(had, matte) < _MUCH * area:
        return None
    size = area**0.5
    near: Any = cv2.dilate(matte, _square(max(1, round(_EDGE * size))))
    _, nothing = cv2.threshold(near, _SEEN - 1, 1, cv2.THRESH_BINARY_INV)
    gone = _best_placed(had, nothing, round(_MOVES * size)) & nothing
    return gone != 0 if cv2.countNonZero(gone) >= _MUCH * area else None


def _people(matte: Matte) -> tuple[Any, int]:
    """Return 1 where a matte has people, else 0, and of how many pixels."""
    _, has = cv2.threshold(matte, _SEEN - 1, 1, cv2.THRESH_BINARY)
    return has, cv2.countNonZero(has)


def _left(had: Any, matte: Matte) -> int:
    """Return of how many pixels that it had a matte has nothing."""
    return cv2.countNonZero(cv2.subtract(had, _people(matte)[0]))


def _best_placed(had: Any, nothing: Any, most: int) -> Any:
    """Return flags moved to where fewest of them are on what is flagged as nothing."""
    left, top, width, height = cv2.boundingRect(had)
    frame = cv2.copyMakeBorder(nothing, most, most, most, most, cv2.BORDER_CONSTANT)
    about = frame[top : top + height + 2 * most, left : left + width + 2 * most]
    own = had[top : top + height, left : left + width]
    counts = cv2.matchTemplate(about.astype(np.float32), own.astype(np.float32), cv2.TM_CCORR)
    across, down = (each - most for each in cv2.minMaxLoc(counts)[2])
    by = np.array([[1, 0, across], [0, 1, down]], np.float32)
    return cv2.warpAffine(had, by, had.shape[::-1], flags=cv2.INTER_NEAREST)


def given_back(matte: Matte, seen: Matte, gone: Flags) -> Matte | None:
    """Return a matte with what another look sees where something is lost, and about that.

    Parameters
    ----------
    matte, seen : ndarray, shape (h, w), uint8
        What the usual look says, and what the other one does, on the canvas.
    gone : ndarray, shape (h, w), bool
        Of `lost`.

    Returns
    -------
    ndarray, shape (h, w), uint8, or None
        None where the look sees too little of it.
    """
    if np.count_nonzero(seen[gone] >= _SEEN) < _AGAIN * np.count_nonzero(gone):
        return None
    size = np.count_nonzero(matte >= _SEEN) ** 0.5
    near: Any = cv2.dilate(gone.view(np.uint8), _square(max(2, round(2 * _EDGE * size))))
    return np.where(near != 0, np.maximum(matte, seen), matte)


def found(matte: Matte, before: Matte, guide: Plane, then: Plane) -> Flags | None:
    """Return where a matte has people, and that of the frame before nobody, though nothing moved.

    Parameters
    ----------
    matte, before : ndarray, shape (h, w), uint8
        Of a frame and of the one before it, on the canvas.
    guide, then : ndarray, shape (h, w), uint8
        Luma on the canvas, now and when it was looked at last.

    Returns
    -------
    ndarray, shape (h, w), bool, or None
        None where that is too little to ask about.
    """
    area = _people(before)[1]
    near: Any = cv2.dilate(before, _square(1))
    _, nobody = cv2.threshold(near, _NOTHING - 1, 1, cv2.THRESH_BINARY_INV)
    new: Any = cv2.bitwise_and(_people(matte)[0], nobody)
    if area < _LEAST or cv2.countNonZero(new) < _NEW * area:
        return None
    moved = cv2.blur(cv2.absdiff(guide, then), (3, 3))
    _, still = cv2.threshold(moved, _STILL - 1, 1, cv2.THRESH_BINARY_INV)
    new = cv2.morphologyEx(cv2.bitwise_and(new, still), cv2.MORPH_OPEN, _square(2))
    return new != 0 if cv2.countNonZero(new) >= _NEW * area else None


def taken_back(matte: Matte, seen: Matte, new: Flags) -> Matte | None:
    """Return a matte without what another look does not see where something is new, and about that.

    Parameters
    ----------
    matte, seen : ndarray, shape (h, w), uint8
        What the usual look says, and what the other one does, on the canvas.
    new : ndarray, shape (h, w), bool
        Of `found`.

    Returns
    -------
    ndarray, shape (h, w), uint8, or None
        None where the look sees most of it.
    """
    if np.count_nonzero(seen[new] < _SEEN) < _DENIED * np.count_nonzero(new):
        return None
    near: Any = cv2.dilate(new.view(np.uint8), _square(5))
    return np.where(near != 0, np.minimum(matte, seen), matte)
