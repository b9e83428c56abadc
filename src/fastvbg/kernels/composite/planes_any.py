"""Motion mask and select on three planes of 8 or up to 16 bits, chroma of any usual subsampling.

Besides the package's contract: the samples of a row are consecutive in memory, chroma is halved
across (`shift_x` 1), or across and down (`shift_y` 1 too), or not at all, and `low`, `high` and
`bound` are in units of the planes' own depth. The arithmetic is that of `reference.planes`.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types
from numba.extending import intrinsic

from fastvbg.constants import YUV_SHIFT
from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, YUV_WEIGHTS, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, flat_at

PLANE16 = types.Array(types.uint16, 2, "A", readonly=True)
OUT_PLANE16 = types.Array(types.uint16, 2, "A")

# 32-bit constants keep the arithmetic in 32-bit lanes; 16-bit samples times a coefficient fit them.
_HALF, _SHIFT = np.int32(1 << (YUV_SHIFT - 1)), np.int32(YUV_SHIFT)
# Unsigned indices: a signed one is tested for wrap-around, which keeps LLVM from vectorizing.
_ONE, _TWO = np.uint64(1), np.uint64(2)
_MOVED, _STILL = np.uint8(255), np.uint8(0)


@intrinsic
def samples16(typing_context: Any, address: Any, count: Any) -> Any:
    """Return `count` consecutive 16-bit samples at an address, as a flat array."""
    return flat_at(types.uint16, address, count)


@inline
def _part(weight: Any, difference: Any) -> Any:
    return (weight * difference + _HALF) >> _SHIFT


@inline
def _luma(prev: Any, next: Any, low: Any, high: Any) -> Any:
    """Return the difference of two luma samples, each held to the nominal range."""
    return min(max(np.int32(next), low), high) - min(max(np.int32(prev), low), high)


@inline
def _moved(dy: Any, red: Any, green: Any, blue: Any, y: Any, bound: Any) -> Any:
    """Return 255 where the gray of a difference reaches the bound, else 0."""
    gray = abs(_part(y[0], dy) + red) + abs(_part(y[1], dy) + green) + abs(_part(y[2], dy) + blue)
    return _MOVED if gray >= bound else _STILL


@inline
def _mask_row(
    prev: Any, next: Any, out: Any, cols: Any, halved: Any, low: Any, high: Any, w: Any, bound: Any
) -> None:
    """Write one row of the mask; `prev` and `next` are rows of Y, U and V."""
    y = np.int32(w[2]), np.int32(w[4]), np.int32(w[7])
    red_v, green_u, green_v = np.int32(w[3]), np.int32(w[5]), np.int32(w[6])
    blue_u = np.int32(w[8])
    low, high, bound = np.int32(low), np.int32(high), np.int32(bound)
    if halved:
        pairs = np.uint64(cols >> 1)
        for c in range(pairs):
            du = np.int32(next[1][c]) - np.int32(prev[1][c])
            dv = np.int32(next[2][c]) - np.int32(prev[2][c])
            red, blue = _part(red_v, dv), _part(blue_u, du)
            green = _part(green_u, du) + _part(green_v, dv)
            left, right = _TWO * c, _TWO * c + _ONE
            dy = _luma(prev[0][left], next[0][left], low, high)
            out[left] = _moved(dy, red, green, blue, y, bound)
            dy = _luma(prev[0][right], next[0][right], low, high)
            out[right] = _moved(dy, red, green, blue, y, bound)
        if cols & 1:
            du = np.int32(next[1][pairs]) - np.int32(prev[1][pairs])
            dv = np.int32(next[2][pairs]) - np.int32(prev[2][pairs])
            green = _part(green_u, du) + _part(green_v, dv)
            dy = _luma(prev[0][_TWO * pairs], next[0][_TWO * pairs], low, high)
            last = _moved(dy, _part(red_v, dv), green, _part(blue_u, du), y, bound)
            out[_TWO * pairs] = last
        return
    for x in range(np.uint64(cols)):
        du = np.int32(next[1][x]) - np.int32(prev[1][x])
        dv = np.int32(next[2][x]) - np.int32(prev[2][x])
        green = _part(green_u, du) + _part(green_v, dv)
        dy = _luma(prev[0][x], next[0][x], low, high)
        out[x] = _moved(dy, _part(red_v, dv), green, _part(blue_u, du), y, bound)


@inline
def _select_row(mask: Any, next: Any, bg: Any, out: Any, count: Any) -> None:
    for x in range(np.uint64(count)):
        out[x] = next[x] if mask[x] else bg[x]


@inline
def _select_halved_row(
    upper: Any,
    lower: Any,
    next: Any,
    bg: Any,
    out: Any,
    cols: Any,
) -> None:
    """Write chroma of `next` where at least half of the two or four mask samples are set.

    `lower` is `upper` where chroma is halved across only, or at an odd edge: then each counts
    twice, and so does the lone sample at the right edge.
    """
    pairs = np.uint64(cols >> 1)
    for c in range(pairs):
        left, right = _TWO * c, _TWO * c + _ONE
        moved = (upper[left] & 1) + (upper[right] & 1) + (lower[left] & 1) + (lower[right] & 1)
        out[c] = next[c] if moved >= 2 else bg[c]
    if cols & 1:
        moved = 2 * ((upper[_TWO * pairs] & 1) + (lower[_TWO * pairs] & 1))
        out[pairs] = next[pairs] if moved >= 2 else bg[pairs]


@kernel(*(PLANE,) * 6, OUT_PLANE, INT, INT, YUV_WEIGHTS, INT)
def mask_u8(
    prev_y: Any,
    prev_u: Any,
    prev_v: Any,
    next_y: Any,
    next_u: Any,
    next_v: Any,
    out: Any,
    shift_x: Any,
    shift_y: Any,
    weights: Any,
    bound: Any,
) -> None:
    """`out` is 255 where `next` differs from `prev` by the bound or more, elsewhere 0."""
    rows, cols = out.shape
    count = (cols + shift_x) >> shift_x
    for y in range(rows):
        c = y >> shift_y
        prev = (
            bytes_at(address_of(prev_y, y), cols),
            bytes_at(address_of(prev_u, c), count),
            bytes_at(address_of(prev_v, c), count),
        )
        next = (
            bytes_at(address_of(next_y, y), cols),
            bytes_at(address_of(next_u, c), count),
            bytes_at(address_of(next_v, c), count),
        )
        row = bytes_at(address_of(out, y), cols)
        _mask_row(prev, next, row, cols, shift_x == 1, weights[0], weights[1], weights, bound)


@kernel(*(PLANE16,) * 6, OUT_PLANE, INT, INT, YUV_WEIGHTS, INT)
def mask_u16(
    prev_y: Any,
    prev_u: Any,
    prev_v: Any,
    next_y: Any,
    next_u: Any,
    next_v: Any,
    out: Any,
    shift_x: Any,
    shift_y: Any,
    weights: Any,
    bound: Any,
) -> None:
    """`out` is 255 where `next` differs from `prev` by the bound or more, elsewhere 0."""
    rows, cols = out.shape
    count = (cols + shift_x) >> shift_x
    for y in range(rows):
        c = y >> shift_y
        prev = (
            samples16(address_of(prev_y, y), cols),
            samples16(address_of(prev_u, c), count),
            samples16(address_of(prev_v, c), count),
        )
        next = (
            samples16(address_of(next_y, y), cols),
            samples16(address_of(next_u, c), count),
            samples16(address_of(next_v, c), count),
        )
        row = bytes_at(address_of(out, y), cols)
        _mask_row(prev, next, row, cols, shift_x == 1, weights[0], weights[1], weights, bound)


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT)
def select_u8(mask: Any, next: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    """`out` is `next` where at least half of its samples of the mask are set, elsewhere `bg`."""
    height, cols = mask.shape
    rows, count = out.shape
    for y in range(rows):
        upper = y << shift_y
        lower = min(upper + shift_y, height - 1)
        over, under = address_of(next, y), address_of(bg, y)
        new, old = bytes_at(over, count), bytes_at(under, count)
        row = bytes_at(address_of(out, y), count)
        above = bytes_at(address_of(mask, upper), cols)
        if shift_x or shift_y:  # a picture of one column is halved downward only
            below = bytes_at(address_of(mask, lower), cols)
            _select_halved_row(above, below, new, old, row, cols)
        else:
            _select_row(above, new, old, row, count)


@kernel(PLANE, PLANE16, PLANE16, OUT_PLANE16, INT, INT)
def select_u16(mask: Any, next: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    """`out` is `next` where at least half of its samples of the mask are set, elsewhere `bg`."""
    height, cols = mask.shape
    rows, count = out.shape
    for y in range(rows):
        upper = y << shift_y
        lower = min(upper + shift_y, height - 1)
        over, under = address_of(next, y), address_of(bg, y)
        new, old = samples16(over, count), samples16(under, count)
        row = samples16(address_of(out, y), count)
        above = bytes_at(address_of(mask, upper), cols)
        if shift_x or shift_y:  # a picture of one column is halved downward only
            below = bytes_at(address_of(mask, lower), cols)
            _select_halved_row(above, below, new, old, row, cols)
        else:
            _select_row(above, new, old, row, count)
