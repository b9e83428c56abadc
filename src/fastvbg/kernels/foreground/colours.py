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
from fastvbg.kernels._lanes import ramp_eight
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, unsigned_words_at
from fastvbg.kernels._planes import OUT_PLANES, SHIFTS
from fastvbg.kernels.foreground.marks import average, cells, mark, mark_chroma, run_end, run_start
from fastvbg.kernels.foreground.plan import SOFT
from fastvbg.kernels.foreground.sums import make_means, weigh

_MATTES = types.UniTuple(PLANE, 2)
_MARKS, _SUMS = types.Array(types.uint8, 1, "C"), types.Array(types.int32, 2, "C")
_CELLS = types.Tuple((types.UniTuple(_MARKS, 2), *(types.UniTuple(_SUMS, 2),) * 2))
"""Marks, weights and sums, of luma and of chroma that is halved."""
_WORDS = types.Array(types.uint16, 2, "C")
_SCRATCH = types.Tuple((_MARKS, _WORDS, types.Array(types.uint16, 1, "C"), _WORDS, _SUMS))
"""Flags, sums of columns, gains by coverage and by sample, and stretched rows."""


_LEVEL, _FULL, _BACK = np.int32(255 * FOREGROUND_UNIT), np.int32(255), np.int32(2 * CELL * CELL)
_GAIN_SHIFT = np.int32(FOREGROUND_GAIN_SHIFT)
_DOWN = np.int32(FOREGROUND_GAIN_SHIFT + FOREGROUND_UNIT.bit_length() - 1)
_HALF = np.int32((FOREGROUND_UNIT << FOREGROUND_GAIN_SHIFT) // 2)
_CELL_DOWN = np.int32((4 * CELL * CELL).bit_length() - 1)


@inline
def _stretch(means: Any, y: Any, i: Any, end: Any, size: Any, line: Any, out: Any) -> None:
    """Write the means that belong to the samples of row `y`, in cells from `i` up to `end`.

    They begin and end with the half cells between the centres there and those beside.
    """
    down, across = size
    j, offset = y // CELL, 2 * (y % CELL) + 1 - CELL
    beside = min(max(j - 1 if offset < 0 else j + 1, 0), down - 1)
    far_weight = np.int32(abs(offset))
    near_weight = np.int32(2 * CELL) - far_weight
    near, far = j * across, beside * across
    count = end - i
    for c in range(count + 2):
        x = min(max(i + c - 1, 0), across - 1)
        here, there = means[np.uint64(near + x)], means[np.uint64(far + x)]
        line[np.uint64(c)] = near_weight * here + far_weight * there
    for c in range(count + 1):
        here, there = line[np.uint64(c)], line[np.uint64(c + 1)]
        start = np.int32(2 * CELL) * here + _BACK
        ramp_eight(out + 4 * CELL * c, start, there - here, _CELL_DOWN)


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
def _solve_samples(
    plane: Any, step: Any, matte: Any, front: Any, behind: Any, gain: Any, count: Any
) -> None:
    """Write the foreground's samples over those of a row, which lie `step` bytes apart."""
    samples, coverage = bytes_at(plane, count * step), bytes_at(matte, count)
    for x in range(np.uint64(count)):
        k = x * np.uint64(step)
        samples[k] = _colour(samples[k], coverage[x], front[x], behind[x], gain[x])


@inline
def _solve_row(
    plane: Any, step: Any, matte: Any, front: Any, behind: Any, gain: Any, count: Any
) -> None:
    if step == 1:
        _solve_samples(plane, 1, matte, front, behind, gain, count)
    elif step == 3:
        _solve_samples(plane, 3, matte, front, behind, gain, count)
    else:
        for x in range(count):
            k, sample = np.uint64(x), bytes_at(plane + x * step, 1)
            coverage = bytes_at(matte + x, 1)[0]
            sample[0] = _colour(sample[0], coverage, front[k], behind[k], gain[k])


@inline
def _solve_run(
    plane: Any, matte: Any, j: Any, i: Any, end: Any, means: Any, gains: Any, rows: Any
) -> None:
    """Write the samples of a run of soft cells."""
    height, cols = matte.shape
    size, step = (cells(height), cells(cols)), plane.strides[1]
    count = min(CELL * end, cols) - CELL * i
    room, half = CELL * (end - i + 1), 4 * (CELL // 2)
    line = integers_at(address_of(rows, 0), room)
    to_front, to_behind = address_of(rows, 1), address_of(rows, 2)
    front, behind = integers_at(to_front + half, room), integers_at(to_behind + half, room)
    for y in range(CELL * j, min(CELL * (j + 1), height)):
        _stretch(means[0], y, i, end, size, line, to_front)
        _stretch(means[1], y, i, end, size, line, to_behind)
        at = address_of(matte, y) + CELL * i
        gain = unsigned_words_at(address_of(gains, y) + 2 * CELL * i, count)
        to = address_of(plane, y) + CELL * i * step
        _solve_row(to, step, at, front, behind, gain, count)


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
            end = run_end(marks, at, i, across, SOFT)
            _solve_run(plane, matte, j, i, end, means, gains, rows)
            i = run_start(marks, at, end, across, SOFT)


@kernel(OUT_PLANES, _MATTES, OUT_PLANE, SHIFTS, _CELLS, _SCRATCH)
def estimate(
    planes: Any, mattes: Any, over_chroma: Any, shifts: Any, cells_of: Any, scratch: Any
) -> None:
    """Write the foreground's samples into planes, or channels of a frame, where a matte is soft.

    `mattes` are the matte and `over_chroma`, which is written where chroma is halved.
    """
    marks, weights, means = cells_of
    flags, columns, gains, gain_plane, rows = scratch
    if not mark(mattes[0], marks[0], flags):
        return
    halved = shifts[0] | shifts[1]
    for k in range(3):
        group = halved if k else 0
        matte, own_marks = mattes[group], marks[group]
        if k == 1 and halved:
            mark_chroma(marks[0], mattes[0].shape, own_marks, shifts)
            average(mattes[0], own_marks, over_chroma, shifts)
        if k <= halved:
            weigh(matte, own_marks, weights[group], columns, gains, gain_plane)
        own = own_marks, weights[group], means[group]
        _estimate_plane(planes[k], matte, own, (columns, gain_plane, rows))
