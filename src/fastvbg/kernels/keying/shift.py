"""A plate's model where a camera that has moved sees it; `reference.plate.shift_plate` defines it.

A homography is taken for a shift over each run of 16 pixels of a row: a turn of half a degree
makes that wrong by 1/14 of a pixel. So weights are the same all over a run.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels._runs import between_run

__all__ = ["shift"]

MODEL = types.Array(types.uint8, 3, "C")
HOMOGRAPHY = types.Array(types.float64, 2, "C")

_RUN = 16


@inline
def _at_border(model: Any, out: Any, row: Any, start: Any, at: Any, cols: Any) -> None:
    """Write a run that lies beyond the model in part, whose outermost samples go on there."""
    rows = model.shape[0]
    left, top, across, down = at
    for plane in range(4):
        for k in range(_RUN):
            x, right = min(max(left + k, 0), cols - 1), min(max(left + k + 1, 0), cols - 1)
            y, below = min(max(top, 0), rows - 1), min(max(top + 1, 0), rows - 1)
            if plane == 3:
                out[row, plane, start + k] = model[
                    below if down >= 8 else y, plane, right if across >= 8 else x
                ]
                continue
            upper = (16 - across) * np.int64(model[y, plane, x])
            upper += across * np.int64(model[y, plane, right])
            lower = (16 - across) * np.int64(model[below, plane, x])
            lower += across * np.int64(model[below, plane, right])
            total = (16 - down) * upper + down * lower
            out[row, plane, start + k] = np.uint8((total + 128) >> 8)


@kernel(MODEL, HOMOGRAPHY, INT, MODEL)
def shift(model: Any, to_model: Any, cols: Any, out: Any) -> None:
    """`out` is the model of `cols` pixels a row as seen from elsewhere.

    `to_model` takes pixels of `out` to the model's, and its last number is 1.
    """
    rows, _, step = model.shape
    h = to_model
    for row in range(rows):
        y = np.float64(row)
        there = address_of(out, row)
        for start in range(0, cols, _RUN):
            x = start + 7.5
            depth = h[2, 0] * x + h[2, 1] * y + h[2, 2]
            right = np.int64(
                np.floor(((h[0, 0] * x + h[0, 1] * y + h[0, 2]) / depth - x) * 16 + 0.5)
            )
            below = np.int64(np.floor((h[1, 0] * x + h[1, 1] * y + h[1, 2]) / depth * 16 + 0.5))
            left, top, across, down = start + (right >> 4), below >> 4, right & 15, below & 15
            if left < 0 or top < 0 or left + _RUN >= cols or top + 1 >= rows:
                _at_border(model, out, row, start, (left, top, across, down), cols)
                continue
            above, under = address_of(model, top) + left, address_of(model, top + 1) + left
            for plane in range(3):
                offset = plane * step
                between_run(above + offset, under + offset, there + offset + start, across, down)
            nearest = (under if down >= 8 else above) + 3 * step + (across >= 8)
            floors, to = bytes_at(nearest, _RUN), bytes_at(there + 3 * step + start, _RUN)
            for k in range(np.uint64(_RUN)):
                to[k] = floors[k]
