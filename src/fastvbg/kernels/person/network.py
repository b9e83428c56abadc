"""A network's input from a frame in one pass: cropped, reduced by area, in RGB, scaled, float32.

Each row of the result sums its rows of the frame by weights of 1/256 into 16-bit words, then its
columns by such weights into 32-bit integers: at most 255 * 65536, which float32 holds exactly.
`reference.person.network_input` has the arithmetic; rows of the frame must be packed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import YUV_RGB_SHIFT
from fastvbg.kernels._jit import FRAME, PLANE, inline, kernel
from fastvbg.kernels._lanes import EIGHT, add_product, dot_eight
from fastvbg.kernels._layouts import order_of
from fastvbg.kernels._memory import (
    address_of,
    bytes_at,
    floats_at,
    integers_at,
    packed_floats,
    words_at,
)
from fastvbg.kernels.person.taps import UNIT

_OUT = types.Array(types.float32, 3, "A")
_TABLE = types.Array(types.int32, 2, "C", readonly=True)
_FIRSTS = types.Array(types.int32, 1, "C", readonly=True)
_TAPS = types.Array(types.int16, 2, "C", readonly=True)
_WORDS = types.Array(types.int16, 2, "C")
_INTEGERS = types.Array(types.int32, 2, "C")
_SCALE = types.Array(types.float32, 1, "C")
_WEIGHTS = types.UniTuple(types.int64, 6)

_FLAT = types.Array(types.float32, 1, "C", readonly=True)
_APART = 8

_TOP = np.int64(255 << 16)
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)

_LOWEST = np.int16(-32768)
"""Sums of rows are kept less 32768, so that they fit signed words."""
_LACK = np.int32(32768 * UNIT)
"""What a sum of columns lacks by that."""


@inline
def _sum_rows(plane: Any, rows: Any, i: Any, first: Any, count: Any, sums: Any) -> None:
    """Sum a result's rows of a plane, `count` bytes from byte `first` on, less 32768."""
    total = words_at(sums, count)
    for x in range(np.uint64(count)):
        total[x] = _LOWEST
    top, height = np.int64(rows[i, 0]), np.int64(rows[i, 1])
    k = 0
    while height - k > EIGHT // 2:
        _add_eight(plane, top + k, height - k, rows[i, 2 + k : 2 + k + EIGHT], first, count, total)
        k += EIGHT
    for rest in range(k, height):
        row = bytes_at(address_of(plane, top + rest) + first, count)
        weight = np.int16(rows[i, 2 + rest])
        for x in range(np.uint64(count)):
            total[x] = add_product(total[x], weight, row[x])


@inline
def _add_eight(
    plane: Any, top: Any, height: Any, weights: Any, first: Any, count: Any, total: Any
) -> None:
    """Add eight rows from `top` on by their weights, of which those from `height` on are 0.

    In one loop: so many rows at a time keep memory busy, one after the other took 1.4 times as
    long.
    """
    last = top + height - 1
    a = bytes_at(address_of(plane, top) + first, count)
    b = bytes_at(address_of(plane, min(top + 1, last)) + first, count)
    c = bytes_at(address_of(plane, min(top + 2, last)) + first, count)
    d = bytes_at(address_of(plane, min(top + 3, last)) + first, count)
    e = bytes_at(address_of(plane, min(top + 4, last)) + first, count)
    f = bytes_at(address_of(plane, min(top + 5, last)) + first, count)
    g = bytes_at(address_of(plane, min(top + 6, last)) + first, count)
    h = bytes_at(address_of(plane, min(top + 7, last)) + first, count)
    of_a, of_b = np.int16(weights[0]), np.int16(weights[1])
    of_c, of_d = np.int16(weights[2]), np.int16(weights[3])
    of_e, of_f = np.int16(weights[4]), np.int16(weights[5])
    of_g, of_h = np.int16(weights[6]), np.int16(weights[7])
    for x in range(np.uint64(count)):
        value = add_product(add_product(total[x], of_a, a[x]), of_b, b[x])
        value = add_product(add_product(value, of_c, c[x]), of_d, d[x])
        value = add_product(add_product(value, of_e, e[x]), of_f, f[x])
        total[x] = add_product(add_product(value, of_g, g[x]), of_h, h[x])


@inline
def _sum_cols(sums: Any, firsts: Any, weights: Any, row: Any) -> None:
    """Sum the columns of summed rows, at an address, to a row of integers."""
    width, taps = weights.shape
    for j in range(np.uint64(width)):
        samples = sums + 2 * (np.int64(firsts[j]) - np.int64(firsts[0]))
        at = address_of(weights, np.int64(j))
        value = _LACK + dot_eight(samples, at)
        for k in range(EIGHT, taps, EIGHT):
            value += dot_eight(samples + 2 * k, at + 2 * k)
        row[j] = value


@inline
def _reach(firsts: Any, weights: Any, length: Any) -> Any:
    """Return the first sample that the columns take, and how many from there on at most."""
    first, last = np.int64(firsts[0]), np.int64(firsts[firsts.shape[0] - 1])
    return first, min(last + weights.shape[1], length) - first


@inline
def _put(out: Any, i: Any, red: Any, green: Any, blue: Any, scale: Any) -> None:
    """Scale rows of integers to row `i` of the result."""
    width = out.shape[1]
    r, g, b, red_0, green_0, blue_0 = scale[0], scale[1], scale[2], scale[3], scale[4], scale[5]
    if packed_floats(out):
        row = floats_at(address_of(out, i), 3 * width)
        for j in range(np.uint64(width)):
            row[_THREE * j] = np.float32(red[j]) * r + red_0
            row[_THREE * j + _ONE] = np.float32(green[j]) * g + green_0
            row[_THREE * j + _TWO] = np.float32(blue[j]) * b + blue_0
    else:
        for j in range(np.uint64(width)):
            out[i, j, 0] = np.float32(red[j]) * r + red_0
            out[i, j, 1] = np.float32(green[j]) * g + green_0
            out[i, j, 2] = np.float32(blue[j]) * b + blue_0


@inline
def _part_pixels(pixels: Any, count: Any, blue: Any, green: Any, red: Any) -> None:
    """Part a row of pixels of words into its three channels."""
    for x in range(np.uint64(count)):
        k = _THREE * x
        blue[x] = pixels[k]
        green[x] = pixels[k + _ONE]
        red[x] = pixels[k + _TWO]


@kernel(FRAME, _OUT, _TABLE, _FIRSTS, _TAPS, _WORDS, _INTEGERS, _SCALE)
def from_frame(
    frame: Any,
    out: Any,
    rows: Any,
    firsts: Any,
    weights: Any,
    words: Any,
    integers: Any,
    scale: Any,
) -> None:
    """`out` is red, green and blue of a part of a BGR frame, which may be a view of RGB."""
    height, width, _ = out.shape
    first, count = _reach(firsts, weights, frame.shape[1])
    begin = 3 * first + min(2 * frame.strides[2], 0)
    sums = address_of(words, 3)
    at = address_of(words, 0), address_of(words, 1), address_of(words, 2)
    blue, green, red = words_at(at[0], count), words_at(at[1], count), words_at(at[2], count)
    total = address_of(integers, 0), address_of(integers, 1), address_of(integers, 2)
    blues, greens = integers_at(total[0], width), integers_at(total[1], width)
    reds = integers_at(total[2], width)
    for i in range(height):
        _sum_rows(frame, rows, i, begin, 3 * count, sums)
        _part_pixels(words_at(sums, 3 * count), count, blue, green, red)
        _sum_cols(at[0], firsts, weights, blues)
        _sum_cols(at[1], firsts, weights, greens)
        _sum_cols(at[2], firsts, weights, reds)
        if order_of(frame):
            _put(out, i, blues, greens, reds, scale)
        else:
            _put(out, i, reds, greens, blues, scale)


@inline
def _to_rgb(y: Any, u: Any, v: Any, width: Any, weights: Any) -> None:
    """Turn rows of Y, U and V into red, green and blue, in place."""
    low, factor, red_v, green_u, green_v, blue_u = weights
    middle = np.int64(128 << 16)
    for j in range(np.uint64(width)):
        luma = factor * (np.int64(y[j]) - (low << 16))
        du, dv = np.int64(u[j]) - middle, np.int64(v[j]) - middle
        red = (luma + red_v * dv) >> YUV_RGB_SHIFT
        green = (luma + green_u * du + green_v * dv) >> YUV_RGB_SHIFT
        blue = (luma + blue_u * du) >> YUV_RGB_SHIFT
        y[j] = np.int32(min(max(red, 0), _TOP))
        u[j] = np.int32(min(max(green, 0), _TOP))
        v[j] = np.int32(min(max(blue, 0), _TOP))


@kernel(
    PLANE,
    PLANE,
    PLANE,
    _OUT,
    _TABLE,
    _FIRSTS,
    _TAPS,
    _TABLE,
    _FIRSTS,
    _TAPS,
    _WORDS,
    _INTEGERS,
    _SCALE,
    _WEIGHTS,
)
def from_planes(
    y: Any,
    u: Any,
    v: Any,
    out: Any,
    rows: Any,
    firsts: Any,
    weights: Any,
    chroma_rows: Any,
    chroma_firsts: Any,
    chroma_weights: Any,
    words: Any,
    integers: Any,
    scale: Any,
    space: Any,
) -> None:
    """`out` is red, green and blue of a part of a frame in planes Y, U and V."""
    height, width, _ = out.shape
    first, count = _reach(firsts, weights, y.shape[1])
    chroma_first, chroma_count = _reach(chroma_firsts, chroma_weights, u.shape[1])
    at_y, at_u, at_v = address_of(words, 0), address_of(words, 1), address_of(words, 2)
    total = address_of(integers, 0), address_of(integers, 1), address_of(integers, 2)
    row_y, row_u = integers_at(total[0], width), integers_at(total[1], width)
    row_v = integers_at(total[2], width)
    for i in range(height):
        _sum_rows(y, rows, i, first, count, at_y)
        _sum_rows(u, chroma_rows, i, chroma_first, chroma_count, at_u)
        _sum_rows(v, chroma_rows, i, chroma_first, chroma_count, at_v)
        _sum_cols(at_y, firsts, weights, row_y)
        _sum_cols(at_u, chroma_firsts, chroma_weights, row_u)
        _sum_cols(at_v, chroma_firsts, chroma_weights, row_v)
        _to_rgb(row_y, row_u, row_v, width, space)
        _put(out, i, row_y, row_u, row_v, scale)


@kernel(_FLAT, _FLAT, types.int64, types.float32)
def differ(now: Any, before: Any, part: Any, most: Any) -> Any:
    """Tell whether some of as many numbers differ by more than `most`.

    What has changed shows in a few parts already, nearly always, so these are looked at first.
    """
    for step in (_APART, 1):
        for start in range(0, now.size, step * part):
            count = min(part, now.size - start)
            one = floats_at(address_of(now, start), count)
            two = floats_at(address_of(before, start), count)
            far = np.int32(0)
            for i in range(np.uint64(count)):
                far += np.int32(abs(one[i] - two[i]) > most)
            if far:
                return True
    return False
