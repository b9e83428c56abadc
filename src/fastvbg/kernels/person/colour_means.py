"""The second half of `colourfit`: means of fitted slopes and bases, a row of a box at a time."""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastvbg.kernels._jit import inline
from fastvbg.kernels._lanes import (
    SIXTEEN,
    add_sixteen,
    load_lanes,
    mean_neighbours,
    move_sixteen,
    set_sixteen,
    store_lanes,
)
from fastvbg.kernels._memory import address_of, bytes_at, integers_at
from fastvbg.kernels._rows import pad_row
from fastvbg.kernels.person.plan import FIT_BLOCK, FITTED

# The lanes of `mean_neighbours`.
assert FIT_BLOCK == SIXTEEN  # noqa: S101
IN_BLOCK = np.uint64(FIT_BLOCK)

_BYTE, _INTEGER = ir.IntType(8), ir.IntType(32)


@inline
def blocks_of(columns: Any) -> Any:
    """Return how many blocks hold so many columns."""
    return (columns + FIT_BLOCK - 1) // FIT_BLOCK


@inline
def average_row(
    guides: Any,
    y: Any,
    radius: Any,
    planes: Any,
    fitted: Any,
    rows: Any,
    mixed: Any,
    kept: Any,
    box: Any,
) -> None:
    """Average slopes and bases in a row of a box, and add to the bases what chroma gives.

    Where no block around is mixed, the result is there. `kept[1]` has the row that a block's sums
    of columns are of, `kept[2]` how many mixed blocks they reach; rows come in order.
    """
    top, bottom, left, right = box
    width = right - left
    blocks, reach = blocks_of(width), blocks_of(radius)
    _count_mixed(mixed, y, radius, top, bottom, blocks, kept[2])
    done = 0
    for k in range(blocks):
        if _is_mixed_around(kept[2], k, reach, blocks):
            end = min(k + reach + 1, blocks)
            for block in range(max(done, k - reach), end):
                _sum_fitted(fitted, y, top, bottom - 1, block, radius, rows, kept[1])
            done = max(done, end)
    if not done:
        return
    if kept[1, 0] == y or kept[1, blocks - 1] == y:
        for k in range(FITTED):
            pad_row(integers_at(address_of(rows, k), width + 2 * radius), width, radius, 1)
    for k in range(blocks):
        if _is_mixed_around(kept[2], k, reach, blocks):
            start = FIT_BLOCK * k
            count = min(FIT_BLOCK, width - start)
            _average_block(guides, planes, rows, y, left, start, count, radius)


@inline
def _count_mixed(
    mixed: Any, y: Any, radius: Any, top: Any, bottom: Any, blocks: Any, counts: Any
) -> None:
    """Make the counts of mixed blocks those of the rows about `y`."""
    for row in range(top if y == top else y + radius, min(y + radius + 1, bottom)):
        for k in range(blocks):
            counts[k] += np.int32(mixed[row, k])
    if y - radius - 1 >= top:
        for k in range(blocks):
            counts[k] -= np.int32(mixed[y - radius - 1, k])


@inline
def _is_mixed_around(counts: Any, block: Any, reach: Any, blocks: Any) -> Any:
    """Tell whether a block that the squares about this one reach is mixed."""
    found = np.int32(0)
    for k in range(max(block - reach, 0), min(block + reach + 1, blocks)):
        found |= counts[k]
    return found != 0


@inline
def _sum_fitted(
    fitted: Any,
    y: Any,
    top: Any,
    last: Any,
    block: Any,
    radius: Any,
    rows: Any,
    kept: Any,
) -> None:
    """Make a block's sums of columns of fitted rows those about row `y`.

    What lies past the box holds anything, and is padded over.
    """
    start = FIT_BLOCK * block
    slots = fitted.shape[1]
    follows = y > top and kept[block] == y - 1
    enters, leaves = min(y + radius, last) % slots, max(y - radius - 1, top) % slots
    for index in range(FITTED):
        column, ring = address_of(rows, index) + 4 * (radius + start), fitted[index]
        if follows:
            entering, leaving = address_of(ring, enters), address_of(ring, leaves)
            move_sixteen(column, entering + 4 * start, leaving + 4 * start)
        else:
            set_sixteen(column, np.int32(0))
            for k in range(y - radius, y + radius + 1):
                add_sixteen(column, address_of(ring, min(max(k, top), last) % slots) + 4 * start)
    kept[block] = np.int32(y)


@intrinsic
def _lay_sixteen(
    typing_context: Any,
    slopes: Any,
    bases: Any,
    of_u: Any,
    of_v: Any,
    u: Any,
    v: Any,
    to_slopes: Any,
    to_bases: Any,
) -> Any:
    """Write 16 slopes of luma, and bases with what chroma gives; all are at addresses."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        slopes, value, *ways = (load_lanes(builder, at, _INTEGER, SIXTEEN) for at in arguments[:4])
        for way, at in zip(ways, arguments[4:6], strict=True):
            samples = builder.zext(load_lanes(builder, at, _BYTE, SIXTEEN), way.type)
            value = builder.add(value, builder.mul(way, samples))
        store_lanes(builder, slopes, arguments[6])
        store_lanes(builder, value, arguments[7])
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 8), generate


@inline
def _average_block(
    guides: Any, planes: Any, rows: Any, y: Any, left: Any, start: Any, count: Any, radius: Any
) -> None:
    """Average `count` pixels of a block. The reciprocal is as exact as in `_guided_fit`."""
    size = 2 * radius + 1
    area = np.float64(size * size)
    share = np.float64(1.0) / (2 * area)
    for k in range(FITTED):
        row, to = address_of(rows, k) + 4 * start, address_of(rows, FITTED + k)
        mean_neighbours(row, size, to, area, share)
    of_y, of_u = address_of(rows, FITTED), address_of(rows, FITTED + 1)
    of_v, base = address_of(rows, FITTED + 2), address_of(rows, FITTED + 3)
    column = left + start
    u, v = address_of(guides[1], y) + column, address_of(guides[2], y) + column
    to_slopes = address_of(planes[0], y) + 4 * column
    to_bases = address_of(planes[1], y) + 4 * column
    if count == FIT_BLOCK:
        _lay_sixteen(of_y, base, of_u, of_v, u, v, to_slopes, to_bases)
        return
    slopes, bases = integers_at(to_slopes, count), integers_at(to_bases, count)
    y_row, u_row = integers_at(of_y, count), integers_at(of_u, count)
    v_row, base_row = integers_at(of_v, count), integers_at(base, count)
    blue, red = bytes_at(u, count), bytes_at(v, count)
    for x in range(np.uint64(count)):
        slopes[x] = y_row[x]
        chroma = u_row[x] * np.int32(blue[x]) + v_row[x] * np.int32(red[x])
        bases[x] = np.int32(base_row[x] + chroma)
