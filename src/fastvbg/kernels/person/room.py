"""The room behind a person: learned, and told from her; `reference.room` has the arithmetic.

Rows must be packed. Of the frame only those cells are looked at that have an edge, or whose turn it
is to be learned.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import ROOM_GRID, ROOM_TURNS
from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._lanes import SIXTEEN
from fastvbg.kernels._memory import (
    address_of,
    bytes_at,
    floats_at,
    integers_at,
    long_words_at,
    trailing_zeros,
    unsigned_words_at,
)
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS
from fastvbg.kernels.person.room_lanes import (
    APART,
    LEARNED,
    add_chroma,
    add_halved_chroma,
    decide_samples,
    fill_lanes,
    learn_samples,
)

_VARIANCE = types.Array(types.float32, 2, "C")
_OPTIONS = types.UniTuple(types.float64, 3)
_ROWS = types.Array(types.int32, 2, "C")
_STEP = 1
_NEW = np.int32(32)
_SAME = np.uint64(0x0101010101010101)
_EIGHT = 8


@inline
def _copy(start: Any, to: Any, count: Any) -> None:
    """Copy so many bytes from an address to another."""
    source, target = bytes_at(start, count), bytes_at(to, count)
    for x in range(np.uint64(count)):
        target[x] = source[x]


@inline
def _any_of(row: Any, count: Any) -> Any:
    """Tell whether a byte at an address is not 0."""
    values = bytes_at(row, count)
    together = np.uint8(0)
    for x in range(np.uint64(count)):
        together |= values[x]
    return together != 0


@inline
def _spread_marks(marks: Any, cols: Any, factor: Any, shift: Any, to: Any) -> None:
    """Write the mark of each sample of a row, at an address; eight at once, of which some stay."""
    times, step = max(factor >> shift, 1), max((1 << shift) // factor, 1)
    cells = bytes_at(marks, cols)
    at = to
    for k in range(0, cols, step):
        long_words_at(at, 1)[0] = np.uint64(cells[np.uint64(k)]) * _SAME
        at += times


@inline
def _learn_row(frame: Any, room: Any, count: Any, marks: Any, off: Any, spare: Any) -> None:
    """Learn the samples of a row, and add their differences to words; all are addresses."""
    whole = count // LEARNED * LEARNED
    for x in range(0, whole, LEARNED):
        learn_samples(frame + x, room + x, marks + x, off + 2 * x)
    if count > whole:
        now, known, rest = spare, spare + LEARNED, count - whole
        blank = bytes_at(spare, 2 * LEARNED)
        for x in range(np.uint64(2 * LEARNED)):
            blank[x] = 0
        _copy(frame + whole, now, rest)
        _copy(room + whole, known, rest)
        learn_samples(now, known, marks + whole, off + 2 * whole)
        _copy(known, room + whole, rest)


@inline
def _learn_plane(
    frame: Any, room: Any, j: Any, factor: Any, shifts: Any, marks: Any, off: Any, spare: Any
) -> None:
    """Learn the rows of a plane whose first pixel lies in row `j` of cells."""
    half = (1 << shifts[1]) - 1
    top, bottom = (j * factor + half) >> shifts[1], ((j + 1) * factor + half) >> shifts[1]
    for y in range(top, min(bottom, frame.shape[0])):
        at, known = address_of(frame, y), address_of(room, y)
        _learn_row(at, known, frame.shape[1], marks, off, spare)


@inline
def _sum_cells(words: Any, other: Any, width: Any, cols: Any) -> Any:
    """Add up the words of each cell, at an address; return where the sums are."""
    first, second = words, other
    while width > cols:
        width >>= 1
        values, sums = unsigned_words_at(first, 2 * width), unsigned_words_at(second, width)
        for x in range(np.uint64(width)):
            k = x << np.uint64(1)
            sums[x] = np.uint16(values[k] + values[k + np.uint64(1)])
        first, second = second, first
    return first


@inline
def _noise_after(mark: Any, off: Any, before: Any, size: Any) -> Any:
    """Return the noise of a cell of a mark, from the sum of its differences."""
    # In float32 the quotient is exact enough: it lies no nearer below an integer than 1/128.
    parts = np.float32(np.int32(16) * off + size) / np.float32(np.int32(2) * size)
    kept = before - (before >> np.int32(3))
    held = min(max(np.int32(parts), kept), np.int32(255))
    marked = held if mark == _STEP else _NEW
    return np.uint8(marked if mark else before)


@inline
def _listen(marks: Any, noise: Any, sums: Any, cols: Any, size: Any, last_size: Any) -> None:
    """Change the noise of a row of cells, whose last may be narrower; all are addresses."""
    mark, before = bytes_at(marks, cols), bytes_at(noise, cols)
    off = unsigned_words_at(sums, cols)
    end = np.uint64(cols - 1)
    for x in range(end):
        heard = np.int32(off[x])
        before[x] = _noise_after(mark[x], heard, np.int32(before[x]), np.int32(size))
    heard = np.int32(off[end])
    before[end] = _noise_after(mark[end], heard, np.int32(before[end]), np.int32(last_size))


@kernel(PLANE, PLANES, OUT_PLANES, OUT_PLANE, INT, INT, SHIFTS, _ROWS)
def learn(
    marks: Any,
    frame: Any,
    room: Any,
    noise: Any,
    turn: Any,
    factor: Any,
    shifts: Any,
    rows: Any,
) -> None:
    """Change the room and its noise where cells are marked, in the rows whose turn it is.

    `rows` is scratch, as `plan.room_scratch` makes it.
    """
    down, cols = marks.shape
    luma, chroma = address_of(rows, 0), address_of(rows, 1)
    words, other, spare = address_of(rows, 2), address_of(rows, 3), address_of(rows, 4)
    width = factor * cols
    height = frame[0].shape[0]
    last = frame[0].shape[1] - factor * (cols - 1)
    for j in range(turn, down, ROOM_TURNS):
        mark = address_of(marks, j)
        if not _any_of(mark, cols):
            continue
        _spread_marks(mark, cols, factor, 0, luma)
        _spread_marks(mark, cols, factor, shifts[0], chroma)
        off = unsigned_words_at(words, width + LEARNED)
        for x in range(np.uint64(width + LEARNED)):
            off[x] = 0
        _learn_plane(frame[0], room[0], j, factor, (0, 0), luma, words, spare)
        for c in range(1, 3):
            # What chroma differs by is not asked for.
            _learn_plane(frame[c], room[c], j, factor, shifts, chroma, other, spare)
        lines = min(factor, height - j * factor)
        sums = _sum_cells(words, other, width, cols)
        _listen(mark, address_of(noise, j), sums, cols, lines * factor, lines * last)


@inline
def _next_edge(edges: Any, i: Any, across: Any) -> Any:
    """Return the next column from `i` on that has an edge, or `across`."""
    while i < across:
        if i + _EIGHT <= across:
            word = long_words_at(edges + i, 1)[0]
            if word:
                return i + (np.int64(trailing_zeros(word)) >> 3)
            i += _EIGHT
        elif bytes_at(edges + i, 1)[0]:
            return i
        else:
            i += 1
    return across


@inline
def _between_rows(colours: Any, variance: Any, j: Any, rows: Any) -> None:
    """Write what squares have in row `j` of cells, times 8, from the second column of rows on.

    The first and the last are repeated.
    """
    down, across = variance.shape
    near, place = j // ROOM_GRID, j % ROOM_GRID
    beside = min(max(near - 1 if 2 * place < ROOM_GRID else near + 1, 0), down - 1)
    far = np.int32(abs(2 * place + 1 - ROOM_GRID))
    here = np.int32(2 * ROOM_GRID) - far
    end = np.uint64(across)
    for c in range(3):
        one, two = (
            bytes_at(address_of(colours[c], near), across),
            bytes_at(address_of(colours[c], beside), across),
        )
        padded = integers_at(address_of(rows, c), across + 2)
        inner = integers_at(address_of(rows, c) + 4, across)
        for x in range(end):
            inner[x] = here * np.int32(one[x]) + far * np.int32(two[x])
        padded[0], padded[end + np.uint64(1)] = padded[1], padded[end]
    first, second = (
        floats_at(address_of(variance, near), across),
        floats_at(address_of(variance, beside), across),
    )
    off = floats_at(address_of(rows, 3), across + 2)
    off_inner = floats_at(address_of(rows, 3) + 4, across)
    for x in range(end):
        off_inner[x] = np.float32(here) * first[x] + np.float32(far) * second[x]
    off[0], off[end + np.uint64(1)] = off[1], off[end]


@inline
def _fill_cell(rows: Any, width: Any, i: Any, edge: Any, lanes: Any) -> None:
    """Write what column `i` of cells has to lanes, at an address."""
    place = i % ROOM_GRID
    near = np.uint64(i // ROOM_GRID + 1)
    beside = near - np.uint64(1) if 2 * place < ROOM_GRID else near + np.uint64(1)
    far = np.int32(abs(2 * place + 1 - ROOM_GRID))
    here = np.int32(2 * ROOM_GRID) - far
    for c in range(3):
        line = integers_at(address_of(rows, c), width)
        total = here * line[near] + far * line[beside] + np.int32(2 * ROOM_GRID * ROOM_GRID)
        fill_lanes(lanes + 4 * APART * c, np.int32(total // np.int32(4 * ROOM_GRID * ROOM_GRID)))
    off = floats_at(address_of(rows, 3), width)
    value = np.float32(here) * off[near] + np.float32(far) * off[beside]
    value *= np.float32(1 / (4 * ROOM_GRID * ROOM_GRID))
    fill_lanes(lanes + 4 * APART * 3, value if edge else np.float32(-1))


@inline
def _decide_lanes(at: Any, shift: Any, fresh: Any, matte: Any, lanes: Any, options: Any) -> None:
    """Decide 16 pixels; chroma is looked at where it is not that of the row before."""
    y_now, y_known, u_now, u_known, v_now, v_known = at
    if fresh and shift:
        add_halved_chroma(u_now, u_known, v_now, v_known, lanes)
    elif fresh:
        add_chroma(u_now, u_known, v_now, v_known, lanes)
    decide_samples(y_now, y_known, matte, lanes, options[0], options[1], options[2])


@inline
def _decide_cells(
    matte: Any,
    frame: Any,
    room: Any,
    j: Any,
    left: Any,
    factor: Any,
    shifts: Any,
    options: Any,
    lanes: Any,
    spare: Any,
) -> None:
    """Decide the pixels of a row of cells from column `left` of the frame on, by filled lanes."""
    shift_x, shift_y = shifts
    count = min(matte.shape[1] - left, SIXTEEN)
    samples = (count + (1 << shift_x) - 1) >> shift_x
    start = left >> shift_x
    top = j * factor
    for y in range(top, min(top + factor, matte.shape[0])):
        row = y >> shift_y
        fresh = y == top or row != (y - 1) >> shift_y
        at = (
            address_of(frame[0], y) + left,
            address_of(room[0], y) + left,
            address_of(frame[1], row) + start,
            address_of(room[1], row) + start,
            address_of(frame[2], row) + start,
            address_of(room[2], row) + start,
        )
        to = address_of(matte, y) + left
        if count == SIXTEEN:
            _decide_lanes(at, shift_x, fresh, to, lanes, options)
        else:
            for k in range(6):
                _copy(at[k], spare + SIXTEEN * k, count if k < 2 else samples)
            _copy(to, spare + SIXTEEN * 6, count)
            copied = (
                spare,
                spare + SIXTEEN,
                spare + SIXTEEN * 2,
                spare + SIXTEEN * 3,
                spare + SIXTEEN * 4,
                spare + SIXTEEN * 5,
            )
            _decide_lanes(copied, shift_x, fresh, spare + SIXTEEN * 6, lanes, options)
            _copy(spare + SIXTEEN * 6, to, count)


@kernel(OUT_PLANE, PLANES, PLANES, PLANES, _VARIANCE, PLANE, INT, SHIFTS, _OPTIONS, _ROWS)
def decide(
    matte: Any,
    frame: Any,
    room: Any,
    colours: Any,
    variance: Any,
    edge: Any,
    factor: Any,
    shifts: Any,
    options: Any,
    rows: Any,
) -> None:
    """Change a matte, whose rows are packed too, in cells that have an edge.

    `colours` and `variance` are those of `gather`; `rows` is scratch.
    """
    settings = np.float32(options[0]), np.float32(options[1]), np.float32(options[2])
    down, across = edge.shape
    width = variance.shape[1] + 2
    cells = SIXTEEN // factor
    lanes, spare = address_of(rows, 4), address_of(rows, 5)
    for j in range(down):
        edges = address_of(edge, j)
        i = _next_edge(edges, 0, across)
        if i < across:
            _between_rows(colours, variance, j, rows)
        while i < across:
            first = i // cells * cells
            end = min(first + cells, across)
            for k in range(first, end):
                to = lanes + 4 * factor * (k - first)
                _fill_cell(rows, width, k, bytes_at(edges + k, 1)[0], to)
            left = first * factor
            _decide_cells(matte, frame, room, j, left, factor, shifts, settings, lanes, spare)
            i = _next_edge(edges, end, across)
