"""The foreground's colours at soft edges before a known scene: exact but for rounding.

Rows of mattes must be packed. Planes are read and written in place.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import FOREGROUND_CELL as CELL
from fastvbg.kernels._jit import OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS
from fastvbg.kernels.foreground.marks import (
    average,
    cells,
    mark,
    mark_chroma,
    run_end,
    run_start,
)
from fastvbg.kernels.foreground.plan import SOFT

_MATTES = types.UniTuple(PLANE, 2)
_MARKS = types.Array(types.uint8, 1, "C")
_MARKS_OF = types.UniTuple(_MARKS, 2)
_FULL = np.int32(255)


@inline
def _uncovered(sample: Any, coverage: Any, scene: Any) -> Any:
    """Return what covers the scene in a sample, or the sample where coverage is whole or none.

    Quotients up to 255 differ from the next integer by more than a 32-bit float is off.
    """
    a = max(np.int32(coverage), np.int32(1))
    left = _FULL * np.int32(sample) - (_FULL - a) * np.int32(scene)
    held = min(max(np.int32(2) * left + a, np.int32(0)), np.int32(510) * a)
    colour = np.uint8(np.int32(np.float32(held) / np.float32(np.int32(2) * a)))
    return colour if np.uint8(coverage - np.uint8(1)) < np.uint8(254) else sample


@inline
def _uncover_samples(plane: Any, scene: Any, step: Any, matte: Any, count: Any) -> None:
    """Write over samples of a row, which lie `step` bytes apart, as those of the scene do."""
    samples, known = bytes_at(plane, count * step), bytes_at(scene, count * step)
    coverage = bytes_at(matte, count)
    for x in range(np.uint64(count)):
        k = x * np.uint64(step)
        samples[k] = _uncovered(samples[k], coverage[x], known[k])


@inline
def _uncover_run(plane: Any, scene: Any, matte: Any, j: Any, i: Any, end: Any) -> None:
    """Write the samples of a run of soft cells."""
    rows, cols = matte.shape
    first, count = CELL * i, min(CELL * end, cols) - CELL * i
    step, apart = plane.strides[1], scene.strides[1]
    for y in range(CELL * j, min(CELL * (j + 1), rows)):
        to, at = address_of(plane, y) + first * step, address_of(scene, y) + first * apart
        coverage = address_of(matte, y) + first
        if step == 1 and apart == 1:
            _uncover_samples(to, at, 1, coverage, count)
        elif step == 3 and apart == 3:
            _uncover_samples(to, at, 3, coverage, count)
        else:
            for x in range(count):
                sample = bytes_at(to + x * step, 1)
                known = bytes_at(at + x * apart, 1)[0]
                sample[0] = _uncovered(sample[0], bytes_at(coverage + x, 1)[0], known)


@inline
def uncover_cells(plane: Any, scene: Any, matte: Any, marks: Any, kind: Any) -> None:
    """Write what covers a scene into the cells of a plane that have a mark."""
    down, across = cells(matte.shape[0]), cells(matte.shape[1])
    for j in range(down):
        at, i = j * across, run_start(marks, j * across, 0, across, kind)
        while i < across:
            end = run_end(marks, at, i, across, kind)
            _uncover_run(plane, scene, matte, j, i, end)
            i = run_start(marks, at, end, across, kind)


@kernel(OUT_PLANES, PLANES, _MATTES, OUT_PLANE, SHIFTS, _MARKS_OF, _MARKS)
def uncover(
    planes: Any,
    scene: Any,
    mattes: Any,
    over_chroma: Any,
    shifts: Any,
    marks: Any,
    flags: Any,
) -> None:
    """Write what covers a known scene into planes, or channels of a frame, where a matte is soft.

    `mattes` are the matte and `over_chroma`, which is written where chroma is halved.
    """
    no_squares = mattes[0][:0]  # all is known
    if not mark(mattes[0], marks[0], flags, no_squares):
        return
    halved = shifts[0] | shifts[1]
    if halved:
        mark_chroma(marks[0], mattes[0].shape, marks[1], shifts)
        average(mattes[0], marks[1], over_chroma, shifts)
    for k in range(3):
        group = halved if k else 0
        uncover_cells(planes[k], scene[k], mattes[group], marks[group], SOFT)
