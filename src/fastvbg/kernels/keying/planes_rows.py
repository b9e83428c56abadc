"""Rows of planes laid over others by the rows of a matte, chroma of any usual subsampling.

Samples of a row are consecutive in memory; `reference.planes.blend_plane` has the arithmetic.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels._runs import lay_run
from fastvbg.kernels.portable.planes import mean

_ONE, _TWO = np.uint64(1), np.uint64(2)


@inline
def _cover(upper: Any, lower: Any, out: Any, cols: Any) -> None:
    """Write a matte's means over the samples of a halved row of chroma, all at addresses."""
    above, below, run = bytes_at(upper, cols), bytes_at(lower, cols), bytes_at(out, (cols + 1) >> 1)
    pairs = np.uint64(cols >> 1)
    for c in range(pairs):
        run[c] = mean(above, below, _TWO * c, _TWO * c + _ONE)
    if cols & 1:
        last = _TWO * pairs
        run[pairs] = mean(above, below, last, last)


@inline
def lay_row(
    matte: Any, frame: Any, bg: Any, out: Any, row: Any, next_row: Any, streaming: Any
) -> None:
    """Lay a row of a plane over another by the row of a matte at an address.

    `next_row` is the one that is laid next, or any beyond the last.
    """
    here, under = address_of(frame, row), address_of(bg, row)
    ahead, bg_ahead = address_of(frame, next_row) - here, address_of(bg, next_row) - under
    lay_run(matte, here, under, address_of(out, row), out.shape[1], ahead, bg_ahead, streaming)


@inline
def lay_rows(
    upper: Any,
    lower: Any,
    spare: Any,
    frame: Any,
    bg: Any,
    out: Any,
    part: Any,
    shift_x: Any,
    shift_y: Any,
    streaming: Any,
) -> None:
    """Lay a chroma row and the luma rows that it belongs to over others.

    `frame`, `bg` and `out` are planes Y, U and V; `upper` and `lower` addresses of the luma rows'
    mattes, of which `lower` does not count where there is one luma row only; `spare` is scratch.
    """
    rows, cols = out[0].shape
    top = part << shift_y
    after = top + 1 + shift_y
    lay_row(upper, frame[0], bg[0], out[0], top, after, streaming)
    second = upper
    if shift_y and top + 1 < rows:
        second = lower
        lay_row(lower, frame[0], bg[0], out[0], top + 1, after + 1, streaming)
    coverage = upper
    if shift_x or shift_y:  # a picture of one column is halved downward only
        _cover(upper, second, spare, cols)
        coverage = spare
    for k in range(1, 3):
        lay_row(coverage, frame[k], bg[k], out[k], part, part + 1, streaming)
