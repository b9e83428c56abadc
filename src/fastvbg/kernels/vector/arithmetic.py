"""Arithmetic on vectors of bytes and words."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import (
    BYTES,
    HALF,
    INT,
    LANES,
    WORDS,
    Vector,
    call_x86,
    constant,
    halves,
    join,
    operation,
    shuffle,
    splat,
)

LANE_BYTES = 16
"""x86 shuffles, zips and packs within lanes of this many bytes."""


def _in_lanes(pattern: list[int], lanes: int = LANES) -> list[int]:
    """Repeat a 16-byte lane's pattern in each lane; indices from 16 on name the second vector."""
    return [
        base + (i if i < LANE_BYTES else i - LANE_BYTES + lanes)
        for base in range(0, lanes, LANE_BYTES)
        for i in pattern
    ]


_ZIP_LOW = _in_lanes([i + LANE_BYTES * k for i in range(8) for k in range(2)])
_ZIP_HIGH = _in_lanes([i + LANE_BYTES * k for i in range(8, 16) for k in range(2)])


def zip_bytes(builder: Any, first: Any, second: Any) -> list[Any]:
    """Pair the bytes of two vectors, the low half of each 16-byte lane first."""
    return [shuffle(builder, first, second, order) for order in (_ZIP_LOW, _ZIP_HIGH)]


def dot_pairs(builder: Any, unsigned: Any, signed: Any) -> Any:
    """Multiply bytes, unsigned by signed, and add neighbouring products to words (x86)."""
    name = "avx2.pmadd.ub.sw|avx512.pmaddubs.w.512"
    return call_x86(builder, name, WORDS, unsigned, signed)


def widen(builder: Any, value: Any) -> list[Any]:
    """Zero-extend bytes to words, in two vectors."""
    return [builder.zext(half, WORDS.llvm) for half in halves(builder, value)]


def narrow(builder: Any, words: Any) -> Any:
    """Join two vectors of words, each 0..255, to one of bytes."""
    if TARGET.x86:  # packs interleave 8 bytes of each, which one shuffle of 8-byte groups undoes
        packed = call_x86(builder, "avx2.packuswb|avx512.packuswb.512", BYTES, *words)
        order = [i // 8 * 16 + i % 8 + 8 * part for part in range(2) for i in range(HALF)]
        return shuffle(builder, packed, packed, order)
    parts = [builder.trunc(part, Vector(HALF, 8).llvm) for part in words]
    return join(builder, *parts)


def absolute(builder: Any, value: Any) -> Any:
    """Return |value| of signed words; the least one stays as it is."""
    negated = builder.sub(constant(WORDS, 0), value)
    return builder.select(builder.icmp_signed(">", value, negated), value, negated)


def byte_difference(builder: Any, first: Any, second: Any) -> Any:
    """Return |first - second| of unsigned bytes."""
    larger = builder.icmp_unsigned(">", first, second)
    high = builder.select(larger, first, second)
    low = builder.select(larger, second, first)
    return builder.sub(high, low)


def emit_saturated(builder: Any, name: str, first: Any, second: Any) -> Any:
    """Add or subtract unsigned bytes, held to 0..255."""
    kind = ir.FunctionType(first.type, [first.type, second.type])
    full = f"llvm.{name}.sat.v{LANES}i8"
    return builder.call(cgutils.get_or_insert_function(builder.module, kind, full), [first, second])


def emit_all_are(builder: Any, values: Any, value: int) -> Any:
    """Tell whether every byte is `value`."""
    return _all_set(builder, builder.icmp_unsigned("==", values, constant(BYTES, value)))


@operation(types.boolean, BYTES, INT)
def all_are(builder: Any, values: Any, value: Any) -> Any:
    """Tell whether every byte is `value`."""
    return _all_set(builder, builder.icmp_unsigned("==", values, splat(builder, BYTES, value)))


def _all_set(builder: Any, same: Any) -> Any:
    if TARGET.x86:
        bits = builder.bitcast(same, ir.IntType(LANES))
        return builder.icmp_unsigned("==", bits, ir.Constant(bits.type, -1))
    flags, byte = builder.sext(same, BYTES.llvm), ir.IntType(8)
    function = cgutils.get_or_insert_function(
        builder.module,
        ir.FunctionType(byte, [flags.type]),
        f"llvm.vector.reduce.umin.v{LANES}i8",
    )
    return builder.icmp_unsigned("!=", builder.call(function, [flags]), ir.Constant(byte, 0))


def choose(builder: Any, mask: Any, yes: Any, no: Any) -> Any:
    """Return `yes` where a mask of all-ones or zero lanes is set, else `no`."""
    if TARGET.level == "avx2":  # one variable blend
        zero = ir.Constant(mask.type, [0] * mask.type.count)
        return builder.select(builder.icmp_signed("<", mask, zero), yes, no)
    # One ternary-logic or bit-select instruction on AVX-512 and NEON.
    return builder.or_(builder.and_(mask, yes), builder.and_(builder.not_(mask), no))


def _x86_product(builder: Any, names: str, value: Any, factor: Any) -> Any:
    return call_x86(builder, names, Vector(value.type.count, 16), value, factor)


def rounded_high_product(builder: Any, value: Any, factor: Any) -> Any:
    """Return `(value*factor + 2**14) >> 15` of signed words."""
    if TARGET.x86:
        return _x86_product(builder, "avx2.pmul.hr.sw|avx512.pmul.hr.sw.512", value, factor)
    wide = Vector(value.type.count, 32)
    product = builder.mul(builder.sext(value, wide.llvm), builder.sext(factor, wide.llvm))
    rounded = builder.add(product, constant(wide, 1 << 14))
    return builder.trunc(builder.ashr(rounded, constant(wide, 15)), value.type)


def high_product(builder: Any, value: Any, factor: Any) -> Any:
    """Return `value*factor >> 16` of unsigned words."""
    if TARGET.x86:
        # By name: LLVM finds this instruction in the product below only while the factor's
        # widening stays beside it, and moves that out of loops.
        return _x86_product(builder, "avx2.pmulhu.w|avx512.pmulhu.w.512", value, factor)
    wide = Vector(value.type.count, 32)
    product = builder.mul(builder.zext(value, wide.llvm), builder.zext(factor, wide.llvm))
    return builder.trunc(builder.lshr(product, constant(wide, 16)), value.type)


def mix_bytes(builder: Any, coverage: Any, foreground: Any, background: Any) -> Any:
    """Return `(a*F + (255-a)*B) / 255` rounded half up; see `portable.over` for the division."""
    if not TARGET.x86:
        words = []
        for a, f, b in zip(
            *(widen(builder, value) for value in (coverage, foreground, background)), strict=True
        ):
            rest = builder.sub(constant(WORDS, 255), a)
            t = builder.add(builder.mul(a, f), builder.mul(rest, b))
            t = builder.add(t, constant(WORDS, 128))
            t = builder.add(t, builder.lshr(t, constant(WORDS, 8)))
            words.append(builder.lshr(t, constant(WORDS, 8)))
        return narrow(builder, words)
    # The byte product wants one signed side: with F - 128 and B - 128 the sum is v - 128*255, which
    # fits a word, and flipping its top bit adds 32768 = 128*255 + 128. So t = v + 128 comes free,
    # and (t + (t >> 8)) >> 8 is the high half of t * 257.
    flip = constant(BYTES, 0x80)
    colours = zip_bytes(builder, builder.xor(foreground, flip), builder.xor(background, flip))
    weights = zip_bytes(builder, coverage, builder.not_(coverage))
    wide = Vector(HALF, 32)
    words = []
    for weight, colour in zip(weights, colours, strict=True):
        t = builder.xor(dot_pairs(builder, weight, colour), constant(WORDS, 0x8000))
        product = builder.mul(builder.zext(t, wide.llvm), constant(wide, 257))
        words.append(builder.trunc(builder.lshr(product, constant(wide, 16)), WORDS.llvm))
    return call_x86(builder, "avx2.packuswb|avx512.packuswb.512", BYTES, *words)


@operation(WORDS, INT)
def words(builder: Any, value: Any) -> Any:
    """Return words that all hold `value`."""
    return splat(builder, WORDS, value)
