"""Moments of a matte with luma and chroma, summed up a column at a time, 16 columns at once.

All sums of a block are moved in one pass over its samples, which LLVM would load anew for each sum.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from llvmlite import ir
from numba import types
from numba.extending import intrinsic

from fastvbg.kernels._jit import inline
from fastvbg.kernels._lanes import SIXTEEN, set_sixteen
from fastvbg.kernels._memory import address_of, bytes_at, integers_at
from fastvbg.kernels.person.plan import FIT_BLOCK, MOMENTS

_BYTES = ir.VectorType(ir.IntType(8), SIXTEEN)
_SUMS = ir.VectorType(ir.IntType(32), SIXTEEN)
_FOUR = types.UniTuple(types.int64, 4)
_FIRSTS = 1, 2, 3
_PRODUCTS = (
    *((4, 1, 0), (5, 2, 0), (6, 3, 0), (7, 1, 1), (8, 2, 2), (9, 3, 3)),
    *((10, 1, 2), (11, 1, 3), (12, 2, 3)),
)
"""Of which of matte, Y, U and V each sum is: the matte's own is moved by itself."""
assert FIT_BLOCK == SIXTEEN  # noqa: S101
assert len(_FIRSTS) + len(_PRODUCTS) == MOMENTS - 1  # noqa: S101


def _samples(builder: Any, addresses: Any) -> list[Any]:
    """Load 16 samples each of matte, Y, U and V."""
    loaded = []
    for index in range(4):
        at = builder.inttoptr(builder.extract_value(addresses, index), _BYTES.as_pointer())
        value = builder.load(at)
        value.align = 1
        loaded.append(builder.zext(value, _SUMS))
    return loaded


def _change(builder: Any, address: Any, step: Any, index: int, change: Any) -> None:
    """Add to the sums of one kind."""
    offset = builder.mul(step, ir.Constant(step.type, index))
    at = builder.inttoptr(builder.add(address, offset), _SUMS.as_pointer())
    value = builder.load(at)
    value.align = 4
    builder.store(builder.add(value, change), at).align = 4


@intrinsic
def _add(typing_context: Any, entering: Any, sums: Any, step: Any) -> Any:
    """Add the products of samples at four addresses to sums that lie `step` bytes apart."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        addresses, sums, step = arguments
        each = _samples(builder, addresses)
        for index in _FIRSTS:
            _change(builder, sums, step, index, each[index])
        for index, i, j in _PRODUCTS:
            _change(builder, sums, step, index, builder.mul(each[i], each[j]))
        return context.get_dummy_value()

    return types.void(_FOUR, types.int64, types.int64), generate


@intrinsic
def _move(typing_context: Any, entering: Any, leaving: Any, sums: Any, step: Any) -> Any:
    """Do so, and take off those of samples at four others."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        entering, leaving, sums, step = arguments
        new, old = _samples(builder, entering), _samples(builder, leaving)
        for index in _FIRSTS:
            _change(builder, sums, step, index, builder.sub(new[index], old[index]))
        for index, i, j in _PRODUCTS:
            change = builder.sub(builder.mul(new[i], new[j]), builder.mul(old[i], old[j]))
            _change(builder, sums, step, index, change)
        return context.get_dummy_value()

    return types.void(_FOUR, _FOUR, types.int64, types.int64), generate


@inline
def _at(matte: Any, guides: Any, row: Any, column: Any) -> Any:
    """Return where samples of matte, Y, U and V are."""
    y, u, v = guides
    return (
        address_of(matte, row) + column,
        address_of(y, row) + column,
        address_of(u, row) + column,
        address_of(v, row) + column,
    )


@inline
def _add_few(places: Any, sums: Any, step: Any, count: Any, sign: Any) -> None:
    """Add, or take off, the products of fewer than 16 samples."""
    p_row, y_row = bytes_at(places[0], count), bytes_at(places[1], count)
    u_row, v_row = bytes_at(places[2], count), bytes_at(places[3], count)
    for k in range(count):
        x = np.uint64(k)
        p, y = np.int32(p_row[x]), np.int32(y_row[x])
        u, v = np.int32(u_row[x]), np.int32(v_row[x])
        firsts, own = (p, y, u, v), (y * y, u * u, v * v)
        products = (y * p, u * p, v * p, *own, y * u, y * v, u * v)
        for index in range(1, MOMENTS):
            value = np.int64(firsts[index]) if index < 4 else products[index - 4]
            integers_at(sums + index * step, count)[x] += np.int32(sign * value)


@inline
def _add_row(places: Any, sums: Any, step: Any, count: Any) -> None:
    if count == FIT_BLOCK:
        _add(places, sums, step)
    else:
        _add_few(places, sums, step, count, np.int32(1))


@inline
def sum_columns(
    rows: Any, matte: Any, guides: Any, y: Any, radius: Any, box: Any, block: Any, kept: Any
) -> None:
    """Make a block's sums of columns those about row `y`, from those of the row before if it can.

    Beyond the box, top, end, left and end, its own border is repeated. `kept` has the row that each
    block's sums are of.
    """
    top, bottom, left, right = box
    last, start = bottom - 1, FIT_BLOCK * block
    count, column = min(FIT_BLOCK, right - left - start), left + start
    sums, step = address_of(rows, 0) + 4 * (radius + start), rows.strides[0]
    if y > top and kept[block] == y - 1:
        enters = _at(matte, guides, min(y + radius, last), column)
        leaves = _at(matte, guides, max(y - radius - 1, top), column)
        if count == FIT_BLOCK:
            _move(enters, leaves, sums, step)
        else:
            _add_few(enters, sums, step, count, np.int32(1))
            _add_few(leaves, sums, step, count, np.int32(-1))
    else:
        for index in range(1, MOMENTS):
            set_sixteen(sums + index * step, np.int32(0))
        for k in range(y - radius, y + radius + 1):
            row = min(max(k, top), last)
            _add_row(_at(matte, guides, row, column), sums, step, count)
    kept[block] = np.int32(y)
