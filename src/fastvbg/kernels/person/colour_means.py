"""The second half of `colourfit`: means of fitted slopes and bases, a row of a box at a time."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._lanes import SIXTEEN, sum_neighbours
from fastvbg.kernels._memory import address_of, bytes_at, integers_at
from fastvbg.kernels._rows import pad_row
from fastvbg.kernels.person.plan import FIT_BLOCK, FITTED

# The lanes of `sum_neighbours`.
assert FIT_BLOCK == SIXTEEN  # noqa: S101
IN_BLOCK = np.uint64(FIT_BLOCK)


@inline
def average_row(
    guides: Any,
    y: Any,
    radius: Any,
    planes: Any,
    fitted: Any,
    rows: Any,
    mixed: Any,
    box: Any,
) -> None:
    """Average slopes and bases in a row of a box, and add to the bases what chroma gives.

    Where no block around is mixed, the result is there.
    """
    top, bottom, left, right = box
    width = right - left
    for k in range(FITTED):
        column = address_of(rows, k)
        _move_fitted(fitted[k], y, top, bottom - 1, width, radius, column + 4 * radius)
        pad_row(integers_at(column, width + 2 * radius), width, radius, 1)
    for start in range(0, width, FIT_BLOCK):
        if _is_mixed_around(mixed, y, start // FIT_BLOCK, radius, (top, bottom, width)):
            count = min(FIT_BLOCK, width - start)
            _average_block(guides, planes, rows, y, left, start, count, radius)


@inline
def _move_fitted(ring: Any, y: Any, top: Any, last: Any, width: Any, radius: Any, to: Any) -> None:
    """Make the column sums of fitted rows, at an address, those of row `y`."""
    kept = ring.shape[0]
    column = integers_at(to, width)
    if y == top:
        for x in range(np.uint64(width)):
            column[x] = 0
        for k in range(y - radius, y + radius + 1):
            row = integers_at(address_of(ring, min(max(k, top), last) % kept), width)
            for x in range(np.uint64(width)):
                column[x] += row[x]
    else:
        enters = integers_at(address_of(ring, min(y + radius, last) % kept), width)
        leaves = integers_at(address_of(ring, max(y - radius - 1, top) % kept), width)
        for x in range(np.uint64(width)):
            column[x] += enters[x] - leaves[x]


@inline
def _is_mixed_around(mixed: Any, y: Any, block: Any, radius: Any, box: Any) -> Any:
    """Tell whether a block that the squares about this one reach is mixed."""
    top, bottom, width = box
    reach = (radius + FIT_BLOCK - 1) // FIT_BLOCK
    first, end = max(block - reach, 0), min(block + reach, (width - 1) // FIT_BLOCK) + 1
    for row in range(max(y - radius, top), min(y + radius + 1, bottom)):
        for k in range(first, end):
            if mixed[row, k]:
                return True
    return False


@inline
def _average_block(
    guides: Any, planes: Any, rows: Any, y: Any, left: Any, start: Any, count: Any, radius: Any
) -> None:
    """Average `count` pixels of a block. The reciprocal is as exact as in `_guided_fit`."""
    size = 2 * radius + 1
    area = np.float64(size * size)
    share = np.float64(1.0) / (2 * area)
    for k in range(FITTED):
        to = address_of(rows, FITTED + k)
        sum_neighbours(address_of(rows, k) + 4 * start, size, to)
        means = integers_at(to, FIT_BLOCK)
        for x in range(IN_BLOCK):
            means[x] = np.int32(np.floor((2.0 * np.float64(means[x]) + area) * share))
    of_y, of_u = integers_at(address_of(rows, 4), count), integers_at(address_of(rows, 5), count)
    of_v, base = integers_at(address_of(rows, 6), count), integers_at(address_of(rows, 7), count)
    column = left + start
    u, v = (
        bytes_at(address_of(guides[1], y) + column, count),
        bytes_at(address_of(guides[2], y) + column, count),
    )
    slopes = integers_at(address_of(planes[0], y) + 4 * column, count)
    bases = integers_at(address_of(planes[1], y) + 4 * column, count)
    for x in range(np.uint64(count)):
        slopes[x] = of_y[x]
        bases[x] = np.int32(base[x] + of_u[x] * np.int32(u[x]) + of_v[x] * np.int32(v[x]))
