"""A frame's matte from slopes and bases on the canvas: `reference.person.apply` has the arithmetic.

Most of it is 0 or 255 whatever the luma: stretching lies between canvas pixels, so theirs bound it.
There luma is not looked at.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, integers_at
from fastvbg.kernels._rows import room_for
from fastvbg.kernels._runs import blend_run, fence
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.keyrows import SCRATCH
from fastvbg.kernels.keyrows import scratch_for as rows_for
from fastvbg.kernels.planes_rows import lay_rows

_PLANES = types.Array(types.int32, 3, "C")
_ROWS = types.Array(types.int32, 2, "C")
_SHAPE = types.UniTuple(INT, 3)
"""Columns of the canvas, pixels of the frame that each stands for, and the gain."""

_BLOCK = 8
"""Canvas pixels that are painted together where they are flat."""
_SURELY_255, _MIXED = np.uint8(1), np.uint8(3)
"""Joined marks of `_mark_row`; of 2 alone the block is surely 0."""
_MIDDLE = 128 << 7
_ROUNDED_MIDDLE = _MIDDLE + 64

_ONE, _TWO = np.uint64(1), np.uint64(2)


def scratch_for(canvas_rows: int, canvas_cols: int, factor: int) -> tuple[Any, Any, Any, Any]:
    """Return the scratch of the kernels.

    Rows of the canvas' width and of the frame's, flags, and rows of a matte.
    """
    return (
        np.empty((2, room_for(canvas_cols + 2)), np.int32),
        np.empty((2, room_for(factor * canvas_cols)), np.int32),
        np.empty((canvas_rows, -(-canvas_cols // _BLOCK)), np.uint8),
        rows_for(3, factor * canvas_cols),
    )


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


@inline
def _apply_run(
    slopes: Any, bases: Any, g: Any, result: Any, count: Any, gain: Any, shift: Any
) -> None:
    times, middle, rounded = np.int32(gain), np.int32(_MIDDLE), np.int32(_ROUNDED_MIDDLE)
    for x in range(np.uint64(count)):
        fitted = (slopes[x] * np.int32(g[x]) + bases[x]) >> shift
        value = ((fitted - middle) * times + rounded) >> np.int32(7)
        result[x] = np.uint8(min(max(value, np.int32(0)), np.int32(255)))


@inline
def _shift_of(factor: Any) -> Any:
    """Return the bits of 1/256 and of the stretching, less those of 1/128 that stay."""
    shift = np.int32(3)
    while (1 << shift) < 8 * factor * factor:
        shift += 1
    return shift


@inline
def _set_flags(planes: Any, height: Any, shape: Any, rows: Any, flags: Any) -> None:
    """Write what each block of the canvas makes of any luma."""
    width, factor, gain = shape
    # In parts of 1/256: at most `low` makes 0, and at least `high` makes 255; see `_apply_run`.
    low = np.int32(2 * (_MIDDLE - (_ROUNDED_MIDDLE - 128 + gain) // gain) + 1)
    high = np.int32(2 * (_MIDDLE + ((255 << 7) - _ROUNDED_MIDDLE + gain - 1) // gain))
    blocks = flags.shape[1]
    marks = bytes_at(address_of(rows, 0), (blocks + 1) * _BLOCK + 2)
    inner = bytes_at(address_of(rows, 0) + 1, width)
    for j in range((height + factor - 1) // factor):
        slopes = integers_at(address_of(planes[2], j), width)
        bases = integers_at(address_of(planes[3], j), width)
        _mark_row(slopes, bases, inner, width, low, high)
        _flag_row(marks, bytes_at(address_of(flags, j), blocks), width)


@inline
def _matte_row(
    planes: Any, guide: Any, y: Any, shape: Any, rows: Any, wide: Any, flags: Any, to: Any
) -> None:
    """Write row `y` of the matte at an address."""
    width, factor, gain = shape
    height, cols = guide.shape
    flags = flags[: (height + factor - 1) // factor]
    mean_a, mean_b = planes[2, : flags.shape[0]], planes[3, : flags.shape[0]]
    padded_a, padded_b = address_of(rows, 0), address_of(rows, 1)
    shift = _shift_of(factor)
    block, blocks = 0, flags.shape[1]
    while block < blocks:
        value, last = _run_of(flags, y // factor, block, blocks)
        first, end = block * _BLOCK, min(last * _BLOCK, width)
        left, count = factor * first, min(factor * end, cols) - factor * first
        result = bytes_at(to + left, count)
        if value == _MIXED:
            slopes = integers_at(address_of(wide, 0), factor * (end - first))
            bases = integers_at(address_of(wide, 1), factor * (end - first))
            _stretch_run(mean_a, y, factor, padded_a, first, end, width, slopes)
            _stretch_run(mean_b, y, factor, padded_b, first, end, width, bases)
            g = bytes_at(address_of(guide, y) + left, count)
            _apply_run(slopes, bases, g, result, count, gain, shift)
        else:
            paint = np.uint8(255) if value == _SURELY_255 else np.uint8(0)
            for x in range(np.uint64(count)):
                result[x] = paint
        block = last


@kernel(_PLANES, PLANE, OUT_PLANE, _SHAPE, _ROWS, _ROWS, SCRATCH, SCRATCH)
def apply(
    planes: Any,
    guide: Any,
    out: Any,
    shape: Any,
    rows: Any,
    wide: Any,
    flags: Any,
    spare: Any,
) -> None:
    """`out` is what slopes and bases make of the frame's luma, differences from 128 times the gain.

    `planes` are those of `canvas.fit`.
    """
    _set_flags(planes, out.shape[0], shape, rows, flags)
    for y in range(out.shape[0]):
        _matte_row(planes, guide, y, shape, rows, wide, flags, address_of(out, y))


@kernel(
    _PLANES,
    PLANE,
    FRAME,
    FRAME,
    OUT_FRAME,
    _SHAPE,
    _ROWS,
    _ROWS,
    SCRATCH,
    SCRATCH,
)
def composite(
    planes: Any,
    guide: Any,
    frame: Any,
    bg: Any,
    out: Any,
    shape: Any,
    rows: Any,
    wide: Any,
    flags: Any,
    spare: Any,
) -> None:
    """`out` is the frame over `bg` by the matte of `apply`; all rows must be packed."""
    height, cols, _ = out.shape
    _set_flags(planes, height, shape, rows, flags)
    streaming = 9 * height * cols >= TARGET.stream_bytes
    to = address_of(spare, 0)
    for y in range(height):
        _matte_row(planes, guide, y, shape, rows, wide, flags, to)
        here, under = address_of(frame, y), address_of(bg, y)
        blend_run(here, to, under, address_of(out, y), cols, streaming)
    fence()


@kernel(
    _PLANES,
    *(PLANE,) * 3,
    *(PLANE,) * 3,
    *(OUT_PLANE,) * 3,
    INT,
    INT,
    _SHAPE,
    _ROWS,
    _ROWS,
    SCRATCH,
    SCRATCH,
)
def composite_planes(
    planes: Any,
    y: Any,
    u: Any,
    v: Any,
    bg_y: Any,
    bg_u: Any,
    bg_v: Any,
    out_y: Any,
    out_u: Any,
    out_v: Any,
    shift_x: Any,
    shift_y: Any,
    shape: Any,
    rows: Any,
    wide: Any,
    flags: Any,
    spare: Any,
) -> None:
    """`out` is planes over `bg` by the matte of `apply`; all rows must be packed."""
    height, cols = out_y.shape
    _set_flags(planes, height, shape, rows, flags)
    streaming = 9 * height * cols >= 2 * TARGET.stream_bytes
    upper, lower, cover = address_of(spare, 0), address_of(spare, 1), address_of(spare, 2)
    frame, bg, out = (y, u, v), (bg_y, bg_u, bg_v), (out_y, out_u, out_v)
    for part in range(out_u.shape[0]):
        top = part << shift_y
        _matte_row(planes, y, top, shape, rows, wide, flags, upper)
        if shift_y and top + 1 < height:
            _matte_row(planes, y, top + 1, shape, rows, wide, flags, lower)
        lay_rows(upper, lower, cover, frame, bg, out, part, shift_x, shift_y, streaming)
    fence()
