"""Majority, minimum and maximum of a pixel's neighbourhood.

Rows must be packed. `out` may be the input: a row is written only after all rows that its
neighbourhood reaches have been read into scratch.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels._rows import copy_row, pad_row, room_for, steps, window_minima, window_sums

SCRATCH = types.Array(types.uint8, 2, "C")

WORK_ROWS = 4
"""Rows of scratch beyond those that the window's height wants."""


def despeckle_scratch(cols: int, size: int) -> Any:
    """Return the scratch of `despeckle`: bits of the window's rows and of the one that left it."""
    return np.empty((WORK_ROWS + size + 1, room_for(cols + size)), np.uint8)


def extreme_scratch(rows: int, cols: int, radius: int) -> Any:
    """Return the scratch of `extreme`: the window's rows, each of minima across."""
    across, down = min(radius, max(cols - 1, 0)), min(radius, max(rows - 1, 0))
    return np.empty((WORK_ROWS + 2 * down + 1, room_for(cols + 2 * across)), np.uint8)


@inline
def _enter(mask: Any, y: Any, ring: Any, column: Any, cols: Any, times: Any) -> None:
    """Keep the bits of row `y` at an address, and add them to the column sums `times` over."""
    row, bits, sums = bytes_at(address_of(mask, y), cols), bytes_at(ring, cols), column
    for i in range(np.uint64(cols)):
        bits[i] = row[i] >> np.uint8(7)
    weight = np.uint8(times)
    for i in range(steps(cols)):
        sums[i] += bits[i] * weight


@inline
def _add(column: Any, address: Any, cols: Any) -> None:
    bits = bytes_at(address, cols)
    for i in range(steps(cols)):
        column[i] += bits[i]


@inline
def _leave(column: Any, address: Any, cols: Any) -> None:
    bits = bytes_at(address, cols)
    for i in range(steps(cols)):
        column[i] -= bits[i]


@inline
def _vote(matte: Any, counts: Any, out: Any, cols: Any, half: Any) -> None:
    """Keep a value that is on the majority's side of 128; else write the majority's end."""
    row, result, bound = bytes_at(matte, cols), bytes_at(out, cols), np.uint8(half)
    for i in range(np.uint64(cols)):
        value = row[i]
        high = value if value >= np.uint8(128) else np.uint8(255)
        low = value if value < np.uint8(128) else np.uint8(0)
        result[i] = high if counts[i] > bound else low


@kernel(PLANE, OUT_PLANE, INT, SCRATCH)
def despeckle(matte: Any, out: Any, size: Any, scratch: Any) -> None:
    """`out` is `matte`, but 0 or 255 where most of a square of odd `size` is past 128 or not.

    Counts are at most 225 and fit bytes: those of each column over the square's rows are kept up to
    date as rows enter and leave it, then added across.
    """
    rows, cols = out.shape
    radius, kept = size // 2, size + 1
    if rows == 0 or cols == 0:
        return
    length = cols + 2 * radius
    padded = bytes_at(address_of(scratch, 0), length)
    column = bytes_at(address_of(scratch, 0) + radius, cols)
    spare, other = (
        bytes_at(address_of(scratch, 1), length),
        bytes_at(address_of(scratch, 2), length),
    )
    counts = bytes_at(address_of(scratch, 3), cols)
    for i in range(steps(cols)):
        column[i] = np.uint8(0)
    for y in range(-radius, rows):
        enters, leaves = y + radius, y - radius - 1
        if enters < rows:
            slot = address_of(scratch, WORK_ROWS + enters % kept)
            _enter(matte, enters, slot, column, cols, radius + 1 if enters == 0 else 1)
        else:
            _add(column, address_of(scratch, WORK_ROWS + (rows - 1) % kept), cols)
        if y < 0:
            continue
        if y > 0:
            _leave(column, address_of(scratch, WORK_ROWS + max(leaves, 0) % kept), cols)
        pad_row(padded, cols, radius, 1)
        window_sums(padded, counts, spare, other, cols, size, 1)
        result = address_of(scratch, 1)
        _vote(address_of(matte, y), counts, result, cols, size * size // 2)
        copy_row(result, address_of(out, y), cols)


@inline
def _minima_across(
    matte: Any, y: Any, target: Any, cols: Any, radius: Any, flip: Any, scratch: Any
) -> None:
    """Write, at an address, the minima across of row `y` with its bits flipped or not."""
    length = cols + 2 * radius
    row = bytes_at(address_of(matte, y), cols)
    padded = bytes_at(address_of(scratch, 0), length)
    inner = bytes_at(address_of(scratch, 0) + radius, cols)
    for i in range(np.uint64(cols)):
        inner[i] = row[i] ^ flip
    pad_row(padded, cols, radius, 1)
    spare, other = (
        bytes_at(address_of(scratch, 1), length),
        bytes_at(address_of(scratch, 2), length),
    )
    window_minima(padded, bytes_at(target, cols), spare, other, cols, 2 * radius + 1)


@inline
def _fill(address: Any, cols: Any) -> None:
    row = bytes_at(address, cols)
    for i in range(steps(cols)):
        row[i] = np.uint8(255)


@inline
def _lower(address: Any, than: Any, cols: Any) -> None:
    """Lower the row at an address to that at another where it is higher."""
    row, bound = bytes_at(address, cols), bytes_at(than, cols)
    for i in range(steps(cols)):
        row[i] = min(row[i], bound[i])


@inline
def _finish(first: Any, second: Any, out: Any, cols: Any, flip: Any) -> None:
    """Write the lesser of two rows, its bits flipped back."""
    a, b, result = bytes_at(first, cols), bytes_at(second, cols), bytes_at(out, cols)
    for i in range(np.uint64(cols)):
        result[i] = min(a[i], b[i]) ^ flip


@kernel(PLANE, OUT_PLANE, INT, INT, SCRATCH)
def extreme(matte: Any, out: Any, radius: Any, flip: Any, scratch: Any) -> None:
    """`out` is the minimum over squares of side `2*radius + 1`; with `flip` 255 the maximum.

    Squares are cut at the borders. Down the columns it goes by blocks of as many rows as a square
    has: any square's rows are the end of one block and the start of the next, so the minima of all
    ends, made once a block, and a running minimum of the next block's start give each row by three
    minima, whatever the radius (van Herk, "A fast algorithm for local minimum and maximum filters
    on rectangular and octagonal kernels", Pattern Recognition Letters 13, 1992).
    """
    rows, cols = out.shape
    if rows == 0 or cols == 0:
        return
    across, down = min(radius, cols - 1), min(radius, rows - 1)
    block, bits = 2 * down + 1, np.uint8(flip)
    running = address_of(scratch, 3)
    for k in range(block):
        slot, y = address_of(scratch, WORK_ROWS + k), k - down
        if 0 <= y < rows:
            _minima_across(matte, y, slot, cols, across, bits, scratch)
        else:
            _fill(slot, cols)
    start = -down
    while start + down < rows:
        for k in range(block - 2, -1, -1):
            _lower(address_of(scratch, WORK_ROWS + k), address_of(scratch, WORK_ROWS + k + 1), cols)
        _fill(running, cols)
        for k in range(block):
            y = start + k + down
            if y < rows:
                _finish(address_of(scratch, WORK_ROWS + k), running, address_of(out, y), cols, bits)
            # The end from row k on has served; its place takes the next block's row k.
            slot, y = address_of(scratch, WORK_ROWS + k), start + block + k
            if y < rows:
                _minima_across(matte, y, slot, cols, across, bits, scratch)
                _lower(running, slot, cols)
            else:
                _fill(slot, cols)
        start += block
