"""Soft edges before the remembered room; `reference.room` has the arithmetic.

The canvas is looked at in squares of cells. Of the frame only those are touched that have an edge.
Rows must be packed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import ROOM_COLOURS, ROOM_FEWEST, ROOM_GRID
from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._lanes import SIXTEEN
from fastvbg.kernels._memory import (
    address_of,
    bytes_at,
    integers_at,
    long_words_at,
)
from fastvbg.kernels._planes import PLANES, SHIFTS
from fastvbg.kernels._rows import copy_row
from fastvbg.kernels.person.room_edge_lanes import decide_halved_samples, decide_samples

_SUMS = types.Array(types.int32, 3, "C")
_VARIANCE = types.Array(types.float32, 2, "C")
_OPTIONS = types.UniTuple(types.float64, 5)
_STEPS = types.Array(types.int64, 2, "C")
_BYTES = types.Array(types.uint8, 2, "C")
_COLOURS = types.Array(types.float32, 2, "C")
_OPEN = 2
_SAME = np.uint64(0x0101010101010101)
_KINDS = 7
"""Row of bytes of scratch that has the kinds of pixels; before it are six of samples, one of
coverage."""


@inline
def _has_edges(edge: Any, j: Any, i: Any) -> Any:
    """Tell whether a square of cells has any at an edge."""
    down, across = edge.shape
    left, found = i * ROOM_GRID, False
    for y in range(j * ROOM_GRID, min((j + 1) * ROOM_GRID, down)):
        row = address_of(edge, y) + left
        if left + ROOM_GRID <= across:
            found |= integers_at(row, 1)[0] != 0
        else:
            kinds = bytes_at(row, across - left)
            for x in range(across - left):
                found |= kinds[np.uint64(x)] != 0
    return found


@inline
def _find(sums: Any, j: Any, i: Any, size: Any, outward: Any, colours: Any) -> Any:
    """Write the colours of the foreground nearest to a square; return how many there are."""
    down, across = size
    found = 0
    for k in range(outward.shape[0]):
        y, x = j + outward[k, 0], i + outward[k, 1]
        if 0 <= y < down and 0 <= x < across and sums[0, y, x] >= ROOM_FEWEST[0]:
            for c in range(3):
                colours[found, c] = np.float32(sums[c + 1, y, x]) / np.float32(sums[0, y, x])
            found += 1
            if found == ROOM_COLOURS[0]:
                break
    return found


@inline
def _clear(matte: Any, edge: Any, j: Any, i: Any, factor: Any) -> None:
    """Write 0 to the open cells of a square."""
    down, across = edge.shape
    height, cols = matte.shape
    for y in range(j * ROOM_GRID, min((j + 1) * ROOM_GRID, down)):
        for x in range(i * ROOM_GRID, min((i + 1) * ROOM_GRID, across)):
            if edge[y, x] == _OPEN:
                left = x * factor
                wide = min(factor, cols - left)
                for row in range(y * factor, min((y + 1) * factor, height)):
                    cell = bytes_at(address_of(matte, row) + left, wide)
                    for k in range(wide):
                        cell[np.uint64(k)] = 0


@inline
def _spread_kinds(edge: Any, j: Any, first: Any, cells: Any, factor: Any, to: Any) -> Any:
    """Write the kind of each pixel of so many cells, at an address; return whether any is not 0."""
    kinds = bytes_at(address_of(edge, j) + first, cells)
    found = False
    for k in range(cells):
        kind = kinds[np.uint64(k)]
        long_words_at(to + k * factor, 1)[0] = np.uint64(kind) * _SAME
        found |= kind != 0
    return found


@inline
def _decide_row(at: Any, shift: Any, matte: Any, kinds: Any, colours: Any, options: Any) -> None:
    """Decide 16 pixels, whose planes, coverage and kinds are at addresses."""
    y_now, y_known, u_now, u_known, v_now, v_known = at
    start, count = colours
    noise, weight, spread, low, span, trust = options
    if shift:
        decide_halved_samples(
            y_now,
            y_known,
            u_now,
            u_known,
            v_now,
            v_known,
            matte,
            kinds,
            start,
            count,
            noise,
            weight,
            spread,
            low,
            span,
            trust,
        )
    else:
        decide_samples(
            y_now,
            y_known,
            u_now,
            u_known,
            v_now,
            v_known,
            matte,
            kinds,
            start,
            count,
            noise,
            weight,
            spread,
            low,
            span,
            trust,
        )


@inline
def _decide_part(
    matte: Any,
    frame: Any,
    room: Any,
    y: Any,
    left: Any,
    count: Any,
    shifts: Any,
    scratch: Any,
    colours: Any,
    options: Any,
) -> None:
    """Decide so many pixels of a row from column `left` on, at most 16."""
    shift_x, shift_y = shifts
    row, start = y >> shift_y, left >> shift_x
    samples = (count + (1 << shift_x) - 1) >> shift_x
    at = (
        address_of(frame[0], y) + left,
        address_of(room[0], y) + left,
        address_of(frame[1], row) + start,
        address_of(room[1], row) + start,
        address_of(frame[2], row) + start,
        address_of(room[2], row) + start,
    )
    to, kinds = address_of(matte, y) + left, address_of(scratch, _KINDS)
    if count == SIXTEEN:
        _decide_row(at, shift_x, to, kinds, colours, options)
    else:
        copied = (
            address_of(scratch, 0),
            address_of(scratch, 1),
            address_of(scratch, 2),
            address_of(scratch, 3),
            address_of(scratch, 4),
            address_of(scratch, 5),
        )
        held = address_of(scratch, 6)
        for k in range(6):
            copy_row(at[k], copied[k], count if k < 2 else samples)
        copy_row(to, held, count)
        _decide_row(copied, shift_x, held, kinds, colours, options)
        copy_row(held, to, count)


@kernel(
    OUT_PLANE,
    PLANES,
    PLANES,
    _SUMS,
    _VARIANCE,
    PLANE,
    INT,
    SHIFTS,
    _OPTIONS,
    _STEPS,
    _BYTES,
    _COLOURS,
)
def decide(
    matte: Any,
    frame: Any,
    room: Any,
    sums: Any,
    variance: Any,
    edge: Any,
    factor: Any,
    shifts: Any,
    options: Any,
    outward: Any,
    scratch: Any,
    colours: Any,
) -> None:
    """Change a matte, whose rows are packed too, in cells that have an edge.

    `sums` and `variance` are those of `gather`; the last three are of `plan.room_edges_scratch`.
    """
    height, cols = matte.shape
    down, across = variance.shape
    side = ROOM_GRID * factor
    weight, spread = np.float32(options[0]), np.float32(options[1])
    low, span = np.float32(options[2]), np.float32(options[3])
    trust = np.float32(options[4])
    for j in range(down):
        for i in range(across):
            if not _has_edges(edge, j, i):
                continue
            noise = variance[j, i]
            count = 0
            if noise >= np.float32(0):
                count = _find(sums, j, i, (down, across), outward, colours)
            if count == 0:
                _clear(matte, edge, j, i, factor)
                continue
            settings = noise, weight, spread, low, span, trust
            given = address_of(colours, 0), count
            for row in range(j * ROOM_GRID, min((j + 1) * ROOM_GRID, edge.shape[0])):
                for left in range(i * side, min((i + 1) * side, cols), SIXTEEN):
                    size = min(min((i + 1) * side, cols) - left, SIXTEEN)
                    first, cells = left // factor, (size + factor - 1) // factor
                    kinds = address_of(scratch, _KINDS)
                    if _spread_kinds(edge, row, first, cells, factor, kinds):
                        for y in range(row * factor, min((row + 1) * factor, height)):
                            _decide_part(
                                matte,
                                frame,
                                room,
                                y,
                                left,
                                size,
                                shifts,
                                scratch,
                                given,
                                settings,
                            )
