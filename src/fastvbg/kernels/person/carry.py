"""A matte and a picture carried by motion: `reference.person.carry` has the arithmetic.

Most of a picture stands still, and there bytes are just copied.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, floats_at, integers_at, unsigned_words_at

_FLOW = types.Array(types.float32, 3, "C")
_INTEGERS = types.Array(types.int32, 3, "C")

_ONE, _TWO = np.uint64(1), np.uint64(2)
_HALF, _FULL, _LOWER = np.uint64(32), np.uint64(32), np.uint64(0xFFFFFFFF)
_BYTE_IN_WORDS = np.uint64(0x00FF00FF00FF00FF)
_WORD_IN_HALVES = np.uint64(0x0000FFFF0000FFFF)
_ROUNDED = np.uint64(512 << 32 | 512)


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
def _at(plane: Any, place: Any) -> Any:
    """Return what a plane has at a place between four pixels, of `_place`."""
    top, below, left, right, weights = place
    upper, lower = address_of(plane, top), address_of(plane, below)
    one, two = bytes_at(upper + left, 1)[0], bytes_at(upper + right, 1)[0]
    three, four = bytes_at(lower + left, 1)[0], bytes_at(lower + right, 1)[0]
    first, second, third, fourth = weights
    return np.uint8((first * one + second * two + third * three + fourth * four + 512) >> 10)


@inline
def _place(y: Any, x: Any, rows: Any, cols: Any) -> Any:
    """Return the four pixels about a point in parts of 1/32 pixel, and what they weigh."""
    y = min(max(y, 0), 32 * (rows - 1))
    x = min(max(x, 0), 32 * (cols - 1))
    top, left, down, across = y >> 5, x >> 5, y & 31, x & 31
    below, right = min(top + 1, rows - 1), min(left + 1, cols - 1)
    upper, lower = 32 - down, down
    weights = upper * (32 - across), upper * across, lower * (32 - across), lower * across
    return top, below, left, right, weights


@inline
def _pairs(matte: Any, picture: Any) -> Any:
    """Return two neighbours of a matte and two of a picture, at addresses, in four words of one."""
    of_matte = np.uint64(unsigned_words_at(matte, 1)[0])
    both = of_matte | np.uint64(unsigned_words_at(picture, 1)[0]) << _HALF
    return (both | both << np.uint64(8)) & _BYTE_IN_WORDS


@inline
def _within(matte: Any, picture: Any, y: Any, x: Any) -> Any:
    """Return what both have at a point whose four pixels lie within them: `_at` of both at once.

    Both are weighed in one number, in words of 16 bits from row to row, of 32 from left to right.
    """
    top, left, down, across = y >> 5, x >> 5, np.uint64(y & 31), np.uint64(x & 31)
    of_matte, of_picture = address_of(matte, top) + left, address_of(picture, top) + left
    upper = _pairs(of_matte, of_picture)
    lower = _pairs(of_matte + matte.strides[0], of_picture + picture.strides[0])
    between = (_FULL - down) * upper + down * lower
    sides = (_FULL - across) * (between & _WORD_IN_HALVES)
    sides += across * ((between >> np.uint64(16)) & _WORD_IN_HALVES) + _ROUNDED
    return np.uint8((sides & _LOWER) >> np.uint64(10)), np.uint8(sides >> np.uint64(42))


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
            first, last = np.uint64(max(i - 1, 0)), np.uint64(min(i + 1, row_across.shape[0] - 1))
            middle = np.uint64(i)
            here, before_it, after_it = row_across[middle], row_across[first], row_across[last]
            falls, before_falls, after_falls = row_down[middle], row_down[first], row_down[last]
            if (here | before_it | after_it | falls | before_falls | after_falls) == 0:
                continue
            for odd in range(2):
                x = 2 * i + odd
                if left <= x < right:
                    beside, below = (after_it, after_falls) if odd else (before_it, before_falls)
                    # In parts of 1/32 pixel of the canvas.
                    dx = (np.int64(3) * here + beside + 8) >> 4
                    dy = (np.int64(3) * falls + below + 8) >> 4
                    at_y, at_x, k = 32 * y + dy, 32 * x + dx, np.uint64(x - left)
                    if 0 <= at_y < 32 * (rows - 1) and 0 <= at_x < 32 * (cols - 1):
                        new[k], now[k] = _within(matte, picture, at_y, at_x)
                    else:
                        place = _place(at_y, at_x, rows, cols)
                        new[k], now[k] = _at(matte, place), _at(picture, place)
