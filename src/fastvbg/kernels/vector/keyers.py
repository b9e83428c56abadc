"""The keyers' loops over runs of pixels, in explicit vectors."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from numba import types

from fastvbg.kernels._jit import inline
from fastvbg.kernels.keying.evidence import (
    chroma_limits,
    chroma_matte,
    plate_limits,
    plate_matte,
)
from fastvbg.kernels.vector._types import (
    ADDRESS,
    LANES,
    operation,
)
from fastvbg.kernels.vector.bgr import blend_run
from fastvbg.kernels.vector.memory import (
    STREAMS,
    emit_prefetch,
    load,
    load_few,
    load_few_pixels,
    load_pixels,
    prefetch_pixels,
    store,
    store_few,
)
from fastvbg.kernels.vector.pixels import key_weights, keyspace_of
from fastvbg.kernels.vector.saturating import (
    relit,
    splat_word,
    strength,
)

if TYPE_CHECKING:
    from collections.abc import Callable

_AHEAD = 1024


@operation(types.void, ADDRESS)
def prefetch_row(builder: Any, address: Any) -> None:
    """Ask for bytes of a plane, which may lie past the end of memory."""
    if STREAMS:
        emit_prefetch(builder, address)


@inline
def _plate_at(plate: Any, i: Any, step: Any, count: Any) -> Any:
    """Return what a plate's rows hold from pixel `i` on, and ask for what comes `_AHEAD` pixels on.

    At the end of the rows that is in the next ones: the CPU's own prefetching loses its way there.
    """
    here, ahead = plate + i, plate + i + _AHEAD
    if i + _AHEAD >= count:
        ahead += 4 * step - count
    for k in range(4):
        prefetch_row(ahead + k * step)
    return (
        load(here),
        load(here + step),
        load(here + 2 * step),
        load(here + 3 * step),
    )


@inline
def light_run(source: Any, out: Any, count: Any, gain: Any, offset: Any) -> None:
    """Write samples as another light shows them; `count` is a multiple of 64."""
    slope, shift = splat_word(gain), splat_word(offset + 16)
    for i in range(0, count, LANES):
        store(out + i, relit(load(source + i), slope, shift))


@inline
def strength_run(u: Any, v: Any, out: Any, count: Any, direction: Any) -> None:
    """Write how strong the key is in samples."""
    key_u, key_v = splat_word(direction[0]), splat_word(direction[1])
    i = 0
    while i + LANES <= count:
        store(out + i, strength(load(u + i), load(v + i), key_u, key_v))
        i += LANES
    few = count - i
    if few > 0:
        key = strength(load_few(u + i, few), load_few(v + i, few), key_u, key_v)
        store_few(out + i, few, key)


@inline
def plate_planes_run(
    y: Any, u: Any, v: Any, plate: Any, step: Any, out: Any, count: Any, options: Any
) -> None:
    """Write the matte of samples before the rows of a plate, which are `step` bytes apart.

    Up to a vector more of the plate is read.
    """
    limits = plate_limits(options)
    i = 0
    while i + LANES <= count:
        frame = load(y + i), load(u + i), load(v + i)
        store(out + i, plate_matte(frame, _plate_at(plate, i, step, count), limits))
        i += LANES
    few = count - i
    if few > 0:
        frame = load_few(y + i, few), load_few(u + i, few), load_few(v + i, few)
        store_few(out + i, few, plate_matte(frame, _plate_at(plate, i, step, count), limits))


class Access(NamedTuple):
    """How pixels are loaded: `LANES` from pixel `i` of a run on, or some; and asked for."""

    load: Any
    load_few: Any
    ask: Any


def plate_pixels(access: Access) -> Callable[..., None]:
    """Make the function that writes the matte of pixels before the rows of a plate.

    It asks for pixels that are needed soon.
    """
    load_at, load_few_at, ask = access

    @inline
    def pixels_run(
        frame: Any,
        plate: Any,
        step: Any,
        out: Any,
        count: Any,
        order: Any,
        options: Any,
        soon: Any,
        spare: Any,
    ) -> None:
        weights = key_weights(order)
        limits = plate_limits(options)
        i = 0
        while i + LANES + spare <= count:
            ask(soon, i)
            planes = keyspace_of(load_at(frame, i), weights)
            store(out + i, plate_matte(planes, _plate_at(plate, i, step, count), limits))
            i += LANES
        while i < count:
            few = min(count - i, LANES)
            planes = keyspace_of(load_few_at(frame, i, few), weights)
            store_few(out + i, few, plate_matte(planes, _plate_at(plate, i, step, count), limits))
            i += few

    return pixels_run


def chroma_pixels(access: Access) -> Callable[..., None]:
    """Make the function that writes the matte of pixels, and the strength of the key in them."""
    load_at, load_few_at, _ = access

    @inline
    def pixels_run(
        frame: Any,
        reach: Any,
        out: Any,
        spill: Any,
        count: Any,
        order: Any,
        options: Any,
        spare: Any,
    ) -> None:
        weights = key_weights(order)
        limits = chroma_limits(options)
        i = 0
        while i + LANES + spare <= count:
            planes = keyspace_of(load_at(frame, i), weights)
            matte, key = chroma_matte(planes[1], planes[2], load(reach + i), limits)
            store(out + i, matte)
            store(spill + i, key)
            i += LANES
        while i < count:
            few = min(count - i, LANES)
            planes = keyspace_of(load_few_at(frame, i, few), weights)
            matte, key = chroma_matte(planes[1], planes[2], load_few(reach + i, few), limits)
            store_few(out + i, few, matte)
            store_few(spill + i, few, key)
            i += few

    return pixels_run


@inline
def _load_packed(frame: Any, i: Any) -> Any:
    prefetch_pixels(frame + 3 * i)
    return load_pixels(frame + 3 * i)


@inline
def _load_few_packed(frame: Any, i: Any, few: Any) -> Any:
    return load_few_pixels(frame + 3 * i, few)


@inline
def _ask_packed(frame: Any, i: Any) -> None:
    for line in range(0, 3 * LANES, 64):
        prefetch_row(frame + 3 * i + line)


_PACKED = Access(_load_packed, _load_few_packed, _ask_packed)
_plate_pixels, _chroma_pixels = plate_pixels(_PACKED), chroma_pixels(_PACKED)


@inline
def plate_pixels_run(
    frame: Any,
    spare: Any,
    plate: Any,
    step: Any,
    out: Any,
    count: Any,
    order: Any,
    options: Any,
) -> None:
    """Write the matte of pixels before the rows of a plate; `spare` is not needed."""
    _plate_pixels(frame, plate, step, out, count, order, options, frame + 3 * count, 0)


@inline
def plate_composite_run(
    frame: Any,
    spare: Any,
    plate: Any,
    step: Any,
    bg: Any,
    out: Any,
    count: Any,
    order: Any,
    options: Any,
    streaming: Any,
) -> None:
    """Lay pixels over `bg` by their matte, which is made in scratch.

    One loop for both took longer: its chain of operations is too long for the CPU to have the next
    step under way.
    """
    _plate_pixels(frame, plate, step, spare[3], count, order, options, bg, 0)
    blend_run(frame, spare[3], bg, out, count, streaming)


@inline
def chroma_planes_run(
    u: Any, v: Any, reach: Any, out: Any, spill: Any, count: Any, options: Any
) -> None:
    """Write the matte of samples, and the strength of the key in them."""
    limits = chroma_limits(options)
    i = 0
    while i + LANES <= count:
        matte, key = chroma_matte(load(u + i), load(v + i), load(reach + i), limits)
        store(out + i, matte)
        store(spill + i, key)
        i += LANES
    few = count - i
    if few > 0:
        reaches = load_few(reach + i, few)
        matte, key = chroma_matte(load_few(u + i, few), load_few(v + i, few), reaches, limits)
        store_few(out + i, few, matte)
        store_few(spill + i, few, key)


@inline
def chroma_pixels_run(
    frame: Any,
    spare: Any,
    reach: Any,
    out: Any,
    spill: Any,
    count: Any,
    order: Any,
    options: Any,
) -> None:
    """Write the matte of pixels, and the strength of the key in them; `spare` is not needed."""
    _chroma_pixels(frame, reach, out, spill, count, order, options, 0)
