"""The canvas as a camera that has moved sees it; `reference.elsewhere` has the arithmetic.

A homography is taken for a shift over each run of 8 cells of a row: a turn of half a degree makes
that wrong by 1/28 of a cell. So weights are the same all over a run. Rows are packed, and lie in
memory as they follow one another.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, stack_of
from fastvbg.kernels._runs import between_run

_PLANES, _OUT_PLANES = types.UniTuple(PLANE, 2), types.UniTuple(OUT_PLANE, 2)
_HOMOGRAPHY = types.Array(types.float64, 2, "C")

_RUN, _LANES = 8, 16
_TOGETHER, _FAR = 8, 2.0**29
_BITS = 4
_PARTS, _HALF = 1 << _BITS, 1 << (_BITS - 1)
_MASK = _PARTS - 1
_WIDEST = 8
"""Samples of a cell, across."""
_OUTERMOST = -1

_places, _between = stack_of(8 * _TOGETHER), stack_of(_RUN * _WIDEST)


@inline
def _runs_at(way: Any, start: Any, j: Any, step: Any, to: Any) -> None:
    """Write where runs of a row begin, across and then down, in parts of samples.

    `step` is how many parts a cell has. In a loop of which LLVM takes several runs at once: one
    after the other chroma took 1.2 times as long.
    """
    rights, belows = integers_at(to, _TOGETHER), integers_at(to + 4 * _TOGETHER, _TOGETHER)
    y, back, first = np.float64(j), 3.5 * np.float64(step), np.float64(start) + 3.5
    for k in range(np.uint64(_TOGETHER)):
        x = first + np.float64(_RUN) * np.float64(np.int32(k))
        depth = way[2, 0] * x + way[2, 1] * y + way[2, 2]
        across = (way[0, 0] * x + way[0, 1] * y + way[0, 2]) / depth * _PARTS - back
        down = (way[1, 0] * x + way[1, 1] * y + way[1, 2]) / depth * _PARTS
        rights[k] = np.int32(np.floor(min(max(across, -_FAR), _FAR) + 0.5))
        belows[k] = np.int32(np.floor(min(max(down, -_FAR), _FAR) + 0.5))


@inline
def _run_of(places: Any, start: Any) -> Any:
    """Return where a run begins of those that were looked up together."""
    values = integers_at(places, 2 * _TOGETHER)
    k = np.uint64(start // _RUN % _TOGETHER)
    return np.int64(values[k]), np.int64(values[k + np.uint64(_TOGETHER)])


@inline
def _lies_within(at: Any, samples: Any, wide: Any, shape: Any) -> Any:
    """Tell whether so many samples from a place on have others on all sides.

    Of more, which are read with them, the last may be the next row's.
    """
    left, top = at[0] >> _BITS, at[1] >> _BITS
    whole = left >= 0 and top >= 0 and left + samples < shape[1] and top + 1 < shape[0]
    return whole and (left + wide < shape[1] or top + 2 < shape[0])


@inline
def _write_run(plane: Any, at: Any, step: Any, wide: Any, to: Any, count: Any) -> None:
    """Write so many cells of a run of so many samples, which lies within a plane."""
    left, top, right, below = at[0] >> _BITS, at[1] >> _BITS, at[0] & _MASK, at[1] & _MASK
    above, under = address_of(plane, top) + left, address_of(plane, top + 1) + left
    between, apart = _between(), np.uint64(step >> _BITS)
    for k in range(0, wide, _LANES):
        between_run(above + k, under + k, between + k, right, below)
    found, cells = bytes_at(between, wide), bytes_at(to, count)
    for k in range(np.uint64(count)):
        cells[k] = found[k * apart]


@inline
def _blend_of(four: Any, right: Any, below: Any) -> Any:
    """Return what lies between four levels, above and below, rounded half up."""
    upper = (_PARTS - right) * np.int64(four[0]) + right * np.int64(four[1])
    lower = (_PARTS - right) * np.int64(four[2]) + right * np.int64(four[3])
    return np.uint8(((_PARTS - below) * upper + below * lower + 128) >> (2 * _BITS))


@inline
def _sample(plane: Any, y: Any, x: Any, beyond: Any) -> Any:
    """Return a sample; beyond the plane a level, or the outermost where that is less than 0."""
    last, end = plane.shape[0] - 1, plane.shape[1] - 1
    inside = y >= 0 and y <= last and x >= 0 and x <= end
    if inside or beyond < 0:
        return plane[min(max(y, 0), last), min(max(x, 0), end)]
    return np.uint8(beyond)


@inline
def _cell_at(plane: Any, across: Any, down: Any, beyond: Any) -> Any:
    """Return what lies between four samples of a plane, also beyond it."""
    left, top = across >> _BITS, down >> _BITS
    four = (
        _sample(plane, top, left, beyond),
        _sample(plane, top, left + 1, beyond),
        _sample(plane, top + 1, left, beyond),
        _sample(plane, top + 1, left + 1, beyond),
    )
    return _blend_of(four, across & _MASK, down & _MASK)


@kernel(_PLANES, _HOMOGRAPHY, INT, _OUT_PLANES)
def chroma(planes: Any, way: Any, step: Any, out: Any) -> None:
    """Write two planes of a room on the canvas; `way` takes its cells to their samples.

    A cell is `step`/16 samples wide: half of one, or 1, 2, 4 or 8.
    """
    one, two = out
    height, width = one.shape
    places = _places()
    samples = _RUN * step >> _BITS
    wide = max(samples, _LANES)
    for j in range(height):
        for start in range(0, width, _RUN):
            if start % (_RUN * _TOGETHER) == 0:
                _runs_at(way, start, j, step, places)
            at, count = _run_of(places, start), min(_RUN, width - start)
            if step >= _PARTS and _lies_within(at, samples, wide, planes[0].shape):
                _write_run(planes[0], at, step, wide, address_of(one, j) + start, count)
                _write_run(planes[1], at, step, wide, address_of(two, j) + start, count)
                continue
            for k in range(count):
                one[j, start + k] = _cell_at(planes[0], at[0] + k * step, at[1], _OUTERMOST)
                two[j, start + k] = _cell_at(planes[1], at[0] + k * step, at[1], _OUTERMOST)


@kernel(PLANE, PLANE, _HOMOGRAPHY, INT, OUT_PLANE, OUT_PLANE)
def cells(levels: Any, marks: Any, way: Any, beyond: Any, between: Any, nearest: Any) -> None:
    """Write what lies between levels of the canvas, and the marks of the nearest cells.

    `way` takes cells to where they were. Beyond the canvas are a level and no marks.
    """
    height, width = levels.shape
    places = _places()
    for j in range(height):
        for start in range(0, width, _RUN):
            if start % (_RUN * _TOGETHER) == 0:
                _runs_at(way, start, j, _PARTS, places)
            at, count = _run_of(places, start), min(_RUN, width - start)
            y, x = (at[1] + _HALF) >> _BITS, (at[0] + _HALF) >> _BITS
            if _lies_within(at, _RUN, _LANES, levels.shape):
                _write_run(levels, at, _PARTS, _LANES, address_of(between, j) + start, count)
                near = bytes_at(address_of(marks, y) + x, count)
                to = bytes_at(address_of(nearest, j) + start, count)
                for k in range(np.uint64(count)):
                    to[k] = near[k]
                continue
            for k in range(count):
                across = at[0] + k * _PARTS
                between[j, start + k] = _cell_at(levels, across, at[1], beyond)
                nearest[j, start + k] = _sample(marks, y, x + k, 0)
