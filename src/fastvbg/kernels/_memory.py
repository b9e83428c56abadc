"""Rows of pixels as addresses and flat memory, and the test whether an array has such rows."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from fastvbg.kernels._jit import inline


@intrinsic  # type: ignore[untyped-decorator]
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


@intrinsic  # type: ignore[untyped-decorator]
def _byte_pointer(typing_context: Any, address: Any) -> Any:
    """The address as a pointer to bytes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        return builder.inttoptr(arguments[0], context.get_value_type(signature.return_type))

    return types.CPointer(types.uint8)(types.int64), generate


@intrinsic  # type: ignore[untyped-decorator]
def packed(typing_context: Any, array: Any) -> Any:
    """Tell whether each row of a frame is bytes B G R B G R ..., each row of a plane single bytes."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        struct = context.make_array(signature.args[0])(context, builder, arguments[0])
        strides = cgutils.unpack_tuple(builder, struct.strides)
        wanted = (None, 3, 1) if len(strides) == 3 else (None, 1)
        fits = ir.Constant(ir.IntType(1), 1)
        for stride, bytes_apart in zip(strides[1:], wanted[1:], strict=True):
            same = builder.icmp_signed("==", stride, ir.Constant(stride.type, bytes_apart))
            fits = builder.and_(fits, same)
        return fits

    return types.boolean(array), generate


@inline  # type: ignore[untyped-decorator]
def bytes_at(address: Any, count: Any) -> Any:
    """Return `count` consecutive bytes at an address, as a flat array."""
    return carray(_byte_pointer(address), (count,))
