"""A plate where a camera that has moved sees it; `reference.plate` has the arithmetic.

A homography is taken for a shift over each run of 16 pixels of a row: a turn of half a degree
makes that wrong by 1/14 of a pixel. So weights are the same all over a run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, stack_of
from fastvbg.kernels._planes import SHIFTS
from fastvbg.kernels._runs import between_run

__all__ = ["shift", "shift_plane"]

MODEL = types.Array(types.uint8, 3, "C")
HOMOGRAPHY = types.Array(types.float64, 2, "C")

LINE = types.UniTuple(INT, 2)

_RUN, _DEEPEST = 16, 3
_TOGETHER, _FAR = 1 << _DEEPEST, 2.0**29
_FIRST = np.uint64(0)
_LINE_BITS, _HALF = 10, 512

_places = stack_of(8 * _TOGETHER)
_held_run, _held_run_below = stack_of(2 * _RUN), stack_of(2 * _RUN)


@inline
def _run_from(h: Any, start: Any, row: Any) -> Any:
    """Return where a run of a row is from: column and row, and parts beyond them."""
    x, y = start + 7.5, np.float64(row)
    depth = h[2, 0] * x + h[2, 1] * y + h[2, 2]
    right = np.int64(np.floor(((h[0, 0] * x + h[0, 1] * y + h[0, 2]) / depth - x) * 16 + 0.5))
    below = np.int64(np.floor((h[1, 0] * x + h[1, 1] * y + h[1, 2]) / depth * 16 + 0.5))
    return start + (right >> 4), below >> 4, right & 15, below & 15


@inline
def _within(at: Any, rows: Any, cols: Any) -> Any:
    """Tell whether all that a run is made of lies within a plane."""
    left, top = at[0], at[1]
    return left >= 0 and top >= 0 and left + _RUN < cols and top + 1 < rows


@inline
def _blend_of(four: Any, across: Any, down: Any) -> Any:
    """Return what lies between four samples, above and below."""
    upper = (16 - across) * np.int64(four[0]) + across * np.int64(four[1])
    lower = (16 - across) * np.int64(four[2]) + across * np.int64(four[3])
    return np.uint8(((16 - down) * upper + down * lower + 128) >> 8)


@inline
def _held(at: Any, size: Any) -> Any:
    return min(max(at, 0), size - 1)


@inline
def _at_border(model: Any, out: Any, row: Any, start: Any, at: Any, cols: Any) -> None:
    """Write a run that lies beyond the model in part, whose outermost samples go on there."""
    rows = model.shape[0]
    left, top, across, down = at
    for plane in range(4):
        for k in range(_RUN):
            x, right = _held(left + k, cols), _held(left + k + 1, cols)
            y, below = _held(top, rows), _held(top + 1, rows)
            if plane == 3:
                out[row, plane, start + k] = model[
                    below if down >= 8 else y, plane, right if across >= 8 else x
                ]
                continue
            four = (
                model[y, plane, x],
                model[y, plane, right],
                model[below, plane, x],
                model[below, plane, right],
            )
            out[row, plane, start + k] = _blend_of(four, across, down)


@kernel(MODEL, HOMOGRAPHY, INT, MODEL)
def shift(model: Any, to_model: Any, cols: Any, out: Any) -> None:
    """`out` is the model of `cols` pixels a row as seen from elsewhere.

    `to_model` takes pixels of `out` to the model's, and its last number is 1.
    """
    rows, _, step = model.shape
    for row in range(rows):
        there = address_of(out, row)
        for start in range(0, cols, _RUN):
            at = _run_from(to_model, start, row)
            if not _within(at, rows, cols):
                _at_border(model, out, row, start, at, cols)
                continue
            left, top, across, down = at
            above, under = address_of(model, top) + left, address_of(model, top + 1) + left
            for plane in range(3):
                offset = plane * step
                between_run(above + offset, under + offset, there + offset + start, across, down)
            nearest = (under if down >= 8 else above) + 3 * step + (across >= 8)
            floors, to = bytes_at(nearest, _RUN), bytes_at(there + 3 * step + start, _RUN)
            for k in range(np.uint64(_RUN)):
                to[k] = floors[k]


@inline
def _any_wanted(cells: Any, j: Any, first: Any, last: Any) -> Any:
    """Tell whether a cell of a row is not 0, from one to another."""
    row = bytes_at(address_of(cells, j), cells.shape[1])
    for x in range(np.uint64(first), np.uint64(min(last + 1, cells.shape[1]))):
        if row[x] != np.uint8(0):
            return True
    return False


@inline
def _none_wanted(cells: Any, j: Any) -> Any:
    """Tell whether all cells of a row are 0; several are looked at at once."""
    row, together = bytes_at(address_of(cells, j), cells.shape[1]), np.uint8(0)
    for x in range(np.uint64(cells.shape[1])):
        together |= row[x]
    return together == np.uint8(0)


@inline
def _light_run(to: Any, count: Any, line: Any) -> None:
    """Bring so many samples at an address to another light."""
    samples = bytes_at(to, count)
    gain, offset = np.int32(line[0]), np.int32(line[1] + _HALF)
    for k in range(np.uint64(count)):
        level = (gain * np.int32(samples[k]) + offset) >> np.int32(_LINE_BITS)
        samples[k] = np.uint8(min(max(level, np.int32(0)), np.int32(255)))


@inline
def _runs_from(h: Any, start: Any, first: Any, count: Any, to: Any) -> Any:
    """Write where runs of so many rows are from that begin in a column, as `_run_from` has it.

    `to` is the address of how far each lies to the right of that column, and of as many below its
    row, in parts of 1/16. Return whether all lie as the first. In a loop of which LLVM takes
    several rows at once.
    """
    rights, belows = integers_at(to, count), integers_at(to + 4 * _TOGETHER, count)
    x = start + 7.5
    for k in range(np.uint64(count)):
        row = np.int32(first) + np.int32(k)
        y = np.float64(row)
        depth = h[2, 0] * x + h[2, 1] * y + h[2, 2]
        right = np.floor(((h[0, 0] * x + h[0, 1] * y + h[0, 2]) / depth - x) * 16 + 0.5)
        below = np.floor((h[1, 0] * x + h[1, 1] * y + h[1, 2]) / depth * 16 + 0.5)
        rights[k] = np.int32(min(max(right, -_FAR), _FAR))
        belows[k] = np.int32(min(max(below, -_FAR), _FAR)) - (row << np.int32(4))
    others = np.int32(0)
    for k in range(np.uint64(count)):
        others |= (rights[k] ^ rights[_FIRST]) | (belows[k] ^ belows[_FIRST])
    return others == 0


@inline
def _place_of(places: Any, k: Any, start: Any, row: Any) -> Any:
    """Return what `_run_from` does of a row."""
    right, below = np.int64(places[k]), np.int64(places[k + np.uint64(_TOGETHER)])
    return start + (right >> 4), row + (below >> 4), right & 15, below & 15


@inline
def _shift_runs(plane: Any, to_plane: Any, first: Any, last: Any, start: Any, out: Any) -> None:
    """Write the runs of some rows that begin in a column, or what is left of them."""
    rows, cols = plane.shape
    table = _places()
    alike = _runs_from(to_plane, start, first, last - first, table)
    places = integers_at(table, 2 * _TOGETHER)
    whole = start + _RUN <= cols
    left, top, across, down = _place_of(places, _FIRST, start, first)
    if alike and whole and _within((left, top), rows - (last - first - 1), cols):
        for k in range(last - first):  # with the same weights
            above, under = address_of(plane, top + k) + left, address_of(plane, top + k + 1) + left
            between_run(above, under, address_of(out, first + k) + start, across, down)
        return
    for row in range(first, last):
        left, top, across, down = _place_of(places, np.uint64(row - first), start, row)
        if whole and _within((left, top), rows, cols):
            above, under = address_of(plane, top) + left, address_of(plane, top + 1) + left
            between_run(above, under, address_of(out, row) + start, across, down)
        else:
            _shift_rest(plane, (left, top, across, down), row, start, out)


@inline
def _shift_rest(plane: Any, at: Any, row: Any, start: Any, out: Any) -> None:
    """Write a run that lies beyond the plane in part, or what is left of it."""
    rows, cols = plane.shape
    left, top, across, down = at
    above, under = _held_run(), _held_run_below()
    _hold_run(plane, _held(top, rows), left, above)
    _hold_run(plane, _held(top + 1, rows), left, under)
    between_run(above, under, above, across, down)
    count = min(_RUN, cols - start)
    found, to = bytes_at(above, count), bytes_at(address_of(out, row) + start, count)
    for k in range(np.uint64(count)):
        to[k] = found[k]


@inline
def _hold_run(plane: Any, row: Any, left: Any, to: Any) -> None:
    """Write what a run is made of from a row of a plane, whose outermost samples go on."""
    cols = plane.shape[1]
    samples, held = bytes_at(address_of(plane, row), cols), bytes_at(to, _RUN + 1)
    for k in range(_RUN + 1):
        held[np.uint64(k)] = samples[np.uint64(_held(left + k, cols))]


@kernel(PLANE, HOMOGRAPHY, PLANE, SHIFTS, LINE, OUT_PLANE)
def shift_plane(plane: Any, to_plane: Any, cells: Any, bits: Any, line: Any, out: Any) -> None:
    """`out` is a plane as seen from elsewhere, in another light; rows of all are packed.

    The two lie apart. `to_plane` takes pixels of `out` to the plane's, and its last number is 1.
    Runs are left as they are in which no cell is wanted; a cell has 2 to the power of `bits`
    samples across, and down. `line` is a gain and an offset, in 1/1024.
    """
    rows, cols = plane.shape
    over, deep = bits
    lit = (line[0] != (1 << _LINE_BITS)) | (line[1] != 0)
    # Rows of one cell are looked up together; more than that of them would leave the caches.
    together = 1 << min(deep, _DEEPEST)
    for first in range(0, rows, together):
        last = min(first + together, rows)
        if _none_wanted(cells, first >> deep):
            continue
        for start in range(0, cols, _RUN):
            if _any_wanted(cells, first >> deep, start >> over, (start + _RUN - 1) >> over):
                _shift_runs(plane, to_plane, first, last, start, out)
                if lit:
                    for row in range(first, last):
                        count = min(_RUN, cols - start)
                        _light_run(address_of(out, row) + start, count, line)
