"""The foreground's own colours at soft edges.

`reference.foreground` has the arithmetic. Rows of mattes must be packed. Planes are read and
written in place, so their samples elsewhere stay as they are.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import FOREGROUND_CELL as CELL
from fastvbg.constants import FOREGROUND_GAIN_SHIFT, FOREGROUND_UNIT
from fastvbg.kernels._jit import OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, unsigned_words_at
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS
from fastvbg.kernels.foreground.lanes import across_eight, solve_eight
from fastvbg.kernels.foreground.marks import average, cells, mark, mark_chroma, run_start
from fastvbg.kernels.foreground.plan import KNOWN, SOFT
from fastvbg.kernels.foreground.plate import uncover_cells
from fastvbg.kernels.foreground.sums import make_means, weigh

_MATTES = types.UniTuple(PLANE, 2)
_MARKS, _SUMS = types.Array(types.uint8, 1, "C"), types.Array(types.int32, 2, "C")
_CELLS = types.Tuple((types.UniTuple(_MARKS, 2), *(types.UniTuple(_SUMS, 2),) * 2))
"""Marks, weights and sums, of luma and of chroma that is halved."""
_WORDS = types.Array(types.uint16, 2, "C")
_SCRATCH = types.Tuple((_MARKS, _WORDS, types.Array(types.uint16, 1, "C"), _WORDS, _SUMS))
"""Flags, sums of columns, gains by coverage and by sample, and what means make of columns."""


_LEVEL, _FULL, _BACK = np.int32(255 * FOREGROUND_UNIT), np.int32(255), np.int32(2 * CELL * CELL)
_GAIN_SHIFT = np.int32(FOREGROUND_GAIN_SHIFT)
_DOWN = np.int32(FOREGROUND_GAIN_SHIFT + FOREGROUND_UNIT.bit_length() - 1)
_HALF = np.int32((FOREGROUND_UNIT << FOREGROUND_GAIN_SHIFT) // 2)
_CELL_DOWN = np.int32((4 * CELL * CELL).bit_length() - 1)


@inline
def _colour(sample: Any, coverage: Any, front: Any, behind: Any, gain: Any) -> Any:
    """Return the foreground's sample, or the frame's where coverage is whole or none."""
    a, value = np.int32(coverage), np.int32(sample)
    # Numba's products have 64 bits: half as many in a vector.
    left = np.int32(_LEVEL * value - a * front - (_FULL - a) * behind)
    scaled = np.int32((front << _GAIN_SHIFT) + left * np.int32(gain) + _HALF) >> _DOWN
    colour = np.uint8(min(max(np.int32(scaled), np.int32(0)), _FULL))
    return colour if np.uint8(coverage - np.uint8(1)) < np.uint8(254) else sample


@inline
def _solve_few(
    plane: Any, step: Any, matte: Any, gains: Any, front: Any, behind: Any, rows: Any, count: Any
) -> None:
    """Do what `solve_eight` does to fewer samples; `rows` are the distance and the weight."""
    far, weight = rows
    coverage, gain = bytes_at(matte, count), unsigned_words_at(gains, count)
    near_weight = np.int32(2 * CELL) - weight
    near, next_near = integers_at(front, count), integers_at(front + far, count)
    own, next_own = integers_at(behind, count), integers_at(behind + far, count)
    for k in range(count):
        x, sample = np.uint64(k), bytes_at(plane + k * step, 1)
        first = (near_weight * near[x] + weight * next_near[x] + _BACK) >> _CELL_DOWN
        second = (near_weight * own[x] + weight * next_own[x] + _BACK) >> _CELL_DOWN
        colour = _colour(sample[0], coverage[x], np.int32(first), np.int32(second), gain[x])
        sample[0] = colour


@inline
def _around(means: Any, j: Any, i: Any, size: Any, to: Any) -> None:
    """Write what the means of the cells above, of and below a cell make of its columns."""
    down, across = size
    left, right = max(i - 1, 0), min(i + 1, across - 1)
    for k in range(3):
        at = min(max(j + k - 1, 0), down - 1) * across
        beside, own, after = means[np.uint64(at + left)], means[np.uint64(at + i)], at + right
        across_eight(to + 4 * CELL * k, beside, own, means[np.uint64(after)])


@inline
def _solve_cell(plane: Any, matte: Any, j: Any, i: Any, means: Any, gains: Any, rows: Any) -> None:
    """Write the samples of a soft cell."""
    height, cols = matte.shape
    size, step = (cells(height), cells(cols)), plane.strides[1]
    count, row = min(CELL, cols - CELL * i), 4 * CELL
    front, behind = address_of(rows, 0), address_of(rows, 1)
    _around(means[0], j, i, size, front)
    _around(means[1], j, i, size, behind)
    for y in range(CELL * j, min(CELL * (j + 1), height)):
        offset = 2 * (y % CELL) + 1 - CELL
        far, weight = (-row if offset < 0 else row), np.int32(abs(offset))
        to, alpha = address_of(plane, y) + CELL * i * step, address_of(matte, y) + CELL * i
        gain = address_of(gains, y) + 2 * CELL * i
        if count == CELL:
            solve_eight(to, step, alpha, gain, front + row, behind + row, far, weight)
        else:
            own = far, weight
            _solve_few(to, step, alpha, gain, front + row, behind + row, own, count)


@inline
def _estimate_plane(plane: Any, matte: Any, cells_of: Any, scratch: Any) -> None:
    """Write the foreground's samples into a plane where its matte is soft."""
    marks, weights, means = cells_of
    columns, gains, rows = scratch
    if not make_means(plane, matte, marks, weights, means, columns):
        return
    down, across = cells(matte.shape[0]), cells(matte.shape[1])
    for j in range(down):
        at, i = j * across, run_start(marks, j * across, 0, across, SOFT)
        while i < across:
            _solve_cell(plane, matte, j, i, means, gains, rows)
            i = run_start(marks, at, i + 1, across, SOFT)


@kernel(OUT_PLANES, PLANES, _MATTES, OUT_PLANE, SHIFTS, _CELLS, _SCRATCH, PLANE)
def estimate(
    planes: Any,
    scene: Any,
    mattes: Any,
    over_chroma: Any,
    shifts: Any,
    cells_of: Any,
    scratch: Any,
    known: Any,
) -> None:
    """Write the foreground's samples into planes, or channels of a frame, where a matte is soft.

    `mattes` are the matte and `over_chroma`, which is written where chroma is halved. In squares
    whose flag in `known` is 1 it is what covers the scene; there may be no flags, then the scene is
    not read.
    """
    marks, weights, means = cells_of
    flags, columns, gains, gain_plane, rows = scratch
    if not mark(mattes[0], marks[0], flags, known):
        return
    halved = shifts[0] | shifts[1]
    if halved:
        mark_chroma(marks[0], mattes[0].shape, marks[1], shifts)
        average(mattes[0], marks[1], over_chroma, shifts)
    for k in range(3):
        group = halved if k else 0
        matte, own_marks = mattes[group], marks[group]
        if k <= halved:
            weigh(matte, own_marks, weights[group], columns, gains, gain_plane)
        own = own_marks, weights[group], means[group]
        _estimate_plane(planes[k], matte, own, (columns, gain_plane, rows))
        # Estimates look at what is nearly covered, too: it is to be the frame's until then.
        if known.size:
            uncover_cells(planes[k], scene[k], matte, own_marks, KNOWN)
