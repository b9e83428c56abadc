"""Shadows on a screen: its paint in less light, darker by and by from where it is lit.

A shadow and a dark strand of hair before the screen have one colour. What tells them apart is the
way there: light falls off over some width, a foreground begins at an edge.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float32]

_LIT, _DEEPEST = 0.9, 0.25
"""Of the light around, what there is at least where no shadow is, and in one."""
_PAINT = 0.92
"""Of the screen's saturation, what its paint has at least: glass, a veil or hair take from it."""
_STEP = 0.15
"""Of the light, by how much it changes from one sample to the next at most: beyond is an edge."""
_BESIDE = np.array([[0, 1, 0], [1, 1, 1], [0, 1, 0]], np.uint8)
_AROUND, _TOWARDS = np.ones((3, 3), np.uint8), np.ones((7, 7), np.uint8)
"""Samples beside one; around one; and those up to which a shadow reaches on, to whom it is of: the
last one before them is not looked at, and it moves."""


def shade_of(share: Floats, saturation: Floats) -> Floats | None:
    """Return which share of its light each sample of a screen has in shadows; None without any.

    Parameters
    ----------
    share, saturation : ndarray, float32
        The key's strength, and that over luma, as shares of what the screen has there.

    Returns
    -------
    ndarray, float32, or None
        0.25 to 1.
    """
    paint = (share >= _DEEPEST) & (saturation >= _PAINT)
    dark = paint & (share < _LIT)
    # Of what is beside the foreground a sample may show both; a shadow has some extent.
    whole = _eroded(_bytes(paint), _AROUND)
    if not _opened(_bytes(dark) & whole).any():
        return None
    smooth = whole & _bytes(_steps(share, paint) <= _STEP)
    core = _opened(_bytes(dark) & smooth)
    if not core.any():
        return None
    count, pieces = cv2.connectedComponents(smooth, connectivity=4)
    is_lit = np.bincount(pieces[~dark], minlength=count) > 0
    is_lit[0] = False  # what is not smooth
    found = is_lit[pieces] & (core > 0)
    if not found.any():
        return None
    return np.asarray(cv2.erode(np.where(found, share, np.float32(1)), _TOWARDS), np.float32)


def _opened(flags: Plane) -> Plane:
    """Return flags without what has no sample with others on all sides."""
    return flags & np.asarray(cv2.dilate(_eroded(flags, _BESIDE), _AROUND), np.uint8)


def _eroded(flags: Plane, window: Plane) -> Plane:
    """Return where a window has nothing but flags; what lies beyond the frame does not count."""
    return np.asarray(cv2.erode(flags, window), np.uint8)


def _steps(share: Floats, paint: Flags) -> Floats:
    """Return by how much samples of the paint differ at most from those beside them."""
    up = cv2.dilate(np.where(paint, share, np.float32(0)), _BESIDE) - share
    down = share - cv2.erode(np.where(paint, share, np.float32(9)), _BESIDE)
    return np.asarray(np.maximum(up, down), np.float32)


def _bytes(flags: Flags) -> Plane:
    return flags.view(np.uint8)
