"""The eight pixels of a row of a cell decided by colour at once; `reference.discriminant`."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastvbg.kernels._lanes import EIGHT, halves, load_lanes, store_lanes
from fastvbg.kernels.person.plan import CELL, CELL_LINE

_BYTE, _LONG = ir.IntType(8), ir.IntType(64)
_BYTES, _LONGS = ir.VectorType(_BYTE, EIGHT), ir.VectorType(_LONG, EIGHT)
_HALF = CELL // 2
_BEYOND = [2 * k + 1 for k in range(_HALF)]
_ODD = [CELL + each for each in _BEYOND] + _BEYOND
"""How far each pixel lies beyond the middle of a cell, on the way of `2 * CELL` to the next."""
assert CELL == EIGHT  # noqa: S101


def _all(value: int) -> Any:
    return ir.Constant(_LONGS, [value] * EIGHT)


def _part(builder: Any, index: int, lines: tuple[Any, Any, Any]) -> Any:
    """Return what each pixel has of a part of the lines of three cells, which are at addresses."""
    values = []
    for at in lines:
        place = builder.add(at, ir.Constant(at.type, _LONG.width // 8 * index))
        values.append(builder.load(builder.inttoptr(place, _LONG.as_pointer())))
    before, own, after = values
    start = builder.mul(halves(builder, before, own), _all(2 * CELL))
    rise = halves(builder, builder.sub(own, before), builder.sub(after, own))
    return builder.add(start, builder.mul(rise, ir.Constant(_LONGS, _ODD)))


@intrinsic
def decide_eight(
    typing_context: Any,
    matte: Any,
    guides: Any,
    inside: Any,
    near: Any,
    lines: Any,
    out: Any,
) -> Any:
    """Write the unsure pixels of a row of a cell, and the matte where they are sure.

    All are at addresses: of Y, U and V, and of the lines of the cell before, of its own and of the
    cell after, times `2 * CELL`.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        matte, guides, inside, near, lines, out = arguments
        planes, cells = (
            [builder.extract_value(each, k) for k in range(3)] for each in (guides, lines)
        )
        *ways, told, share = (_part(builder, index, tuple(cells)) for index in range(CELL_LINE))
        for plane, way in zip(planes, ways, strict=True):
            samples = builder.zext(load_lanes(builder, plane, _BYTE, EIGHT), _LONGS)
            told = builder.add(told, builder.mul(way, samples))
        most = builder.mul(share, _all(255))
        told = builder.select(builder.icmp_signed(">", told, _all(0)), told, _all(0))
        told = builder.select(builder.icmp_signed("<", told, most), told, most)
        values, ins, nears = (load_lanes(builder, at, _BYTE, EIGHT) for at in (matte, inside, near))
        kept = builder.mul(builder.zext(values, _LONGS), builder.sub(_all(65536), share))
        decided = builder.add(builder.add(kept, told), _all(32768))
        decided = builder.trunc(builder.ashr(decided, _all(16)), _BYTES)
        unsure = builder.icmp_unsigned("!=", ins, nears)
        store_lanes(builder, builder.select(unsure, decided, values), out)
        return context.get_dummy_value()

    three, one = types.UniTuple(types.int64, 3), types.int64
    return types.void(one, three, one, one, three, one), generate
