"""Pixels without a screen's light on them, in explicit vectors."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.keying.evidence import chroma_limits, chroma_matte, tint_limits
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
from fastvbg.kernels.vector.pixels import key_weights, keyspace_of, mix_pixels, spread
from fastvbg.kernels.vector.saturating import portion, splat_word, strength

__all__ = ["chroma_composite_run", "chroma_over", "cleared_where", "despill_run"]


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
def cleared_where(pixels: Any, coverage: Any, weights: Any, key: Any, tint: Any) -> Any:
    """Return pixels without the light of a key, or as they are where nothing covers."""
    planes = keyspace_of(pixels, weights)
    return cleared(pixels, kept(strength(planes[1], planes[2], key[0], key[1]), coverage), tint)


@inline
def despill_run(
    frame: Any,
    spare: Any,
    matte: Any,
    out: Any,
    count: Any,
    order: Any,
    direction: Any,
    tints: Any,
) -> None:
    """Write pixels without their spill, or as they are where the matte is 0.

    `spare` is not needed.
    """
    tint, weights = tint_limits(tints), key_weights(order)
    key = splat_word(direction[0]), splat_word(direction[1])
    i = 0
    while i + LANES <= count:
        pixels, coverage = load_pixels(frame + 3 * i), load(matte + i)
        store_pixels(out + 3 * i, cleared_where(pixels, coverage, weights, key, tint))
        i += LANES
    few = count - i
    if few > 0:
        pixels, coverage = load_few_pixels(frame + 3 * i, few), load_few(matte + i, few)
        pixels = cleared_where(pixels, coverage, weights, key, tint)
        store_few_pixels(out + 3 * i, few, pixels)


@inline
def chroma_over(pixels: Any, reach: Any, bg: Any, weights: Any, limits: Any, tint: Any) -> Any:
    """Return pixels without their spill over others, by their matte."""
    planes = keyspace_of(pixels, weights)
    matte, key = chroma_matte(planes[1], planes[2], reach, limits)
    return mix_pixels(spread(matte), cleared(pixels, key, tint), bg)


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
    """Lay pixels without their spill over `bg` by their matte; `spare` is not needed."""
    tint, weights, limits = tint_limits(tints), key_weights(order), chroma_limits(options)
    few = lead(out * PIXELS_A_BYTE, count, streaming)
    i = 0
    while i < count:
        if few > 0:
            k = 3 * i
            pixels, under = load_few_pixels(frame + k, few), load_few_pixels(bg + k, few)
            reaches = load_few(reach + i, few)
            mixed = chroma_over(pixels, reaches, under, weights, limits, tint)
            store_few_pixels(out + k, few, mixed)
            i += few
        if streaming:
            while i + LANES <= count:
                k = 3 * i
                prefetch_pixels(frame + k)
                prefetch_pixels(bg + k)
                pixels, under, reaches = (
                    load_pixels(frame + k),
                    load_pixels(bg + k),
                    load(reach + i),
                )
                stream_pixels(out + k, chroma_over(pixels, reaches, under, weights, limits, tint))
                i += LANES
        while i + LANES <= count:
            k = 3 * i
            pixels, under = load_pixels(frame + k), load_pixels(bg + k)
            mixed = chroma_over(pixels, load(reach + i), under, weights, limits, tint)
            store_pixels(out + k, mixed)
            i += LANES
        few = count - i
