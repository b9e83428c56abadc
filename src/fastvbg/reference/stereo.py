"""The literal forms of stereo depth's own steps; the matching itself is OpenCV's.

Disparities are int16 in sixteenths of a pixel; 0 and less is a hole.
"""

from __future__ import annotations

from fractions import Fraction
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    Disparity = npt.NDArray[np.int16]


def disparity_to_depth(
    disparity: npt.NDArray[np.generic], focal: float, baseline: float, parts: int = 16
) -> npt.NDArray[np.uint16]:
    """Return `focal * baseline / disparity` rounded half up, at most 65535; 0 for holes.

    Parameters
    ----------
    disparity : ndarray, shape (H, W)
        In `1 / parts` of a pixel; not above 0, or NaN, is a hole.
    focal, baseline : float
        In pixels, and in the unit of the depth.
    parts : int
        Of a pixel a unit of disparity is.

    Returns
    -------
    ndarray, shape (H, W), uint16
        The depth, 0 where there is none.
    """
    reach = Fraction(focal) * Fraction(baseline) * parts
    depth = np.zeros(disparity.shape, np.uint16)
    for place, value in np.ndenumerate(disparity):
        if value > 0:
            depth[place] = min(65535, int(reach / Fraction(value.item()) + Fraction(1, 2)))
    return depth


def consistent(left: Disparity, right: Disparity, tolerance: int) -> Disparity:
    """Return `left` where the nearest pixel of the right frame that it points to points back.

    Parameters
    ----------
    left, right : ndarray, shape (H, W), int16
        Disparities found from the left frame and from the right one.
    tolerance : int
        By how much the two may differ, in sixteenths.

    Returns
    -------
    ndarray, shape (H, W), int16
        0 where they do not agree.
    """
    out = np.zeros_like(left)
    for (y, x), value in np.ndenumerate(left):
        match = x - int(np.floor(value / 16 + 0.5))
        if value > 0 and match >= 0 and abs(int(right[y, match]) - int(value)) <= tolerance:
            out[y, x] = value
    return out


def fill_shadows(disparity: Disparity, jump: int, slack: int) -> Disparity:
    """Return disparities with the shadows left of near things filled from what is behind.

    Parameters
    ----------
    disparity : ndarray, shape (H, W), int16
        With holes.
    jump, slack : int
        A hole of `w` pixels between `behind` on its left and `near` on its right is a shadow when
        `near - behind > jump` and `16*w <= 1.5*(near - behind) + slack`.

    Returns
    -------
    ndarray, shape (H, W), int16
        Other holes stay.
    """
    out: Disparity = disparity.copy()
    for row in out:
        known = np.flatnonzero(row > 0)
        for left, right in pairwise(known):
            rise = int(row[right]) - int(row[left])
            if rise > jump and 16 * (right - left - 1) <= 1.5 * rise + slack:
                row[left + 1 : right] = row[left]
    return out


def spread(
    gray: npt.NDArray[np.uint8], disparity: Disparity, price: int, noise: int, rounds: int
) -> Disparity:
    """Return disparities with each hole filled over the cheapest path from a known pixel.

    A path starts at `price * disparity / 16`, cut; a step to one of 8 neighbours costs 2 or 3
    (diagonal) and `max(0, |change of gray| - noise)`. Paths are relaxed in raster order from the
    four neighbours before a pixel (upper left, upper, upper right, left), then in reverse from the
    four after it, `rounds` times; the first of equals counts.

    Parameters
    ----------
    gray : ndarray, shape (H, W), uint8
        The frame that guides.
    disparity : ndarray, shape (H, W), int16
        With holes.
    price, noise, rounds : int
        As above.

    Returns
    -------
    ndarray, shape (H, W), int16
        0 where no path leads.
    """
    rows, cols = gray.shape
    known = disparity > 0
    out = np.where(known, disparity, 0).astype(np.int16)
    cost = np.where(known, price * disparity.astype(np.int64) // 16, 1 << 40)
    before = ((-1, -1, 3), (-1, 0, 2), (-1, 1, 3), (0, -1, 2))
    after = tuple((-dy, -dx, length) for dy, dx, length in before)
    places = [(y, x) for y in range(rows) for x in range(cols) if not known[y, x]]
    for _ in range(rounds):
        for order, steps in ((places, before), (places[::-1], after)):
            for y, x in order:
                for dy, dx, length in steps:
                    v, u = y + dy, x + dx
                    if not (0 <= v < rows and 0 <= u < cols):
                        continue
                    change = abs(int(gray[v, u]) - int(gray[y, x]))
                    total = cost[v, u] + length + max(0, change - noise)
                    if total < cost[y, x] and cost[v, u] < 1 << 40:
                        cost[y, x], out[y, x] = total, out[v, u]
    return out
