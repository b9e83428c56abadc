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
from fastvbg.kernels._rows import pad_row, steps, window_minima
from fastvbg.kernels._runs import vote_run
from fastvbg.kernels.refine.plan import DESPECKLE_ROWS, EXTREME_ROWS

SCRATCH = types.Array(types.uint8, 2, "C")


@inline
def _take_bits(mask: Any, y: Any, slot: Any, cols: Any) -> None:
    """Write 1 at an address where row `y` is 128 or more, else 0."""
    row, bits = bytes_at(address_of(mask, y), cols), bytes_at(slot, cols)
    for i in range(np.uint64(cols)):
        bits[i] = row[i] >> np.uint8(7)


@inline
def _count(column: Any, slot: Any, cols: Any, times: Any) -> None:
    """Add a row's bits to the column counts, as often as the border repeats it."""
    bits, weight = bytes_at(slot, cols), np.uint8(times)
    for i in range(steps(cols)):
        column[i] += bits[i] * weight


@inline
def _change(column: Any, enters: Any, leaves: Any, cols: Any) -> None:
    """Add a row's bits to the column counts and take another's from them."""
    new, old = bytes_at(enters, cols), bytes_at(leaves, cols)
    for i in range(steps(cols)):
        column[i] += new[i] - old[i]


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
    columns, spare = address_of(scratch, 0), address_of(scratch, 1)
    padded = bytes_at(columns, cols + 2 * radius)
    column = bytes_at(columns + radius, cols)
    for i in range(steps(cols)):
        column[i] = np.uint8(0)
    # Counts begin as those of row -1: the first row as often as it stands above it, and so on.
    for y in range(-1, radius):
        row = min(max(y, 0), rows - 1)
        slot = address_of(scratch, DESPECKLE_ROWS + row % kept)
        if y <= row:
            _take_bits(matte, row, slot, cols)
        _count(column, slot, cols, radius + 1 if y < 0 else 1)
    for y in range(rows):
        enters, leaves = min(y + radius, rows - 1), max(y - radius - 1, 0)
        slot = address_of(scratch, DESPECKLE_ROWS + enters % kept)
        if y + radius < rows:
            _take_bits(matte, enters, slot, cols)
        _change(column, slot, address_of(scratch, DESPECKLE_ROWS + leaves % kept), cols)
        pad_row(padded, cols, radius, 1)
        vote_run(
            columns, spare, address_of(matte, y), address_of(out, y), cols, size, size * size // 2
        )


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
        slot, y = address_of(scratch, EXTREME_ROWS + k), k - down
        if 0 <= y < rows:
            _minima_across(matte, y, slot, cols, across, bits, scratch)
        else:
            _fill(slot, cols)
    start = -down
    while start + down < rows:
        for k in range(block - 2, -1, -1):
            _lower(
                address_of(scratch, EXTREME_ROWS + k),
                address_of(scratch, EXTREME_ROWS + k + 1),
                cols,
            )
        _fill(running, cols)
        for k in range(block):
            y = start + k + down
            if y < rows:
                _finish(
                    address_of(scratch, EXTREME_ROWS + k), running, address_of(out, y), cols, bits
                )
            # The end from row k on has served; its place takes the next block's row k.
            slot, y = address_of(scratch, EXTREME_ROWS + k), start + block + k
            if y < rows:
                _minima_across(matte, y, slot, cols, across, bits, scratch)
                _lower(running, slot, cols)
            else:
                _fill(slot, cols)
        start += block
