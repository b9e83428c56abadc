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
    HALF_BYTES,
    LANES,
    PIXELS,
    WORDS,
    Vector,
    join,
    operation,
    shuffle,
)

STREAMS = TARGET.x86
"""Whether streaming stores are used: elsewhere than on x86 they are only a hint, and unmeasured."""

_LINE = 64  # bytes in a cache line of x86
_AHEAD = 384


def _load(builder: Any, address: Any, kind: Any) -> Any:
    loaded = builder.load(builder.inttoptr(address, kind.as_pointer()))
    loaded.align = 1
    return loaded


def _store(builder: Any, address: Any, value: Any, *, streaming: bool = False) -> None:
    stored = builder.store(value, builder.inttoptr(address, value.type.as_pointer()))
    stored.align = value.type.count * value.type.element.width // 8 if streaming else 1
    if streaming:
        one = builder.module.add_metadata([ir.Constant(ir.IntType(32), 1)])
        stored.set_metadata("nontemporal", one)


def _offset(builder: Any, address: Any, count: int) -> Any:
    return builder.add(address, ir.Constant(address.type, count))


@operation(BYTES, ADDRESS)
def load(builder: Any, address: Any) -> Any:
    """Load `LANES` bytes."""
    return _load(builder, address, BYTES.llvm)


@operation(HALF_BYTES, ADDRESS)
def load_half(builder: Any, address: Any) -> Any:
    """Load half as many bytes."""
    return _load(builder, address, HALF_BYTES.llvm)


@operation(WORDS, ADDRESS)
def load_words(builder: Any, address: Any) -> Any:
    """Load words, `LANES` bytes of memory."""
    return _load(builder, address, WORDS.llvm)


@operation(types.void, ADDRESS, BYTES)
def store(builder: Any, address: Any, value: Any) -> None:
    """Store bytes."""
    _store(builder, address, value)


@operation(types.void, ADDRESS, HALF_BYTES)
def store_half(builder: Any, address: Any, value: Any) -> None:
    """Store half as many bytes."""
    _store(builder, address, value)


@operation(types.void, ADDRESS, WORDS)
def store_words(builder: Any, address: Any, value: Any) -> None:
    """Store words, `LANES` bytes of memory."""
    _store(builder, address, value)


@operation(types.void, ADDRESS, BYTES)
def stream(builder: Any, address: Any, value: Any) -> None:
    """Store bytes past the caches; the address must be a multiple of `LANES`."""
    _store(builder, address, value, streaming=STREAMS)


@operation(types.void, ADDRESS, HALF_BYTES)
def stream_half(builder: Any, address: Any, value: Any) -> None:
    """Store half as many bytes past the caches; the address must be a multiple of their number."""
    _store(builder, address, value, streaming=STREAMS)


@operation(types.void)
def fence(builder: Any) -> None:
    """Order streaming stores before all that follows, for other threads to see them."""
    if STREAMS:
        kind = ir.FunctionType(ir.VoidType(), [])
        name = "llvm.x86.sse.sfence"
        function = builder.module.globals.get(name) or ir.Function(builder.module, kind, name)
        builder.call(function, [])


@operation(types.void, ADDRESS)
def prefetch_pixels(builder: Any, address: Any) -> None:
    """Ask for pixels a little past these; the address may lie past the end of memory.

    Arithmetic between loads leaves the CPU's window too short to keep all memory lanes busy: with
    this, composite at 1080p ran 6 to 10 % faster on Zen 4 and no slower at 720p and 4K.
    """
    if not STREAMS:
        return
    pointer, i32 = ir.IntType(8).as_pointer(), ir.IntType(32)
    kind = ir.FunctionType(ir.VoidType(), [pointer, i32, i32, i32])
    function = cgutils.get_or_insert_function(builder.module, kind, "llvm.prefetch.p0")
    read, keep, data = (ir.Constant(i32, value) for value in (0, 3, 1))
    for ahead in range(_AHEAD, _AHEAD + 3 * LANES, _LINE):
        place = builder.inttoptr(_offset(builder, address, ahead), pointer)
        builder.call(function, [place, read, keep, data])


@operation(PIXELS, ADDRESS)
def load_pixels(builder: Any, address: Any) -> list[Any]:
    """Load `LANES` BGR pixels."""
    if TARGET.x86:
        return [_load(builder, _offset(builder, address, LANES * i), BYTES.llvm) for i in range(3)]
    run = _load(builder, address, Vector(3 * LANES, 8).llvm)
    return [shuffle(builder, run, run, range(c, 3 * LANES, 3)) for c in range(3)]


def _put_pixels(builder: Any, address: Any, pixels: Any, *, streaming: bool) -> None:
    if TARGET.x86:
        for i, part in enumerate(pixels):
            _store(builder, _offset(builder, address, LANES * i), part, streaming=streaming)
        return
    blue, green, red = pixels
    channels = join(builder, join(builder, blue, green), join(builder, red, red))
    order = [c * LANES + i for i in range(LANES) for c in range(3)]
    _store(builder, address, shuffle(builder, channels, channels, order))


@operation(types.void, ADDRESS, PIXELS)
def store_pixels(builder: Any, address: Any, pixels: Any) -> None:
    """Store `LANES` BGR pixels."""
    _put_pixels(builder, address, pixels, streaming=False)


@operation(types.void, ADDRESS, PIXELS)
def stream_pixels(builder: Any, address: Any, pixels: Any) -> None:
    """Store `LANES` BGR pixels past the caches; the address must be a multiple of `LANES`."""
    _put_pixels(builder, address, pixels, streaming=STREAMS)
