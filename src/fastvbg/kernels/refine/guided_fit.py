"""The small side of `guided`: means of 4x4 pixels, and the line fitted around each of them.

Every function does one small row; `rows` are rows of integers, of which each has its use below.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, words_at
from fastvbg.kernels._rows import pad_row, window_sums

_FOUR = np.uint64(4)
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)

# Which row holds what: the padded column sums of guide, matte, guide squared and guide times matte
# are 0 to 3, and their sums across 4 to 7.
_SUMS, _SPARE, _OTHER = 4, 8, 9
COLUMN_A, COLUMN_B = 10, 11
"""The padded column sums of the fitted `a` and `b`."""

STRETCHED = 12
"""Here and in the next row are `a` and `b` between two small rows."""


@inline
def reduce_row(plane: Any, y: Any, small: Any, row: Any) -> None:
    """Write small row `y`: the means of 4x4 pixels, of which the last row and column repeat."""
    rows, cols = plane.shape
    width = (cols + 3) // 4
    sums = words_at(row, 4 * width)
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
    spare = integers_at(address_of(rows, _SPARE), length)
    other = integers_at(address_of(rows, _OTHER), length)
    window_sums(row, integers_at(target, width), spare, other, width, 2 * radius + 1, 1)


@inline
def _fit_row(rows: Any, a: Any, b: Any, width: Any, count: Any, epsilon: Any) -> None:
    """Write `a` and `b` by the sums of guide, matte, guide squared, and guide times matte.

    The base is rounded by a reciprocal: an odd number over an even one is a whole number nowhere,
    and at least one part of `2 * count` away from it, so the product's last bit does not matter.
    """
    sum_g = integers_at(address_of(rows, _SUMS), width)
    sum_p = integers_at(address_of(rows, _SUMS + 1), width)
    sum_gg = integers_at(address_of(rows, _SUMS + 2), width)
    sum_gp = integers_at(address_of(rows, _SUMS + 3), width)
    n, parts = np.float64(count), np.float64(2 * 256)
    share = np.float64(1.0) / (2 * n)
    flat = np.float64(count * count * epsilon)
    for x in range(np.uint64(width)):
        g, p = np.float64(sum_g[x]), np.float64(sum_p[x])
        covariance = n * np.float64(sum_gp[x]) - g * p
        variance = n * np.float64(sum_gg[x]) - g * g + flat
        slope = np.floor((parts * covariance + variance) / (2 * variance))
        a[x] = np.int32(slope)
        b[x] = np.int32(np.floor((parts * p - 2 * slope * g + n) * share))


@inline
def fit_row(
    guide: Any, matte: Any, y: Any, a: Any, b: Any, radius: Any, epsilon: Any, rows: Any
) -> None:
    """Fit `a` and `b`, at two addresses, around the pixels of small row `y`; rows come in order."""
    height, width = guide.shape
    if y == 0:
        for index in range(4):
            sums = integers_at(address_of(rows, index), width + 2 * radius)
            for x in range(np.uint64(width + 2 * radius)):
                sums[x] = 0
        for above in range(-radius - 1, radius):
            _take(guide, matte, min(max(above, 0), height - 1), 1, width, radius, rows)
    _take(guide, matte, min(y + radius, height - 1), 1, width, radius, rows)
    _take(guide, matte, max(y - radius - 1, 0), -1, width, radius, rows)
    for index in range(4):
        _across(rows, index, address_of(rows, _SUMS + index), width, radius)
    count = (2 * radius + 1) * (2 * radius + 1)
    _fit_row(rows, integers_at(a, width), integers_at(b, width), width, count, epsilon)


@inline
def average_row(
    ring: Any, y: Any, height: Any, out: Any, width: Any, radius: Any, rows: Any, index: Any
) -> None:
    """Write the means around row `y` of integers, which come in order, at an address.

    `ring` holds the rows that the window reaches and the one before; the column sums are row
    `index` of `rows`. The reciprocal is as exact as in `_fit_row`.
    """
    kept = ring.shape[0]
    column = integers_at(address_of(rows, index) + 4 * radius, width)
    if y == 0:
        for x in range(np.uint64(width)):
            column[x] = 0
        for above in range(-radius - 1, radius):
            row = integers_at(address_of(ring, min(max(above, 0), height - 1) % kept), width)
            for x in range(np.uint64(width)):
                column[x] += row[x]
    enters = integers_at(address_of(ring, min(y + radius, height - 1) % kept), width)
    leaves = integers_at(address_of(ring, max(y - radius - 1, 0) % kept), width)
    for x in range(np.uint64(width)):
        column[x] += enters[x] - leaves[x]
    _across(rows, index, address_of(rows, _SUMS), width, radius)
    size = 2 * radius + 1
    half = np.float64(size * size)
    share = np.float64(1.0) / (2 * half)
    sums, result = integers_at(address_of(rows, _SUMS), width), integers_at(out, width)
    for x in range(np.uint64(width)):
        result[x] = np.int32(np.floor((2.0 * np.float64(sums[x]) + half) * share))
