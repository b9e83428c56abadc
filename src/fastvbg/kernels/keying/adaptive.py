"""The adaptive keyer's kernels: one pass over a frame decides, learns and composites.

The state is means and spreads of Y, U and V, and swings; `totals`, which begin at 0, receive what
the next frame's gain goes by. `adaptive_pass` has the scratch and what a row goes through.
"""

from __future__ import annotations

from typing import Any

from numba import types

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of
from fastvbg.kernels._runs import blend_run, fence
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.keying.adaptive_pass import (
    BLOCKS,
    LAG,
    MASK,
    SETTINGS,
    convert,
    decide,
    full_row,
    learn,
    learn_chroma,
    learns,
    look,
    look_at_chroma,
)
from fastvbg.kernels.keying.adaptive_rows import copy_run
from fastvbg.kernels.keying.planes_rows import lay_rows

_BYTES = types.Array(types.uint8, 2, "C")
_WORDS = types.Array(types.uint16, 2, "C")
_TOTALS = types.Array(types.int64, 1, "C")
_STATE = types.UniTuple(_WORDS, 3), types.UniTuple(_WORDS, 3), _BYTES
_NOW = types.UniTuple(types.int64, SETTINGS)
_REST = (*_STATE, _TOTALS, _BYTES, _WORDS, _NOW)

STREAM_BYTES = TARGET.stream_bytes


@inline
def _look_at_frame(
    frame: Any,
    row: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    if row % 2 == 0:
        convert(frame, row, scratch)
        u, v = address_of(scratch, BLOCKS), address_of(scratch, BLOCKS + 1)
        look_at_chroma(u, v, row >> 1, True, means, spreads, words, now)
    look(full_row(scratch, 0, row), row, True, means, spreads, swings, scratch, words, now)


@inline
def _learn(
    row: Any,
    shift_x: Any,
    shift_y: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    totals: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    learn(row, means, spreads, swings, totals, scratch, words, now)
    part = row >> shift_y
    if part << shift_y == row:
        learn_chroma(part, shift_x != 0, means, spreads, scratch, words, now)


@kernel(FRAME, OUT_PLANE, *_REST)
def key(
    frame: Any,
    mask: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    totals: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    """`mask`, whose rows are consecutive bytes, is the frame's; the state learns the frame."""
    rows, cols = swings.shape
    for row in range(rows + LAG):
        if row < rows:
            _look_at_frame(frame, row, means, spreads, swings, scratch, words, now)
        done = row - LAG
        if done >= 0:
            decide(done, rows, cols, address_of(mask, done), scratch, words, now)
            if learns(now):
                _learn(done, 1, 1, means, spreads, swings, totals, scratch, words, now)


@kernel(FRAME, FRAME, OUT_FRAME, *_REST)
def composite(
    frame: Any,
    bg: Any,
    out: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    totals: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    """`out` is the frame where its mask is set, elsewhere `bg`; the state learns the frame.

    Rows of all three are packed pixels.
    """
    rows, cols = swings.shape
    # Read and written a pixel: 9 bytes of frames, and 7 of state both ways.
    streaming = 23 * rows * cols >= STREAM_BYTES
    mask = address_of(scratch, MASK)
    for row in range(rows + LAG):
        if row < rows:
            _look_at_frame(frame, row, means, spreads, swings, scratch, words, now)
        done = row - LAG
        if done >= 0:
            decide(done, rows, cols, mask, scratch, words, now)
            if learns(now):
                _learn(done, 1, 1, means, spreads, swings, totals, scratch, words, now)
            source, target = address_of(frame, done), address_of(out, done)
            blend_run(source, mask, address_of(bg, done), target, cols, streaming)
    fence()


@inline
def _look_at_planes(
    y: Any,
    u: Any,
    v: Any,
    row: Any,
    shift_x: Any,
    shift_y: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    doubled, part = shift_x != 0, row >> shift_y
    if part << shift_y == row:
        us, vs = address_of(u, part), address_of(v, part)
        look_at_chroma(us, vs, part, doubled, means, spreads, words, now)
    look(address_of(y, row), row, doubled, means, spreads, swings, scratch, words, now)


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT, *_REST)
def key_planes(
    y: Any,
    u: Any,
    v: Any,
    mask: Any,
    shift_x: Any,
    shift_y: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    totals: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    """`mask` is that of a frame in planes, chroma halved across by `shift_x`, down by `shift_y`.

    Rows of all are consecutive bytes. The state learns the frame.
    """
    rows, cols = swings.shape
    for row in range(rows + LAG):
        if row < rows:
            _look_at_planes(
                y, u, v, row, shift_x, shift_y, means, spreads, swings, scratch, words, now
            )
        done = row - LAG
        if done >= 0:
            decide(done, rows, cols, address_of(mask, done), scratch, words, now)
            if learns(now):
                _learn(done, shift_x, shift_y, means, spreads, swings, totals, scratch, words, now)


@kernel(*(PLANE,) * 6, *(OUT_PLANE,) * 3, INT, INT, *_REST)
def composite_planes(
    y: Any,
    u: Any,
    v: Any,
    bg_y: Any,
    bg_u: Any,
    bg_v: Any,
    out_y: Any,
    out_u: Any,
    out_v: Any,
    shift_x: Any,
    shift_y: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    totals: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    """`out` is planes over `bg` by their mask; the state learns the frame.

    Rows of all are consecutive bytes. A plane of `out` may be one of the frame's: rows are written
    when everything around them has been looked at.
    """
    rows, cols = swings.shape
    frame, bg, out = (y, u, v), (bg_y, bg_u, bg_v), (out_y, out_u, out_v)
    # Read and written a pixel: 4.5 bytes of planes at least, and 7 of state both ways.
    streaming = 18 * rows * cols >= STREAM_BYTES
    upper, lower = address_of(scratch, MASK), address_of(scratch, MASK + 1)
    spare = address_of(scratch, BLOCKS)
    for row in range(rows + LAG):
        if row < rows:
            _look_at_planes(
                y, u, v, row, shift_x, shift_y, means, spreads, swings, scratch, words, now
            )
        done = row - LAG
        if done >= 0:
            mask = lower if done & shift_y else upper
            decide(done, rows, cols, mask, scratch, words, now)
            if learns(now):
                _learn(done, shift_x, shift_y, means, spreads, swings, totals, scratch, words, now)
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
            copy_run(full_row(scratch, 0, k), address_of(y, k), cols)
        half = (cols + 1) >> 1
        copy_run(address_of(scratch, BLOCKS), address_of(u, row >> 1), half)
        copy_run(address_of(scratch, BLOCKS + 1), address_of(v, row >> 1), half)
