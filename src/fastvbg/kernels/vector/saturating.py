"""Arithmetic of keyers on bytes, `LANES` pixels at once; `portable_bytes` has the same by pixel."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import (
    BYTES,
    INT,
    WORDS,
    call_x86,
    constant,
    operation,
    splat,
)
from fastvbg.kernels.vector.arithmetic import (
    absolute,
    emit_saturated,
    narrow,
    rounded_high_product,
    widen,
    zip_bytes,
)


def _opened(builder: Any, value: Any) -> list[Any]:
    """Zero-extend bytes to words, in whatever order `_closed` undoes."""
    if TARGET.x86:
        words = zip_bytes(builder, value, constant(BYTES, 0))
        return [builder.bitcast(part, WORDS.llvm) for part in words]
    return widen(builder, value)


def _closed(builder: Any, words: Any) -> Any:
    """Narrow words of 0..32767 to bytes; what exceeds 255 becomes 255."""
    if TARGET.x86:
        return call_x86(builder, "avx2.packuswb|avx512.packuswb.512", BYTES, *words)
    top = constant(WORDS, 255)
    held = [builder.select(builder.icmp_unsigned("<", w, top), w, top) for w in words]
    return narrow(builder, held)


@operation(BYTES, INT)
def splat_byte(builder: Any, value: Any) -> Any:
    """Return bytes that all hold `value`."""
    return splat(builder, BYTES, value)


@operation(WORDS, INT)
def splat_word(builder: Any, value: Any) -> Any:
    """Return words that all hold `value`."""
    return splat(builder, WORDS, value)


@operation(BYTES, BYTES, BYTES)
def less(builder: Any, first: Any, second: Any) -> Any:
    """Return `first - second`, 0 where that would be negative."""
    return emit_saturated(builder, "usub", first, second)


@operation(BYTES, BYTES, BYTES)
def more(builder: Any, first: Any, second: Any) -> Any:
    """Return `first + second`, 255 where that would be more."""
    return emit_saturated(builder, "uadd", first, second)


@operation(BYTES, BYTES, BYTES)
def lower(builder: Any, first: Any, second: Any) -> Any:
    """Return the lower of two."""
    return builder.select(builder.icmp_unsigned("<", first, second), first, second)


@operation(BYTES, BYTES, BYTES)
def either(builder: Any, first: Any, second: Any) -> Any:
    """Return the bits of both."""
    return builder.or_(first, second)


@operation(BYTES, BYTES)
def high_half(builder: Any, value: Any) -> Any:
    """Return the upper four bits as a number."""
    return builder.lshr(value, constant(BYTES, 4))


@operation(BYTES, BYTES)
def low_half(builder: Any, value: Any) -> Any:
    """Return the lower four bits."""
    return builder.and_(value, constant(BYTES, 15))


@operation(BYTES, BYTES)
def eighth(builder: Any, value: Any) -> Any:
    """Return an eighth, rounded down."""
    return builder.lshr(value, constant(BYTES, 3))


@operation(BYTES, BYTES)
def three_eighths(builder: Any, value: Any) -> Any:
    """Return a quarter and an eighth, each rounded down."""
    quarter = builder.lshr(value, constant(BYTES, 2))
    return builder.add(quarter, builder.lshr(value, constant(BYTES, 3)))


@operation(BYTES, BYTES, BYTES, BYTES, WORDS)
def ramp(builder: Any, evidence: Any, tolerance: Any, falloff: Any, slope: Any) -> Any:
    """Return a matte: 0 up to `tolerance`, 255 from `falloff` further on, between in line."""
    above = emit_saturated(builder, "usub", evidence, tolerance)
    above = builder.select(builder.icmp_unsigned("<", above, falloff), above, falloff)
    steps = [builder.mul(part, slope) for part in _opened(builder, above)]
    return _closed(builder, [builder.lshr(part, constant(WORDS, 8)) for part in steps])


@operation(BYTES, BYTES, BYTES, WORDS, WORDS)
def strength(builder: Any, u: Any, v: Any, key_u: Any, key_v: Any) -> Any:
    """Return how far chroma goes along the key's direction, less half of how far beside it."""
    parts = []
    for first, second in zip(_opened(builder, u), _opened(builder, v), strict=True):
        du = builder.sub(first, constant(WORDS, 128))
        dv = builder.sub(second, constant(WORDS, 128))
        along = builder.add(builder.mul(du, key_u), builder.mul(dv, key_v))
        beside = builder.sub(builder.mul(du, key_v), builder.mul(dv, key_u))
        half = builder.lshr(absolute(builder, beside), constant(WORDS, 1))
        value = builder.sub(along, half)
        positive = builder.icmp_signed(">", value, constant(WORDS, 0))
        value = builder.select(positive, value, constant(WORDS, 0))
        parts.append(builder.lshr(value, constant(WORDS, 6)))
    return _closed(builder, parts)


@operation(BYTES, BYTES, WORDS, WORDS)
def relit(builder: Any, samples: Any, gain: Any, offset: Any) -> Any:
    """Return `p + ((((p - 128)*gain >> 5) + offset) >> 5)`, held to 0..255."""
    zero, five = constant(WORDS, 0), constant(WORDS, 5)
    parts = []
    for part in _opened(builder, samples):
        product = builder.mul(builder.sub(part, constant(WORDS, 128)), gain)
        change = builder.add(builder.ashr(product, five), offset)
        value = builder.add(part, builder.ashr(change, five))
        parts.append(builder.select(builder.icmp_signed(">", value, zero), value, zero))
    return _closed(builder, parts)


@operation(BYTES, BYTES, BYTES)
def share(builder: Any, value: Any, reach: Any) -> Any:
    """Return `(value * reach) >> 4`, 255 where that would be more."""
    pairs = zip(_opened(builder, value), _opened(builder, reach), strict=True)
    products = [builder.mul(a, b) for a, b in pairs]
    return _closed(builder, [builder.lshr(part, constant(WORDS, 4)) for part in products])


@operation(BYTES, BYTES, WORDS)
def portion(builder: Any, value: Any, factor: Any) -> Any:
    """Return `(value * factor + 32) >> 6`, 255 where that would be more; a factor below 2**9."""
    scaled = builder.shl(factor, constant(WORDS, 2))
    parts = []
    for part in _opened(builder, value):
        wide = builder.shl(part, constant(WORDS, 7))
        parts.append(rounded_high_product(builder, wide, scaled))
    return _closed(builder, parts)
