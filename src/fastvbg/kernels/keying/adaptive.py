"""The adaptive keyer's kernels: one pass over a frame decides, learns and composites.

The state is means and spreads of Y, U and V, swings, and totals, which begin at 0 and receive what
the next frame's gain goes by. The work is scratch bytes, scratch words, and what the frame is keyed
by: `adaptive_pass` has them, and what a row goes through. Frames are BGR and packed pixels, maybe
views of RGB.
"""

from __future__ import annotations

from typing import Any

from numba import types

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import pixels_at
from fastvbg.kernels._memory import address_of, stream_bytes
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS
from fastvbg.kernels._rows import copy_row
from fastvbg.kernels._runs import blend_run, fence
from fastvbg.kernels.keying.adaptive_pass import (
    BLOCKS,
    LAG,
    MASK,
    SETTINGS,
    addressed,
    byte_row,
    convert,
    decide,
    full_row,
    learn,
    learn_chroma,
    learns,
    look,
    look_at_chroma,
)
from fastvbg.kernels.keying.planes_rows import lay_rows

_BYTES = types.Array(types.uint8, 2, "C")
_WORDS = types.Array(types.uint16, 2, "C")
_TOTALS = types.Array(types.int64, 1, "C")
_THREE = types.UniTuple(_WORDS, 3)
_STATE = types.Tuple((_THREE, _THREE, _BYTES, _TOTALS))
_WORK = types.Tuple((_BYTES, _WORDS, types.UniTuple(types.int64, SETTINGS)))


@inline
def _look_at_frame(frame: Any, row: Any, scratch: Any, state: Any, work: Any) -> None:
    if row % 2 == 0:
        convert(frame, row, scratch)
        u, v = byte_row(work, BLOCKS), byte_row(work, BLOCKS + 1)
        look_at_chroma(u, v, row >> 1, True, state, work)
    look(full_row(scratch, 0, row), row, True, state, work)


@inline
def _look_at_planes(
    y: Any, u: Any, v: Any, row: Any, shift_x: Any, shift_y: Any, state: Any, work: Any
) -> None:
    doubled, part = shift_x != 0, row >> shift_y
    if part << shift_y == row:
        us, vs = address_of(u, part), address_of(v, part)
        look_at_chroma(us, vs, part, doubled, state, work)
    look(address_of(y, row), row, doubled, state, work)


@inline
def _settle(
    row: Any,
    rows: Any,
    cols: Any,
    mask: Any,
    shift_x: Any,
    shift_y: Any,
    state: Any,
    totals: Any,
    work: Any,
) -> None:
    """Write a row's mask to an address, and learn the row where the state is to learn."""
    decide(row, rows, cols, mask, work)
    if learns(work):
        learn(row, state, totals, work)
        part = row >> shift_y
        if part << shift_y == row:
            learn_chroma(part, shift_x != 0, state, work)


@kernel(FRAME, OUT_PLANE, _STATE, _WORK)
def key(frame: Any, mask: Any, state: Any, work: Any) -> None:
    """`mask`, whose rows are consecutive bytes, is the frame's; the state learns the frame."""
    rows, cols = mask.shape
    scratch, totals = work[0], state[3]
    at, on = addressed(state, work)
    for row in range(rows + LAG):
        if row < rows:
            _look_at_frame(frame, row, scratch, at, on)
        done = row - LAG
        if done >= 0:
            _settle(done, rows, cols, address_of(mask, done), 1, 1, at, totals, on)


@kernel(FRAME, FRAME, OUT_FRAME, _STATE, _WORK)
def composite(frame: Any, bg: Any, out: Any, state: Any, work: Any) -> None:
    """`out` is the frame where its mask is set, elsewhere `bg`; the state learns the frame.

    The channels of all three lie in one order.
    """
    rows, cols, _ = out.shape
    scratch, totals = work[0], state[3]
    at, on = addressed(state, work)
    # Read and written a pixel: 9 bytes of frames, and 7 of state both ways.
    streaming = 23 * rows * cols >= stream_bytes()
    mask = byte_row(on, MASK)
    for row in range(rows + LAG):
        if row < rows:
            _look_at_frame(frame, row, scratch, at, on)
        done = row - LAG
        if done >= 0:
            _settle(done, rows, cols, mask, 1, 1, at, totals, on)
            source, target = pixels_at(frame, done), pixels_at(out, done)
            blend_run(source, mask, pixels_at(bg, done), target, cols, streaming)
    fence()


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT, _STATE, _WORK)
def key_planes(
    y: Any, u: Any, v: Any, mask: Any, shift_x: Any, shift_y: Any, state: Any, work: Any
) -> None:
    """`mask` is that of a frame in planes, chroma halved across by `shift_x`, down by `shift_y`.

    Rows of all are consecutive bytes. The state learns the frame.
    """
    rows, cols = mask.shape
    totals = state[3]
    at, on = addressed(state, work)
    for row in range(rows + LAG):
        if row < rows:
            _look_at_planes(y, u, v, row, shift_x, shift_y, at, on)
        done = row - LAG
        if done >= 0:
            to = address_of(mask, done)
            _settle(done, rows, cols, to, shift_x, shift_y, at, totals, on)


@kernel(PLANES, PLANES, OUT_PLANES, SHIFTS, _STATE, _WORK)
def composite_planes(frame: Any, bg: Any, out: Any, shifts: Any, state: Any, work: Any) -> None:
    """`out` is planes over `bg` by their mask; the state learns the frame.

    Rows of all are consecutive bytes. A plane of `out` may be one of the frame's: rows are written
    when everything around them has been looked at.
    """
    shift_x, shift_y = shifts
    y, u, v = frame
    rows, cols = y.shape
    totals = state[3]
    at, on = addressed(state, work)
    # Read and written a pixel: 4.5 bytes of planes at least, and 7 of state both ways.
    streaming = 18 * rows * cols >= stream_bytes()
    upper, lower, spare = byte_row(on, MASK), byte_row(on, MASK + 1), byte_row(on, BLOCKS)
    for row in range(rows + LAG):
        if row < rows:
            _look_at_planes(y, u, v, row, shift_x, shift_y, at, on)
        done = row - LAG
        if done >= 0:
            mask = lower if done & shift_y else upper
            _settle(done, rows, cols, mask, shift_x, shift_y, at, totals, on)
            if done & shift_y == shift_y or done == rows - 1:
                part = done >> shift_y
                lay_rows(upper, lower, spare, frame, bg, out, part, shift_x, shift_y, streaming)
    fence()


@kernel(FRAME, OUT_PLANE, OUT_PLANE, OUT_PLANE, _BYTES)
def planes_of(frame: Any, y: Any, u: Any, v: Any, scratch: Any) -> None:
    """`y`, `u` and `v`, of contiguous memory, are the planes that a frame is keyed in."""
    rows, cols = y.shape
    for row in range(0, rows, 2):
        convert(frame, row, scratch)
        for k in range(row, min(row + 2, rows)):
            copy_row(full_row(scratch, 0, k), address_of(y, k), cols)
        half = (cols + 1) >> 1
        copy_row(address_of(scratch, BLOCKS), address_of(u, row >> 1), half)
        copy_row(address_of(scratch, BLOCKS + 1), address_of(v, row >> 1), half)
