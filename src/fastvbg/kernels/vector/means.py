"""Means of neighbours, from bytes to bytes by sums in words.

A mean is `((sum + half) * factor >> 16) >> shift`; `feather.reciprocal` says why that is exact.
Rows are scratch: up to a vector past their end is read and overwritten.
"""

from __future__ import annotations

from typing import Any

from numba import types

from fastvbg.kernels._jit import inline
from fastvbg.kernels._rows import PART, word_sums
from fastvbg.kernels.vector._types import (
    ADDRESS,
    BYTES,
    LANES,
    TWO_WORDS,
    WORDS,
    operation,
)
from fastvbg.kernels.vector.arithmetic import high_product, narrow, widen, words
from fastvbg.kernels.vector.memory import emit_load, emit_store, load, store

__all__ = ["slide_mean_run", "window_mean_run"]

_SUMMED_DIRECTLY = 19
"""Windows up to this wide are summed tap by tap, in registers; wider ones by doubling, in memory.

Measured on AVX-512, tap by tap over by doubling: 0.33 at 3, 0.55 at 9, 0.66 at 15, 0.87 at 23; on
AVX2 0.5, 0.7, 0.86 and 1.14.
"""


def _at(builder: Any, address: Any, part: int) -> Any:
    return builder.add(address, address.type(part * LANES))


@operation(TWO_WORDS, ADDRESS)
def _load_words(builder: Any, address: Any) -> list[Any]:
    return [emit_load(builder, _at(builder, address, part), WORDS.llvm) for part in range(2)]


@operation(types.void, ADDRESS, TWO_WORDS)
def _store_words(builder: Any, address: Any, values: Any) -> None:
    for part, value in enumerate(values):
        emit_store(builder, _at(builder, address, part), value)


@operation(TWO_WORDS, TWO_WORDS, BYTES)
def _plus(builder: Any, sums: Any, value: Any) -> list[Any]:
    return [builder.add(*pair) for pair in zip(sums, widen(builder, value), strict=True)]


@operation(TWO_WORDS, TWO_WORDS, BYTES)
def _minus(builder: Any, sums: Any, value: Any) -> list[Any]:
    return [builder.sub(*pair) for pair in zip(sums, widen(builder, value), strict=True)]


@operation(BYTES, TWO_WORDS, WORDS, WORDS, WORDS)
def _means(builder: Any, sums: Any, half: Any, factor: Any, shift: Any) -> Any:
    parts = [
        builder.lshr(high_product(builder, builder.add(total, half), factor), shift)
        for total in sums
    ]
    return narrow(builder, parts)


@inline
def window_mean_run(
    row: Any,
    sums: Any,
    spare: Any,
    out: Any,
    count: Any,
    width: Any,
    step: Any,
    factor: Any,
    shift: Any,
) -> None:
    """Write the means of `width` bytes, `step` apart, from each byte of a padded row on."""
    halves, factors, shifts = words(width // 2), words(factor), words(shift)
    i = 0
    if width <= _SUMMED_DIRECTLY:
        while i < count:
            total = _plus((words(0), words(0)), load(row + i))
            for tap in range(1, width):
                total = _plus(total, load(row + i + tap * step))
            store(out + i, _means(total, halves, factors, shifts))
            i += LANES
    else:
        # Part by part, which stay in the nearest cache: a frame's row of words would not.
        while i < count:
            part = min(PART, count - i)
            word_sums(row + i, sums, spare, part, width, step)
            for k in range(0, part, LANES):
                total = _load_words(sums + 2 * k)
                store(out + i + k, _means(total, halves, factors, shifts))
            i += PART


@inline
def slide_mean_run(
    sums: Any, enters: Any, leaves: Any, out: Any, count: Any, width: Any, factor: Any, shift: Any
) -> None:
    """Add a row of bytes to sums of `width` rows, take one from them, and write the means."""
    halves, factors, shifts = words(width // 2), words(factor), words(shift)
    i = 0
    while i < count:
        total = _minus(_plus(_load_words(sums + 2 * i), load(enters + i)), load(leaves + i))
        _store_words(sums + 2 * i, total)
        store(out + i, _means(total, halves, factors, shifts))
        i += LANES
