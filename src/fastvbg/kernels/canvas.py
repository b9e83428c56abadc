"""The person keyer's small picture, the canvas: luma is reduced to it, mattes are steadied on it.

A canvas pixel stands for a square of 1, 2, 4 or 8 pixels of the frame a side. The matte is made at
that size and reaches the frame's as a guided filter does (`colourfit`, `edges`). `reference.person`
has the arithmetic. Rows must be packed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, words_at
from fastvbg.kernels._rows import room_for

FACTORS = (1, 2, 4, 8)

_WORDS = types.Array(types.int16, 2, "C")


def reduce_scratch(canvas_cols: int, factor: int) -> Any:
    """Return the scratch of `reduce`: a row of words."""
    return np.empty((1, room_for(factor * canvas_cols)), np.int16)


@kernel(PLANE, OUT_PLANE, INT, _WORDS)
def reduce(plane: Any, out: Any, factor: Any, row: Any) -> None:
    """`out` is the means of squares; the last row and column repeat where a square wants more."""
    rows, cols = plane.shape
    height, width = out.shape
    sums = words_at(address_of(row, 0), factor * width)
    shift = np.int32(0)
    while (1 << shift) < factor * factor:
        shift += 1
    half = np.int32((factor * factor) >> 1)
    for y in range(height):
        samples = bytes_at(address_of(plane, min(factor * y, rows - 1)), cols)
        for x in range(np.uint64(cols)):
            sums[x] = np.int16(samples[x])
        for k in range(1, factor):
            samples = bytes_at(address_of(plane, min(factor * y + k, rows - 1)), cols)
            for x in range(np.uint64(cols)):
                sums[x] += np.int16(samples[x])
        for k in range(cols, factor * width):
            sums[np.uint64(k)] = sums[np.uint64(cols - 1)]
        _mean_squares(sums, bytes_at(address_of(out, y), width), width, factor, shift, half)


@inline
def _mean_squares(sums: Any, means: Any, width: Any, factor: Any, shift: Any, half: Any) -> None:
    """Write the means; factors are spelled out, so that LLVM knows how far apart samples are."""
    if factor == 4:
        for x in range(np.uint64(width)):
            means[x] = _mean(sums, x, 4, shift, half)
    elif factor == 2:
        for x in range(np.uint64(width)):
            means[x] = _mean(sums, x, 2, shift, half)
    elif factor == 8:
        for x in range(np.uint64(width)):
            means[x] = _mean(sums, x, 8, shift, half)
    else:
        for x in range(np.uint64(width)):
            means[x] = np.uint8(sums[x])


@inline
def _mean(sums: Any, x: Any, factor: Any, shift: Any, half: Any) -> Any:
    total = half
    for k in range(np.uint64(factor)):
        total += np.int32(sums[np.uint64(factor) * x + k])
    return np.uint8(total >> shift)


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT, INT, INT)
def steady(
    matte: Any,
    moved: Any,
    carried: Any,
    out: Any,
    least: Any,
    still: Any,
    slope: Any,
    calm: Any,
) -> None:
    """Draw the carried matte toward a new one, by more where the picture is not as foreseen.

    `moved` is how far it is from that, in gray levels. The share is `least` of 256 up to `still`,
    then rises by `slope` a level to all; and by 1 for each level beyond `calm` by which the mattes
    differ. `out` may be `carried`.
    """
    rows, cols = out.shape
    for y in range(rows):
        new, far = bytes_at(address_of(matte, y), cols), bytes_at(address_of(moved, y), cols)
        old, result = bytes_at(address_of(carried, y), cols), bytes_at(address_of(out, y), cols)
        for x in range(np.uint64(cols)):
            over = max(np.int32(far[x]) - np.int32(still), np.int32(0))
            before = np.int32(old[x])
            change = np.int32(new[x]) - before
            apart = max(abs(change) - np.int32(calm), np.int32(0))
            share = min(np.int32(least) + over * np.int32(slope) + apart, np.int32(256))
            result[x] = np.uint8(before + ((change * share + np.int32(128)) >> np.int32(8)))
