"""The room behind a person: how it is learned; `reference.room` has the arithmetic.

Rows must be packed. Of the frame only those rows are looked at that have marked cells.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import (
    address_of,
    bytes_at,
    long_words_at,
    unsigned_words_at,
)
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS
from fastvbg.kernels.person.room_lanes import LEARNED, learn_samples

_ROWS = types.Array(types.int32, 2, "C")
_STEP = 1
_NEW = np.int32(32)
_SAME = np.uint64(0x0101010101010101)


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


@kernel(PLANE, PLANES, OUT_PLANES, OUT_PLANE, INT, SHIFTS, _ROWS)
def learn(
    marks: Any,
    frame: Any,
    room: Any,
    noise: Any,
    factor: Any,
    shifts: Any,
    rows: Any,
) -> None:
    """Change the room and its noise where cells are marked.

    `rows` is scratch, as `plan.room_scratch` makes it.
    """
    down, cols = marks.shape
    luma, chroma = address_of(rows, 0), address_of(rows, 1)
    words, other, spare = address_of(rows, 2), address_of(rows, 3), address_of(rows, 4)
    width = factor * cols
    height = frame[0].shape[0]
    last = frame[0].shape[1] - factor * (cols - 1)
    for j in range(down):
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
