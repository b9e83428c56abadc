"""Runs of bytes as bits of a 64-bit word."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from fastvbg.kernels.vector._types import ADDRESS, INT, LANES, Vector, operation, splat
from fastvbg.kernels.vector.memory import emit_load

__all__ = ["reaching_bits"]

_WORD = 64


@operation(types.uint64, ADDRESS, INT)
def reaching_bits(builder: Any, address: Any, threshold: Any) -> Any:
    """Return a bit for each of 64 bytes, the first lowest: whether it is at least `threshold`."""
    kind = Vector(min(LANES, _WORD), 8)
    bound = splat(builder, kind, threshold)
    word = ir.Constant(ir.IntType(_WORD), 0)
    for start in range(0, _WORD, kind.lanes):
        place = builder.add(address, ir.Constant(address.type, start))
        reached = builder.icmp_unsigned(">=", emit_load(builder, place, kind.llvm), bound)
        bits = builder.zext(builder.bitcast(reached, ir.IntType(kind.lanes)), word.type)
        word = builder.or_(word, builder.shl(bits, ir.Constant(word.type, start)))
    return word
