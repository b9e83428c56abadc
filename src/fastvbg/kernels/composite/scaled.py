"""Mattes of another size than the frame, stretched bilinearly row by row while they are used.

Column `x` of `W` lies, by half-pixel centres, at `((2x + 1)*w - W) / 2W` columns of a matte with
`w`: at the whole part plus a weight, which is cut to 15 bits. Beyond the outer centres the outer
samples hold. A matte row is stretched once, to words of 128 steps a matte step:
`128*left + ((128*(right - left)*weight + 2**14) >> 15)`. Two such rows give each frame row the same
way, by its own weight, and `(word + 64) >> 7` is the matte; the 64 is in the words from the start,
since between two words that have it lie words that have it. Equal samples give themselves exactly.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import (
    address_of,
    bytes_at,
    floats_at,
    packed,
    packed_plane_of_floats,
    stream_bytes,
    words_at,
)
from fastvbg.kernels._runs import blend_between_run, fence, lerp_run, ramp_run

_STARTS = types.Array(types.int64, 1, "C")
_SCRATCH = types.Array(types.int16, 2, "C")
_FLOATS = types.Array(types.float32, 2, "A", readonly=True)


@inline
def _columns(starts: Any, weights: Any, width: Any, cols: Any) -> None:
    """Write each column's weight, and where it lies in a matte with `width` columns.

    That is its matte column where these are as many as the frame's or more, else of each matte
    column, from -1 on, the first column that it serves.
    """
    if width >= cols:
        for x in range(cols):
            position = (2 * x + 1) * width - cols
            source = position // (2 * cols)
            starts[x] = source
            weights[x] = ((position - source * 2 * cols) << 15) // (2 * cols)
        return
    source = -1
    starts[0] = 0
    rest = width + cols
    for x in range(cols):
        while rest >= 2 * cols:
            rest -= 2 * cols
            source += 1
            starts[source + 1] = x
        weights[x] = (rest << 15) // (2 * cols)
        rest += 2 * width
    for k in range(source + 2, width + 2):
        starts[k] = cols


@inline
def _word(left: Any, right: Any, weight: Any) -> Any:
    """Return the word at a weight between two samples."""
    way = ((np.int32(right) - np.int32(left)) * np.int32(128) * np.int32(weight) + (1 << 14)) >> 15
    return np.int16(128 * np.int32(left) + way + 64)


@inline
def _stretch(matte: Any, row: Any, starts: Any, weights: Any, out: Any, cols: Any) -> None:
    """Stretch one matte row to words."""
    width = matte.shape[1]
    if width >= cols:
        shares, made, last = words_at(weights, cols), words_at(out, cols), np.uint64(width - 1)
        if matte.strides[1] == 1:
            samples = bytes_at(address_of(matte, row), width)
            if width > cols:
                # Gathered first and weighed then, in vectors: 64 columns of 256 took twice as long.
                for x in range(np.uint64(cols)):
                    k = np.uint64(starts[x])
                    both = np.uint16(samples[k]) | np.uint16(samples[k + np.uint64(1)]) << 8
                    made[x] = np.int16(both)
                for x in range(np.uint64(cols)):
                    pair = np.int32(np.uint16(made[x]))
                    made[x] = _word(pair & 255, pair >> 8, shares[x])
                return
            for x in range(np.uint64(cols)):
                k = np.uint64(starts[x])
                made[x] = _word(samples[k], samples[min(k + np.uint64(1), last)], shares[x])
            return
        for x in range(np.uint64(cols)):
            k = np.uint64(starts[x])
            made[x] = _word(matte[row, k], matte[row, min(k + np.uint64(1), last)], shares[x])
        return
    for k in range(width + 1):
        start, stop = starts[k], starts[k + 1]
        if start < stop:
            left = matte[row, k - 1 if k > 0 else 0]
            right = matte[row, k if k < width else width - 1]
            place = 2 * start
            ramp_run(left, right, weights + place, out + place, stop - start)


@inline
def _neighbours(
    matte: Any, y: Any, rows: Any, starts: Any, scratch: Any, held: Any, cols: Any
) -> Any:
    """Have the two stretched matte rows beside row `y` of the frame in scratch.

    Even matte rows go to one scratch row and odd ones to the other; `held` says which are there.
    Return where the upper and the lower one are, the weight of the lower, and what is held now.
    """
    height = matte.shape[0]
    position = (2 * y + 1) * height - rows
    source = position // (2 * rows)
    weight = ((position - source * 2 * rows) << 15) // (2 * rows)
    upper = source if source > 0 else 0
    lower = source + 1 if source + 1 < height else height - 1
    weights = address_of(scratch, 0)
    even, odd = held
    for row in (upper, lower):
        if row & 1:
            if odd != row:
                _stretch(matte, row, starts, weights, address_of(scratch, 2), cols)
                odd = row
        elif even != row:
            _stretch(matte, row, starts, weights, address_of(scratch, 1), cols)
            even = row
    first, second = address_of(scratch, 1 + (upper & 1)), address_of(scratch, 1 + (lower & 1))
    return first, second, weight, (even, odd)


@kernel(FRAME, PLANE, FRAME, OUT_FRAME, _STARTS, _SCRATCH, INT, INT)
def blend(
    frame: Any,
    matte: Any,
    bg: Any,
    out: Any,
    starts: Any,
    scratch: Any,
    first_row: Any,
    whole: Any,
) -> None:
    """`out` is `frame` over `bg` by the stretched matte; the rows of all three must be packed.

    The frames may be a band from row `first_row` on of one that has `whole` rows; the matte is not.
    """
    rows, cols, _ = out.shape
    streaming = 9 * whole * cols >= stream_bytes()
    _columns(starts, scratch[0], matte.shape[1], cols)
    held = (-1, -1)
    row = address_of(scratch, 3)
    for y in range(rows):
        first, second, weight, held = _neighbours(
            matte, first_row + y, whole, starts, scratch, held, cols
        )
        blend_between_run(
            address_of(frame, y),
            first,
            second,
            weight,
            row,
            address_of(bg, y),
            address_of(out, y),
            cols,
            streaming,
        )
    fence()


@kernel(PLANE, OUT_PLANE, _STARTS, _SCRATCH)
def stretch(matte: Any, out: Any, starts: Any, scratch: Any) -> None:
    """`out` is the stretched matte."""
    rows, cols = out.shape
    _columns(starts, scratch[0], matte.shape[1], cols)
    held = (-1, -1)
    row = address_of(scratch, 3)
    for y in range(rows):
        first, second, weight, held = _neighbours(matte, y, rows, starts, scratch, held, cols)
        lerp_run(first, second, weight, row, cols)
        stretched = bytes_at(row, cols)
        for x in range(cols):
            out[y, x] = stretched[x]


@kernel(_FLOATS, OUT_PLANE)
def quantize(matte: Any, out: Any) -> None:
    """`out` is a matte of 0..1 in steps of 1/255, rounded half up; NaN is 0, the rest clipped."""
    rows, cols = out.shape
    if packed(out) and packed_plane_of_floats(matte):
        for y in range(rows):
            values, steps = (
                floats_at(address_of(matte, y), cols),
                bytes_at(address_of(out, y), cols),
            )
            for x in range(np.uint64(cols)):
                steps[x] = _quantized(values[x])
        return
    for y in range(rows):
        for x in range(cols):
            out[y, x] = _quantized(matte[y, x])


@inline
def _quantized(value: Any) -> Any:
    held = min(value, np.float32(1)) if value > 0 else np.float32(0)
    return np.uint8(np.int32(held * np.float32(255) + np.float32(0.5)))
