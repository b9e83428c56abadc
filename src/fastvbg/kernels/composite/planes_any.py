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
from fastvbg.kernels._memory import address_of, flat_at
from fastvbg.kernels._planes import PLANES
from fastvbg.kernels.portable.planes import blend_halved_row, blend_row

PLANE16 = types.Array(types.uint16, 2, "A", readonly=True)
OUT_PLANE16 = types.Array(types.uint16, 2, "A")

# 32-bit constants keep the arithmetic in 32-bit lanes; 16-bit samples times a coefficient fit them.
_HALF, _SHIFT = np.int32(1 << (YUV_SHIFT - 1)), np.int32(YUV_SHIFT)
# Unsigned indices: a signed one is tested for wrap-around, which keeps LLVM from vectorizing.
_ONE, _TWO = np.uint64(1), np.uint64(2)
_MOVED, _STILL = np.uint8(255), np.uint8(0)


@intrinsic
def _samples_at(typing_context: Any, plane: Any, address: Any, count: Any) -> Any:
    """Take an address as a flat array of so many samples of a plane's kind."""
    flat, emit = flat_at(plane.dtype, address, count)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return emit(context, builder, flat, arguments[1:])

    return flat.return_type(plane, *flat.args), generate


@inline
def samples_of(plane: Any, row: Any, count: Any) -> Any:
    """Return so many samples of a row of a plane, of bytes or of words, as a flat array."""
    return _samples_at(plane, address_of(plane, row), count)


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
def _pick(moved: Any, next: Any, bg: Any) -> Any:
    return next if moved else bg


@inline
def _most_moved(upper: Any, lower: Any, left: Any, right: Any) -> Any:
    """Tell whether at least half of four samples of a mask are set."""
    return (upper[left] & 1) + (upper[right] & 1) + (lower[left] & 1) + (lower[right] & 1) >= 2


def _mask(
    prev: Any, next: Any, out: Any, shift_x: Any, shift_y: Any, weights: Any, bound: Any
) -> None:
    prev_y, prev_u, prev_v = prev
    next_y, next_u, next_v = next
    rows, cols = out.shape
    count = (cols + shift_x) >> shift_x
    for y in range(rows):
        c = y >> shift_y
        first = (
            samples_of(prev_y, y, cols),
            samples_of(prev_u, c, count),
            samples_of(prev_v, c, count),
        )
        second = (
            samples_of(next_y, y, cols),
            samples_of(next_u, c, count),
            samples_of(next_v, c, count),
        )
        row = samples_of(out, y, cols)
        _mask_row(first, second, row, cols, shift_x == 1, weights[0], weights[1], weights, bound)


_REST = OUT_PLANE, INT, INT, YUV_WEIGHTS, INT

mask_u8 = kernel(PLANES, PLANES, *_REST, name="composite.planes_any.mask_u8")(_mask)
mask_u16 = kernel(*(types.UniTuple(PLANE16, 3),) * 2, *_REST, name="composite.planes_any.mask_u16")(
    _mask
)
"""`out` is 255 where `next` differs from `prev` by the bound or more, elsewhere 0."""


@inline
def over_plane(
    over: Any,
    share: Any,
    matte: Any,
    frame: Any,
    bg: Any,
    out: Any,
    shift_x: Any,
    shift_y: Any,
) -> None:
    """Write each sample by `over` of what of the matte lies on it, made one by `share`."""
    height, cols = matte.shape
    rows, count = out.shape
    for y in range(rows):
        upper = y << shift_y
        lower = min(upper + shift_y, height - 1)
        new, old = samples_of(frame, y, count), samples_of(bg, y, count)
        row = samples_of(out, y, count)
        above = samples_of(matte, upper, cols)
        if shift_x or shift_y:  # a picture of one column is halved downward only
            below = samples_of(matte, lower, cols)
            blend_halved_row(over, share, above, below, new, old, row, cols)
        else:
            blend_row(over, above, new, old, row, count)


def _select(mask: Any, next: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    over_plane(_pick, _most_moved, mask, next, bg, out, shift_x, shift_y)


select_u8 = kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT, name="composite.planes_any.select_u8")(
    _select
)
"""`out` is `next` where at least half of its samples of the mask are set, elsewhere `bg`."""
select_u16 = kernel(
    PLANE, PLANE16, PLANE16, OUT_PLANE16, INT, INT, name="composite.planes_any.select_u16"
)(_select)
"""The same of words."""
