"""The person keyer's small picture, the canvas: luma is reduced to it, mattes are fitted on it.

A canvas pixel stands for a square of 1, 2, 4 or 8 pixels of the frame a side. The matte is made at
that size and reaches the frame's as a guided filter does (see `guided`): the canvas has slopes and
bases, which are stretched bilinearly and meet the frame's own luma. `reference.person` has the
arithmetic. Rows must be packed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._guided_fit import COLUMN_A, COLUMN_B, ROWS, average_row, fit_row
from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, words_at
from fastvbg.kernels._rows import room_for
from fastvbg.kernels.guided import MAX_RADIUS

FACTORS = (1, 2, 4, 8)

_INTEGERS = types.Array(types.int32, 3, "C")
_ROWS = types.Array(types.int32, 2, "C")
_WORDS = types.Array(types.int16, 2, "C")

_FLAGS = types.Array(types.uint8, 2, "C")

_BLOCK = 8
"""Canvas pixels that are painted together where they are flat."""
_SURELY_255, _MIXED = np.uint8(1), np.uint8(3)
"""Joined marks of `_mark_row`; of 2 alone the block is surely 0."""
_MIDDLE = 128 << 7
_ROUNDED_MIDDLE = _MIDDLE + 64

_ONE, _TWO = np.uint64(1), np.uint64(2)


def fit_scratch(rows: int, cols: int) -> tuple[Any, Any]:
    """Return the planes of `fit`, of which the last two are its result, and its scratch rows."""
    room = room_for(cols + 2 * MAX_RADIUS)
    return np.empty((4, rows, room), np.int32), np.empty((ROWS, room), np.int32)


def apply_scratch(canvas_rows: int, canvas_cols: int, factor: int) -> tuple[Any, Any, Any]:
    """Return the scratch of `apply`: rows of the canvas' width and of the frame's, and flags."""
    return (
        np.empty((2, room_for(canvas_cols + 2)), np.int32),
        np.empty((2, room_for(factor * canvas_cols)), np.int32),
        np.empty((canvas_rows, -(-canvas_cols // _BLOCK)), np.uint8),
    )


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


@kernel(PLANE, PLANE, INT, INT, _INTEGERS, _ROWS)
def fit(matte: Any, guide: Any, radius: Any, epsilon: Any, planes: Any, rows: Any) -> None:
    """`planes[2]` and `planes[3]` are the averaged slopes and bases of the matte over the guide."""
    height, width = matte.shape
    if height == 0 or width == 0:
        return
    a, b, mean_a, mean_b = planes[0], planes[1], planes[2], planes[3]
    for y in range(height):
        at_a, at_b = address_of(a, y), address_of(b, y)
        fit_row(guide, matte, y, at_a, at_b, radius, epsilon, rows)
    for y in range(height):
        at_a, at_b = address_of(mean_a, y), address_of(mean_b, y)
        average_row(a, y, height, at_a, width, radius, rows, COLUMN_A)
        average_row(b, y, height, at_b, width, radius, rows, COLUMN_B)


@inline
def _stretch_run(
    plane: Any, y: Any, factor: Any, padded: Any, first: Any, end: Any, width: Any, out: Any
) -> None:
    """Stretch canvas columns `first` to `end` to row `y` of the frame.

    The result is in parts of `1 / (4 * factor**2)` more. Pixel `factor * j + t` lies at
    `j + (2 t + 1 - factor) / (2 factor)` canvas pixels.
    """
    height = plane.shape[0]
    j, t = y // factor, y % factor
    beside = min(max(j - 1 if 2 * t < factor else j + 1, 0), height - 1)
    far_weight = np.int32(abs(2 * t + 1 - factor))
    near_weight = np.int32(2 * factor) - far_weight
    left, right = max(first - 1, 0), min(end + 1, width)
    near = integers_at(address_of(plane, j) + 4 * left, right - left)
    far = integers_at(address_of(plane, beside) + 4 * left, right - left)
    count = end - first
    row = integers_at(padded, count + 2)
    inner = integers_at(padded + 4 * (left - first + 1), right - left)
    for x in range(np.uint64(right - left)):
        inner[x] = near_weight * near[x] + far_weight * far[x]
    if first == 0:
        row[0] = row[1]
    if end == width:
        row[np.uint64(count + 1)] = row[np.uint64(count)]
    if factor == 4:
        _spread(row, out, count, 4)
    elif factor == 2:
        _spread(row, out, count, 2)
    elif factor == 8:
        _spread(row, out, count, 8)
    else:
        for x in range(np.uint64(count)):
            out[x] = np.int32(2) * row[x + _ONE]


@inline
def _spread(padded: Any, out: Any, width: Any, factor: Any) -> None:
    """Write `factor` pixels for each one of a padded row."""
    half = factor // 2
    for x in range(np.uint64(width)):
        left, middle, right = padded[x], padded[x + _ONE], padded[x + _TWO]
        k = np.uint64(factor) * x
        for t in range(np.uint64(half)):
            far = np.int32(factor) - np.int32(1) - np.int32(2) * np.int32(t)
            out[k + t] = far * left + (np.int32(2 * factor) - far) * middle
        for t in range(np.uint64(half)):
            far = np.int32(1) + np.int32(2) * np.int32(t)
            out[k + np.uint64(half) + t] = (np.int32(2 * factor) - far) * middle + far * right


@inline
def _mark_row(slopes: Any, bases: Any, marks: Any, width: Any, low: Any, high: Any) -> None:
    """Mark what a canvas row makes of any luma: bit 1 where not surely 0, bit 2 where not 255."""
    for x in range(np.uint64(width)):
        rise = np.int32(255) * slopes[x]
        least, most = bases[x] + min(rise, np.int32(0)), bases[x] + max(rise, np.int32(0))
        marks[x] = np.uint8((most > low) | (np.int32(least < high) << np.int32(1)))


@inline
def _flag_row(marks: Any, flags: Any, width: Any) -> None:
    """Join the marks of blocks and of the columns beside them."""
    blocks = (width + _BLOCK - 1) // _BLOCK
    for k in range(_BLOCK * blocks - width + 1):
        marks[np.uint64(1 + width + k)] = marks[np.uint64(width)]
    marks[0] = marks[1]
    for block in range(np.uint64(blocks)):
        joined = np.uint8(0)
        for k in range(np.uint64(_BLOCK + 2)):
            joined |= marks[np.uint64(_BLOCK) * block + k]
        flags[block] = joined


@inline
def _run_of(flags: Any, j: Any, block: Any, blocks: Any) -> Any:
    """Return the value of the run of blocks that begins at one, and where it ends."""
    above, below = max(j - 1, 0), min(j + 1, flags.shape[0] - 1)
    value = flags[above, block] | flags[j, block] | flags[below, block]
    end = block + 1
    while end < blocks and value == flags[above, end] | flags[j, end] | flags[below, end]:
        end += 1
    return value, end


@kernel(_INTEGERS, PLANE, OUT_PLANE, INT, INT, INT, _ROWS, _ROWS, _FLAGS)
def apply(
    planes: Any,
    guide: Any,
    out: Any,
    canvas_cols: Any,
    factor: Any,
    gain: Any,
    rows: Any,
    wide: Any,
    flags: Any,
) -> None:
    """`out` is what slopes and bases make of the frame's luma, differences from 128 times `gain`.

    `planes` are those of `fit`. Blocks in which that is 0, or 255, for any luma are just painted:
    stretching lies between its canvas pixels, so theirs bound it.
    """
    height, cols = out.shape
    # The parts of 1/256, and of the stretching, less those of 1/128 that stay.
    shift = np.int32(3)
    while (1 << shift) < 8 * factor * factor:
        shift += 1
    canvas_rows = (height + factor - 1) // factor
    mean_a, mean_b = planes[2, :canvas_rows], planes[3, :canvas_rows]
    blocks = (canvas_cols + _BLOCK - 1) // _BLOCK
    # In parts of 1/256: at most `low` makes 0, and at least `high` makes 255; see `_apply_run`.
    low = np.int32(2 * (_MIDDLE - (_ROUNDED_MIDDLE - 128 + gain) // gain) + 1)
    high = np.int32(2 * (_MIDDLE + ((255 << 7) - _ROUNDED_MIDDLE + gain - 1) // gain))
    marks = bytes_at(address_of(rows, 0), (blocks + 1) * _BLOCK + 2)
    for j in range(canvas_rows):
        slopes = integers_at(address_of(mean_a, j), canvas_cols)
        bases = integers_at(address_of(mean_b, j), canvas_cols)
        inner = bytes_at(address_of(rows, 0) + 1, canvas_cols)
        _mark_row(slopes, bases, inner, canvas_cols, low, high)
        _flag_row(marks, bytes_at(address_of(flags, j), blocks), canvas_cols)
    for j in range(canvas_rows):
        block = 0
        while block < blocks:
            value, last = _run_of(flags[:canvas_rows], j, block, blocks)
            first, end = block * _BLOCK, min(last * _BLOCK, canvas_cols)
            left, right = factor * first, min(factor * end, cols)
            for y in range(factor * j, min(factor * (j + 1), height)):
                result = bytes_at(address_of(out, y) + left, right - left)
                if value == _MIXED:
                    slopes = integers_at(address_of(wide, 0), factor * (end - first))
                    bases = integers_at(address_of(wide, 1), factor * (end - first))
                    padded = address_of(rows, 0)
                    _stretch_run(mean_a, y, factor, padded, first, end, canvas_cols, slopes)
                    padded = address_of(rows, 1)
                    _stretch_run(mean_b, y, factor, padded, first, end, canvas_cols, bases)
                    g = bytes_at(address_of(guide, y) + left, right - left)
                    _apply_run(slopes, bases, g, result, right - left, gain, shift)
                else:
                    paint = np.uint8(255) if value == _SURELY_255 else np.uint8(0)
                    for x in range(np.uint64(right - left)):
                        result[x] = paint
            block = last


@inline
def _apply_run(
    slopes: Any, bases: Any, g: Any, result: Any, count: Any, gain: Any, shift: Any
) -> None:
    times, middle, rounded = np.int32(gain), np.int32(_MIDDLE), np.int32(_ROUNDED_MIDDLE)
    for x in range(np.uint64(count)):
        fitted = (slopes[x] * np.int32(g[x]) + bases[x]) >> shift
        value = ((fitted - middle) * times + rounded) >> np.int32(7)
        result[x] = np.uint8(min(max(value, np.int32(0)), np.int32(255)))


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
