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
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, words_at
from fastvbg.kernels._rows import pad_row, room_for, window_sums

REDUCTION = 4
"""Pixels of the frame a pixel of the small planes stands for, each way."""

MAX_RADIUS = 6
"""Of squares at the small size: with 13 by 13 pixels the sums below still fit 32 bits."""

BLOCK = 8
"""Small pixels in a block that is found to be even or not."""

MIXED = -(1 << 31)
"""Of a block that is not even; no `b` is as low."""

_BYTES = types.Array(types.uint8, 3, "C")
_INTEGERS = types.Array(types.int32, 3, "C")
_ROWS = types.Array(types.int32, 2, "C")

_FOUR = np.uint64(4)
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)


def scratch_for(rows: int, cols: int) -> tuple[Any, ...]:
    """Return the scratch of `smooth`: small planes of bytes and of integers, and rows of them."""
    height, width = -(-rows // REDUCTION), -(-cols // REDUCTION)
    room = room_for(width + 2 * MAX_RADIUS)
    return (
        np.empty((2, height, room), np.uint8),
        np.empty((4, height, room), np.int32),
        np.empty((11, room), np.int32),
        np.empty((2, room_for(REDUCTION * width)), np.int32),
        np.empty((height, -(-width // BLOCK) + 2), np.int32),
    )


@inline
def _reduce(plane: Any, small: Any, row: Any) -> None:
    """Write the means of 4x4 pixels; the last row and column repeat where a block wants more."""
    rows, cols = plane.shape
    height, width = (rows + 3) // 4, (cols + 3) // 4
    sums = words_at(row, 4 * width)
    for y in range(height):
        first = bytes_at(address_of(plane, 4 * y), cols)
        second = bytes_at(address_of(plane, min(4 * y + 1, rows - 1)), cols)
        third = bytes_at(address_of(plane, min(4 * y + 2, rows - 1)), cols)
        fourth = bytes_at(address_of(plane, min(4 * y + 3, rows - 1)), cols)
        for x in range(np.uint64(cols)):
            upper = np.int16(first[x]) + np.int16(second[x])
            sums[x] = np.int16(upper + np.int16(third[x]) + np.int16(fourth[x]))
        for k in range(cols, 4 * width):
            sums[np.uint64(k)] = sums[np.uint64(cols - 1)]
        means = bytes_at(address_of(small, y), width)
        for x in range(np.uint64(width)):
            k = _FOUR * x
            total = sums[k] + sums[k + _ONE] + sums[k + _TWO] + sums[k + _THREE] + 8
            means[x] = np.uint8(total >> 4)


@inline
def _take(guide: Any, matte: Any, y: Any, sign: Any, width: Any, radius: Any, rows: Any) -> None:
    """Add row `y` to the four column sums, or take it from them."""
    g, p = bytes_at(address_of(guide, y), width), bytes_at(address_of(matte, y), width)
    start = 4 * radius
    sum_g = integers_at(address_of(rows, 0) + start, width)
    sum_p = integers_at(address_of(rows, 1) + start, width)
    sum_gg = integers_at(address_of(rows, 2) + start, width)
    sum_gp = integers_at(address_of(rows, 3) + start, width)
    way = np.int32(sign)
    for x in range(np.uint64(width)):
        sum_g[x] += way * np.int32(g[x])
    for x in range(np.uint64(width)):
        sum_p[x] += way * np.int32(p[x])
    for x in range(np.uint64(width)):
        sum_gg[x] += way * (np.int32(g[x]) * np.int32(g[x]))
    for x in range(np.uint64(width)):
        sum_gp[x] += way * (np.int32(g[x]) * np.int32(p[x]))


@inline
def _across(rows: Any, index: Any, target: Any, width: Any, radius: Any) -> None:
    """Sum a padded row of integers over the window."""
    length = width + 2 * radius
    row = integers_at(address_of(rows, index), length)
    pad_row(row, width, radius, 1)
    spare = integers_at(address_of(rows, 8), length)
    other = integers_at(address_of(rows, 9), length)
    window_sums(row, integers_at(target, width), spare, other, width, 2 * radius + 1, 1)


@inline
def _fit_row(rows: Any, a: Any, b: Any, width: Any, count: Any, epsilon: Any) -> None:
    """Write `a` and `b` by the sums of guide, matte, guide squared, and guide times matte."""
    sum_g = integers_at(address_of(rows, 4), width)
    sum_p = integers_at(address_of(rows, 5), width)
    sum_gg = integers_at(address_of(rows, 6), width)
    sum_gp = integers_at(address_of(rows, 7), width)
    n, parts = np.float64(count), np.float64(2 * 256)
    flat = np.float64(count * count * epsilon)
    for x in range(np.uint64(width)):
        g, p = np.float64(sum_g[x]), np.float64(sum_p[x])
        covariance = n * np.float64(sum_gp[x]) - g * p
        variance = n * np.float64(sum_gg[x]) - g * g + flat
        slope = np.floor((parts * covariance + variance) / (2 * variance))
        a[x] = np.int32(slope)
        b[x] = np.int32(np.floor((parts * p - 2 * slope * g + n) / (2 * n)))


@inline
def _fit(guide: Any, matte: Any, a: Any, b: Any, radius: Any, epsilon: Any, rows: Any) -> None:
    """Fit `a` and `b` around each small pixel."""
    height, width = guide.shape
    for index in range(4):
        sums = integers_at(address_of(rows, index), width + 2 * radius)
        for x in range(np.uint64(width + 2 * radius)):
            sums[x] = 0
    for y in range(-radius - 1, radius):
        _take(guide, matte, min(max(y, 0), height - 1), 1, width, radius, rows)
    count = (2 * radius + 1) * (2 * radius + 1)
    for y in range(height):
        _take(guide, matte, min(y + radius, height - 1), 1, width, radius, rows)
        _take(guide, matte, max(y - radius - 1, 0), -1, width, radius, rows)
        for index in range(4):
            _across(rows, index, address_of(rows, 4 + index), width, radius)
        a_row, b_row = integers_at(address_of(a, y), width), integers_at(address_of(b, y), width)
        _fit_row(rows, a_row, b_row, width, count, epsilon)


@inline
def _average(plane: Any, out: Any, width: Any, radius: Any, rows: Any) -> None:
    """Write the means of integers over the window."""
    height = plane.shape[0]
    padded = address_of(rows, 0)
    column = integers_at(padded + 4 * radius, width)
    for x in range(np.uint64(width)):
        column[x] = 0
    for y in range(-radius - 1, radius):
        row = integers_at(address_of(plane, min(max(y, 0), height - 1)), width)
        for x in range(np.uint64(width)):
            column[x] += row[x]
    size = 2 * radius + 1
    n, half = np.float64(2 * size * size), np.float64(size * size)
    sums = integers_at(address_of(rows, 4), width)
    for y in range(height):
        enters = integers_at(address_of(plane, min(y + radius, height - 1)), width)
        leaves = integers_at(address_of(plane, max(y - radius - 1, 0)), width)
        for x in range(np.uint64(width)):
            column[x] += enters[x] - leaves[x]
        _across(rows, 0, address_of(rows, 4), width, radius)
        result = integers_at(address_of(out, y), width)
        for x in range(np.uint64(width)):
            result[x] = np.int32(np.floor((2.0 * np.float64(sums[x]) + half) / n))


@inline
def _summarize(mean_a: Any, mean_b: Any, codes: Any, width: Any) -> None:
    """Write, for each block of small pixels, the `b` they share where `a` is 0, or else `MIXED`.

    A column of `MIXED` codes stands at each side only to be overwritten: sides repeat outward.
    """
    height, blocks = mean_a.shape[0], codes.shape[1] - 2
    for y in range(height):
        a, b = integers_at(address_of(mean_a, y), width), integers_at(address_of(mean_b, y), width)
        for k in range(blocks):
            first = b[np.uint64(BLOCK * k)]
            unlike = np.int32(0)
            for x in range(np.uint64(BLOCK * k), np.uint64(min(BLOCK * (k + 1), width))):
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
def _between(plane: Any, y: Any, start: Any, end: Any, width: Any, row: Any, out: Any) -> None:
    """Stretch small columns from `start` up to `end` to row `y` of the frame, times 64.

    Pixel `4j + t` lies at `j + (2t - 3) / 8` small pixels, between two of them.
    """
    j, t = y // 4, y % 4
    near = integers_at(address_of(plane, j), width)
    beside = min(max(j - 1 if t < 2 else j + 1, 0), plane.shape[0] - 1)
    far = integers_at(address_of(plane, beside), width)
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


@kernel(PLANE, PLANE, OUT_PLANE, INT, INT, INT, _BYTES, _INTEGERS, _ROWS, _ROWS, _ROWS)
def smooth(
    matte: Any,
    guide: Any,
    out: Any,
    radius: Any,
    epsilon: Any,
    gain: Any,
    small: Any,
    planes: Any,
    rows: Any,
    wide: Any,
    codes: Any,
) -> None:
    """`out` is the matte smoothed along the guide's edges.

    `radius` is in small pixels, `epsilon` the variance of the guide below which it counts as flat;
    differences from 128 are multiplied by `gain`. Where the matte is even, as most of it is, the
    fit is too, and is not stretched.
    """
    height, cols = out.shape
    if height == 0 or cols == 0:
        return
    width = (cols + 3) // 4
    small_guide, small_matte = small[0, :, :width], small[1, :, :width]
    _reduce(guide, small_guide, address_of(wide, 0))
    _reduce(matte, small_matte, address_of(wide, 0))
    a, b, mean_a, mean_b = planes[0], planes[1], planes[2], planes[3]
    _fit(small_guide, small_matte, a, b, radius, epsilon, rows)
    _average(a, mean_a, width, radius, rows)
    _average(b, mean_b, width, radius, rows)
    _summarize(mean_a, mean_b, codes, width)
    times, blocks = np.int32(gain), codes.shape[1] - 2
    slopes, bases = integers_at(address_of(wide, 0), cols), integers_at(address_of(wide, 1), cols)
    for j in range(small_matte.shape[0]):
        k = 0
        while k < blocks:
            code, first = _code(codes, j, k), k
            while k < blocks and _code(codes, j, k) == code:
                k += 1
            start, end = BLOCK * first, min(BLOCK * k, width)
            left, count = 4 * start, min(4 * end, cols) - 4 * start
            for y in range(4 * j, min(4 * j + 4, height)):
                result = bytes_at(address_of(out, y) + left, count)
                if code != MIXED:
                    even = _result(np.int32(0), np.int32(64 * code), np.uint8(0), times)
                    for x in range(np.uint64(count)):
                        result[x] = even
                    continue
                _between(mean_a, y, start, end, width, address_of(rows, 0), slopes)
                _between(mean_b, y, start, end, width, address_of(rows, 1), bases)
                g = bytes_at(address_of(guide, y) + left, count)
                for x in range(np.uint64(count)):
                    result[x] = _result(slopes[x], bases[x], g[x], times)
