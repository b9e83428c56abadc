"""A plate where a camera that has moved sees it; `reference.plate` has the arithmetic.

A homography is taken for a shift over each run of 16 pixels of a row: a turn of half a degree
makes that wrong by 1/14 of a pixel. So weights are the same all over a run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels._planes import SHIFTS
from fastvbg.kernels._runs import between_run

__all__ = ["shift", "shift_plane"]

MODEL = types.Array(types.uint8, 3, "C")
HOMOGRAPHY = types.Array(types.float64, 2, "C")

LINE = types.UniTuple(INT, 2)

_RUN, _DEEPEST = 16, 3
_LINE_BITS, _HALF = 10, 512


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
def _light_run(to: Any, count: Any, line: Any) -> None:
    """Bring so many samples at an address to another light."""
    samples = bytes_at(to, count)
    gain, offset = np.int32(line[0]), np.int32(line[1] + _HALF)
    for k in range(np.uint64(count)):
        level = (gain * np.int32(samples[k]) + offset) >> np.int32(_LINE_BITS)
        samples[k] = np.uint8(min(max(level, np.int32(0)), np.int32(255)))


@inline
def _shift_run(plane: Any, to_plane: Any, row: Any, start: Any, out: Any) -> None:
    """Write a run of a row, or what is left of it."""
    rows, cols = plane.shape
    at = _run_from(to_plane, start, row)
    left, top, across, down = at
    if start + _RUN <= cols and _within(at, rows, cols):
        above, under = address_of(plane, top) + left, address_of(plane, top + 1) + left
        between_run(above, under, address_of(out, row) + start, across, down)
        return
    y, below = _held(top, rows), _held(top + 1, rows)
    for k in range(min(_RUN, cols - start)):
        x, right = _held(left + k, cols), _held(left + k + 1, cols)
        four = plane[y, x], plane[y, right], plane[below, x], plane[below, right]
        out[row, start + k] = _blend_of(four, across, down)


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
    together = 1 << deep if deep <= _DEEPEST else 1
    for first in range(0, rows, together):
        for start in range(0, cols, _RUN):
            if _any_wanted(cells, first >> deep, start >> over, (start + _RUN - 1) >> over):
                for row in range(first, min(first + together, rows)):
                    _shift_run(plane, to_plane, row, start, out)
                    if lit:
                        count = min(_RUN, cols - start)
                        _light_run(address_of(out, row) + start, count, line)
