"""Bilinear stretching of a matte, in explicit vectors; `scaled` has the arithmetic's meaning."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import (
    ADDRESS,
    HALF,
    INT,
    LANES,
    WORDS,
    constant,
    operation,
)
from fastvbg.kernels.vector.arithmetic import narrowed, rounded_high_product, words
from fastvbg.kernels.vector.memory import emit_load, load_words, store, store_words

__all__ = ["lerp_run", "ramp_run"]


@operation(WORDS, WORDS, WORDS, WORDS)
def _toward(builder: Any, first: Any, way: Any, weight: Any) -> Any:
    """Return `first + way * weight / 2**15`, rounded."""
    return builder.add(first, rounded_high_product(builder, way, weight))


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
    first, way = words(left << 7), words((right - left) << 7)
    i = 0
    while i < count:
        store_words(out + 2 * i, _toward(first, way, load_words(weights + 2 * i)))
        i += HALF


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
