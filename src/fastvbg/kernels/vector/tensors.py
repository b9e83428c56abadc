"""The operations on runs of pixels whose channels are planes of their own, in explicit vectors.

Rows are those of `_layouts`. The output may be planes or packed pixels.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import PACKED, lowest
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.arithmetic import all_are
from fastvbg.kernels.vector.bgr import PIXELS_A_BYTE
from fastvbg.kernels.vector.channels import interleaved, mix_channels, moved, select_channels
from fastvbg.kernels.vector.memory import (
    AHEAD,
    LINE,
    lead,
    load,
    load_few,
    prefetch_far,
    store,
    store_few,
    store_few_pixels,
    store_pixels,
    stream,
    stream_pixels,
)
from fastvbg.kernels.vector.pixels import bound_of, gray_weights
from fastvbg.kernels.vector.saturating import splat_byte
from fastvbg.kernels.vector.stretches import asking, stretch

__all__ = ["blend_tensors_run", "composite_tensors_run", "motion_mask_tensors_run"]


@inline
def _ask(row: Any, i: Any) -> None:
    """Ask for pixels a little past pixel `i`."""
    at, apart = row[0] + i, row[3]
    prefetch_far(at)
    prefetch_far(at + apart)
    prefetch_far(at + 2 * apart)


_ask_for = asking(_ask)


@inline
def _load(row: Any, i: Any) -> Any:
    """Load blue, green and red of `LANES` pixels, and ask for those a little past them."""
    at, apart = row[0] + i, row[3]
    _ask(row, i)
    return load(at), load(at + apart), load(at + 2 * apart)


@inline
def _load_few(row: Any, i: Any, few: Any) -> Any:
    """Load some pixels, fewer than `LANES`, and touch no more; other lanes hold anything."""
    at, apart = row[0] + i, row[3]
    return load_few(at, few), load_few(at + apart, few), load_few(at + 2 * apart, few)


@inline
def _pixels(channels: Any, apart: Any) -> Any:
    """Return channels as packed pixels, in the order in which those lie."""
    first, second, third = channels
    return interleaved((third, second, first) if apart < 0 else (first, second, third))


@inline
def _lead(row: Any, count: Any, streaming: Any) -> Any:
    """Return how many pixels lead to where whole vectors may be stored past the caches, else -1.

    To three planes in turn only whole lines may.
    """
    at, kind, _, apart, _ = row
    if streaming and kind == PACKED:
        return lead(lowest(at, apart) * PIXELS_A_BYTE, count, True)
    if streaming and kind != PACKED and LANES == LINE and apart % LANES == 0:
        return lead(at, count, True)
    return -1


@inline
def _store(row: Any, i: Any, channels: Any, past: Any) -> None:
    """Store `LANES` pixels, past the caches if asked to."""
    at, kind, step, apart, fourth = row
    at += i * step
    if kind == PACKED:
        pixels = _pixels(channels, apart)
        if past:
            stream_pixels(lowest(at, apart), pixels)
        else:
            store_pixels(lowest(at, apart), pixels)
    elif past:
        stream(at, channels[0])
        stream(at + apart, channels[1])
        stream(at + 2 * apart, channels[2])
        if fourth:
            stream(at + fourth, splat_byte(255))
    else:
        store(at, channels[0])
        store(at + apart, channels[1])
        store(at + 2 * apart, channels[2])
        if fourth:
            store(at + fourth, splat_byte(255))


@inline
def _store_few(row: Any, i: Any, few: Any, channels: Any) -> None:
    """Store the first `few` pixels."""
    at, kind, step, apart, fourth = row
    at += i * step
    if kind == PACKED:
        store_few_pixels(lowest(at, apart), few, _pixels(channels, apart))
    else:
        store_few(at, few, channels[0])
        store_few(at + apart, few, channels[1])
        store_few(at + 2 * apart, few, channels[2])
        if fourth:
            store_few(at + fourth, few, splat_byte(255))


@inline
def composite_tensors_run(
    prev: Any, next: Any, bg: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    """Write `next` where it differs from `prev` by more than `threshold`, else `bg`."""
    weights, bound = gray_weights(0), bound_of(threshold)
    few = _lead(out, count, streaming)
    past = few >= 0
    few, i = max(few, 0), 0
    while i < count:
        if few > 0:
            new = _load_few(next, i, few)
            changed = moved(_load_few(prev, i, few), new, weights, bound)
            _store_few(out, i, few, select_channels(changed, new, _load_few(bg, i, few)))
            i += few
        while i + LANES <= count:
            new = _load(next, i)
            changed = moved(_load(prev, i), new, weights, bound)
            _store(out, i, select_channels(changed, new, _load(bg, i)), past)
            i += LANES
        few = count - i


@inline
def motion_mask_tensors_run(
    prev: Any, next: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    """Write bytes at an address: 255 where `next` differs by more than `threshold`, else 0."""
    weights, bound = gray_weights(0), bound_of(threshold)
    i = 0
    while i + LANES <= count:
        store(out + i, moved(_load(prev, i), _load(next, i), weights, bound))
        i += LANES
    few = count - i
    if few > 0:
        changed = moved(_load_few(prev, i, few), _load_few(next, i, few), weights, bound)
        store_few(out + i, few, changed)


@inline
def _laid_over(coverage: Any, frame: Any, bg: Any, i: Any) -> Any:
    """Return pixels over others; where the matte is wholly in or out, only one is read."""
    if all_are(coverage, 255):
        return _load(frame, i)
    if all_are(coverage, 0):
        return _load(bg, i)
    return mix_channels(coverage, _load(frame, i), _load(bg, i))


@inline
def blend_tensors_run(
    frame: Any, matte: Any, bg: Any, out: Any, count: Any, spare: Any, streaming: Any
) -> None:
    """Lay `frame` over `bg` by a matte of bytes at an address."""
    few = _lead(out, count, streaming)
    past = few >= 0
    few, i = max(few, 0), 0
    while i < count:
        if few > 0:
            over, under = _load_few(frame, i, few), _load_few(bg, i, few)
            _store_few(out, i, few, mix_channels(load_few(matte + i, few), over, under))
            i += few
        while i + LANES <= count:
            end, over, under = stretch(matte, i, AHEAD, count, 0)
            while i + LANES <= end:
                _ask_for(frame, bg, i, over, under)
                _store(out, i, _laid_over(load(matte + i), frame, bg, i), past)
                i += LANES
        few = count - i
