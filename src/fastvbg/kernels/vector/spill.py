"""Pixels without a screen's light on them, in explicit vectors."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.keying.evidence import tint_limits
from fastvbg.kernels.vector._types import (
    BYTES,
    LANES,
    PIXELS,
    constant,
    operation,
)
from fastvbg.kernels.vector.arithmetic import emit_saturated
from fastvbg.kernels.vector.bgr import PIXELS_A_BYTE
from fastvbg.kernels.vector.channels import interleaved
from fastvbg.kernels.vector.keyers import chroma_pixels_run
from fastvbg.kernels.vector.memory import (
    lead,
    load,
    load_few,
    load_few_pixels,
    load_pixels,
    prefetch_pixels,
    store_few_pixels,
    store_pixels,
    stream_pixels,
)
from fastvbg.kernels.vector.pixels import mix_pixels, spread
from fastvbg.kernels.vector.saturating import portion

__all__ = ["chroma_composite_run", "cleared", "despill_run", "kept"]


@operation(BYTES, BYTES, BYTES)
def kept(builder: Any, value: Any, coverage: Any) -> Any:
    """Return the value where there is coverage, else 0."""
    zero = constant(BYTES, 0)
    return builder.select(builder.icmp_unsigned("!=", coverage, zero), value, zero)


@operation(PIXELS, PIXELS, PIXELS, PIXELS)
def moved(builder: Any, pixels: Any, amounts: Any, ups: Any) -> list[Any]:
    """Return pixels moved up where all bits of `ups` are set and down where none is."""
    parts = []
    for part, amount, up in zip(pixels, amounts, ups, strict=True):
        raised = emit_saturated(builder, "uadd", part, builder.and_(amount, up))
        lowered = builder.and_(amount, builder.not_(up))
        parts.append(emit_saturated(builder, "usub", raised, lowered))
    return parts


@inline
def cleared(pixels: Any, spill: Any, tint: Any) -> Any:
    """Return pixels without their spill."""
    factors, ups = tint
    amounts = portion(spill, factors[0]), portion(spill, factors[1]), portion(spill, factors[2])
    return moved(pixels, interleaved(amounts), interleaved(ups))


@inline
def despill_run(frame: Any, matte: Any, spill: Any, out: Any, count: Any, tints: Any) -> None:
    """Write pixels without their spill, or as they are where the matte is 0."""
    tint = tint_limits(tints)
    i = 0
    while i + LANES <= count:
        amount = kept(load(spill + i), load(matte + i))
        store_pixels(out + 3 * i, cleared(load_pixels(frame + 3 * i), amount, tint))
        i += LANES
    few = count - i
    if few > 0:
        amount = kept(load_few(spill + i, few), load_few(matte + i, few))
        pixels = cleared(load_few_pixels(frame + 3 * i, few), amount, tint)
        store_few_pixels(out + 3 * i, few, pixels)


@inline
def chroma_composite_run(
    frame: Any,
    spare: Any,
    reach: Any,
    bg: Any,
    out: Any,
    count: Any,
    order: Any,
    options: Any,
    tints: Any,
    streaming: Any,
) -> None:
    """Lay pixels without their spill over `bg` by their matte."""
    chroma_pixels_run(frame, spare, reach, spare[3], spare[4], count, order, options)
    tint = tint_limits(tints)
    few = lead(out * PIXELS_A_BYTE, count, streaming)
    i = 0
    while i < count:
        if few > 0:
            k = 3 * i
            pixels = cleared(load_few_pixels(frame + k, few), load_few(spare[4] + i, few), tint)
            coverage = spread(load_few(spare[3] + i, few))
            mixed = mix_pixels(coverage, pixels, load_few_pixels(bg + k, few))
            store_few_pixels(out + k, few, mixed)
            i += few
        if streaming:
            while i + LANES <= count:
                k = 3 * i
                prefetch_pixels(bg + k)
                pixels = cleared(load_pixels(frame + k), load(spare[4] + i), tint)
                mixed = mix_pixels(spread(load(spare[3] + i)), pixels, load_pixels(bg + k))
                stream_pixels(out + k, mixed)
                i += LANES
        while i + LANES <= count:
            k = 3 * i
            pixels = cleared(load_pixels(frame + k), load(spare[4] + i), tint)
            mixed = mix_pixels(spread(load(spare[3] + i)), pixels, load_pixels(bg + k))
            store_pixels(out + k, mixed)
            i += LANES
        few = count - i
