"""A matte and a picture carried by motion: `reference.person.carry` has the arithmetic.

Most of a picture stands still, and there bytes are just copied.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, floats_at, integers_at

_FLOW = types.Array(types.float32, 3, "C")
_INTEGERS = types.Array(types.int32, 3, "C")

_ONE, _TWO = np.uint64(1), np.uint64(2)


@inline
def _take_motion(flow: Any, moves: Any, across: Any, down: Any) -> None:
    """Write motion in parts of 1/64 pixel, 0 where it is not heeded."""
    rows, cols = moves.shape
    scale, half = np.float32(64), np.float32(0.5)
    for j in range(rows):
        heeded = bytes_at(address_of(moves, j), cols)
        moved = floats_at(address_of(flow, j), 2 * cols)
        to_right = integers_at(address_of(across, j), cols)
        to_bottom = integers_at(address_of(down, j), cols)
        for i in range(np.uint64(cols)):
            used = np.int32(heeded[i] != 0)
            of_x, of_y = moved[_TWO * i], moved[_TWO * i + _ONE]
            to_right[i] = np.int32(np.floor(of_x * scale + half)) * used
            to_bottom[i] = np.int32(np.floor(of_y * scale + half)) * used


@inline
def _stretch_rows(motion: Any, y: Any, height: Any) -> Any:
    """Write 4 times the motion at row `y` to the row behind the last; tell whether there is any."""
    cols = motion.shape[1]
    j = y >> 1
    beside = min(max(j - 1 + 2 * (y & 1), 0), height - 1)
    near, far = (
        integers_at(address_of(motion, j), cols),
        integers_at(address_of(motion, beside), cols),
    )
    row = integers_at(address_of(motion, height), cols)
    found = np.int32(0)
    for i in range(np.uint64(cols)):
        value = np.int32(3) * near[i] + far[i]
        row[i] = value
        found |= value
    return found != 0


@inline
def _stretch(row: Any, x: Any) -> Any:
    """Return the motion at column `x`, in parts of 1/32 pixel of the canvas."""
    i = x >> 1
    beside = min(max(i - 1 + 2 * (x & 1), 0), row.shape[0] - 1)
    return (np.int64(3) * row[np.uint64(i)] + row[np.uint64(beside)] + 8) >> 4


@inline
def _between(plane: Any, y: Any, x: Any) -> Any:
    """Return a plane at a point in parts of 1/32 pixel."""
    rows, cols = plane.shape
    top, left, down, across = y >> 5, x >> 5, y & 31, x & 31
    below, right = min(top + 1, rows - 1), min(left + 1, cols - 1)
    above, under = (
        bytes_at(address_of(plane, top), cols),
        bytes_at(address_of(plane, below), cols),
    )
    first, second = np.uint64(left), np.uint64(right)
    upper = (32 - across) * above[first] + across * above[second]
    lower = (32 - across) * under[first] + across * under[second]
    return np.uint8(((32 - down) * upper + down * lower + 512) >> 10)


@kernel(PLANE, PLANE, _FLOW, PLANE, INT, INT, INT, INT, _INTEGERS, OUT_PLANE, OUT_PLANE)
def carry(
    matte: Any,
    picture: Any,
    flow: Any,
    moves: Any,
    top: Any,
    end: Any,
    left: Any,
    right: Any,
    motion: Any,
    carried: Any,
    foreseen: Any,
) -> None:
    """Rows `top` to `end` and columns `left` to `right` of both are carried, and written."""
    rows, cols = matte.shape
    height = moves.shape[0]
    across, down = motion[0], motion[1]
    _take_motion(flow, moves, across, down)
    row_across, row_down = across[height], down[height]
    for y in range(top, end):
        moves_across = _stretch_rows(across, y, height)
        moves_down = _stretch_rows(down, y, height)
        alpha, luma = address_of(matte, y) + left, address_of(picture, y) + left
        count = right - left
        old, before = bytes_at(alpha, count), bytes_at(luma, count)
        new, now = (
            bytes_at(address_of(carried, y) + left, count),
            bytes_at(address_of(foreseen, y) + left, count),
        )
        for i in range(np.uint64(count)):
            new[i] = old[i]
            now[i] = before[i]
        if not (moves_across or moves_down):
            continue
        for i in range(left >> 1, (right + 1) >> 1):
            # Two columns of the canvas lie between this column's motion and that of those beside.
            before_i, after_i = max(i - 1, 0), min(i + 1, row_across.shape[0] - 1)
            first, middle, last = np.uint64(before_i), np.uint64(i), np.uint64(after_i)
            some = row_across[first] | row_across[middle] | row_across[last]
            some |= row_down[first] | row_down[middle] | row_down[last]
            if some == 0:
                continue
            for x in range(max(2 * i, left), min(2 * i + 2, right)):
                dx, dy = _stretch(row_across, x), _stretch(row_down, x)
                at_x = min(max(32 * x + dx, 0), 32 * (cols - 1))
                at_y = min(max(32 * y + dy, 0), 32 * (rows - 1))
                new[np.uint64(x - left)] = _between(matte, at_y, at_x)
                now[np.uint64(x - left)] = _between(picture, at_y, at_x)
