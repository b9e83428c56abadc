"""Bilinear stretching of a matte, in explicit vectors; `scaled` has the arithmetic's meaning."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import (
    ADDRESS,
    BYTES,
    HALF,
    INT,
    LANES,
    WORDS,
    Vector,
    constant,
    operation,
    splat,
)
from fastvbg.kernels.vector.arithmetic import narrow, rounded_high_product, words
from fastvbg.kernels.vector.bgr import PIXELS_A_BYTE, laid_over, lay_few
from fastvbg.kernels.vector.memory import (
    emit_load,
    emit_store,
    lead,
    prefetch_pixels,
    store,
    store_pixels,
    stream_pixels,
)

__all__ = ["blend_between_run", "lerp_run", "ramp_run"]


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


@operation(BYTES, WORDS, ADDRESS, ADDRESS)
def _between(builder: Any, weight: Any, first: Any, second: Any) -> Any:
    """Return the whole numbers between words at two addresses, as bytes."""
    parts = []
    for start in (0, LANES):
        offset = ir.Constant(first.type, start)
        near = emit_load(builder, builder.add(first, offset), WORDS.llvm)
        far = emit_load(builder, builder.add(second, offset), WORDS.llvm)
        way = rounded_high_product(builder, builder.sub(far, near), weight)
        parts.append(builder.lshr(builder.add(near, way), constant(WORDS, 7)))
    return narrow(builder, parts)


@inline
def ramp_run(left: Any, right: Any, weights: Any, out: Any, count: Any) -> None:
    """Write the words from `left` toward `right` by weights; up to a vector more is overwritten."""
    first, way = _even((left << 7) + 64), _even((right - left) << 7)
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
    i = 0
    while i < count:
        store(out + i, _between(weights, first + 2 * i, second + 2 * i))
        i += LANES


@inline
def blend_between_run(
    frame: Any,
    first: Any,
    second: Any,
    weight: Any,
    row: Any,
    bg: Any,
    out: Any,
    count: Any,
    streaming: Any,
) -> None:
    """Lay `frame` over `bg` by the matte between two runs of words; `row` is not needed.

    The matte is made in the loop that waits for memory, where it costs least.
    """
    weights = words(weight)
    few = lead(out * PIXELS_A_BYTE, count, streaming)
    i = 0
    while i < count:
        if few > 0:
            k = 3 * i
            coverage = _between(weights, first + 2 * i, second + 2 * i)
            lay_few(coverage, frame + k, bg + k, out + k, few)
            i += few
        if streaming:
            while i + LANES <= count:
                k = 3 * i
                prefetch_pixels(frame + k)
                prefetch_pixels(bg + k)
                coverage = _between(weights, first + 2 * i, second + 2 * i)
                stream_pixels(out + k, laid_over(coverage, frame + k, bg + k))
                i += LANES
        while i + LANES <= count:
            k = 3 * i
            coverage = _between(weights, first + 2 * i, second + 2 * i)
            store_pixels(out + k, laid_over(coverage, frame + k, bg + k))
            i += LANES
        few = count - i
