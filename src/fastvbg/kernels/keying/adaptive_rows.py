"""The adaptive keyer on one row: evidence, swings, the vote of 5x5 pixels, learning.

Each is a plain loop in narrow integers; rows come as addresses. `reference.adaptive` has the
formulas.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at, unsigned_words_at
from fastvbg.kernels.keying.narrow import (
    apart,
    at_most,
    beyond,
    byte_and,
    byte_at_most,
    byte_beyond,
    byte_or,
    byte_plus,
    down_by,
    high_product,
    minus,
    plus,
    signed_down_by,
    times,
    up_by,
)

_W = np.uint16
_B = np.uint8
_ONE, _TWO, _THREE, _FOUR = np.uint64(1), np.uint64(2), np.uint64(3), np.uint64(4)
_WHITE = _W(255 << 7)  # a gray level is 1 << 7
_SAMPLE_UP = _W(8)
_STEP = _W(4)  # and evidence counts in 1 << 4 of those
_SPREADS = _W(3)
_CHROMA = _W(2)
_TOP = _W(255)
_GONE, _COUNT = _B(128), _B(127)
_NO, _YES, _TICK = _B(0), _B(255), _B(1)


@inline
def scaled_run(sample: Any, out: Any, count: Any, gain: Any, middle: Any) -> None:
    """Write samples as words, 1 << 7 a level, their distance from a middle times a gain."""
    samples, outs = bytes_at(sample, count), unsigned_words_at(out, count)
    factor, centre = _W(gain), _W(middle << 7)
    moved = high_product(up_by(centre, _W(1)), factor)
    for i in range(np.uint64(count)):
        value = high_product(up_by(_W(samples[i]), _SAMPLE_UP), factor)
        above = plus(centre, beyond(value, moved))
        outs[i] = at_most(minus(above, at_most(beyond(moved, value), centre)), _WHITE)


@inline
def _beyond_spread(value: Any, mean: Any, spread: Any) -> Any:
    away = apart(value, mean)
    return down_by(beyond(away, times(spread, _SPREADS)), _STEP)


@inline
def chroma_run(value: Any, mean: Any, spread: Any, out: Any, count: Any, more: Any) -> None:
    """Write a chroma row's evidence, words; with `more`, twice that and what is there."""
    values, outs = unsigned_words_at(value, count), unsigned_words_at(out, count)
    means, spreads = unsigned_words_at(mean, count), unsigned_words_at(spread, count)
    if more:
        for i in range(np.uint64(count)):
            part = _beyond_spread(values[i], means[i], spreads[i])
            outs[i] = times(plus(outs[i], part), _CHROMA)
    else:
        for i in range(np.uint64(count)):
            outs[i] = _beyond_spread(values[i], means[i], spreads[i])


@inline
def double_run(words: Any, out: Any, count: Any) -> None:
    """Write each of `count` words twice."""
    ins, outs = unsigned_words_at(words, count), unsigned_words_at(out, 2 * count)
    for i in range(np.uint64(count)):
        k = _TWO * i
        outs[k] = ins[i]
        outs[k + _ONE] = ins[i]


@inline
def evidence_run(value: Any, mean: Any, spread: Any, chroma: Any, out: Any, count: Any) -> None:
    """Write a row's evidence as bytes: luma's, given as words, and, from `chroma`, chroma's."""
    values, outs = unsigned_words_at(value, count), bytes_at(out, count)
    means, spreads = unsigned_words_at(mean, count), unsigned_words_at(spread, count)
    chromas = unsigned_words_at(chroma, count)
    for i in range(np.uint64(count)):
        total = plus(_beyond_spread(values[i], means[i], spreads[i]), chromas[i])
        outs[i] = _B(at_most(total, _TOP))


@inline
def swing_run(evidence: Any, swings: Any, count: Any, threshold: Any, swing: Any, top: Any) -> None:
    """Count where pixels go from their background or come back."""
    ins, outs = bytes_at(evidence, count), bytes_at(swings, count)
    bound, more, most = _B(threshold), _B(swing), _B(top)
    for i in range(np.uint64(count)):
        before = outs[i]
        was_gone = byte_and(before, _GONE)
        back = _NO if ins[i] == _NO else was_gone
        gone = _GONE if ins[i] > bound else back
        level = byte_beyond(byte_and(before, _COUNT), _TICK)
        risen = byte_at_most(byte_plus(level, more), most)
        outs[i] = byte_or(gone, level if gone == was_gone else risen)


@inline
def columns_run(
    first: Any, second: Any, third: Any, fourth: Any, fifth: Any, out: Any, count: Any
) -> None:
    """Write the sums of five rows of bytes as words from `out + 4` on; 2 more at either end."""
    a, b, c = bytes_at(first, count), bytes_at(second, count), bytes_at(third, count)
    d, e = bytes_at(fourth, count), bytes_at(fifth, count)
    outs = unsigned_words_at(out, count + 4)
    for i in range(np.uint64(count)):
        outer = plus(plus(_W(a[i]), _W(b[i])), plus(_W(d[i]), _W(e[i])))
        outs[i + _TWO] = plus(outer, _W(c[i]))
    left, right = outs[2], outs[count + 1]
    outs[0] = left
    outs[1] = left
    outs[count + 2] = right
    outs[count + 3] = right


@inline
def vote_run(sums: Any, mask: Any, held: Any, count: Any, bound: Any, guard: Any) -> None:
    """Write 255 where five neighbouring sums together exceed a bound, else 0; the same of another.

    `sums` are those of `columns_run`.
    """
    ins = unsigned_words_at(sums, count + 4)
    masks, helds = bytes_at(mask, count), bytes_at(held, count)
    most, least = _W(bound), _W(guard)
    for i in range(np.uint64(count)):
        ends = plus(plus(ins[i], ins[i + _ONE]), plus(ins[i + _THREE], ins[i + _FOUR]))
        vote = plus(ends, ins[i + _TWO])
        masks[i] = _YES if vote > most else _NO
        helds[i] = _YES if vote > least else _NO


@inline
def fickle_run(held: Any, swings: Any, out: Any, count: Any, bound: Any) -> None:
    """Write 0 where a spread learns: where its pixel is not held, or swings; else 255."""
    ins, counts, outs = bytes_at(held, count), bytes_at(swings, count), bytes_at(out, count)
    least = _B(bound)
    for i in range(np.uint64(count)):
        flag = ins[i]  # read in any case: a load under a condition needs AVX-512 to vectorize
        outs[i] = _NO if byte_and(counts[i], _COUNT) >= least else flag


@inline
def halve_run(flags: Any, out: Any, count: Any) -> None:
    """Write every second of the flags, `count` of them."""
    ins, outs = bytes_at(flags, 2 * count), bytes_at(out, count)
    for i in range(np.uint64(count)):
        outs[i] = ins[_TWO * i]


@inline
def learn_run(
    value: Any,
    mean: Any,
    spread: Any,
    held: Any,
    steady: Any,
    count: Any,
    rate: Any,
    rise: Any,
    fall: Any,
    top: Any,
) -> None:
    """Move means where they are not held, and spreads where they are not steady.

    Values come as words.
    """
    values = unsigned_words_at(value, count)
    helds, steadies = bytes_at(held, count), bytes_at(steady, count)
    means, spreads = unsigned_words_at(mean, count), unsigned_words_at(spread, count)
    bits, half, up, down, most = _W(rate), _W(1 << rate >> 1), _W(rise), _W(fall), _W(top)
    for i in range(np.uint64(count)):
        now, before, wide = values[i], means[i], spreads[i]
        step = signed_down_by(plus(minus(now, before), half), bits)
        means[i] = plus(before, step) if helds[i] == _NO else before
        away = apart(now, before)
        risen = plus(wide, down_by(beyond(away, wide), up))
        moved = at_most(minus(risen, down_by(beyond(wide, away), down)), most)
        spreads[i] = moved if steadies[i] == _NO else wide


@inline
def total_run(value: Any, mean: Any, held: Any, count: Any, totals: Any) -> None:
    """Add to `totals`: values, means and how many of what is not held; values and means of all."""
    values, means = unsigned_words_at(value, count), unsigned_words_at(mean, count)
    helds = bytes_at(held, count)
    seen = known = free = all_seen = all_known = np.int64(0)
    for i in range(np.uint64(count)):
        now, before = np.int64(values[i]), np.int64(means[i])
        teaches = np.int64(helds[i] == _NO)
        seen += now * teaches
        known += before * teaches
        free += teaches
        all_seen += now
        all_known += before
    totals[0] += seen
    totals[1] += known
    totals[2] += free
    totals[3] += all_seen
    totals[4] += all_known


@inline
def mean_of_blocks_run(upper: Any, lower: Any, out: Any, count: Any) -> None:
    """Write the means of 2x2 bytes, rounded half up; an odd last column counts twice."""
    ins, others = bytes_at(upper, count), bytes_at(lower, count)
    outs = bytes_at(out, (count + 1) >> 1)
    half = _W(2)
    for i in range(np.uint64(count >> 1)):
        k = _TWO * i
        left = plus(_W(ins[k]), _W(others[k]))
        right = plus(_W(ins[k + _ONE]), _W(others[k + _ONE]))
        outs[i] = _B(down_by(plus(plus(left, right), half), _W(2)))
    if count & 1:
        pair = plus(_W(ins[count - 1]), _W(others[count - 1]))
        outs[count >> 1] = _B(down_by(plus(plus(pair, pair), half), _W(2)))
