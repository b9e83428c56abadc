"""Vectors from and to memory. Addresses are integers, of any alignment unless said."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import (
    ADDRESS,
    BYTES,
    INT,
    LANES,
    PIXELS,
    Vector,
    join,
    operation,
    shuffle,
)

STREAMS = TARGET.x86
"""Whether streaming stores are used: elsewhere than on x86 they are only a hint, and unmeasured."""

LINE = 64
"""Bytes in a cache line of x86."""
AHEAD = 384
"""How many bytes on `prefetch_pixels` asks for pixels."""
_PASSING_AHEAD = 3072
"""How many bytes on `prefetch_passing` does: 2048 and 6144 were no better, 384 slower."""


def emit_load(builder: Any, address: Any, kind: Any) -> Any:
    """Load a vector of LLVM type `kind`."""
    loaded = builder.load(builder.inttoptr(address, kind.as_pointer()))
    loaded.align = 1
    return loaded


def emit_store(builder: Any, address: Any, value: Any, *, streaming: bool = False) -> None:
    """Store a vector; a streaming store needs an address that is a multiple of its size."""
    stored = builder.store(value, builder.inttoptr(address, value.type.as_pointer()))
    stored.align = value.type.count * value.type.element.width // 8 if streaming else 1
    if streaming:
        one = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
        stored.set_metadata("nontemporal", one)


def _offset(builder: Any, address: Any, count: int) -> Any:
    return builder.add(address, ir.Constant(address.type, count))


def _slot(builder: Any, kind: Any) -> tuple[Any, Any]:
    """Return a place on the stack for a vector, and its address as an integer."""
    slot = cgutils.alloca_once(builder, kind)
    return slot, builder.ptrtoint(slot, ir.IntType(64))


def _copy(builder: Any, to: Any, source: Any, size: Any) -> None:
    pointer = ir.IntType(8).as_pointer()
    cgutils.raw_memcpy(
        builder, builder.inttoptr(to, pointer), builder.inttoptr(source, pointer), size, 1
    )


def emit_load_few(
    builder: Any, address: Any, count: Any, kind: Any, *, repeat_last: bool = False
) -> Any:
    """Load `count` bytes, fewer than a vector's; repeat the last one once more if asked to."""
    slot, place = _slot(builder, kind)
    _copy(builder, place, address, count)
    if repeat_last:
        first = builder.bitcast(slot, ir.IntType(8).as_pointer())
        last = builder.gep(first, [builder.sub(count, ir.Constant(count.type, 1))])
        builder.store(builder.load(last), builder.gep(first, [count]))
    return emit_load(builder, place, kind)


def emit_store_few(builder: Any, address: Any, count: Any, value: Any) -> None:
    """Store the first `count` bytes of a vector."""
    _, place = _slot(builder, value.type)
    emit_store(builder, place, value)
    _copy(builder, address, place, count)


@operation(INT, ADDRESS, INT, types.boolean)
def lead(builder: Any, address: Any, count: Any, streaming: Any) -> Any:
    """Return how many of `count` elements to do before whole vectors.

    As many as lead to a multiple of `LANES` where stores are streaming, though not more than there
    are; else as many as leave whole vectors only. An element is to move the address by 1; for
    others give the address times the number of them that do so, modulo `LANES`.
    """
    within = ir.Constant(address.type, LANES - 1)
    aligning = builder.and_(builder.neg(address), within)
    enough = builder.icmp_signed("<", aligning, count)
    aligning = builder.select(enough, aligning, count)
    return builder.select(streaming, aligning, builder.and_(count, within))


@operation(BYTES, ADDRESS)
def load(builder: Any, address: Any) -> Any:
    """Load `LANES` bytes."""
    return emit_load(builder, address, BYTES.llvm)


@operation(BYTES, ADDRESS, INT)
def load_few(builder: Any, address: Any, count: Any) -> Any:
    """Load `count` bytes, fewer than `LANES`, and touch no more; other lanes hold anything."""
    return emit_load_few(builder, address, count, BYTES.llvm)


@operation(types.void, ADDRESS, BYTES)
def store(builder: Any, address: Any, value: Any) -> None:
    """Store bytes."""
    emit_store(builder, address, value)


@operation(types.void, ADDRESS, INT, BYTES)
def store_few(builder: Any, address: Any, count: Any, value: Any) -> None:
    """Store the first `count` bytes."""
    emit_store_few(builder, address, count, value)


@operation(types.void, ADDRESS, BYTES)
def stream(builder: Any, address: Any, value: Any) -> None:
    """Store bytes past the caches; the address must be a multiple of `LANES`."""
    emit_store(builder, address, value, streaming=STREAMS)


@operation(types.void)
def fence(builder: Any) -> None:
    """Order streaming stores before all that follows, for other threads to see them."""
    if STREAMS:
        kind = ir.FunctionType(ir.VoidType(), [])
        name = "llvm.x86.sse.sfence"
        function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        builder.call(function, [])


def _tripled(builder: Any, count: Any) -> Any:
    return builder.mul(count, ir.Constant(count.type, 3))


def emit_prefetch(builder: Any, address: Any, *, once: bool = False) -> None:
    """Ask for the cache line at an address, which may lie past the end of memory.

    `once` tells the CPU that it will be read once: it need push nothing else out of the caches.
    """
    pointer, i32 = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [pointer, i32, i32, i32])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    read, keep, data = (ir.Constant(i32, value) for value in (0, 0 if once else 3, 1))
    builder.call(function, [builder.inttoptr(address, pointer), read, keep, data])


@operation(types.void, ADDRESS)
def prefetch_pixels(builder: Any, address: Any) -> None:
    """Ask for pixels a little past these; the address may lie past the end of memory.

    Arithmetic between loads leaves the CPU's window too short to keep all memory lanes busy: with
    this, composite at 1080p ran 6 to 10 % faster on Zen 4 and no slower at 720p and 4K.
    """
    if STREAMS:
        for ahead in range(AHEAD, AHEAD + 3 * LANES, LINE):
            emit_prefetch(builder, _offset(builder, address, ahead))


@operation(types.void, ADDRESS)
def prefetch_passing(builder: Any, address: Any) -> None:
    """Ask for pixels further past these, which nobody reads again; see `prefetch_pixels`.

    They then push nothing out of the last cache, where the kept frame and the background are: with
    this the streaming composite at 1080p took 0.9 of the time on Zen 4.
    """
    if STREAMS:
        beyond = _PASSING_AHEAD + max(LINE, 3 * LANES // LINE * LINE)
        for ahead in range(_PASSING_AHEAD, beyond, LINE):
            emit_prefetch(builder, _offset(builder, address, ahead), once=True)


@operation(types.void, ADDRESS)
def prefetch_far(builder: Any, address: Any) -> None:
    """Ask for bytes a little past these; the address may lie past the end of memory."""
    if STREAMS:
        emit_prefetch(builder, _offset(builder, address, AHEAD))


@operation(PIXELS, ADDRESS)
def load_pixels(builder: Any, address: Any) -> list[Any]:
    """Load `LANES` BGR pixels."""
    return _get_pixels(builder, address)


def _get_pixels(builder: Any, address: Any) -> list[Any]:
    if TARGET.x86:
        return [
            emit_load(builder, _offset(builder, address, LANES * i), BYTES.llvm) for i in range(3)
        ]
    run = emit_load(builder, address, Vector(3 * LANES, 8).llvm)
    return [shuffle(builder, run, run, range(c, 3 * LANES, 3)) for c in range(3)]


@operation(PIXELS, ADDRESS, INT)
def load_few_pixels(builder: Any, address: Any, count: Any) -> list[Any]:
    """Load `count` pixels, fewer than `LANES`, and touch no more; other lanes hold anything."""
    _, place = _slot(builder, Vector(3 * LANES, 8).llvm)
    _copy(builder, place, address, _tripled(builder, count))
    return _get_pixels(builder, place)


def _put_pixels(builder: Any, address: Any, pixels: Any, *, streaming: bool) -> None:
    if TARGET.x86:
        for i, part in enumerate(pixels):
            emit_store(builder, _offset(builder, address, LANES * i), part, streaming=streaming)
        return
    blue, green, red = pixels
    channels = join(builder, join(builder, blue, green), join(builder, red, red))
    order = [c * LANES + i for i in range(LANES) for c in range(3)]
    emit_store(builder, address, shuffle(builder, channels, channels, order))


@operation(types.void, ADDRESS, PIXELS)
def store_pixels(builder: Any, address: Any, pixels: Any) -> None:
    """Store `LANES` BGR pixels."""
    _put_pixels(builder, address, pixels, streaming=False)


@operation(types.void, ADDRESS, INT, PIXELS)
def store_few_pixels(builder: Any, address: Any, count: Any, pixels: Any) -> None:
    """Store the first `count` pixels."""
    _, place = _slot(builder, Vector(3 * LANES, 8).llvm)
    _put_pixels(builder, place, pixels, streaming=False)
    _copy(builder, address, place, _tripled(builder, count))


@operation(types.void, ADDRESS, PIXELS)
def stream_pixels(builder: Any, address: Any, pixels: Any) -> None:
    """Store `LANES` BGR pixels past the caches; the address must be a multiple of `LANES`."""
    _put_pixels(builder, address, pixels, streaming=STREAMS)
