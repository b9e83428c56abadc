"""A matte smoothed along the edges of a guide: the guided filter, fitted at a quarter of the size.

Near each pixel the matte is taken as `a * guide + b`, by least squares over a square; `a` is small
where the guide is flat, so there the matte is averaged, and where the guide has an edge the matte
takes its course. Fit and averages are made of means of 4x4 pixels, then `a` and `b` are stretched
bilinearly and meet the guide at full size. K. He, J. Sun, X. Tang, "Guided Image Filtering", ECCV
2010; K. He, J. Sun, "Fast Guided Filter", arXiv:1505.00996.

All in integers, `a` and `b` in parts of 1/256; `reference.guided.smooth_guided` has the arithmetic.
Divisions go through float64, which are exact here: numerators stay below 2**53, so a quotient that
is no integer is never rounded to one.

Rows must be packed. `out` may be the matte, not the guide.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, integers_at
from fastvbg.kernels.refine.guided_fit import (
    COLUMN_A,
    COLUMN_B,
    STRETCHED,
    average_row,
    fit_row,
    reduce_row,
)
from fastvbg.kernels.refine.plan import GUIDED_AVERAGED, GUIDED_BLOCK

MIXED = -(1 << 31)
"""Of a block that is not even; no `b` is as low."""

_BYTES = types.Array(types.uint8, 3, "C")
_INTEGERS = types.Array(types.int32, 3, "C")
_ROWS = types.Array(types.int32, 2, "C")

_FOUR = np.uint64(4)
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)


@inline
def _summarize(a: Any, b: Any, codes: Any, y: Any, width: Any) -> None:
    """Write, for each block of small row `y`, the `b` it shares where `a` is 0, or else `MIXED`.

    Outer blocks repeat outward.
    """
    blocks = codes.shape[1] - 2
    for k in range(blocks):
        first = b[np.uint64(GUIDED_BLOCK * k)]
        unlike = np.int32(0)
        for x in range(np.uint64(GUIDED_BLOCK * k), np.uint64(min(GUIDED_BLOCK * (k + 1), width))):
            unlike |= a[x] | (b[x] ^ first)
        codes[y, k + 1] = first if unlike == 0 else MIXED
    codes[y, 0], codes[y, blocks + 1] = codes[y, 1], codes[y, blocks]


@inline
def _code(codes: Any, y: Any, k: Any) -> Any:
    """Return what a block and all around it share, or `MIXED`."""
    code = codes[y, k + 1]
    for row in range(max(y - 1, 0), min(y + 2, codes.shape[0])):
        for column in range(k, k + 3):
            if codes[row, column] != code:
                code = MIXED
    return code


@inline
def _between(
    ring: Any, y: Any, height: Any, start: Any, end: Any, width: Any, row: Any, out: Any
) -> None:
    """Stretch small columns from `start` up to `end` to row `y` of the frame, times 64.

    Pixel `4j + t` lies at `j + (2t - 3) / 8` small pixels, between two of them.
    """
    j, t = y // 4, y % 4
    near = integers_at(address_of(ring, j % GUIDED_AVERAGED), width)
    beside = min(max(j - 1 if t < 2 else j + 1, 0), height - 1)
    far = integers_at(address_of(ring, beside % GUIDED_AVERAGED), width)
    far_weight = np.int32(abs(2 * t - 3))
    near_weight = np.int32(8) - far_weight
    count = end - start
    padded, offset = integers_at(row, count + 2), np.uint64(start)
    inner = integers_at(row + 4, count)
    for x in range(np.uint64(count)):
        inner[x] = near_weight * near[x + offset] + far_weight * far[x + offset]
    left, right = np.uint64(max(start - 1, 0)), np.uint64(min(end, width - 1))
    padded[np.uint64(0)] = near_weight * near[left] + far_weight * far[left]
    inner[np.uint64(count)] = near_weight * near[right] + far_weight * far[right]
    for x in range(np.uint64(count)):
        before, middle, after = padded[x], padded[x + _ONE], padded[x + _TWO]
        k = _FOUR * x
        out[k] = np.int32(3) * before + np.int32(5) * middle
        out[k + _ONE] = before + np.int32(7) * middle
        out[k + _TWO] = np.int32(7) * middle + after
        out[k + _THREE] = np.int32(5) * middle + np.int32(3) * after


@inline
def _result(slope: Any, base: Any, guide: Any, gain: Any) -> Any:
    """Return the matte of `a` and `b` times 64, in parts of 1/128 until the gain has been used."""
    fitted = np.int32(np.int32(slope * np.int32(guide)) + base) >> np.int32(7)
    steeper = np.int32(np.int32(fitted - np.int32(128 << 7)) * gain)
    value = np.int32(steeper + np.int32((128 << 7) + 64)) >> np.int32(7)
    return np.uint8(min(max(value, np.int32(0)), np.int32(255)))


@inline
def _apply(
    guide: Any, out: Any, j: Any, means: Any, gain: Any, rows: Any, wide: Any, codes: Any
) -> None:
    """Write the frame's rows of small row `j`."""
    height, cols = out.shape
    width, small_height, blocks = (cols + 3) // 4, codes.shape[0], codes.shape[1] - 2
    slopes, bases = integers_at(address_of(wide, 0), cols), integers_at(address_of(wide, 1), cols)
    first_row, second_row = address_of(rows, STRETCHED), address_of(rows, STRETCHED + 1)
    k = 0
    while k < blocks:
        code, first = _code(codes, j, k), k
        while k < blocks and _code(codes, j, k) == code:
            k += 1
        start, end = GUIDED_BLOCK * first, min(GUIDED_BLOCK * k, width)
        left, count = 4 * start, min(4 * end, cols) - 4 * start
        for y in range(4 * j, min(4 * j + 4, height)):
            result = bytes_at(address_of(out, y) + left, count)
            if code != MIXED:
                even = _result(np.int32(0), np.int32(64 * code), np.uint8(0), gain)
                for x in range(np.uint64(count)):
                    result[x] = even
                continue
            _between(means[0], y, small_height, start, end, width, first_row, slopes)
            _between(means[1], y, small_height, start, end, width, second_row, bases)
            g = bytes_at(address_of(guide, y) + left, count)
            for x in range(np.uint64(count)):
                result[x] = _result(slopes[x], bases[x], g[x], gain)


@kernel(PLANE, PLANE, OUT_PLANE, INT, INT, INT, _BYTES, _INTEGERS, _INTEGERS, _ROWS, _ROWS, _ROWS)
def smooth(
    matte: Any,
    guide: Any,
    out: Any,
    radius: Any,
    epsilon: Any,
    gain: Any,
    small: Any,
    fits: Any,
    means: Any,
    rows: Any,
    wide: Any,
    codes: Any,
) -> None:
    """`out` is the matte smoothed along the guide's edges.

    `radius` is in small pixels, `epsilon` the variance of the guide below which it counts as flat;
    differences from 128 are multiplied by `gain`. Each stage goes only as far ahead as the next one
    wants, so that the guide is read once from memory. Where the matte is even, as most of it is,
    the fit is too, and is not stretched.
    """
    height, width = small.shape[1], small.shape[2]
    small_guide, small_matte = small[0], small[1]
    kept, times, sums = fits.shape[1], np.int32(gain), address_of(wide, 0)
    reduced = fitted = averaged = 0
    for j in range(height if width else 0):
        while averaged < min(j + 2, height):
            while fitted < min(averaged + radius + 1, height):
                while reduced < min(fitted + radius + 1, height):
                    reduce_row(guide, reduced, small_guide, sums)
                    reduce_row(matte, reduced, small_matte, sums)
                    reduced += 1
                slot = fitted % kept
                a, b = address_of(fits[0], slot), address_of(fits[1], slot)
                fit_row(small_guide, small_matte, fitted, a, b, radius, epsilon, rows)
                fitted += 1
            slot = averaged % GUIDED_AVERAGED
            a, b = address_of(means[0], slot), address_of(means[1], slot)
            average_row(fits[0], averaged, height, a, width, radius, rows, COLUMN_A)
            average_row(fits[1], averaged, height, b, width, radius, rows, COLUMN_B)
            _summarize(integers_at(a, width), integers_at(b, width), codes, averaged, width)
            averaged += 1
        _apply(guide, out, j, means, times, rows, wide, codes)
