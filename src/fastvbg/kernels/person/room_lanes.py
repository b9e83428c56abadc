"""What the remembered room does to samples, in vectors; `reference.room` has the arithmetic."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from fastvbg.kernels._lanes import SIXTEEN, load_lanes, splat, store_lanes

LEARNED = 32
"""Samples that `learn_samples` takes."""

_BYTE, _WORD, _INTEGER = ir.IntType(8), ir.IntType(16), ir.IntType(32)


def _wider(builder: Any, value: Any, kind: Any) -> Any:
    return builder.zext(value, ir.VectorType(kind, value.type.count))


def _chosen(builder: Any, sign: str, first: Any, second: Any) -> Any:
    """Return the more or the less of two vectors of unsigned numbers."""
    return builder.select(builder.icmp_unsigned(sign, first, second), first, second)


@intrinsic
def learn_samples(typing_context: Any, now: Any, known: Any, marks: Any, off: Any) -> Any:
    """Add the differences of 32 samples to as many words, then learn where they are marked.

    All are addresses; marks are those of `learn`, a byte a sample.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at, room, marks, off = arguments
        seen, before, mark = (load_lanes(builder, x, _BYTE, LEARNED) for x in (at, room, marks))
        more, less = (_chosen(builder, sign, seen, before) for sign in (">", "<"))
        apart = builder.sub(more, less)
        total = builder.add(load_lanes(builder, off, _WORD, LEARNED), _wider(builder, apart, _WORD))
        store_lanes(builder, total, off)
        two = ir.Constant(seen.type, [2] * LEARNED)
        # A level toward what is seen, or all the way.
        most = builder.select(builder.icmp_unsigned("==", mark, two), apart, mark)
        step = _chosen(builder, "<", apart, most)
        up = builder.icmp_unsigned(">", seen, before)
        after = builder.select(up, builder.add(before, step), builder.sub(before, step))
        store_lanes(builder, after, room)
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 4), generate


def _apart(builder: Any, value: Any) -> tuple[Any, Any]:
    """Return every other number of a vector, and those between."""
    blank, half = ir.Constant(value.type, ir.Undefined), value.type.count // 2
    kind = ir.VectorType(_INTEGER, half)
    even, odd = (
        builder.shuffle_vector(value, blank, ir.Constant(kind, [2 * k + part for k in range(half)]))
        for part in (0, 1)
    )
    return even, odd


@intrinsic
def sum_squares(
    typing_context: Any, chosen: Any, values: Any, kept: Any, stride: Any, rows: Any, to: Any
) -> Any:
    """Write the sums of four squares of four columns and so many rows, of bytes where chosen.

    Of both the rows lie `stride` bytes apart. Bytes are chosen by 255, and only the bits of `kept`
    of them count.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        chosen, values, kept, stride, rows, to = arguments
        bits = splat(builder, kept, SIXTEEN)
        words = ir.VectorType(_WORD, SIXTEEN)
        total = cgutils.alloca_once(builder, words)
        builder.store(ir.Constant(words, [0] * SIXTEEN), total)
        with cgutils.for_range(builder, rows) as loop:
            ahead = builder.mul(loop.index, stride)
            mask, value = (
                load_lanes(builder, builder.add(x, ahead), _BYTE, SIXTEEN) for x in (chosen, values)
            )
            value = builder.and_(bits, builder.and_(mask, value))
            value = _wider(builder, value, _WORD)
            builder.store(builder.add(builder.load(total), value), total)
        value = builder.load(total)
        for _ in range(2):
            value = builder.add(*_apart(builder, value))
        store_lanes(builder, _wider(builder, value, _INTEGER), to)
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 2, types.uint8, *(types.int64,) * 3), generate
