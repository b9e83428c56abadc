"""Vectors as values of compiled code, and the decorator that makes a word of the vocabulary."""

from __future__ import annotations

import inspect
from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic, models, register_model

from fastvbg.kernels._target import TARGET

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

LANES = TARGET.lanes
HALF = LANES // 2


class Vector(types.Type):  # type: ignore[misc]
    """The Numba type of a vector of `lanes` integers of `bits` bits."""

    def __init__(self, lanes: int, bits: int) -> None:
        self.lanes, self.bits = lanes, bits
        super().__init__(name=f"Vector({lanes} x {bits} bits)")

    @property
    def llvm(self) -> Any:
        """The LLVM type of such a vector."""
        return ir.VectorType(ir.IntType(self.bits), self.lanes)


@register_model(Vector)
class _VectorModel(models.PrimitiveModel):  # type: ignore[misc]
    def __init__(self, manager: Any, vector: Vector) -> None:
        super().__init__(manager, vector, vector.llvm)


BYTES = Vector(LANES, 8)
HALF_BYTES = Vector(HALF, 8)
WORDS = Vector(HALF, 16)
TWO_WORDS = types.UniTuple(WORDS, 2)
PIXELS = types.UniTuple(BYTES, 3)
CHANNELS = types.UniTuple(BYTES, 3)
"""Bytes of three planes for `LANES` pixels; unlike those of `PIXELS`, in order on every CPU."""

ADDRESS = types.int64
INT = types.int64


def operation(result: Any, *takes: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function that emits LLVM IR callable from compiled code.

    Parameters
    ----------
    result : Numba type
        What it returns; for a tuple the function returns a sequence of values.
    *takes : Numba types
        Of its arguments after the first, which is the IR builder. A tuple arrives as a list.
    """

    def decorate(emit: Callable[..., Any]) -> Any:
        def typed(_context: Any, *_arguments: Any) -> Any:
            return result(*takes), generate

        def generate(context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            values = [
                cgutils.unpack_tuple(builder, value) if isinstance(kind, types.BaseTuple) else value
                for kind, value in zip(takes, arguments, strict=True)
            ]
            emitted = emit(builder, *values)
            if isinstance(result, types.BaseTuple):
                return context.make_tuple(builder, result, emitted)
            return context.get_dummy_value() if result is types.void else emitted

        # Numba reads an intrinsic's parameters from its signature, and knows no `*arguments`.
        names = ["context", *list(inspect.signature(emit).parameters)[1:]]
        kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
        typed.__signature__ = inspect.Signature(  # type: ignore[attr-defined]
            [inspect.Parameter(name, kind) for name in names]
        )
        typed.__name__, typed.__doc__ = emit.__name__, emit.__doc__
        return intrinsic(typed)

    return decorate


def constant(vector: Vector, *pattern: int) -> Any:
    """Return a constant vector of `pattern` over and over."""
    return ir.Constant(vector.llvm, [pattern[i % len(pattern)] for i in range(vector.lanes)])


def shuffle(builder: Any, first: Any, second: Any, indices: Sequence[int]) -> Any:
    """Pick lanes from two vectors laid end to end."""
    order = ir.Constant(ir.VectorType(ir.IntType(32), len(indices)), list(indices))
    return builder.shuffle_vector(first, second, order)


def join(builder: Any, first: Any, second: Any) -> Any:
    """Lay two vectors end to end."""
    return shuffle(builder, first, second, range(2 * first.type.count))


def halves(builder: Any, vector: Any) -> tuple[Any, Any]:
    """Cut a vector in two."""
    half = vector.type.count // 2
    return (
        shuffle(builder, vector, vector, range(half)),
        shuffle(builder, vector, vector, range(half, 2 * half)),
    )


def splat(builder: Any, vector: Vector, value: Any) -> Any:
    """Return a vector that holds the integer `value`, cut to its bits, in each lane."""
    narrow = builder.trunc(value, ir.IntType(vector.bits))
    undefined = ir.Constant(vector.llvm, ir.Undefined)
    single = builder.insert_element(undefined, narrow, ir.Constant(ir.IntType(32), 0))
    return shuffle(builder, single, undefined, [0] * vector.lanes)


def call_x86(builder: Any, name: str, result: Vector, *arguments: Any) -> Any:
    """Call an instruction of x86 by its LLVM name.

    `name` has the family's name for AVX2 and for AVX-512 between bars, as in
    `avx2.packuswb|avx512.packuswb.512`.
    """
    narrow, wide = name.split("|")
    kind = ir.FunctionType(result.llvm, [argument.type for argument in arguments])
    function = cgutils.get_or_insert_function(
        builder.module, kind, f"llvm.x86.{wide if result.lanes * result.bits == 512 else narrow}"
    )
    return builder.call(function, arguments)
