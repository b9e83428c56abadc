"""Box blur of planes and frames, in bytes, with rounding at each of its two directions.

Rows must be packed. `out` may be the input.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, words_at
from fastvbg.kernels._rows import copy_row, pad_row, steps
from fastvbg.kernels._runs import slide_mean_run, window_mean_run

_WORDS = types.Array(types.int16, 2, "C")
_BYTES = types.Array(types.uint8, 2, "C")


@inline
def _across(
    matte: Any,
    y: Any,
    target: Any,
    cols: Any,
    radius: Any,
    step: Any,
    factor: Any,
    shift: Any,
    padded: Any,
    words: Any,
) -> None:
    """Write the means across of row `y` at an address."""
    pad = radius * step
    copy_row(address_of(matte, y), padded + pad, cols)
    pad_row(bytes_at(padded, cols + 2 * pad), cols, pad, step)
    sums, spare = address_of(words, 1), address_of(words, 2)
    width = 2 * radius + 1
    window_mean_run(padded, sums, spare, target, cols, width, step, factor, shift)


@inline
def _count(column: Any, enters: Any, cols: Any, times: Any) -> None:
    """Add a row to the column sums, as often as the border repeats it."""
    new, weight = bytes_at(enters, cols), np.int16(times)
    for i in range(steps(cols)):
        column[i] += np.int16(new[i]) * weight


@kernel(PLANE, OUT_PLANE, INT, INT, INT, INT, _WORDS, _BYTES)
def box(
    matte: Any,
    out: Any,
    radius: Any,
    step: Any,
    factor: Any,
    shift: Any,
    words: Any,
    lines: Any,
) -> None:
    """`out` is the mean over `2*radius + 1` pixels across, rounded, and then over as many down.

    Border pixels repeat outward. `step` is a pixel's bytes: 1 in a plane, 3 in a frame whose rows
    are given as bytes. `factor` and `shift` come from `reciprocal`.
    """
    rows, cols = out.shape
    if rows == 0 or cols == 0:
        return
    width, kept = 2 * radius + 1, 2 * radius + 2
    sums, padded, result = address_of(words, 0), address_of(lines, 0), address_of(lines, 1)
    column = words_at(sums, cols)
    for i in range(steps(cols)):
        column[i] = np.int16(0)
    # Sums begin as those of row -1: the first row as often as it stands above it, and so on.
    for y in range(-1, radius):
        row = min(max(y, 0), rows - 1)
        slot = address_of(lines, 2 + row % kept)
        if y <= row:
            _across(matte, row, slot, cols, radius, step, factor, shift, padded, words)
        _count(column, slot, cols, radius + 1 if y < 0 else 1)
    for y in range(rows):
        enters, leaves = min(y + radius, rows - 1), max(y - radius - 1, 0)
        slot = address_of(lines, 2 + enters % kept)
        if y + radius < rows:
            _across(matte, enters, slot, cols, radius, step, factor, shift, padded, words)
        slide_mean_run(
            sums, slot, address_of(lines, 2 + leaves % kept), result, cols, width, factor, shift
        )
        copy_row(result, address_of(out, y), cols)
