"""Arithmetic on single 16-bit and 8-bit integers that stays as wide as they are.

Numba widens every integer operation to 64 bits. Loops over these vectorize by themselves, in lanes
of 16 or 8 bits, on every CPU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

if TYPE_CHECKING:
    from collections.abc import Callable

WORD, BYTE = types.uint16, types.uint8


def _operation(kind: Any) -> Callable[[Callable[..., Any]], Any]:
    """Make a function that emits LLVM IR one of two integers of a kind."""

    def decorate(emit: Callable[..., Any]) -> Any:
        def typed(context: Any, first: Any, second: Any) -> Any:
            return kind(kind, kind), generate

        def generate(_context: Any, builder: Any, _signature: Any, arguments: Any) -> Any:
            return emit(builder, *arguments)

        typed.__name__, typed.__doc__ = emit.__name__, emit.__doc__
        return intrinsic(typed)

    return decorate


def _larger(builder: Any, first: Any, second: Any) -> Any:
    return builder.select(builder.icmp_unsigned(">", first, second), first, second)


def _smaller(builder: Any, first: Any, second: Any) -> Any:
    return builder.select(builder.icmp_unsigned("<", first, second), first, second)


def _beyond(builder: Any, first: Any, second: Any) -> Any:
    more = builder.icmp_unsigned(">", first, second)
    return builder.select(more, builder.sub(first, second), ir.Constant(first.type, 0))


@_operation(WORD)
def plus(builder: Any, first: Any, second: Any) -> Any:
    """Return `first + second`, modulo 2**16."""
    return builder.add(first, second)


@_operation(WORD)
def minus(builder: Any, first: Any, second: Any) -> Any:
    """Return `first - second`, modulo 2**16."""
    return builder.sub(first, second)


@_operation(WORD)
def times(builder: Any, first: Any, second: Any) -> Any:
    """Return `first * second`, modulo 2**16."""
    return builder.mul(first, second)


@_operation(WORD)
def high_product(builder: Any, first: Any, second: Any) -> Any:
    """Return `(first * second) >> 16`."""
    wide = ir.IntType(32)
    product = builder.mul(builder.zext(first, wide), builder.zext(second, wide))
    return builder.trunc(builder.lshr(product, ir.Constant(wide, 16)), first.type)


@_operation(WORD)
def up_by(builder: Any, value: Any, bits: Any) -> Any:
    """Return `value << bits`."""
    return builder.shl(value, bits)


@_operation(WORD)
def down_by(builder: Any, value: Any, bits: Any) -> Any:
    """Return `value >> bits`."""
    return builder.lshr(value, bits)


@_operation(WORD)
def signed_down_by(builder: Any, value: Any, bits: Any) -> Any:
    """Return `value >> bits` of a value that is meant signed."""
    return builder.ashr(value, bits)


@_operation(WORD)
def beyond(builder: Any, first: Any, second: Any) -> Any:
    """Return by how much `first` exceeds `second`, 0 where it does not."""
    return _beyond(builder, first, second)


@_operation(WORD)
def apart(builder: Any, first: Any, second: Any) -> Any:
    """Return `|first - second|`."""
    return builder.sub(_larger(builder, first, second), _smaller(builder, first, second))


@_operation(WORD)
def at_most(builder: Any, first: Any, second: Any) -> Any:
    """Return the smaller of two."""
    return _smaller(builder, first, second)


@_operation(BYTE)
def byte_plus(builder: Any, first: Any, second: Any) -> Any:
    """Return `first + second`, modulo 2**8."""
    return builder.add(first, second)


@_operation(BYTE)
def byte_beyond(builder: Any, first: Any, second: Any) -> Any:
    """Return by how much a byte exceeds another, 0 where it does not."""
    return _beyond(builder, first, second)


@_operation(BYTE)
def byte_at_most(builder: Any, first: Any, second: Any) -> Any:
    """Return the smaller of two bytes."""
    return _smaller(builder, first, second)


@_operation(BYTE)
def byte_and(builder: Any, first: Any, second: Any) -> Any:
    """Return the bits that both bytes have."""
    return builder.and_(first, second)


@_operation(BYTE)
def byte_or(builder: Any, first: Any, second: Any) -> Any:
    """Return the bits that either byte has."""
    return builder.or_(first, second)
