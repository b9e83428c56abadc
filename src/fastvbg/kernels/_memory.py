"""Rows of pixels as flat memory, and the test whether an array has such rows."""

from __future__ import annotations

from typing import Any

from numba import carray, types
from numba.core import cgutils
from numba.extending import intrinsic

from fastvbg.kernels._jit import inline


@intrinsic  # type: ignore[untyped-decorator]
def _row_pointer(typing_context: Any, array: Any, row: Any) -> Any:
    """Address of the first element of `array[row]`, as a pointer to its elements."""
    if not isinstance(array, types.Array):
        return None

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        struct = context.make_array(signature.args[0])(context, builder, arguments[0])
        stride = cgutils.unpack_tuple(builder, struct.strides)[0]
        return cgutils.pointer_add(builder, struct.data, builder.mul(stride, arguments[1]))

    return types.CPointer(array.dtype)(array, types.int64), generate


@inline  # type: ignore[untyped-decorator]
def row_of(array: Any, row: Any, count: Any) -> Any:
    """Return `count` consecutive elements from the start of `array[row]`, as a flat array."""
    return carray(_row_pointer(array, row), (count,))


@inline  # type: ignore[untyped-decorator]
def packed_frame(frame: Any) -> bool:
    """Tell whether each row of a frame is consecutive bytes B G R B G R ..."""
    return frame.strides[2] == 1 and frame.strides[1] == 3


@inline  # type: ignore[untyped-decorator]
def packed_plane(plane: Any) -> bool:
    """Tell whether each row of a plane is consecutive bytes."""
    return plane.strides[1] == 1
