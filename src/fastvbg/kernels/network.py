"""A network's input from a frame in one pass: cropped, reduced by area, in RGB, scaled, float32.

Each row of the result sums its rows of the frame by weights of 1/256 into 16-bit words, then its
columns by such weights into 32-bit integers: at most 255 * 65536, which float32 holds exactly.
`reference.person.network_input` has the arithmetic; rows of the frame must be packed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from numba import carray, types
from numba.extending import intrinsic

from fastvbg.constants import YUV_RGB_SHIFT
from fastvbg.kernels._jit import FRAME, PLANE, inline, kernel
from fastvbg.kernels._memory import _as_pointer, address_of, bytes_at

UNIT = 256

_OUT = types.Array(types.float32, 3, "A")
_TABLE = types.Array(types.int32, 2, "C", readonly=True)
_SUMS = types.Array(types.uint16, 2, "C")
_SCALE = types.Array(types.float32, 1, "C")
_WEIGHTS = types.UniTuple(types.int64, 6)

_TOP = np.int64(255 << 16)
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)


@intrinsic
def _words_pointer(typing_context: Any, address: Any) -> Any:
    """Take an address as a pointer to unsigned 16-bit integers."""
    return types.CPointer(types.uint16)(types.int64), _as_pointer


@inline
def _unsigned_words_at(address: Any, count: Any) -> Any:
    return carray(_words_pointer(address), (count,))


@lru_cache(maxsize=64)
def table(length: int, start: int, extent: int, wanted: int, shift: int = 0) -> Any:
    """Return the weights of one axis: per result, first sample, count, and weights that sum to 256.

    Parameters and weights are those of `reference.person.taps`. Tables are kept, since looks at the
    whole frame alternate with those at a part of it; they are not to be written to.
    """
    rows: list[list[tuple[int, int]]] = []
    for i in range(wanted):
        if wanted <= extent:
            row = _shares(i * extent, extent, wanted)
        else:
            row = _between(i, extent, wanted)
        rows.append([((start + x) >> shift, weight) for x, weight in row])
    widest = max(row[-1][0] - row[0][0] + 1 for row in rows)
    result = np.zeros((wanted, 2 + widest), np.int32)
    for out, row in zip(result, rows, strict=True):
        first = row[0][0]
        out[:2] = first, row[-1][0] - first + 1
        for x, weight in row:
            out[2 + x - first] += weight
    result.flags.writeable = False
    return result


def _shares(first: int, extent: int, wanted: int) -> list[tuple[int, int]]:
    """Return the samples in `extent` parts from part `first` on, of `wanted` a sample."""
    found, sum_before = [], 0
    for x in range(first // wanted, -(-(first + extent) // wanted)):
        covered = min((x + 1) * wanted, first + extent) - first
        total = (2 * UNIT * covered + extent) // (2 * extent)
        found.append((x, total - sum_before))
        sum_before = total
    return found


def _between(i: int, extent: int, wanted: int) -> list[tuple[int, int]]:
    """Return the two samples around a result's centre."""
    centre = (2 * i + 1) * extent - wanted
    x = centre // (2 * wanted)
    part = (UNIT * (centre - x * 2 * wanted) + wanted) // (2 * wanted)
    left, right = max(x, 0), min(x + 1, extent - 1)
    return [(left, UNIT - part), (right, part)]


def sums_for(cols: int) -> Any:
    """Return the scratch of the kernels for frames of a width: rows of words."""
    return np.empty((3, 3 * cols), np.uint16)


@inline
def _sum_rows(plane: Any, rows: Any, i: Any, first: Any, count: Any, sums: Any) -> None:
    """Sum a result's rows of a plane, `count` bytes from byte `first` on."""
    total = _unsigned_words_at(sums, count)
    top, height = rows[i, 0], rows[i, 1]
    row = bytes_at(address_of(plane, top) + first, count)
    weight = np.uint16(rows[i, 2])
    for x in range(np.uint64(count)):
        total[x] = np.uint16(weight * np.uint16(row[x]))
    for k in range(1, height):
        row = bytes_at(address_of(plane, top + k) + first, count)
        weight = np.uint16(rows[i, 2 + k])
        for x in range(np.uint64(count)):
            total[x] += np.uint16(weight * np.uint16(row[x]))


@inline
def _sum_cols(total: Any, cols: Any, j: Any, first: Any) -> Any:
    """Sum a result's columns of the summed rows."""
    value = np.int32(0)
    at = np.uint64(cols[j, 0] - first)
    for k in range(np.uint64(cols[j, 1])):
        value += cols[j, _TWO + k] * np.int32(total[at + k])
    return value


@inline
def _sum_pixels(total: Any, cols: Any, j: Any, first: Any) -> Any:
    """Sum a result's columns of summed rows of pixels; return the three channels."""
    blue, green, red = np.int32(0), np.int32(0), np.int32(0)
    at = np.uint64(3 * (cols[j, 0] - first))
    for k in range(np.uint64(cols[j, 1])):
        weight = cols[j, _TWO + k]
        blue += weight * np.int32(total[at])
        green += weight * np.int32(total[at + _ONE])
        red += weight * np.int32(total[at + _TWO])
        at += _THREE
    return blue, green, red


@inline
def _sum_both(u: Any, v: Any, cols: Any, j: Any, first: Any) -> Any:
    """Sum a result's columns of the summed rows of both chroma planes."""
    sum_u, sum_v = np.int32(0), np.int32(0)
    at = np.uint64(cols[j, 0] - first)
    for k in range(np.uint64(cols[j, 1])):
        weight = cols[j, _TWO + k]
        sum_u += weight * np.int32(u[at + k])
        sum_v += weight * np.int32(v[at + k])
    return sum_u, sum_v


@inline
def _reach(cols: Any) -> Any:
    """Return the first sample that a table takes, and how many from there on."""
    last = cols.shape[0] - 1
    return np.int64(cols[0, 0]), np.int64(cols[last, 0] + cols[last, 1] - cols[0, 0])


@kernel(FRAME, _OUT, _TABLE, _TABLE, _SUMS, _SCALE)
def from_frame(frame: Any, out: Any, rows: Any, cols: Any, sums: Any, scale: Any) -> None:
    """`out` is red, green and blue of a part of a BGR frame."""
    height, width, _ = out.shape
    first, count = _reach(cols)
    address = address_of(sums, 0)
    total = _unsigned_words_at(address, 3 * count)
    for i in range(height):
        _sum_rows(frame, rows, i, 3 * first, 3 * count, address)
        for j in range(width):
            blue, green, red = _sum_pixels(total, cols, j, first)
            out[i, j, 0] = np.float32(red) * scale[0] + scale[3]
            out[i, j, 1] = np.float32(green) * scale[1] + scale[4]
            out[i, j, 2] = np.float32(blue) * scale[2] + scale[5]


@kernel(PLANE, PLANE, PLANE, _OUT, _TABLE, _TABLE, _TABLE, _TABLE, _SUMS, _SCALE, _WEIGHTS)
def from_planes(
    y: Any,
    u: Any,
    v: Any,
    out: Any,
    rows: Any,
    cols: Any,
    chroma_rows: Any,
    chroma_cols: Any,
    sums: Any,
    scale: Any,
    weights: Any,
) -> None:
    """`out` is red, green and blue of a part of a frame in planes Y, U and V."""
    height, width, _ = out.shape
    first, count = _reach(cols)
    chroma_first, chroma_count = _reach(chroma_cols)
    address_y, address_u, address_v = address_of(sums, 0), address_of(sums, 1), address_of(sums, 2)
    total_y = _unsigned_words_at(address_y, count)
    total_u = _unsigned_words_at(address_u, chroma_count)
    total_v = _unsigned_words_at(address_v, chroma_count)
    low, factor, red_v, green_u, green_v, blue_u = weights
    middle = np.int64(128 << 16)
    for i in range(height):
        _sum_rows(y, rows, i, first, count, address_y)
        _sum_rows(u, chroma_rows, i, chroma_first, chroma_count, address_u)
        _sum_rows(v, chroma_rows, i, chroma_first, chroma_count, address_v)
        for j in range(width):
            luma = factor * (np.int64(_sum_cols(total_y, cols, j, first)) - (low << 16))
            sum_u, sum_v = _sum_both(total_u, total_v, chroma_cols, j, chroma_first)
            du, dv = np.int64(sum_u) - middle, np.int64(sum_v) - middle
            red = (luma + red_v * dv) >> YUV_RGB_SHIFT
            green = (luma + green_u * du + green_v * dv) >> YUV_RGB_SHIFT
            blue = (luma + blue_u * du) >> YUV_RGB_SHIFT
            out[i, j, 0] = np.float32(min(max(red, 0), _TOP)) * scale[0] + scale[3]
            out[i, j, 1] = np.float32(min(max(green, 0), _TOP)) * scale[1] + scale[4]
            out[i, j, 2] = np.float32(min(max(blue, 0), _TOP)) * scale[2] + scale[5]
