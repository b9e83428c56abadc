"""One row's part in the pass of the adaptive keyer: looked at, and two rows later learned.

A row's vote needs the evidence of two rows below it, so learning and output run two rows behind.
What is alive between, samples as words and evidence, stays in rings of rows that fit the cache.

The parts take the state and the scratch as addresses: tuples of arrays, handed on row by row, took
up to 1.05 times as long.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import order_of, pixels_at
from fastvbg.kernels._memory import address_of
from fastvbg.kernels._runs import keyspace_run
from fastvbg.kernels.keying.adaptive_rows import (
    chroma_run,
    columns_run,
    double_run,
    evidence_run,
    fickle_run,
    halve_run,
    learn_run,
    mean_of_blocks_run,
    scaled_run,
    swing_run,
    total_run,
    vote_run,
)

if TYPE_CHECKING:
    pass

LAG = 2

_RING = 4  # rows that the lag keeps alive, to a power of 2
# Rows of the scratch words: rings of samples, one a plane; evidence of chroma; sums of columns.
_SAMPLES, _PAIR, _DOUBLED, _COLUMNS = 0, 12, 13, 14
# Rows of the scratch bytes. Five of evidence are alive.
_EVIDENCE, _EVIDENCE_RING = 0, 8
_HELD, _STEADY, _HELD_HALF, _STEADY_HALF = 8, 9, 10, 11
MASK = 12  # two rows: those of a chroma row
BLOCKS = 14  # U and V of a frame, halved
_FULL = 16  # two rows of a frame in the keying space: Y, Y, U, U, V, V

_GRAY = 128  # chroma of no colour
_EVERY = 4  # rows of which one counts for the gain

# What the kernels go by for a frame, by place.
_THRESHOLD, _GUARD, _RATE, _RISE, _FALL, _SPREAD_TOP, _SWING, _SWING_BOUND, _SWING_TOP = range(9)
_GAIN, _LEARNS = 9, 10
SETTINGS = 11


@inline
def addressed(state: Any, work: Any) -> Any:
    """Return the state and the scratch as the parts here take them.

    The state: for each plane where its means and its spreads begin and how many columns it has; and
    where the swings begin. The work: where scratch bytes and scratch words begin and how many bytes
    a row of either has; and what the frame is keyed by.
    """
    means, spreads, swings, _ = state
    scratch, words, now = work
    planes = (
        (address_of(means[0], 0), address_of(spreads[0], 0), means[0].shape[1]),
        (address_of(means[1], 0), address_of(spreads[1], 0), means[1].shape[1]),
        (address_of(means[2], 0), address_of(spreads[2], 0), means[2].shape[1]),
    )
    room = address_of(scratch, 0), scratch.shape[1], address_of(words, 0), 2 * words.shape[1]
    return (planes, address_of(swings, 0)), (room, now)


@inline
def learns(work: Any) -> Any:
    """Tell whether the state is to learn."""
    return work[1][_LEARNS] != 0


@inline
def byte_row(work: Any, row: Any) -> Any:
    """Return the address of a row of the scratch bytes."""
    return work[0][0] + row * work[0][1]


@inline
def _word_row(work: Any, row: Any) -> Any:
    return work[0][2] + row * work[0][3]


@inline
def _samples_of(work: Any, plane: Any, row: Any) -> Any:
    return _word_row(work, _SAMPLES + plane * _RING + row % _RING)


@inline
def _model_row(state: Any, plane: Any, row: Any) -> Any:
    """Return the addresses of a row of a plane's means and spreads."""
    mean, spread, cols = state[0][plane]
    return mean + 2 * cols * row, spread + 2 * cols * row


@inline
def look_at_chroma(u: Any, v: Any, row: Any, doubled: Any, state: Any, work: Any) -> None:
    """Weigh a chroma row."""
    cols = state[0][1][2]
    pair = _word_row(work, _PAIR)
    for plane in range(1, 3):
        values = _samples_of(work, plane, row)
        scaled_run(u if plane == 1 else v, values, cols, work[1][_GAIN], _GRAY)
        mean, spread = _model_row(state, plane, row)
        chroma_run(values, mean, spread, pair, cols, plane == 2)
    if doubled:
        double_run(pair, _word_row(work, _DOUBLED), cols)


@inline
def look(y: Any, row: Any, doubled: Any, state: Any, work: Any) -> None:
    """Weigh a row whose chroma row was weighed, and count its swings."""
    cols, now = state[0][0][2], work[1]
    values = _samples_of(work, 0, row)
    scaled_run(y, values, cols, now[_GAIN], 0)
    evidence = byte_row(work, _EVIDENCE + row % _EVIDENCE_RING)
    mean, spread = _model_row(state, 0, row)
    chroma = _word_row(work, _DOUBLED if doubled else _PAIR)
    evidence_run(values, mean, spread, chroma, evidence, cols)
    if learns(work):
        count = state[1] + row * cols
        swing_run(evidence, count, cols, now[_THRESHOLD], now[_SWING], now[_SWING_TOP])


@inline
def decide(row: Any, rows: Any, cols: Any, mask: Any, work: Any) -> None:
    """Vote on a row: write its mask, and which of its pixels are held from learning."""
    last, now = rows - 1, work[1]
    sums, held = _word_row(work, _COLUMNS), byte_row(work, _HELD)
    columns_run(
        byte_row(work, _EVIDENCE + max(row - 2, 0) % _EVIDENCE_RING),
        byte_row(work, _EVIDENCE + max(row - 1, 0) % _EVIDENCE_RING),
        byte_row(work, _EVIDENCE + row % _EVIDENCE_RING),
        byte_row(work, _EVIDENCE + min(row + 1, last) % _EVIDENCE_RING),
        byte_row(work, _EVIDENCE + min(row + 2, last) % _EVIDENCE_RING),
        sums,
        cols,
    )
    vote_run(sums, mask, held, cols, 25 * now[_THRESHOLD], now[_GUARD])


@inline
def _learn_plane(plane: Any, row: Any, held: Any, steady: Any, state: Any, work: Any) -> None:
    now = work[1]
    mean, spread = _model_row(state, plane, row)
    learn_run(
        _samples_of(work, plane, row),
        mean,
        spread,
        held,
        steady,
        state[0][plane][2],
        now[_RATE],
        now[_RISE],
        now[_FALL],
        now[_SPREAD_TOP],
    )


@inline
def learn(row: Any, state: Any, totals: Any, work: Any) -> None:
    """Learn a row of luma."""
    cols = state[0][0][2]
    held, steady = byte_row(work, _HELD), byte_row(work, _STEADY)
    if row % _EVERY == 0:
        mean, _ = _model_row(state, 0, row)
        total_run(_samples_of(work, 0, row), mean, held, cols, totals)
    fickle_run(held, state[1] + row * cols, steady, cols, work[1][_SWING_BOUND])
    _learn_plane(0, row, held, steady, state, work)


@inline
def learn_chroma(row: Any, halved: Any, state: Any, work: Any) -> None:
    """Learn a row of chroma, by the flags of the luma row that was learned last."""
    held, steady = byte_row(work, _HELD), byte_row(work, _STEADY)
    if halved:
        cols = state[0][1][2]
        halve_run(held, byte_row(work, _HELD_HALF), cols)
        halve_run(steady, byte_row(work, _STEADY_HALF), cols)
        held, steady = byte_row(work, _HELD_HALF), byte_row(work, _STEADY_HALF)
    for plane in range(1, 3):
        _learn_plane(plane, row, held, steady, state, work)


@inline
def full_row(scratch: Any, plane: Any, row: Any) -> Any:
    """Return the address of a row that `convert` left."""
    return address_of(scratch, _FULL + 2 * plane + row % 2)


@inline
def convert(frame: Any, row: Any, scratch: Any) -> None:
    """Bring two rows of pixels from an even one on, or a last one, to luma and halved chroma."""
    rows, cols = frame.shape[:2]
    last = min(row + 1, rows - 1)
    for k in range(row, last + 1):
        y, u, v = full_row(scratch, 0, k), full_row(scratch, 1, k), full_row(scratch, 2, k)
        keyspace_run(pixels_at(frame, k), y, u, v, cols, order_of(frame))
    for k in range(2):
        upper, lower = full_row(scratch, 1 + k, row), full_row(scratch, 1 + k, last)
        mean_of_blocks_run(upper, lower, address_of(scratch, BLOCKS + k), cols)
