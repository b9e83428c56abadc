"""The adaptive keyer's kernels: one pass over a frame decides, learns and composites.

A row's vote needs the evidence of two rows below it, so learning and output run two rows behind;
the rows between, and the planes that BGR rows become, stay in scratch that fits the cache.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt
from numba import types

from fastvbg.constants import AdaptiveSettings
from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of
from fastvbg.kernels._runs import blend_run, fence
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.adaptive_rows import (
    chroma_run,
    columns_run,
    copy_run,
    double_run,
    evidence_run,
    fickle_run,
    halve_run,
    learn_run,
    mean_of_blocks_run,
    swing_run,
    vote_run,
)
from fastvbg.kernels.keyspace import keyspace_row

_BYTES = types.Array(types.uint8, 2, "C")
_WORDS = types.Array(types.uint16, 2, "C")
_STATE = types.UniTuple(_WORDS, 3)
_NOW = types.UniTuple(types.int64, 10)

STREAM_BYTES = TARGET.stream_bytes

# Rows of the scratch bytes. Rings hold as many rows as the lag keeps alive, to a power of 2.
_EVIDENCE, _EVIDENCE_RING = 0, 8
_LUMA, _LUMA_RING = 8, 4
_CHROMA, _CHROMA_RING = 12, 2  # U's ring, then V's
_FULL = 16  # chroma of two rows before it is halved: U, U, V, V
_HELD, _STEADY, _HELD_HALF, _STEADY_HALF = 20, 21, 22, 23
_MASK = 24
_BYTE_ROWS = 25
# And of the scratch words.
_PAIR, _DOUBLED, _COLUMNS = 0, 1, 2
_WORD_ROWS = 3

_LAG = 2
_NEVER = 25 * 255  # no vote exceeds it


def scratch_for(cols: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint16]]:
    """Return the scratch of all kernels here for frames of `cols` columns."""
    wide = (cols + 4 + 63) // 64 * 64
    return np.empty((_BYTE_ROWS, wide), np.uint8), np.empty((_WORD_ROWS, wide), np.uint16)


def settings_now(settings: AdaptiveSettings, frames: int, *, frozen: bool) -> tuple[int, ...]:
    """Return what the kernels go by for the frame after `frames` others."""
    everyone = frames < settings.warm_up or (
        settings.absorb > 0 and frames % settings.absorb == settings.absorb - 1
    )
    return (
        settings.threshold,
        _NEVER if everyone else 25 * settings.threshold // 4,
        min(settings.rate, (frames + 1).bit_length()),
        settings.spread_rise,
        settings.spread_fall,
        settings.spread_top,
        settings.swing,
        settings.swing_bound,
        settings.swing_top,
        int(not frozen),
    )


@inline
def _look_at_chroma(
    u: Any, v: Any, row: Any, doubled: Any, means: Any, spreads: Any, words: Any
) -> None:
    """Weigh a chroma row."""
    cols = means[1].shape[1]
    pair = address_of(words, _PAIR)
    chroma_run(u, address_of(means[1], row), address_of(spreads[1], row), pair, cols, False)
    chroma_run(v, address_of(means[2], row), address_of(spreads[2], row), pair, cols, True)
    if doubled:
        double_run(pair, address_of(words, _DOUBLED), cols)


@inline
def _look(
    y: Any,
    row: Any,
    doubled: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    """Weigh a row whose chroma row was weighed, and count its swings."""
    cols = swings.shape[1]
    evidence = address_of(scratch, _EVIDENCE + row % _EVIDENCE_RING)
    chroma = address_of(words, _DOUBLED if doubled else _PAIR)
    evidence_run(y, address_of(means[0], row), address_of(spreads[0], row), chroma, evidence, cols)
    if now[9] != 0:
        swing_run(evidence, address_of(swings, row), cols, now[0], now[6], now[8])


@inline
def _decide(row: Any, rows: Any, cols: Any, mask: Any, scratch: Any, words: Any, now: Any) -> None:
    """Vote on a row: write its mask, and which of its pixels are held from learning."""
    last = rows - 1
    columns_run(
        address_of(scratch, _EVIDENCE + max(row - 2, 0) % _EVIDENCE_RING),
        address_of(scratch, _EVIDENCE + max(row - 1, 0) % _EVIDENCE_RING),
        address_of(scratch, _EVIDENCE + row % _EVIDENCE_RING),
        address_of(scratch, _EVIDENCE + min(row + 1, last) % _EVIDENCE_RING),
        address_of(scratch, _EVIDENCE + min(row + 2, last) % _EVIDENCE_RING),
        address_of(words, _COLUMNS),
        cols,
    )
    sums, held = address_of(words, _COLUMNS), address_of(scratch, _HELD)
    vote_run(sums, mask, held, cols, 25 * now[0], now[1])


@inline
def _learn(y: Any, row: Any, means: Any, spreads: Any, swings: Any, scratch: Any, now: Any) -> None:
    """Learn a row of luma."""
    cols = swings.shape[1]
    held, steady = address_of(scratch, _HELD), address_of(scratch, _STEADY)
    fickle_run(held, address_of(swings, row), steady, cols, now[7])
    mean, spread = address_of(means[0], row), address_of(spreads[0], row)
    learn_run(y, mean, spread, held, steady, cols, now[2], now[3], now[4], now[5])


@inline
def _learn_chroma(
    u: Any, v: Any, row: Any, halved: Any, means: Any, spreads: Any, scratch: Any, now: Any
) -> None:
    """Learn a row of chroma, by the flags of the luma row that was learned last."""
    cols = means[1].shape[1]
    held, steady = address_of(scratch, _HELD), address_of(scratch, _STEADY)
    if halved:
        halve_run(held, address_of(scratch, _HELD_HALF), cols)
        halve_run(steady, address_of(scratch, _STEADY_HALF), cols)
        held, steady = address_of(scratch, _HELD_HALF), address_of(scratch, _STEADY_HALF)
    for k in range(1, 3):
        sample = u if k == 1 else v
        mean, spread = address_of(means[k], row), address_of(spreads[k], row)
        learn_run(sample, mean, spread, held, steady, cols, now[2], now[3], now[4], now[5])


@inline
def _convert(frame: Any, row: Any, scratch: Any) -> None:
    """Bring two rows of a frame, or a last one, to luma and halved chroma."""
    rows, cols = frame.shape[:2]
    count = min(2, rows - row)
    for k in range(count):
        y = address_of(scratch, _LUMA + (row + k) % _LUMA_RING)
        u, v = address_of(scratch, _FULL + k), address_of(scratch, _FULL + 2 + k)
        keyspace_row(frame, row + k, y, u, v)
    for k in range(2):
        upper = address_of(scratch, _FULL + 2 * k)
        lower = address_of(scratch, _FULL + 2 * k + count - 1)
        mean_of_blocks_run(upper, lower, _chroma_of(scratch, k, row >> 1), cols)


@inline
def _luma_of(scratch: Any, row: Any) -> Any:
    return address_of(scratch, _LUMA + row % _LUMA_RING)


@inline
def _chroma_of(scratch: Any, k: Any, row: Any) -> Any:
    return address_of(scratch, _CHROMA + k * _CHROMA_RING + row % _CHROMA_RING)


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
        _convert(frame, row, scratch)
        u, v = _chroma_of(scratch, 0, row >> 1), _chroma_of(scratch, 1, row >> 1)
        _look_at_chroma(u, v, row >> 1, True, means, spreads, words)
    _look(_luma_of(scratch, row), row, True, means, spreads, swings, scratch, words, now)


@inline
def _learn_frame(row: Any, means: Any, spreads: Any, swings: Any, scratch: Any, now: Any) -> None:
    _learn(_luma_of(scratch, row), row, means, spreads, swings, scratch, now)
    if row % 2 == 0:
        u, v = _chroma_of(scratch, 0, row >> 1), _chroma_of(scratch, 1, row >> 1)
        _learn_chroma(u, v, row >> 1, True, means, spreads, scratch, now)


@kernel(FRAME, OUT_PLANE, _STATE, _STATE, _BYTES, _BYTES, _WORDS, _NOW)
def key(
    frame: Any,
    mask: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    """`mask`, whose rows are consecutive bytes, is the frame's; the state learns the frame."""
    rows, cols = swings.shape
    for row in range(rows + _LAG):
        if row < rows:
            _look_at_frame(frame, row, means, spreads, swings, scratch, words, now)
        done = row - _LAG
        if done >= 0:
            _decide(done, rows, cols, address_of(mask, done), scratch, words, now)
            if now[9] != 0:
                _learn_frame(done, means, spreads, swings, scratch, now)


@kernel(FRAME, FRAME, OUT_FRAME, _STATE, _STATE, _BYTES, _BYTES, _WORDS, _NOW)
def composite(
    frame: Any,
    bg: Any,
    out: Any,
    means: Any,
    spreads: Any,
    swings: Any,
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    """`out` is the frame where its mask is set, elsewhere `bg`; the state learns the frame.

    Rows of all three are packed pixels.
    """
    rows, cols = swings.shape
    streaming = 23 * rows * cols >= STREAM_BYTES
    mask = address_of(scratch, _MASK)
    for row in range(rows + _LAG):
        if row < rows:
            _look_at_frame(frame, row, means, spreads, swings, scratch, words, now)
        done = row - _LAG
        if done >= 0:
            _decide(done, rows, cols, mask, scratch, words, now)
            if now[9] != 0:
                _learn_frame(done, means, spreads, swings, scratch, now)
            source, target = address_of(frame, done), address_of(out, done)
            blend_run(source, mask, address_of(bg, done), target, cols, streaming)
    fence()


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT, _STATE, _STATE, _BYTES, _BYTES, _WORDS, _NOW)
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
    scratch: Any,
    words: Any,
    now: Any,
) -> None:
    """`mask` is that of a frame in planes, chroma halved across by `shift_x`, down by `shift_y`.

    Rows of all are consecutive bytes. The state learns the frame.
    """
    rows, cols = swings.shape
    doubled = shift_x != 0
    for row in range(rows + _LAG):
        if row < rows:
            part = row >> shift_y
            if part << shift_y == row:
                us, vs = address_of(u, part), address_of(v, part)
                _look_at_chroma(us, vs, part, doubled, means, spreads, words)
            _look(address_of(y, row), row, doubled, means, spreads, swings, scratch, words, now)
        done = row - _LAG
        if done >= 0:
            _decide(done, rows, cols, address_of(mask, done), scratch, words, now)
            if now[9] != 0:
                _learn(address_of(y, done), done, means, spreads, swings, scratch, now)
                part = done >> shift_y
                if part << shift_y == done:
                    us, vs = address_of(u, part), address_of(v, part)
                    _learn_chroma(us, vs, part, doubled, means, spreads, scratch, now)


@kernel(FRAME, OUT_PLANE, OUT_PLANE, OUT_PLANE, _BYTES)
def planes_of(frame: Any, y: Any, u: Any, v: Any, scratch: Any) -> None:
    """`y`, `u` and `v`, of contiguous memory, are the planes that a frame is keyed in."""
    rows, cols = y.shape
    for row in range(0, rows, 2):
        _convert(frame, row, scratch)
        for k in range(row, min(row + 2, rows)):
            copy_run(_luma_of(scratch, k), address_of(y, k), cols)
        half = (cols + 1) >> 1
        copy_run(_chroma_of(scratch, 0, row >> 1), address_of(u, row >> 1), half)
        copy_run(_chroma_of(scratch, 1, row >> 1), address_of(v, row >> 1), half)
