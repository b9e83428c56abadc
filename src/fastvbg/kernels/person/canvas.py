"""The person keyer's small picture, the canvas: frames are reduced to it, mattes steadied on it.

A canvas pixel stands for a square of 1, 2, 4 or 8 pixels of the frame a side. The matte is made at
that size and reaches the frame's as a guided filter does (`colourfit`, `edges`). `reference.person`
has the arithmetic. Rows must be packed; BGR pixels may be views of RGB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import FRAME, INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import order_of, pixels_at
from fastvbg.kernels._memory import address_of, bytes_at, words_at
from fastvbg.kernels._rows import steps
from fastvbg.kernels._runs import gray_run, keyspace_run

_WORDS = types.Array(types.int16, 2, "C")
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)


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


@kernel(FRAME, OUT_PLANE, OUT_PLANE, OUT_PLANE, INT, _WORDS)
def reduce_frame(frame: Any, y: Any, u: Any, v: Any, factor: Any, words: Any) -> None:
    """`y` is the gray of the means of squares of BGR pixels, `u` and `v` their chroma.

    Of squares of 8 only four rows are read: memory is what this waits for, and 32 pixels have
    little noise left.
    """
    height, width = y.shape
    sums, other, means = address_of(words, 0), address_of(words, 1), address_of(words, 2)
    for row in range(height):
        _sum_four(frame, row, factor, sums, width)
        _mean_pixels(sums, other, means, width, factor)
        luma = address_of(y, row)
        keyspace_run(means, luma, address_of(u, row), address_of(v, row), width, order_of(frame))
        gray_run(means, luma, width, order_of(frame), 0)


@inline
def _sum_four(frame: Any, row: Any, factor: Any, to: Any, width: Any) -> None:
    """Sum four rows of those that a row of the canvas stands for; where fewer, some more often.

    In one loop: so many rows at a time keep memory busy, one after the other took 1.4 times as
    long.
    """
    first, last, count = factor * row, frame.shape[0] - 1, 3 * frame.shape[1]
    beyond = factor >> 3
    a = bytes_at(pixels_at(frame, min(first, last)), count)
    b = bytes_at(pixels_at(frame, min(first + (factor >> 2), last)), count)
    c = bytes_at(pixels_at(frame, min(first + (factor >> 1) + beyond, last)), count)
    d = bytes_at(pixels_at(frame, min(first + (3 * factor >> 2) + beyond, last)), count)
    sums = words_at(to, 3 * factor * width)
    for i in range(np.uint64(count)):
        sums[i] = np.int16(np.int16(a[i]) + np.int16(b[i]) + np.int16(c[i]) + np.int16(d[i]))
    for k in range(count, 3 * factor * width):  # the last pixel repeats
        sums[np.uint64(k)] = sums[np.uint64(k - 3)]


@inline
def _mean_pixels(first: Any, second: Any, to: Any, width: Any, factor: Any) -> None:
    """Write the means of so many sums of four rows each; both rows of words are used up.

    By doubling: sums of 1, 2, 4 ... neighbours, of which one of so many is taken at last.
    """
    count = 3 * factor * width
    sums, other = words_at(first, count), words_at(second, count)
    together, shift = 1, np.int32(2)
    while together < factor:
        apart = np.uint64(3 * together)
        for i in range(steps(count)):
            other[i] = sums[i] + sums[i + apart]
        sums, other = other, sums
        together, shift = 2 * together, shift + np.int32(1)
    means, half = bytes_at(to, 3 * width), np.int32(2 * factor)
    for x in range(np.uint64(width)):
        k, m = np.uint64(3 * factor) * x, _THREE * x
        means[m] = np.uint8((np.int32(sums[k]) + half) >> shift)
        means[m + _ONE] = np.uint8((np.int32(sums[k + _ONE]) + half) >> shift)
        means[m + _TWO] = np.uint8((np.int32(sums[k + _TWO]) + half) >> shift)


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT, INT)
def steady(
    matte: Any, moved: Any, carried: Any, out: Any, least: Any, still: Any, slope: Any
) -> None:
    """Draw the carried matte toward a new one, by more where the picture is not as foreseen.

    `moved` is how far it is from that, in gray levels. The share is `least` of 256 up to `still`,
    then rises by `slope` a level to all. `out` may be `carried`.
    """
    rows, cols = out.shape
    for y in range(rows):
        new, far = bytes_at(address_of(matte, y), cols), bytes_at(address_of(moved, y), cols)
        old, result = bytes_at(address_of(carried, y), cols), bytes_at(address_of(out, y), cols)
        for x in range(np.uint64(cols)):
            over = max(np.int32(far[x]) - np.int32(still), np.int32(0))
            before = np.int32(old[x])
            change = np.int32(new[x]) - before
            share = min(np.int32(least) + over * np.int32(slope), np.int32(256))
            result[x] = np.uint8(before + ((change * share + np.int32(128)) >> np.int32(8)))


@kernel(PLANE, PLANE, INT, INT)
def changed(first: Any, second: Any, level: Any, step: Any) -> Any:
    """Return how many samples differ by more than `level`: every `step`-th of every such row."""
    rows, cols = first.shape
    total = 0
    for y in range(0, rows, step):
        one, two = bytes_at(address_of(first, y), cols), bytes_at(address_of(second, y), cols)
        count = np.int32(0)
        for x in range(np.uint64((cols + step - 1) // step)):
            k = x * np.uint64(step)
            count += np.int32(abs(np.int32(one[k]) - np.int32(two[k])) > np.int32(level))
        total += count
    return total


@kernel(PLANE, PLANE, PLANE, INT)
def moved(first: Any, second: Any, matte: Any, level: Any) -> Any:
    """Return how many samples differ by more than `level`; and of them, how many a matte lacks.

    Those are where it has less than half.
    """
    rows, cols = first.shape
    total, beside = 0, 0
    for y in range(rows):
        one, two = bytes_at(address_of(first, y), cols), bytes_at(address_of(second, y), cols)
        covered = bytes_at(address_of(matte, y), cols)
        count, outside = np.int32(0), np.int32(0)
        for x in range(np.uint64(cols)):
            far = np.int32(abs(np.int32(one[x]) - np.int32(two[x])) > np.int32(level))
            count += far
            outside += far & np.int32(covered[x] < 128)
        total += count
        beside += outside
    return total, beside


@kernel(PLANE, INT)
def box(matte: Any, least: Any) -> Any:
    """Return top, end, left and end of what is at least so much; all 0 where nothing is."""
    rows, cols = matte.shape
    top, bottom, left, right = rows, 0, cols, 0
    for y in range(rows):
        row = bytes_at(address_of(matte, y), cols)
        most = np.uint8(0)
        for x in range(np.uint64(cols)):
            most = max(most, row[x])
        if most >= least:
            top, bottom = min(top, y), y + 1
            x = 0
            while x < left and row[np.uint64(x)] < least:
                x += 1
            left = x
            x = cols
            while x > right and row[np.uint64(x - 1)] < least:
                x -= 1
            right = x
    return (top, bottom, left, right) if bottom else (0, 0, 0, 0)
