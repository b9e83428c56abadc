"""Soft edges before a plate: `reference.soft_edges` has the arithmetic.

A matte is looked at in square cells. Most are even, and cost a pass over the matte's bytes and the
keyer's; colours are looked up in those at an edge alone. Rows must be packed.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, floats_at, integers_at, long_words_at
from fastvbg.kernels._planes import PLANES, SHIFTS
from fastvbg.kernels._rows import steps
from fastvbg.kernels.keying.cell_colours import (
    BEHIND,
    PRIOR,
    SHARE,
    USED,
    cover,
    mean_cell,
    read_cell,
)
from fastvbg.kernels.keying.edges_plan import (
    CORE,
    COVERED,
    EDGE,
    LARGE,
    MEANT,
    MOST,
    OPEN,
    SOLID,
)
from fastvbg.kernels.keying.plate import MODEL

_RANGE = types.UniTuple(INT, 2)
_CELLS = types.Array(types.uint8, 2, "C")
_COLOURS = types.Array(types.float32, 2, "C")
_STEPS = types.Array(types.int64, 2, "C")
_FOUND = types.Array(types.int64, 1, "C")
_ANY, _ALL, _HITS, _NEAR = 0, 1, 2, 3
"""Rows of bytes of scratch: of columns of cells; the last is the first of a cell's rows."""
_TOPS = np.uint64(0x8080808080808080)
_TOPS_SMALL = np.int32(-0x7F7F7F80)
_ZERO, _FULL = np.uint8(0), np.uint8(255)
_HALF = np.uint8(128)


@inline
def _gather(matte: Any, keyed: Any, j: Any, cell: Any, rows: Any) -> None:
    """Write what a row of cells has in each column: any and all bits, and how many are keyed."""
    height, cols = matte.shape
    some, every = bytes_at(address_of(rows, _ANY), cols), bytes_at(address_of(rows, _ALL), cols)
    hits = bytes_at(address_of(rows, _HITS), cols)
    for x in range(steps(cols)):
        some[x], every[x], hits[x] = _ZERO, _FULL, _ZERO
    for y in range(j * cell, min((j + 1) * cell, height)):
        row, hit = bytes_at(address_of(matte, y), cols), bytes_at(address_of(keyed, y), cols)
        for x in range(np.uint64(cols)):
            some[x] |= row[x]
            every[x] &= row[x]
            hits[x] += np.uint8(hit[x] != _ZERO)


@inline
def _is_covered(some: Any, cell: Any) -> Any:
    if cell == LARGE:
        return long_words_at(some, 1)[0] != np.uint64(0)
    return integers_at(some, 1)[0] != np.int32(0)


@inline
def _is_solid(every: Any, cell: Any) -> Any:
    if cell == LARGE:
        return long_words_at(every, 1)[0] & _TOPS == _TOPS
    return integers_at(every, 1)[0] & _TOPS_SMALL == _TOPS_SMALL


@inline
def _is_hit_little(hits: Any, cell: Any, size: Any) -> Any:
    counts, total = bytes_at(hits, cell), 0
    for x in range(cell):
        total += np.int64(counts[np.uint64(x)])
    return 8 * total < size


@inline
def _is_open(pixels: Any, count: Any, range_: Any) -> Any:
    """Tell whether a cell is the plate by its means; `pixels` are what `read_cell` reads."""
    alike = True
    for k in range(3):
        off, row = np.float32(0), floats_at(address_of(pixels, k), count)
        for x in range(count):
            off += row[np.uint64(x)]
        alike &= np.float32(2) * abs(off) < np.float32(3 * count)
    luma, row = np.float32(0), floats_at(address_of(pixels, BEHIND), count)
    for x in range(count):
        luma += row[np.uint64(x)]
    return alike & (luma > np.float32(range_[0] * count)) & (luma < np.float32(range_[1] * count))


@inline
def _mark(kinds: Any, marks: Any, across: Any, ring: Any) -> None:
    """Mark cores and edges; what lies beyond the frame is solid."""
    for j in range(1, kinds.shape[0] - 1):
        above, row = (
            bytes_at(address_of(kinds, j - 1), across),
            bytes_at(address_of(kinds, j), across),
        )
        below, out = (
            bytes_at(address_of(kinds, j + 1), across),
            bytes_at(address_of(marks, j) + 1, across),
        )
        for x in range(np.uint64(across)):
            one, two = x + np.uint64(1), x + np.uint64(2)
            every = above[x] & above[one] & above[two] & row[x] & row[one] & row[two]
            every &= below[x] & below[one] & below[two]
            some = above[x] | above[one] | above[two] | row[x] | row[one] | row[two]
            some |= below[x] | below[one] | below[two]
            edge = np.uint8(EDGE) if some & np.uint8(COVERED) else _ZERO
            whole = every if ring else row[one]
            out[x] = np.uint8(CORE) if whole & np.uint8(SOLID) else edge


@inline
def _see(keyed: Any, j: Any, cell: Any, rows: Any) -> None:
    """Write where anything within a pixel is keyed, in a row of cells."""
    height, cols = keyed.shape
    start = address_of(rows, _HITS)
    padded, inner = bytes_at(start, cols + 2), bytes_at(start + 1, cols)
    for y in range(j * cell, min((j + 1) * cell, height)):
        above = bytes_at(address_of(keyed, max(y - 1, 0)), cols)
        row = bytes_at(address_of(keyed, y), cols)
        below = bytes_at(address_of(keyed, min(y + 1, height - 1)), cols)
        for x in range(np.uint64(cols)):
            inner[x] = above[x] | row[x] | below[x]
        padded[np.uint64(0)] = padded[np.uint64(cols + 1)] = _ZERO
        out = bytes_at(address_of(rows, _NEAR + y - j * cell), cols)
        for x in range(np.uint64(cols)):
            out[x] = padded[x] | padded[x + np.uint64(1)] | padded[x + np.uint64(2)]


@inline
def _find(marks: Any, j: Any, i: Any, size: Any, outward: Any, found: Any) -> Any:
    """Write the numbers of the cores nearest to a cell; return how many there are."""
    down, across = size
    count = 0
    for k in range(outward.shape[0]):
        y, x = j + outward[k, 0], i + outward[k, 1]
        if 0 <= y < down and 0 <= x < across and marks[y + 1, x + 1] & CORE:
            found[np.uint64(count)] = y * across + x
            count += 1
            if count == MOST:
                break
    return count


@inline
def _prior(matte: Any, j: Any, i: Any, cell: Any, kind: Any, near: Any, pixels: Any) -> Any:
    """Write a cell's coverage as it is known before, and which pixels count; return how many."""
    height, cols = matte.shape
    left = i * cell
    wide = min(left + cell, cols) - left
    prior = floats_at(address_of(pixels, PRIOR), cell * cell)
    used = floats_at(address_of(pixels, USED), cell * cell)
    at, count = 0, 0
    for y in range(j * cell, min((j + 1) * cell, height)):
        row = bytes_at(address_of(matte, y) + left, wide)
        seen = bytes_at(address_of(near, _NEAR + y - j * cell) + left, wide)
        for x in range(wide):
            k = np.uint64(x)
            value = _ZERO if kind & OPEN else row[k]
            uses = (seen[k] != _ZERO) | (value >= _HALF)
            prior[np.uint64(at + x)] = np.float32(value) / np.float32(255)
            used[np.uint64(at + x)] = np.float32(1) if uses else np.float32(0)
            count += np.int64(uses)
        at += wide
    return count


@inline
def _clear(matte: Any, j: Any, i: Any, cell: Any) -> None:
    """Write 0 all over a cell."""
    height, cols = matte.shape
    left = i * cell
    wide = min(left + cell, cols) - left
    for y in range(j * cell, min((j + 1) * cell, height)):
        row = bytes_at(address_of(matte, y) + left, wide)
        for x in range(wide):
            row[np.uint64(x)] = _ZERO


@inline
def _write(matte: Any, j: Any, i: Any, cell: Any, pixels: Any) -> None:
    """Write a cell's coverage, 0 where pixels do not count."""
    height, cols = matte.shape
    left = i * cell
    wide = min(left + cell, cols) - left
    used = floats_at(address_of(pixels, USED), cell * cell)
    share = floats_at(address_of(pixels, SHARE), cell * cell)
    at = 0
    for y in range(j * cell, min((j + 1) * cell, height)):
        row = bytes_at(address_of(matte, y) + left, wide)
        for x in range(wide):
            k = np.uint64(at + x)
            held = np.int32(math.floor(np.float32(255) * share[k] + np.float32(0.5)))
            row[np.uint64(x)] = np.uint8(held) if used[k] > np.float32(0) else _ZERO
        at += wide


@inline
def _sort_cells(
    matte: Any,
    keyed: Any,
    frame: Any,
    plate: Any,
    shifts: Any,
    cell: Any,
    range_: Any,
    kinds: Any,
    rows: Any,
    pixels: Any,
) -> None:
    """Write the kind of each cell."""
    height, cols = matte.shape
    down, across = kinds.shape[0] - 2, (cols + cell - 1) // cell
    some, every, hits = address_of(rows, _ANY), address_of(rows, _ALL), address_of(rows, _HITS)
    for j in range(down):
        _gather(matte, keyed, j, cell, rows)
        kind = bytes_at(address_of(kinds, j + 1) + 1, across)
        for i in range(across):
            value, at = 0, i * cell
            if _is_covered(some + at, cell):
                value = COVERED | (SOLID if _is_solid(every + at, cell) else 0)
                size = (min(at + cell, cols) - at) * (min((j + 1) * cell, height) - j * cell)
                if _is_hit_little(hits + at, cell, size):
                    read_cell(frame, plate, shifts, j, i, cell, pixels)
                    if _is_open(pixels, size, range_):
                        value = OPEN
            kind[np.uint64(i)] = np.uint8(value)


@inline
def _cover(
    matte: Any,
    frame: Any,
    plate: Any,
    shifts: Any,
    cell: Any,
    place: Any,
    count: Any,
    noise: Any,
    marks: Any,
    colours: Any,
    pixels: Any,
    found: Any,
) -> None:
    """Write a cell's coverage by the colours of the cores that were found."""
    j, i = place
    across = (matte.shape[1] + cell - 1) // cell
    for k in range(count):
        at = found[np.uint64(k)]
        y, x = at // across, at % across
        if not marks[y + 1, x + 1] & MEANT:
            mean_cell(frame, shifts, y, x, cell, colours, at)
            marks[y + 1, x + 1] |= np.uint8(MEANT)
    size = read_cell(frame, plate, shifts, j, i, cell, pixels)
    cover(pixels, size, colours, found, count, noise)
    _write(matte, j, i, cell, pixels)


@kernel(
    OUT_PLANE,
    PLANE,
    PLANES,
    MODEL,
    SHIFTS,
    INT,
    INT,
    _RANGE,
    types.float64,
    _CELLS,
    _CELLS,
    _COLOURS,
    _STEPS,
    _CELLS,
    _COLOURS,
    _FOUND,
)
def decide(
    matte: Any,
    keyed: Any,
    frame: Any,
    plate: Any,
    shifts: Any,
    cell: Any,
    ring: Any,
    range_: Any,
    noise: Any,
    kinds: Any,
    marks: Any,
    colours: Any,
    outward: Any,
    rows: Any,
    pixels: Any,
    found: Any,
) -> None:
    """Change a matte where its edges are soft; the plate is a model in the frame's light."""
    down, across = kinds.shape[0] - 2, (matte.shape[1] + cell - 1) // cell
    _sort_cells(matte, keyed, frame, plate, shifts, cell, range_, kinds, rows, pixels)
    _mark(kinds, marks, across, ring)
    for j in range(down):
        seen = False
        for i in range(across):
            kind, mark = kinds[j + 1, i + 1], marks[j + 1, i + 1]
            if not (mark & EDGE or kind & OPEN):
                continue
            if not seen:
                _see(keyed, j, cell, rows)
                seen = True
            count = _find(marks, j, i, (down, across), outward, found) if mark & EDGE else 0
            if count and _prior(matte, j, i, cell, kind, rows, pixels):
                rest = marks, colours, pixels, found
                _cover(matte, frame, plate, shifts, cell, (j, i), count, np.float32(noise), *rest)
            elif count or kind & OPEN:
                _clear(matte, j, i, cell)
