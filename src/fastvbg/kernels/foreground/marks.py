"""Which cells of a matte hold soft edges, and which are looked at for their sake.

Marks lie level after level, each of squares twice as large as the one before, in rows. Rows of
planes must be packed.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.constants import FOREGROUND_CELL as CELL
from fastvbg.constants import FOREGROUND_LEVELS, FOREGROUND_REACH
from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of, bytes_at, long_words_at
from fastvbg.kernels._rows import steps
from fastvbg.kernels.foreground.plan import KNOWN, SOFT, SQUARE_BITS, SUMMED, WANTED
from fastvbg.kernels.portable.planes import mean

_NEAR = np.uint8(SUMMED | WANTED)


@inline
def cells(pixels: Any) -> Any:
    """Return how many cells so many pixels have."""
    return (pixels + CELL - 1) // CELL


@inline
def run_start(marks: Any, at: Any, start: Any, across: Any, kind: Any) -> Any:
    """Return where the first run of marked cells from `start` on begins; most cells have none."""
    begin = start
    row = address_of(marks, 0) + at
    while begin + 8 <= across and long_words_at(row + begin, 1)[0] == 0:
        begin += 8
    while begin < across and not marks[np.uint64(at + begin)] & kind:
        begin += 1
    return begin


@inline
def run_end(marks: Any, at: Any, start: Any, across: Any, kind: Any) -> Any:
    """Return where the run of cells of a kind that begins at `start` ends."""
    end = start
    while end < across and marks[np.uint64(at + end)] & kind:
        end += 1
    return end


@inline
def _mark_around(marks: Any, at: Any, j: Any, i: Any, size: Any, reach: Any, kind: Any) -> None:
    """Mark the cells at most `reach` from one."""
    down, across = size
    for y in range(max(j - reach, 0), min(j + reach + 1, down)):
        for x in range(max(i - reach, 0), min(i + reach + 1, across)):
            marks[np.uint64(at + y * across + x)] |= kind


@inline
def _mark_soft(marks: Any, j: Any, i: Any, size: Any) -> None:
    marks[np.uint64(j * size[1] + i)] |= np.uint8(SOFT)
    _mark_around(marks, 0, j, i, size, FOREGROUND_REACH, _NEAR)


@inline
def _clear(marks: Any) -> None:
    for k in range(np.uint64(marks.size)):
        marks[k] = np.uint8(0)


@inline
def _mark_levels(marks: Any, size: Any) -> None:
    """Mark what larger squares have to be summed, and known, for the cells near soft ones.

    A square is stretched from the four next larger ones nearest to it, which are beside its own.
    """
    at, (down, across) = 0, size
    for _ in range(FOREGROUND_LEVELS - 1):
        after, half_down, half_across = at + down * across, (down + 1) // 2, (across + 1) // 2
        half = half_down, half_across
        for j in range(down):
            i = run_start(marks, at + j * across, 0, across, WANTED)
            while i < across:
                mark = marks[np.uint64(at + j * across + i)]
                own = after + (j >> 1) * half_across + (i >> 1)
                marks[np.uint64(own)] |= np.uint8(mark & np.uint8(SUMMED))
                _mark_around(marks, after, j >> 1, i >> 1, half, 1, np.uint8(WANTED))
                i = run_start(marks, at + j * across, i + 1, across, WANTED)
        at, down, across = after, half_down, half_across


@inline
def mark(matte: Any, marks: Any, flags: Any, known: Any) -> Any:
    """Mark the cells of a matte; return how many are soft.

    Those in squares whose flag in `known` is 1 are known; there may be no flags.
    """
    rows, cols = matte.shape
    size = cells(rows), cells(cols)
    row_of_words = long_words_at(address_of(flags, 0), size[1])
    _clear(marks)
    count = 0
    for j in range(size[0]):
        for x in range(steps(cols)):
            flags[x] = np.uint8(0)
        for y in range(CELL * j, min(CELL * (j + 1), rows)):
            row = bytes_at(address_of(matte, y), cols)
            for x in range(np.uint64(cols)):
                flags[x] |= np.uint8(np.uint8(row[x] - np.uint8(1)) < np.uint8(254))
        for i in range(size[1]):
            if row_of_words[np.uint64(i)]:
                if known.size and known[j >> SQUARE_BITS, i >> SQUARE_BITS] == 1:
                    marks[np.uint64(j * size[1] + i)] |= np.uint8(KNOWN)
                else:
                    _mark_soft(marks, j, i, size)
                count += 1
    if count:
        _mark_levels(marks, size)
    return count


@inline
def mark_chroma(of_luma: Any, shape: Any, marks: Any, shifts: Any) -> None:
    """Mark the cells of chroma that lie over soft and known ones of luma, which has a shape.

    A cell of chroma lies in one square of what is known.
    """
    down, across = cells(shape[0]), cells(shape[1])
    right, below = shifts
    size = (down + below) >> below, (across + right) >> right
    either = SOFT | KNOWN
    _clear(marks)
    for j in range(down):
        i = run_start(of_luma, j * across, 0, across, either)
        while i < across:
            if of_luma[np.uint64(j * across + i)] & KNOWN:
                marks[np.uint64((j >> below) * size[1] + (i >> right))] |= np.uint8(KNOWN)
            else:
                _mark_soft(marks, j >> below, i >> right, size)
            i = run_start(of_luma, j * across, i + 1, across, either)
    _mark_levels(marks, size)


@inline
def average(matte: Any, marks: Any, out: Any, shifts: Any) -> None:
    """Write the means of a matte over each sample of chroma, in cells that are summed or known."""
    rows, cols = out.shape
    right, below = shifts
    whole = matte.shape[1] >> right
    for j in range(cells(rows)):
        at, across = j * cells(cols), cells(cols)
        i = run_start(marks, at, 0, across, SUMMED | KNOWN)
        while i < across:
            end = run_end(marks, at, i, across, SUMMED | KNOWN)
            first, count = CELL * i, min(CELL * end, cols) - CELL * i
            for y in range(CELL * j, min(CELL * (j + 1), rows)):
                upper = address_of(matte, y << below) + (first << right)
                beside = min((y << below) + below, matte.shape[0] - 1)
                lower = address_of(matte, beside) + (first << right)
                pairs = min(count, whole - first)
                to = address_of(out, y) + first
                _average_row(upper, lower, to, pairs, right)
                if count > pairs:
                    _average_row(upper + 2 * pairs, lower + 2 * pairs, to + pairs, 1, 0)
            i = run_start(marks, at, end, across, SUMMED | KNOWN)


@inline
def _average_row(upper: Any, lower: Any, out: Any, count: Any, right: Any) -> None:
    """Write so many means, each of two columns or of one."""
    above, under = bytes_at(upper, 2 * count), bytes_at(lower, 2 * count)
    result = bytes_at(out, count)
    if right:
        for x in range(np.uint64(count)):
            k = np.uint64(2) * x
            result[x] = mean(above, under, k, k + np.uint64(1))
    else:
        for x in range(np.uint64(count)):
            result[x] = mean(above, under, x, x)
