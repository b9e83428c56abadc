"""The operations on runs of pixels of three channels, in explicit vectors.

Each step loads all it needs before it stores, so an output run may be an input run exactly. Pixels
that fill no vector, before alignment and at the end, pass through the stack: a last vector moved
back over pixels already written would read them replaced.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.arithmetic import all_are
from fastvbg.kernels.vector.memory import (
    AHEAD,
    fence,
    lead,
    load,
    load_few,
    load_few_pixels,
    load_pixels,
    prefetch_pixels,
    store,
    store_few,
    store_few_pixels,
    store_pixels,
    stream,
    stream_pixels,
)
from fastvbg.kernels.vector.pixels import (
    above,
    bound_of,
    differences,
    gray_weights,
    mix_pixels,
    select_pixels,
    spread,
    weigh,
)
from fastvbg.kernels.vector.stretches import stretch

__all__ = ["blend_run", "composite_run", "fence", "motion_mask_run"]

# 3 * 43 = 129 is 1 modulo 64, 32 and 16: so many pixels move an address, modulo a vector, by 1.
PIXELS_A_BYTE = 43


_SOON = AHEAD // 3
"""Pixels from those that are laid to those that are asked for."""


@inline
def _composite(prev: Any, next: Any, bg: Any, weights: Any, bound: Any) -> Any:
    moved = above(weigh(differences(prev, next), weights), bound)
    return select_pixels(spread(moved), next, bg)


@inline
def composite_run(
    prev: Any,
    next: Any,
    bg: Any,
    out: Any,
    count: Any,
    threshold: Any,
    order: Any,
    streaming: Any,
) -> None:
    """Write `next` where it differs from `prev` by more than `threshold`, else `bg`."""
    weights, bound = gray_weights(order), bound_of(threshold)
    few = lead(out * PIXELS_A_BYTE, count, streaming)
    i = 0
    while i < count:
        if few > 0:
            k = 3 * i
            pixels = _composite(
                load_few_pixels(prev + k, few),
                load_few_pixels(next + k, few),
                load_few_pixels(bg + k, few),
                weights,
                bound,
            )
            store_few_pixels(out + k, few, pixels)
            i += few
        if streaming:
            while i + LANES <= count:
                k = 3 * i
                prefetch_pixels(prev + k)
                prefetch_pixels(next + k)
                prefetch_pixels(bg + k)
                p, n, b = load_pixels(prev + k), load_pixels(next + k), load_pixels(bg + k)
                stream_pixels(out + k, _composite(p, n, b, weights, bound))
                i += LANES
        while i + LANES <= count:
            k = 3 * i
            p, n, b = load_pixels(prev + k), load_pixels(next + k), load_pixels(bg + k)
            store_pixels(out + k, _composite(p, n, b, weights, bound))
            i += LANES
        few = count - i


@inline
def motion_mask_run(
    prev: Any, next: Any, out: Any, count: Any, threshold: Any, order: Any, streaming: Any
) -> None:
    """Write 255 where `next` differs from `prev` by more than `threshold`, else 0."""
    weights, bound = gray_weights(order), bound_of(threshold)
    few = lead(out, count, streaming)
    i = 0
    while i < count:
        if few > 0:
            k = 3 * i
            changes = differences(load_few_pixels(prev + k, few), load_few_pixels(next + k, few))
            store_few(out + i, few, above(weigh(changes, weights), bound))
            i += few
        if streaming:
            while i + LANES <= count:
                k = 3 * i
                changes = differences(load_pixels(prev + k), load_pixels(next + k))
                stream(out + i, above(weigh(changes, weights), bound))
                i += LANES
        while i + LANES <= count:
            k = 3 * i
            changes = differences(load_pixels(prev + k), load_pixels(next + k))
            store(out + i, above(weigh(changes, weights), bound))
            i += LANES
        few = count - i


@inline
def laid_over(coverage: Any, frame: Any, bg: Any) -> Any:
    """Return the pixels at `frame` over those at `bg` by a vector of coverage.

    Most of a matte is wholly in or out, and there is nothing to mix.
    """
    if all_are(coverage, 255):
        return load_pixels(frame)
    if all_are(coverage, 0):
        return load_pixels(bg)
    return mix_pixels(spread(coverage), load_pixels(frame), load_pixels(bg))


@inline
def lay_few(coverage: Any, frame: Any, bg: Any, out: Any, few: Any) -> None:
    """Lay some pixels, which fill no vector, over others by a vector of coverage."""
    over, under = load_few_pixels(frame, few), load_few_pixels(bg, few)
    store_few_pixels(out, few, mix_pixels(spread(coverage), over, under))


@inline
def blend_run(frame: Any, matte: Any, bg: Any, out: Any, count: Any, streaming: Any) -> None:
    """Lay `frame` over `bg` by `matte`."""
    few = lead(out * PIXELS_A_BYTE, count, streaming)
    i = 0
    while i < count:
        if few > 0:
            k = 3 * i
            lay_few(load_few(matte + i, few), frame + k, bg + k, out + k, few)
            i += few
        if streaming:
            while i + LANES <= count:
                end, over, under = stretch(matte, i, _SOON, count, 0)
                while i + LANES <= end:
                    k = 3 * i
                    # Called by a name of its own, the loop was not parted by what is wanted, and
                    # reached 0.68 of the roofline instead of 0.75.
                    if over:
                        prefetch_pixels(frame + k)
                    if under:
                        prefetch_pixels(bg + k)
                    stream_pixels(out + k, laid_over(load(matte + i), frame + k, bg + k))
                    i += LANES
        while i + LANES <= count:
            k = 3 * i
            store_pixels(out + k, laid_over(load(matte + i), frame + k, bg + k))
            i += LANES
        few = count - i
