"""The eight samples of a row of a cell at once; `colours` has the arithmetic."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastvbg.constants import FOREGROUND_CELL as CELL
from fastvbg.constants import FOREGROUND_GAIN_SHIFT, FOREGROUND_UNIT
from fastvbg.kernels._lanes import EIGHT, halves, load_lanes, splat, store_lanes

_BYTE, _WORD, _INTEGER = ir.IntType(8), ir.IntType(16), ir.IntType(32)
_WIDE, _NARROW = ir.VectorType(_INTEGER, EIGHT), ir.VectorType(_BYTE, EIGHT)
_HALF = CELL // 2
_DOWN = FOREGROUND_GAIN_SHIFT + FOREGROUND_UNIT.bit_length() - 1
assert CELL == EIGHT  # noqa: S101


def _all(value: int) -> Any:
    return ir.Constant(_WIDE, [value] * EIGHT)


@intrinsic
def across_eight(typing_context: Any, to: Any, left: Any, own: Any, right: Any) -> Any:
    """Write what a row of means makes of a cell's columns, `2 * CELL` times, to an address.

    They lie between its centre and those of the cells beside it.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        to, left, own, right = arguments
        start = builder.mul(halves(builder, left, own), _all(2 * CELL))
        rise = halves(builder, builder.sub(own, left), builder.sub(right, own))
        behind = [2 * k + 1 for k in range(_HALF)]
        odd = ir.Constant(_WIDE, [CELL + each for each in behind] + behind)
        store_lanes(builder, builder.add(start, builder.mul(rise, odd)), to)
        return context.get_dummy_value()

    return types.void(types.int64, *(types.int32,) * 3), generate


def _between(builder: Any, near: Any, far: Any, weights: tuple[Any, Any]) -> Any:
    """Return what lies between two rows of such, which are at addresses."""
    sums = [
        builder.mul(load_lanes(builder, at, _INTEGER, EIGHT), weight)
        for at, weight in zip((near, far), weights, strict=True)
    ]
    rounded = builder.add(builder.add(*sums), _all(2 * CELL * CELL))
    return builder.ashr(rounded, _all((4 * CELL * CELL).bit_length() - 1))


def _held(builder: Any, value: Any) -> Any:
    """Return a value held to 0..255."""
    value = builder.select(builder.icmp_signed(">", value, _all(0)), value, _all(0))
    return builder.select(builder.icmp_signed("<", value, _all(255)), value, _all(255))


def _colours(builder: Any, samples: Any, coverage: Any, gain: Any, front: Any, behind: Any) -> Any:
    """Return the foreground's samples, or the frame's where coverage is whole or none."""
    a, value = builder.zext(coverage, _WIDE), builder.zext(samples, _WIDE)
    left = builder.mul(value, _all(255 * FOREGROUND_UNIT))
    left = builder.sub(left, builder.mul(a, front))
    left = builder.sub(left, builder.mul(builder.sub(_all(255), a), behind))
    scaled = builder.shl(front, _all(FOREGROUND_GAIN_SHIFT))
    scaled = builder.add(scaled, builder.mul(left, builder.zext(gain, _WIDE)))
    scaled = builder.ashr(builder.add(scaled, _all(1 << (_DOWN - 1))), _all(_DOWN))
    colour = builder.trunc(_held(builder, scaled), _NARROW)
    above = builder.sub(coverage, ir.Constant(_NARROW, [1] * EIGHT))
    soft = builder.icmp_unsigned("<", above, ir.Constant(_NARROW, [254] * EIGHT))
    return builder.select(soft, colour, samples)


def _places(builder: Any, start: Any, step: Any) -> list[Any]:
    """Return pointers to eight bytes that lie `step` apart, from an address on."""
    at, places = start, []
    for _ in range(EIGHT):
        places.append(builder.inttoptr(at, _BYTE.as_pointer()))
        at = builder.add(at, step)
    return places


def _load(builder: Any, places: list[Any]) -> Any:
    samples = ir.Constant(_NARROW, ir.Undefined)
    for k, place in enumerate(places):
        samples = builder.insert_element(samples, builder.load(place), ir.Constant(_INTEGER, k))
    return samples


def _store(builder: Any, value: Any, places: list[Any]) -> None:
    for k, place in enumerate(places):
        builder.store(builder.extract_element(value, ir.Constant(_INTEGER, k)), place)


@intrinsic
def solve_eight(
    typing_context: Any,
    samples: Any,
    step: Any,
    coverage: Any,
    gains: Any,
    front: Any,
    behind: Any,
    far: Any,
    weight: Any,
) -> Any:
    """Write the foreground's samples over eight of a frame, which lie `step` bytes apart.

    Samples, coverage and gains are at addresses; `front` and `behind` are those of what
    `across_eight` wrote for the row of means nearest to theirs, and `far` bytes after each lies
    that of the next nearest, which has this weight, of `2 * CELL`.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        start, step, coverage, gains, front, behind, far, weight = arguments
        far_weight = splat(builder, weight, EIGHT)
        weights = builder.sub(_all(2 * CELL), far_weight), far_weight
        means = [
            _between(builder, near, builder.add(near, far), weights) for near in (front, behind)
        ]
        matte = load_lanes(builder, coverage, _BYTE, EIGHT)
        gain = load_lanes(builder, gains, _WORD, EIGHT)
        packed = builder.icmp_signed("==", step, ir.Constant(step.type, 1))
        with builder.if_else(packed) as (together, apart):
            with together:
                value = load_lanes(builder, start, _BYTE, EIGHT)
                store_lanes(builder, _colours(builder, value, matte, gain, *means), start)
            with apart:
                places = _places(builder, start, step)
                value = _colours(builder, _load(builder, places), matte, gain, *means)
                _store(builder, value, places)
        return context.get_dummy_value()

    kinds = *(types.int64,) * 7, types.int32
    return types.void(*kinds), generate
