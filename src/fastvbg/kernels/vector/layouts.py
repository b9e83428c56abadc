"""The operations on runs of pixels of any layout, in explicit vectors; `_layouts` describes rows.

Which layout a row has is asked anew for each vector: it is always the same answer, which costs the
CPU next to nothing, and each operation needs one loop for all.

`spare` pixels at the end of a run are taken as those that fill no vector: of pixels of four bytes
the last one's fourth may lie past the end of memory. So are all that lie in no way known.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import OPAQUE, PACKED, PLANES, lowest
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.channels import (
    channels_of,
    channels_of_fours,
    gather,
    gather_bytes,
    interleaved,
    load_fours,
    mix_channels,
    moved,
    opaque,
    room,
    scatter,
    select_channels,
    spread_bytes,
    store_fours,
    store_three,
)
from fastvbg.kernels.vector.memory import (
    load,
    load_few,
    load_pixels,
    store,
    store_few,
    store_pixels,
)
from fastvbg.kernels.vector.pixels import bound_of, gray_weights
from fastvbg.kernels.vector.saturating import splat_byte

__all__ = ["blend_any_run", "composite_any_run", "convert_any_run", "motion_mask_any_run"]


@inline
def _turned(channels: Any, apart: Any) -> Any:
    """Return channels in the order in which they lie, or back."""
    first, second, third = channels
    if apart < 0:
        return third, second, first
    return first, second, third


@inline
def _load_few(row: Any, i: Any, few: Any) -> Any:
    """Load some pixels, `LANES` at most, and touch no more; other lanes hold anything."""
    at, _, step, apart, _ = row
    place = room()
    gather(place, at + i * step, step, apart, few)
    return load(place), load(place + LANES), load(place + 2 * LANES)


@inline
def _load(row: Any, i: Any) -> Any:
    """Load blue, green and red of `LANES` pixels from pixel `i` of a row on."""
    at, kind, step, apart, _ = row
    if kind == PLANES:
        at += i
        return load(at), load(at + apart), load(at + 2 * apart)
    low = lowest(at + i * step, apart)
    if kind == PACKED:
        return _turned(channels_of(load_pixels(low)), apart)
    return _turned(channels_of_fours(load_fours(low)), apart)


@inline
def _store_planes(at: Any, apart: Any, channels: Any) -> None:
    store(at, channels[0])
    store(at + apart, channels[1])
    store(at + 2 * apart, channels[2])


@inline
def _store_few(row: Any, i: Any, few: Any, channels: Any) -> None:
    """Store the first `few` pixels."""
    at, _, step, apart, fourth = row
    place = room()
    _store_planes(place, LANES, channels)
    scatter(place, at + i * step, step, apart, fourth, few)


@inline
def _store(row: Any, i: Any, channels: Any) -> None:
    """Store so many."""
    at, kind, step, apart, fourth = row
    low = lowest(at + i * step, apart)
    if kind == PLANES:
        _store_planes(at + i, apart, channels)
        if fourth:
            store(at + i + fourth, splat_byte(255))
    elif kind == PACKED:
        store_pixels(low, interleaved(_turned(channels, apart)))
    elif kind == OPAQUE:
        store_fours(low, opaque(_turned(channels, apart)))
    else:
        store_three(low, opaque(_turned(channels, apart)))


@inline
def composite_any_run(
    prev: Any, next: Any, bg: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    """Write `next` where it differs from `prev` by more than `threshold`, else `bg`."""
    weights, bound = gray_weights(0), bound_of(threshold)
    i = 0
    while i + LANES + spare <= count:
        new = _load(next, i)
        changed = moved(_load(prev, i), new, weights, bound)
        _store(out, i, select_channels(changed, new, _load(bg, i)))
        i += LANES
    while i < count:
        few = min(count - i, LANES)
        new = _load_few(next, i, few)
        changed = moved(_load_few(prev, i, few), new, weights, bound)
        _store_few(out, i, few, select_channels(changed, new, _load_few(bg, i, few)))
        i += few


@inline
def motion_mask_any_run(
    prev: Any, next: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    """Write 255 where `next` differs by more than `threshold`, else 0.

    `out` is an address, and how far apart the bytes there are; so is a matte.
    """
    at, step = out
    weights, bound = gray_weights(0), bound_of(threshold)
    place = room()
    i = 0
    while i < count:
        few = min(count - i, LANES)
        if i + LANES + spare <= count:
            changed = moved(_load(prev, i), _load(next, i), weights, bound)
        else:
            changed = moved(_load_few(prev, i, few), _load_few(next, i, few), weights, bound)
        if step == 1:
            store_few(at + i, few, changed)
        else:
            store(place, changed)
            spread_bytes(place, at + i * step, step, few)
        i += few


@inline
def _coverage(matte: Any, step: Any, i: Any, few: Any) -> Any:
    """Load some bytes that lie `step` apart, `LANES` at most."""
    if step == 1:
        return load_few(matte + i, few)
    place = room()
    gather_bytes(place, matte + i * step, step, few)
    return load(place)


@inline
def blend_any_run(
    frame: Any, matte: Any, bg: Any, out: Any, count: Any, spare: Any, streaming: Any
) -> None:
    """Lay `frame` over `bg` by a matte."""
    start, step = matte
    i = 0
    while i + LANES + spare <= count:
        coverage = _coverage(start, step, i, LANES)
        _store(out, i, mix_channels(coverage, _load(frame, i), _load(bg, i)))
        i += LANES
    while i < count:
        few = min(count - i, LANES)
        over, under = _load_few(frame, i, few), _load_few(bg, i, few)
        _store_few(out, i, few, mix_channels(_coverage(start, step, i, few), over, under))
        i += few


@inline
def convert_any_run(frame: Any, out: Any, count: Any, spare: Any, streaming: Any) -> None:
    """Write pixels of one layout in another."""
    i = 0
    while i + LANES + spare <= count:
        _store(out, i, _load(frame, i))
        i += LANES
    while i < count:
        few = min(count - i, LANES)
        _store_few(out, i, few, _load_few(frame, i, few))
        i += few
