"""Arithmetic of keyers on one pixel's bytes; LLVM knows each as one instruction on vectors."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline

_ZERO, _MIDDLE = np.int16(0), np.int16(128)


@inline
def splat_byte(value: Any) -> Any:
    """Return `value` as a byte."""
    return np.uint8(value)


@inline
def splat_word(value: Any) -> Any:
    """Return `value` as a word."""
    return np.uint16(value)


@inline
def less(first: Any, second: Any) -> Any:
    """Return `first - second`, 0 where that would be negative."""
    return np.uint8(max(first, second) - second)


@inline
def more(first: Any, second: Any) -> Any:
    """Return `first + second`, 255 where that would be more."""
    return np.uint8(min(first, np.uint8(~second)) + second)


@inline
def lower(first: Any, second: Any) -> Any:
    """Return the lower of two."""
    return min(first, second)


@inline
def either(first: Any, second: Any) -> Any:
    """Return the bits of both."""
    return np.uint8(first | second)


@inline
def high_half(value: Any) -> Any:
    """Return the upper four bits as a number."""
    return np.uint8(value >> np.uint8(4))


@inline
def low_half(value: Any) -> Any:
    """Return the lower four bits."""
    return np.uint8(value & np.uint8(15))


@inline
def eighth(value: Any) -> Any:
    """Return an eighth, rounded down."""
    return np.uint8(value >> np.uint8(3))


@inline
def three_eighths(value: Any) -> Any:
    """Return a quarter and an eighth, each rounded down."""
    return np.uint8(np.uint8(value >> np.uint8(2)) + np.uint8(value >> np.uint8(3)))


@inline
def ramp(evidence: Any, tolerance: Any, falloff: Any, slope: Any) -> Any:
    """Return a matte step: 0 up to `tolerance`, 255 from `falloff` further on, between in line."""
    above = min(less(evidence, tolerance), falloff)
    return np.uint8(np.uint16(np.uint16(above) * slope) >> np.uint16(8))


@inline
def strength(u: Any, v: Any, key_u: Any, key_v: Any) -> Any:
    """Return how far chroma goes along the key's direction, less half of how far beside it."""
    first, second = np.int16(np.int16(u) - _MIDDLE), np.int16(np.int16(v) - _MIDDLE)
    ku, kv = np.int16(key_u), np.int16(key_v)
    along = np.int16(np.int16(first * ku) + np.int16(second * kv))
    beside = np.int16(np.int16(first * kv) - np.int16(second * ku))
    away = np.uint16(max(beside, np.int16(-beside)))  # LLVM narrows only unsigned shifts to words
    value = max(np.int16(along - np.uint16(away >> np.uint16(1))), _ZERO)
    return np.uint8(np.uint16(value) >> np.uint16(6))


@inline
def relit(samples: Any, gain: Any, offset: Any) -> Any:
    """Return `p + ((((p - 128)*gain >> 5) + offset) >> 5)`, held to 0..255."""
    sample = np.int32(samples)
    change = np.int32((sample - np.int32(128)) * np.int32(np.int16(gain))) >> np.int32(5)
    change = np.int32(change + np.int32(np.int16(offset))) >> np.int32(5)
    return np.uint8(min(max(np.int32(sample + change), np.int32(0)), np.int32(255)))


@inline
def share(value: Any, reach: Any) -> Any:
    """Return `(value * reach) >> 4`, 255 where that would be more."""
    product = np.uint16(np.uint16(value) * np.uint16(reach))
    return np.uint8(min(np.uint16(product >> np.uint16(4)), np.uint16(255)))


@inline
def portion(value: Any, factor: Any) -> Any:
    """Return `(value * factor + 32) >> 6`, 255 where that would be more."""
    product = np.uint16(np.uint16(np.uint16(value) * factor) + np.uint16(32))
    return np.uint8(min(np.uint16(product >> np.uint16(6)), np.uint16(255)))
