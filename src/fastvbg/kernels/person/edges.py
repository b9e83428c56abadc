"""A frame's matte from slopes and bases on the canvas: `reference.person.apply` has the arithmetic.

Most of it is 0 or 255 whatever the luma: stretching lies between canvas pixels, so theirs bound it.
There luma is not looked at, so of BGR frames gray is made only elsewhere.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import GAIN_PARTS
from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._lanes import LEVEL_BITS, SIXTEEN, fit_eights, fit_fours
from fastvbg.kernels._layouts import order_of, pixels_at
from fastvbg.kernels._memory import (
    address_of,
    bytes_at,
    integers_at,
    long_words_at,
    stream_bytes,
)
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS
from fastvbg.kernels._runs import blend_run, fence, gray_run
from fastvbg.kernels.keying.keyrows import SCRATCH
from fastvbg.kernels.keying.planes_rows import lay_rows

_PLANES = types.Array(types.int32, 3, "C")
_RUNS = types.Array(types.int32, 1, "C")
_WORK = types.Tuple((types.UniTuple(INT, 3), _RUNS, SCRATCH, SCRATCH))
"""Columns of the canvas, pixels of the frame that each stands for, and the gain, in parts of
`GAIN_PARTS`."""

_SURELY_255, _MIXED = 1, 3
"""Joined marks of `_mark_row`; where they are 2 alone, the matte is surely 0."""
_WHOLE = 64
"""Pixels of which all vectors take a whole number."""
_MIDDLE = 128 << 7
_ROUNDED_MIDDLE = (_MIDDLE + 64) * GAIN_PARTS
_LEVEL = 128 * GAIN_PARTS
_LEVEL_BITS = np.int32(LEVEL_BITS)

_ONE, _TWO = np.uint64(1), np.uint64(2)
_EIGHT_TIMES = np.uint64(0x0101010101010101)


@inline
def _fit_pixels(
    line: Any, factor: Any, guide: Any, to: Any, start: Any, end: Any, options: Any
) -> None:
    """Write those pixels between the centres of two canvas columns that a row has.

    Pixel `t` of them lies `(2 * t + 1) / (2 * factor)` canvas pixels behind the first centre.
    """
    slope, rise, base, lift = line
    gain, middle, rounded, shift = options
    twice = np.int32(2 * factor)
    luma, result = bytes_at(guide, end), bytes_at(to, end)
    for x in range(max(start, 0), end):
        odd = np.int32(2 * (x - start) + 1)
        here = np.int32(luma[np.uint64(x)])
        fitted = ((twice * slope + odd * rise) * here + (twice * base + odd * lift)) >> shift
        value = ((fitted - middle) * gain + rounded) >> _LEVEL_BITS
        result[np.uint64(x)] = np.uint8(min(max(value, np.int32(0)), np.int32(255)))


@inline
def _fit_row(plane: Any, y: Any, factor: Any, start: Any, end: Any, row: Any) -> None:
    """Write what lies between two rows of the canvas, times `2 * factor`, to a row of it."""
    width = plane.shape[1]
    j, t = y // factor, y % factor
    beside = min(max(j - 1 if 2 * t < factor else j + 1, 0), plane.shape[0] - 1)
    far_weight = np.int32(abs(2 * t + 1 - factor))
    near_weight = np.int32(2 * factor) - far_weight
    near, far = (
        integers_at(address_of(plane, j), width),
        integers_at(address_of(plane, beside), width),
    )
    for k in range(np.uint64(start), np.uint64(end)):
        row[k] = near_weight * near[k] + far_weight * far[k]


@inline
def _fit_run(
    slopes: Any,
    bases: Any,
    y: Any,
    run: Any,
    shape: Any,
    lines: Any,
    guide: Any,
    to: Any,
    options: Any,
) -> None:
    """Write the pixels of row `y` between canvas columns before `first`, to `end`.

    That is half a canvas pixel more on both sides than the run has. There everything is flat, since
    marks are joined, so these are written as they are painted.
    """
    first, end, cols = run
    width, factor, _ = shape
    gain, middle, rounded, shift = options
    last = min(end, width - 1)
    to_slopes, to_bases = lines, lines + 4 * width
    slope_row, base_row = integers_at(to_slopes, width), integers_at(to_bases, width)
    _fit_row(slopes, y, factor, max(first - 1, 0), last + 1, slope_row)
    _fit_row(bases, y, factor, max(first - 1, 0), last + 1, base_row)
    together = max(SIXTEEN // factor, 1)
    k = first
    while k <= end:
        start = factor * k - factor // 2
        before = max(k - 1, 0)
        inside = k > 0 and k + together - 1 <= last and start + SIXTEEN <= cols
        if inside and factor >= 4:
            at, out = guide + start, to + start
            slope_at, base_at = to_slopes + 4 * before, to_bases + 4 * before
            if factor == 4:
                fit_fours(at, out, slope_at, base_at, gain, middle, rounded, shift)
            else:
                fit_eights(at, out, slope_at, base_at, gain, middle, rounded, shift)
            k += together
        else:
            one, two = np.uint64(before), np.uint64(min(k, width - 1))
            rise, lift = slope_row[two] - slope_row[one], base_row[two] - base_row[one]
            line = slope_row[one], np.int32(rise), base_row[one], np.int32(lift)
            _fit_pixels(line, factor, guide, to, start, min(start + factor, cols), options)
            k += 1


@inline
def _whole_run(
    slopes: Any, bases: Any, y: Any, run: Any, guide: Any, to: Any, options: Any
) -> None:
    """Do so where the canvas has the frame's size."""
    first, end, _ = run
    count = end - first
    gain, middle, rounded, shift = options
    a = integers_at(address_of(slopes, y) + 4 * first, count)
    b = integers_at(address_of(bases, y) + 4 * first, count)
    luma, result = bytes_at(guide + first, count), bytes_at(to + first, count)
    for x in range(np.uint64(count)):
        fitted = np.int32(4) * (a[x] * np.int32(luma[x]) + b[x]) >> shift
        value = ((fitted - middle) * gain + rounded) >> _LEVEL_BITS
        result[x] = np.uint8(min(max(value, np.int32(0)), np.int32(255)))


@inline
def _mark_row(slopes: Any, bases: Any, marks: Any, width: Any, low: Any, high: Any) -> None:
    """Mark what a canvas row makes of any luma: bit 1 where not surely 0, bit 2 where not 255."""
    for x in range(np.uint64(width)):
        rise = np.int32(255) * slopes[x]
        least, most = bases[x] + min(rise, np.int32(0)), bases[x] + max(rise, np.int32(0))
        marks[x] = np.uint8((most > low) | (np.int32(least < high) << np.int32(1)))


@inline
def _join_row(marks: Any, j: Any, rows: Any, width: Any, joined: Any) -> None:
    """Join the marks of a canvas row with those around each, at an address.

    A pixel of the frame lies between four of the canvas, of which one is its own.
    """
    upper, lower = address_of(marks, max(j - 1, 0)), address_of(marks, min(j + 1, rows - 1))
    above, here = bytes_at(upper, width), bytes_at(address_of(marks, j), width)
    below, padded = bytes_at(lower, width), bytes_at(joined, width + 2)
    inner, result = bytes_at(joined + 1, width), bytes_at(joined, width)
    for x in range(np.uint64(width)):
        inner[x] = above[x] | here[x] | below[x]
    padded[0], padded[np.uint64(width + 1)] = padded[1], padded[np.uint64(width)]
    for x in range(np.uint64(width)):
        result[x] = padded[x] | padded[x + _ONE] | padded[x + _TWO]


@inline
def _list_runs(joined: Any, width: Any, runs: Any) -> Any:
    """Write where each run of equal marks ends, and what they are; return how many there are."""
    marks = bytes_at(joined, width)
    count, value, x = 0, marks[0], 0
    while x < width:
        # Eight at a time: most are as the one before.
        while x + 8 <= width and long_words_at(joined + x, 1)[0] == _EIGHT_TIMES * np.uint64(value):
            x += 8
        if x < width:
            if marks[np.uint64(x)] != value:
                runs[count], runs[count + 1] = np.int32(x), np.int32(value)
                count += 2
                value = marks[np.uint64(x)]
            x += 1
    runs[count], runs[count + 1] = np.int32(width), np.int32(value)
    return count + 2


@inline
def _shift_of(factor: Any) -> Any:
    """Return the bits of 1/256 and of the stretching, less those of 1/128 that stay."""
    shift = np.int32(3)
    while (1 << shift) < 8 * factor * factor:
        shift += 1
    return shift


@inline
def _mark(planes: Any, height: Any, shape: Any, marks: Any) -> None:
    """Mark what each pixel of the canvas makes of any luma."""
    width, factor, gain = shape
    # In parts of 1/256: at most `low` makes 0, and at least `high` makes 255; see `_fit_pixels`.
    low = np.int32(2 * (_MIDDLE - (_ROUNDED_MIDDLE - _LEVEL + gain) // gain) + 1)
    high = np.int32(2 * (_MIDDLE + (255 * _LEVEL - _ROUNDED_MIDDLE + gain - 1) // gain))
    for j in range((height + factor - 1) // factor):
        slopes = integers_at(address_of(planes[0], j), width)
        bases = integers_at(address_of(planes[1], j), width)
        _mark_row(slopes, bases, bytes_at(address_of(marks, j), width), width, low, high)


@inline
def _luma_at(guide: Any, y: Any, left: Any, right: Any, spare: Any) -> Any:
    """Return where row `y` of the luma is: of a plane in place, of a frame in `spare`.

    There what lies between two columns is made anew, and what fills whole vectors about it: the
    rest that fills none would cost more.
    """
    if guide.ndim == 3:
        at = pixels_at(guide, y)
        count = min((right - left + _WHOLE - 1) // _WHOLE * _WHOLE, guide.shape[1])
        start = min(left, guide.shape[1] - count)
        ahead = pixels_at(guide, min(y + 1, guide.shape[0] - 1)) - at
        gray_run(at + 3 * start, spare + start, count, order_of(guide), ahead)
        return spare
    return address_of(guide, y)


@inline
def _matte_row(
    planes: Any, guide: Any, y: Any, shape: Any, runs: Any, marks: Any, spare: Any, to: Any
) -> None:
    """Write row `y` of the matte at an address; rows come in order.

    `guide` is a plane, or a BGR frame whose gray is put at the address `spare`.
    """
    width, factor, gain = shape
    height, cols = guide.shape[0], guide.shape[1]
    canvas_rows = (height + factor - 1) // factor
    mean_a, mean_b = planes[0, :canvas_rows], planes[1, :canvas_rows]
    options = np.int32(gain), np.int32(_MIDDLE), np.int32(_ROUNDED_MIDDLE), _shift_of(factor)
    if y % factor == 0:
        joined = address_of(marks, canvas_rows)
        _join_row(marks, y // factor, canvas_rows, width, joined)
        runs[-1] = _list_runs(joined, width, runs)
    first = 0
    for k in range(0, runs[-1], 2):
        end, value = np.int64(runs[k]), runs[k + 1]
        left, right = factor * first, min(factor * end, cols)
        if value == _MIXED:
            beside = factor // 2
            at = _luma_at(guide, y, max(left - beside, 0), min(right + beside, cols), spare)
            run = first, end, cols
            if factor == 1:
                _whole_run(mean_a, mean_b, y, run, at, to, options)
            else:
                lines = address_of(runs, 2 * width)
                _fit_run(mean_a, mean_b, y, run, shape, lines, at, to, options)
        else:
            result = bytes_at(to + left, right - left)
            paint = np.uint8(255) if value == _SURELY_255 else np.uint8(0)
            for x in range(np.uint64(right - left)):
                result[x] = paint
        first = end


@kernel(_PLANES, PLANE, OUT_PLANE, _WORK)
def apply(
    planes: Any,
    guide: Any,
    out: Any,
    work: Any,
) -> None:
    """`out` is what slopes and bases make of the frame's luma, differences from 128 times the gain.

    `planes` are those of `colourfit.fit`.
    """
    shape, runs, marks, _ = work
    _mark(planes, out.shape[0], shape, marks)
    for y in range(out.shape[0]):
        _matte_row(planes, guide, y, shape, runs, marks, 0, address_of(out, y))


@kernel(_PLANES, FRAME, OUT_PLANE, _WORK)
def apply_frame(
    planes: Any,
    frame: Any,
    out: Any,
    work: Any,
) -> None:
    """`out` is what they make of the gray of a BGR frame of packed pixels, or a view of RGB."""
    shape, runs, marks, spare = work
    _mark(planes, out.shape[0], shape, marks)
    gray = address_of(spare, 1)
    for y in range(out.shape[0]):
        _matte_row(planes, frame, y, shape, runs, marks, gray, address_of(out, y))


@kernel(_PLANES, FRAME, FRAME, OUT_FRAME, _WORK)
def composite(
    planes: Any,
    frame: Any,
    bg: Any,
    out: Any,
    work: Any,
) -> None:
    """`out` is a frame over `bg` by the matte of `apply_frame`.

    All pixels must be packed, their channels in one order.
    """
    height, cols, _ = out.shape
    shape, runs, marks, spare = work
    _mark(planes, height, shape, marks)
    streaming = 9 * height * cols >= stream_bytes()
    to, gray = address_of(spare, 0), address_of(spare, 1)
    for y in range(height):
        _matte_row(planes, frame, y, shape, runs, marks, gray, to)
        here, under = pixels_at(frame, y), pixels_at(bg, y)
        blend_run(here, to, under, pixels_at(out, y), cols, streaming)
    fence()


@kernel(_PLANES, PLANES, PLANES, OUT_PLANES, SHIFTS, _WORK)
def composite_planes(planes: Any, frame: Any, bg: Any, out: Any, shifts: Any, work: Any) -> None:
    """`out` is planes over `bg` by the matte of `apply`; all rows must be packed."""
    shift_x, shift_y = shifts
    y, u, _ = frame
    height, cols = y.shape
    shape, runs, marks, spare = work
    _mark(planes, height, shape, marks)
    streaming = 9 * height * cols >= 2 * stream_bytes()
    upper, lower, cover = address_of(spare, 0), address_of(spare, 1), address_of(spare, 2)
    for part in range(u.shape[0]):
        top = part << shift_y
        _matte_row(planes, y, top, shape, runs, marks, 0, upper)
        if shift_y and top + 1 < height:
            _matte_row(planes, y, top + 1, shape, runs, marks, 0, lower)
        lay_rows(upper, lower, cover, frame, bg, out, part, shift_x, shift_y, streaming)
    fence()
