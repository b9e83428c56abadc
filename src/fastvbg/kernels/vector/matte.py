"""Bilinear stretching of a matte, in explicit vectors; `scaled` has the arithmetic's meaning."""

from __future__ import annotations

from typing import Any

from numba import types

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import (
    ADDRESS,
    HALF,
    INT,
    LANES,
    WORDS,
    Vector,
    constant,
    operation,
    splat,
)
from fastvbg.kernels.vector.arithmetic import narrowed, rounded_high_product, words
from fastvbg.kernels.vector.memory import emit_load, emit_store, store

__all__ = ["lerp_run", "ramp_run"]


# A ramp between two samples is as long as the frame is wider than the matte, 5 to 15 words: vectors
# longer than this would mostly be overwritten, and cross cache lines.
_RAMP = Vector(min(HALF, 16), 16)
_STEP = _RAMP.lanes


@operation(_RAMP, INT)
def _even(builder: Any, value: Any) -> Any:
    """Return words that all hold `value`."""
    return splat(builder, _RAMP, value)


@operation(types.void, _RAMP, _RAMP, ADDRESS, ADDRESS)
def _ramp(builder: Any, first: Any, way: Any, weights: Any, out: Any) -> None:
    """Store `first + way * weight / 2**15`, rounded, by the weights at an address."""
    weight = emit_load(builder, weights, _RAMP.llvm)
    emit_store(builder, out, builder.add(first, rounded_high_product(builder, way, weight)))


@operation(WORDS, WORDS, ADDRESS, INT)
def _lerp(builder: Any, weight: Any, first: Any, apart: Any) -> Any:
    """Return the whole numbers between words at an address and others `apart` bytes further."""
    near = emit_load(builder, first, WORDS.llvm)
    far = emit_load(builder, builder.add(first, apart), WORDS.llvm)
    way = rounded_high_product(builder, builder.sub(far, near), weight)
    rounded = builder.add(builder.add(near, way), constant(WORDS, 64))
    return builder.lshr(rounded, constant(WORDS, 7))


@inline
def ramp_run(left: Any, right: Any, weights: Any, out: Any, count: Any) -> None:
    """Write the words from `left` toward `right` by weights; up to a vector more is overwritten."""
    first, way = _even(left << 7), _even((right - left) << 7)
    # The first step, mostly the only one, stands before the loop, which LLVM unrolls at a price.
    _ramp(first, way, weights, out)
    i = _STEP
    while i < count:
        _ramp(first, way, weights + 2 * i, out + 2 * i)
        i += _STEP


@inline
def lerp_run(first: Any, second: Any, weight: Any, out: Any, count: Any) -> None:
    """Write bytes between two runs of words; up to a vector more is read and overwritten."""
    weights = words(weight)
    apart = second - first
    i = 0
    while i < count:
        place = first + 2 * i
        low, high = _lerp(weights, place, apart), _lerp(weights, place + LANES, apart)
        store(out + i, narrowed((low, high)))
        i += LANES
