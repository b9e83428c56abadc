"""Rows of pixels as addresses and flat memory, and the test whether an array has such rows."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic
from numba.np.arrayobj import populate_array

from fastvbg.kernels._load import STREAM_BYTES


@intrinsic
def address_of(typing_context: Any, array: Any, row: Any) -> Any:
    """Address of the first element of `array[row]`, as an integer."""
    if not isinstance(array, types.Array):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        struct = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride = cgutils.unpack_tuple(builder, struct.strides)[0]
        start = builder.ptrtoint(struct.data, ir.IntType(64))
        return builder.add(start, builder.mul(stride, arguments[1]))

    return types.int64(array, types.int64), generate


@intrinsic
def stream_bytes(typing_context: Any) -> Any:
    """Return from how many bytes read and written on results are stored past the caches."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        module = builder.module
        known = module.globals.get(STREAM_BYTES)
        return builder.load(known or ir.GlobalVariable(module, ir.IntType(64), STREAM_BYTES))

    return types.int64(), generate


def flat_at(kind: Any, address: Any, count: Any) -> Any:
    """Return what an intrinsic is that takes an address as a flat array of so many of a kind."""
    array = types.Array(kind, 1, "C")

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        item = context.get_data_type(kind)
        length = context.cast(builder, arguments[1], signature.args[1], types.intp)
        size = context.get_constant(types.intp, context.get_abi_sizeof(item))
        flat = context.make_array(array)(context, builder)
        populate_array(
            flat,
            data=builder.inttoptr(arguments[0], item.as_pointer()),
            shape=(length,),
            strides=(size,),
            itemsize=size,
            meminfo=None,
        )
        return flat._getvalue()

    return array(types.int64, count), generate


def _flat_of(kind: Any) -> Any:
    """Make the function that takes an address as a flat array of so many of a kind."""

    @intrinsic
    def flat(typing_context: Any, address: Any, count: Any) -> Any:
        return flat_at(kind, address, count)

    return flat


bytes_at = _flat_of(types.uint8)
"""Return `count` consecutive bytes at an address, as a flat array."""
words_at = _flat_of(types.int16)
"""Return so many signed 16-bit integers."""
unsigned_words_at = _flat_of(types.uint16)
"""Return so many unsigned 16-bit integers."""
integers_at = _flat_of(types.int32)
"""Return so many signed 32-bit integers."""
floats_at = _flat_of(types.float32)
"""Return so many 32-bit floats."""
long_words_at = _flat_of(types.uint64)
"""Return so many unsigned 64-bit integers; the address may have any alignment."""


def stack_of(size: int) -> Any:
    """Make the function that returns the address of so many bytes.

    They last as long as the function that asks for them: LLVM ends them where it is inlined.
    """

    @intrinsic
    def address(typing_context: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
            slot = cgutils.alloca_once(builder, ir.ArrayType(ir.IntType(8), size))
            slot.align = 64
            return builder.ptrtoint(slot, ir.IntType(64))

        return types.int64(), generate

    return address


@intrinsic
def trailing_zeros(typing_context: Any, word: Any) -> Any:
    """Return the place of the lowest bit set in a 64-bit word that is not 0."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.cttz(arguments[0], ir.Constant(ir.IntType(1), 1))

    return types.int64(types.uint64), generate


def _strides_are(wanted: tuple[int, ...]) -> Any:
    """Return the emitter of a test that an array's last strides are `wanted`."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        struct = context.make_array(signature.args[0])(context, builder, arguments[0])
        strides = cgutils.unpack_tuple(builder, struct.strides)[-len(wanted) :]
        fits = ir.Constant(ir.IntType(1), 1)
        for stride, apart in zip(strides, wanted, strict=True):
            same = builder.icmp_signed("==", stride, ir.Constant(stride.type, apart))
            fits = builder.and_(fits, same)
        return fits

    return generate


@intrinsic
def packed(typing_context: Any, array: Any) -> Any:
    """Tell whether rows are consecutive bytes: three a pixel in frames, one in planes."""
    return types.boolean(array), _strides_are((3, 1) if array.ndim == 3 else (1,))


@intrinsic
def packed_floats(typing_context: Any, array: Any) -> Any:
    """Tell whether rows are consecutive 32-bit floats, three a pixel."""
    return types.boolean(array), _strides_are((12, 4))


@intrinsic
def packed_plane_of_floats(typing_context: Any, array: Any) -> Any:
    """Tell whether rows are consecutive 32-bit floats."""
    return types.boolean(array), _strides_are((4,))


@intrinsic
def packed_pairs(typing_context: Any, array: Any) -> Any:
    """Tell whether each row of an interleaved chroma plane is bytes U V U V ..."""
    return types.boolean(array), _strides_are((2, 1))
