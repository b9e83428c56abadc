"""Disparities made whole: inconsistent ones dropped, shadows and holes filled along the frame.

Disparities are signed 16-bit in sixteenths of a pixel, as OpenCV's matchers give them; 0 and less
is a hole. Passes depend on their own results, pixel after pixel, so they are plain loops.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, PLANE, inline, kernel

WORDS = types.Array(types.int16, 2, "A", readonly=True)
OUT_WORDS = types.Array(types.int16, 2, "A")
COSTS = types.Array(types.int32, 2, "C")

FAR_AWAY = 1 << 29
"""Cost of a pixel that no known one has reached: more than any path's."""


@kernel(WORDS, WORDS, OUT_WORDS, INT)
def consistent(left: Any, right: Any, out: Any, tolerance: Any) -> None:
    """`out` is `left` where the pixel it points to in `right` points back, else 0.

    `out` may be `left`.
    """
    rows, cols = out.shape
    for y in range(rows):
        for x in range(cols):
            value = np.int32(left[y, x])
            match = x - ((value + 8) >> 4)
            agrees = value > 0 and match >= 0
            if agrees:
                agrees = abs(np.int32(right[y, match]) - value) <= tolerance
            out[y, x] = np.int16(value) if agrees else np.int16(0)


@kernel(OUT_WORDS, INT, INT)
def fill_shadows(disparity: Any, jump: Any, slack: Any) -> None:
    """Give holes that a nearer thing's shadow explains the disparity of what is behind it.

    What the left camera sees just left of a near thing, the right camera has behind that thing: as
    many pixels as the disparities differ. So a hole no wider than half as much again as the
    difference of the disparities to its right and left, plus `slack`, belongs to the left one.
    """
    rows, cols = disparity.shape
    for y in range(rows):
        last = -1
        for x in range(cols):
            near = np.int32(disparity[y, x])
            if near <= 0:
                continue
            if 0 <= last < x - 1:
                behind = disparity[y, last]
                rise = near - np.int32(behind)
                if rise > jump and 32 * (x - last - 1) <= 3 * rise + 2 * slack:
                    for hole in range(last + 1, x):
                        disparity[y, hole] = behind
            last = x


@inline
def _cheapest(gray: Any, out: Any, cost: Any, y: Any, x: Any, way: Any, noise: Any) -> Any:
    """Return a pixel's least cost and its disparity, from the four neighbours gone through."""
    rows, cols = gray.shape
    best, value = cost[y, x], out[y, x]
    here = np.int32(gray[y, x])
    for k in range(4):
        v = y - way if k < 3 else y
        u = x + way * (k - 1) if k < 3 else x - way
        if 0 <= v < rows and 0 <= u < cols:
            change = abs(np.int32(gray[v, u]) - here) - noise
            total = np.int32(cost[v, u] + (3 if k in (0, 2) else 2) + max(change, 0))
            if total < best:
                best, value = total, out[v, u]
    return best, value


@kernel(PLANE, WORDS, OUT_WORDS, COSTS, INT, INT, INT)
def spread(
    gray: Any, disparity: Any, out: Any, cost: Any, price: Any, noise: Any, rounds: Any
) -> None:
    """Give each hole the disparity that reaches it from a known pixel over the cheapest path.

    A step costs 2 or diagonally 3, and what the frame changes by beyond `noise` on it. A path
    starts at `price` times its disparity in pixels, so that of two things the farther one spreads
    farther. `rounds` times the frame is gone through down and up, as a chamfer distance transform
    is; `cost` is scratch.
    """
    rows, cols = gray.shape
    for y in range(rows):
        for x in range(cols):
            value = np.int32(disparity[y, x])
            out[y, x] = np.int16(max(value, 0))
            cost[y, x] = np.int32((price * value) >> 4) if value > 0 else np.int32(FAR_AWAY)
    for _ in range(rounds):
        for way in (1, -1):
            first_y, first_x = (0, 0) if way > 0 else (rows - 1, cols - 1)
            for down in range(rows):
                y = first_y + way * down
                for across in range(cols):
                    x = first_x + way * across
                    if disparity[y, x] > 0:
                        continue
                    cost[y, x], out[y, x] = _cheapest(gray, out, cost, y, x, way, noise)
