"""Pixels of three bytes from and to rows of any layout, in explicit vectors.

Pixels are in the order in which a row has them, `way` 1 for BGR and -1 for RGB, or are turned to
it; planes and whatever lies anyhow are in any. `_layouts` describes rows. Whole vectors are of
pixels that lie in a way known; others come by `load_few_row` and go by `store_few_row`.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import FOUR, OPAQUE, OTHER, PACKED, PLANES, lowest
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.bgr import PIXELS_A_BYTE
from fastvbg.kernels.vector.channels import (
    channels_of,
    channels_of_fours,
    copy_bytes,
    gather,
    interleaved,
    load_fours,
    opaque,
    room,
    scatter,
    store_fours,
    store_three,
)
from fastvbg.kernels.vector.keyers import prefetch_row
from fastvbg.kernels.vector.memory import (
    lead,
    load,
    load_pixels,
    prefetch_far,
    store,
    store_pixels,
    stream_pixels,
)
from fastvbg.kernels.vector.saturating import splat_byte

if TARGET.x86:
    from fastvbg.kernels.vector.fours import (
        BEYOND,
        closed,
        load_threes_turned,
        opened,
        prefetch_fours,
        store_opaque,
        stream_opaque,
        turned,
    )
else:
    BEYOND = 0

SPARE = max(1, -(-BEYOND // 3))
"""Pixels at the end of memory that are taken singly: vectors may read so far beyond theirs."""


@inline
def turned_to(channels: Any, way: Any) -> Any:
    """Return blue, green and red as pixels of an order."""
    first, second, third = channels
    return interleaved((first, second, third) if way > 0 else (third, second, first))


@inline
def _load_planes(at: Any, apart: Any, way: Any) -> Any:
    return turned_to((load(at), load(at + apart), load(at + 2 * apart)), way)


if TARGET.x86:

    @inline
    def _load_bytes(low: Any, kind: Any, same: Any) -> Any:
        prefetch_fours(low)
        if kind == PACKED:
            return load_pixels(low) if same else closed(load_threes_turned(low))
        fours = load_fours(low)
        return closed(fours if same else turned(fours))

    @inline
    def _store_bytes(low: Any, kind: Any, pixels: Any, past: Any) -> None:
        if kind == PACKED:
            if past:
                stream_pixels(low, pixels)
            else:
                store_pixels(low, pixels)
        elif kind == OPAQUE:
            if past:
                stream_opaque(low, opened(pixels))
            else:
                store_opaque(low, opened(pixels))
        else:
            store_three(low, opened(pixels))

    @inline
    def lead_of(row: Any, count: Any, streaming: Any) -> Any:
        """Return how many pixels lead to where whole vectors may be stored past the caches.

        None do for pixels of four bytes that do not begin at a multiple of four, or whose fourth
        stays, nor for planes: there it is -1.
        """
        at, kind, _, apart, _ = row
        low = lowest(at, apart)
        if streaming and kind == PACKED:
            return lead(low * PIXELS_A_BYTE, count, True)
        if streaming and kind == OPAQUE and low & 3 == 0:
            return min(((-low) & (LANES - 1)) >> 2, count)
        return -1

else:

    @inline
    def _load_bytes(low: Any, kind: Any, same: Any) -> Any:
        if kind == PACKED:
            channels = channels_of(load_pixels(low))
        else:
            channels = channels_of_fours(load_fours(low))
        return turned_to(channels, 1 if same else -1)

    @inline
    def _store_bytes(low: Any, kind: Any, pixels: Any, past: Any) -> None:
        if kind == PACKED:
            store_pixels(low, pixels)
        elif kind == OPAQUE:
            store_fours(low, opaque(channels_of(pixels)))
        else:
            store_three(low, opaque(channels_of(pixels)))

    @inline
    def lead_of(row: Any, count: Any, streaming: Any) -> Any:
        """Return -1: nothing is stored past the caches."""
        return -1


@inline
def load_row(row: Any, i: Any, way: Any) -> Any:
    """Load `LANES` pixels of a row from pixel `i` on, and ask for those a little past them."""
    at, kind, step, apart, _ = row
    at += i * step
    if kind == PLANES:
        prefetch_far(at)
        prefetch_far(at + apart)
        prefetch_far(at + 2 * apart)
        return _load_planes(at, apart, way)
    return _load_bytes(lowest(at, apart), kind, apart == way)


@inline
def ask_row(row: Any, i: Any) -> None:
    """Ask for `LANES` pixels of a row from pixel `i` on."""
    at, kind, step, apart, _ = row
    at += i * step
    if kind == PLANES:
        prefetch_row(at)
        prefetch_row(at + apart)
        prefetch_row(at + 2 * apart)
    else:
        for line in range(0, 4 * LANES, 64):
            prefetch_row(at + line)


@inline
def store_row(row: Any, i: Any, pixels: Any, way: Any, past: Any) -> None:
    """Store `LANES` pixels, which are in the row's own order where they lie together.

    `past` the caches only where `lead_of` allows it.
    """
    at, kind, step, apart, fourth = row
    at += i * step
    if kind == PLANES:
        _store_planes(at, apart, channels_of(pixels), way)
        if fourth:
            store(at + fourth, splat_byte(255))
    else:
        _store_bytes(lowest(at, apart), kind, pixels, past)


@inline
def _store_planes(at: Any, apart: Any, channels: Any, way: Any) -> None:
    first, last = (at, at + 2 * apart) if way > 0 else (at + 2 * apart, at)
    store(first, channels[0])
    store(at + apart, channels[1])
    store(last, channels[2])


@inline
def copied(row: Any, i: Any, few: Any, place: Any) -> Any:
    """Copy `few` pixels that lie together to a place that may be overrun; return them as a row."""
    at, kind, step, apart, fourth = row
    at += i * step
    low = lowest(at, apart)
    copy_bytes(place, low, _bytes_of(kind, step, few))
    return place + (at - low), kind, step, apart, fourth


@inline
def copy_back(row: Any, i: Any, few: Any, place: Any) -> None:
    """Copy them back."""
    at, kind, step, apart, _ = row
    copy_bytes(lowest(at + i * step, apart), place, _bytes_of(kind, step, few))


@inline
def _copied(row: Any, i: Any, few: Any, place: Any) -> Any:
    """Do so with pixels that lie anyhow."""
    at, kind, step, apart, _ = row
    if kind in (PLANES, OTHER):
        gather(place, at + i * step, step, apart, few)
        return place, PLANES, 1, LANES, 0
    return copied(row, i, few, place)


@inline
def _bytes_of(kind: Any, step: Any, few: Any) -> Any:
    """Return how many bytes so many pixels have, without a last fourth one of no interest."""
    return step * few - (1 if kind == FOUR else 0)


@inline
def load_few_row(row: Any, i: Any, few: Any, way: Any) -> Any:
    """Load some pixels, `LANES` at most, and touch no more; other lanes hold anything."""
    return load_row(_copied(row, i, few, room()), 0, way)


@inline
def store_few_row(row: Any, i: Any, few: Any, pixels: Any, way: Any) -> None:
    """Store the first `few` pixels."""
    at, kind, step, apart, fourth = row
    place = room()
    store_row(_copied(row, i, few, place), 0, pixels, way, False)
    if kind in (PLANES, OTHER):
        scatter(place, at + i * step, step, apart, fourth, few)
    else:
        copy_back(row, i, few, place)
