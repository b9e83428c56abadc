"""The chroma keyer and the removal of spill; `reference.chroma` defines them.

`reach` is a plane that says how strong the key is at each place: 4080 over its strength there.
Frames are BGR; packed ones may be views of RGB.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import order_of, pixels_at, row_of, spare_of
from fastvbg.kernels._memory import address_of, bytes_at, stream_bytes
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS
from fastvbg.kernels._runs import (
    SPARE,
    chroma_any_run,
    chroma_composite_run,
    chroma_over_run,
    chroma_pixels_run,
    chroma_planes_run,
    despill_any_run,
    despill_run,
    fence,
    lay_run,
    strength_run,
)
from fastvbg.kernels.keying.keyrows import (
    SCRATCH,
    doubled_row,
    packed_alike,
    packed_row,
    put_row,
    result_row,
)
from fastvbg.kernels.keying.planes_rows import lay_row
from fastvbg.kernels.portable.bytes import less, more, portion

__all__ = [
    "composite",
    "composite_any",
    "composite_planes",
    "despill_any",
    "despill_frame",
    "despill_planes",
    "key_any",
    "key_frame",
    "key_planes",
]


OPTIONS = types.UniTuple(INT, 5)
"""The key's direction in U and V in 1/64, tolerance, falloff, `slope_of` it."""
TINT = types.UniTuple(INT, 3)
"""By how much a unit of spill moves B, G and R, in 1/64."""
DIRECTION = types.UniTuple(INT, 2)

_ONE, _TWO = np.uint64(1), np.uint64(2)


@inline
def _spare(scratch: Any) -> Any:
    return (
        address_of(scratch, 0),
        address_of(scratch, 1),
        address_of(scratch, 2),
        address_of(scratch, 3),
        address_of(scratch, 4),
    )


@inline
def _laid(tint: Any, order: Any) -> Any:
    """Return a tint of blue, green and red as channels lie in an order."""
    return (tint[2], tint[1], tint[0]) if order else (tint[0], tint[1], tint[2])


@kernel(FRAME, PLANE, OUT_PLANE, SCRATCH, OPTIONS)
def key_any(frame: Any, reach: Any, out: Any, scratch: Any, options: Any) -> None:
    """`out` is the matte of a BGR frame of any layout; `reach` has packed rows."""
    rows, cols = out.shape
    y, u, v, spare, spill = _spare(scratch)
    for row in range(rows):
        to, there = result_row(out, row, spare), address_of(reach, row)
        here, careful = row_of(frame, row, 0), spare_of(frame, row, SPARE)
        chroma_any_run(here, (y, u, v), there, to, spill, cols, options, careful)
        put_row(to, out, row)


@kernel(FRAME, PLANE, OUT_PLANE, SCRATCH, OPTIONS, fallback=key_any)
def key_frame(frame: Any, reach: Any, out: Any, scratch: Any, options: Any) -> bool:
    """Do so with packed pixels."""
    if not packed_alike(frame, frame):
        return False
    rows, cols = out.shape
    y, u, v, spare, spill = _spare(scratch)
    for row in range(rows):
        to, there = result_row(out, row, spare), address_of(reach, row)
        here, rest = pixels_at(frame, row), (y, u, v, spare, spill)
        chroma_pixels_run(here, rest, there, to, spill, cols, order_of(frame), options)
        put_row(to, out, row)
    return True


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, SCRATCH, INT, INT, OPTIONS)
def key_planes(
    u: Any, v: Any, reach: Any, out: Any, scratch: Any, shift_x: Any, shift_y: Any, options: Any
) -> None:
    """`out` is the matte of chroma of any strides; `reach` is as large as chroma."""
    rows, cols = out.shape
    thin = u.shape[1]
    matte, wide, spill = address_of(scratch, 0), address_of(scratch, 1), address_of(scratch, 2)
    first, second, held = address_of(scratch, 3), address_of(scratch, 4), -1
    for row in range(rows):
        if row >> shift_y != held:
            held = row >> shift_y
            blue, red = packed_row(u, held, first), packed_row(v, held, second)
            chroma_planes_run(blue, red, address_of(reach, held), matte, spill, thin, options)
        if shift_x:
            to = result_row(out, row, wide)
            doubled_row(matte, to, cols)
            put_row(to, out, row)
        else:
            put_row(matte, out, row)


@kernel(FRAME, PLANE, FRAME, OUT_FRAME, INT, SCRATCH, OPTIONS, TINT)
def composite_any(
    frame: Any,
    reach: Any,
    bg: Any,
    out: Any,
    order: Any,
    scratch: Any,
    options: Any,
    tint: Any,
) -> None:
    """`out` is the frame without its spill over `bg` by its matte, all of any layout.

    Inputs are BGR; the output is in an order.
    """
    rows, cols = out.shape[:2]
    streaming = 10 * rows * cols >= stream_bytes()
    planes = _spare(scratch)
    for row in range(rows):
        here, careful = row_of(frame, row, 0), spare_of(frame, row, SPARE)
        there = address_of(reach, row)
        careful = max(careful, spare_of(bg, row, SPARE), spare_of(out, row, SPARE))
        behind, to = row_of(bg, row, 0), row_of(out, row, order)
        how, ends = (options, tint), (careful, streaming)
        chroma_over_run(here, planes, there, behind, to, cols, how, ends)
    fence()


@kernel(FRAME, PLANE, FRAME, OUT_FRAME, INT, SCRATCH, OPTIONS, TINT, fallback=composite_any)
def composite(
    frame: Any,
    reach: Any,
    bg: Any,
    out: Any,
    order: Any,
    scratch: Any,
    options: Any,
    tint: Any,
) -> bool:
    """Do so with packed pixels."""
    if order or not (packed_alike(frame, bg) and packed_alike(frame, out)):
        return False
    rows, cols, _ = out.shape
    streaming = 10 * rows * cols >= stream_bytes()
    spare, tints = _spare(scratch), _laid(tint, order_of(frame))
    for row in range(rows):
        chroma_composite_run(
            pixels_at(frame, row),
            spare,
            address_of(reach, row),
            pixels_at(bg, row),
            pixels_at(out, row),
            cols,
            order_of(frame),
            options,
            tints,
            streaming,
        )
    fence()
    return True


@kernel(FRAME, PLANE, OUT_FRAME, INT, SCRATCH, DIRECTION, TINT)
def despill_any(
    frame: Any, matte: Any, out: Any, order: Any, scratch: Any, direction: Any, tint: Any
) -> None:
    """`out` is the frame without its spill where the matte is not 0; layouts as of `composite`."""
    rows, cols = out.shape[:2]
    y, u, v, coverage, spill = _spare(scratch)
    for row in range(rows):
        here, careful = row_of(frame, row, 0), spare_of(frame, row, SPARE)
        kept, planes = packed_row(matte, row, coverage), (y, u, v, spill)
        to, careful = row_of(out, row, order), max(careful, spare_of(out, row, SPARE))
        despill_any_run(here, planes, kept, to, cols, direction, tint, careful)


@kernel(FRAME, PLANE, OUT_FRAME, INT, SCRATCH, DIRECTION, TINT, fallback=despill_any)
def despill_frame(
    frame: Any, matte: Any, out: Any, order: Any, scratch: Any, direction: Any, tint: Any
) -> bool:
    """Do so with packed pixels."""
    if order or not packed_alike(frame, out):
        return False
    rows, cols, _ = out.shape
    spare, tints = _spare(scratch), _laid(tint, order_of(frame))
    for row in range(rows):
        pixels, to = pixels_at(frame, row), pixels_at(out, row)
        here = packed_row(matte, row, spare[3])
        despill_run(pixels, spare, here, to, cols, order_of(frame), direction, tints)
    return True


@inline
def _covered_run(upper: Any, lower: Any, halved: Any, out: Any, wide: Any, cols: Any) -> None:
    """Write what is not 0 where anything that a chroma sample covers is kept."""
    above, below, run = bytes_at(upper, wide), bytes_at(lower, wide), bytes_at(out, cols)
    if halved == 0:
        for x in range(np.uint64(cols)):
            run[x] = above[x] | below[x]
        return
    for x in range(np.uint64(wide // 2)):
        left, right = _TWO * x, _TWO * x + _ONE
        run[x] = above[left] | above[right] | below[left] | below[right]
    if wide & 1:
        last = np.uint64(wide - 1)
        run[last >> _ONE] = above[last] | below[last]


@inline
def _move_run(
    plane: Any, spill: Any, coverage: Any, out: Any, count: Any, factor: Any, up: Any
) -> None:
    """Write samples moved by a factor of their spill where they are kept."""
    samples, key = bytes_at(plane, count), bytes_at(spill, count)
    covered, run = bytes_at(coverage, count), bytes_at(out, count)
    amount, rising = np.uint16(factor), np.uint8(255 if up else 0)
    for x in range(np.uint64(count)):
        # Read first: AVX2 has no conditional loads of bytes, and the loop would be left as it is.
        strength, is_covered = key[x], covered[x]
        step = portion(strength if is_covered else np.uint8(0), amount)
        plus, minus = np.uint8(step & rising), np.uint8(step & np.uint8(~rising))
        run[x] = less(more(samples[x], plus), minus)


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, OUT_PLANE, SCRATCH, INT, INT, DIRECTION, INT)
def despill_planes(
    u: Any,
    v: Any,
    matte: Any,
    out_u: Any,
    out_v: Any,
    scratch: Any,
    shift_x: Any,
    shift_y: Any,
    direction: Any,
    amount: Any,
) -> None:
    """`out_u` and `out_v` are chroma of any strides without its spill; `amount` is 0 to 64."""
    rows, cols = u.shape
    first, second, coverage, spill, spare = _spare(scratch)
    for row in range(rows):
        blue, red = packed_row(u, row, first), packed_row(v, row, second)
        top = row << shift_y
        upper = packed_row(matte, top, address_of(scratch, 5))
        lower = packed_row(matte, min(top + shift_y, matte.shape[0] - 1), address_of(scratch, 6))
        _covered_run(upper, lower, shift_x, coverage, matte.shape[1], cols)
        strength_run(blue, red, spill, cols, direction)
        moves = direction[0] * amount, direction[1] * amount
        _move_run(blue, spill, coverage, spare, cols, abs(moves[0]) >> 6, moves[0] < 0)
        put_row(spare, out_u, row)
        _move_run(red, spill, coverage, spare, cols, abs(moves[1]) >> 6, moves[1] < 0)
        put_row(spare, out_v, row)


@inline
def _lay_moved_row(
    plane: Any,
    bg: Any,
    out: Any,
    row: Any,
    matte: Any,
    spill: Any,
    spare: Any,
    move: Any,
    streaming: Any,
) -> None:
    """Lay a row of chroma without its spill over another."""
    count, under = out.shape[1], address_of(bg, row)
    _move_run(address_of(plane, row), spill, matte, spare, count, abs(move) >> 6, move < 0)
    ahead, bg_ahead = address_of(plane, row + 1) - spare, address_of(bg, row + 1) - under
    lay_run(matte, spare, under, address_of(out, row), count, ahead, bg_ahead, streaming)


@kernel(PLANES, PLANE, PLANES, OUT_PLANES, SCRATCH, SHIFTS, OPTIONS, INT)
def composite_planes(
    frame: Any, reach: Any, bg: Any, out: Any, scratch: Any, shifts: Any, options: Any, amount: Any
) -> None:
    """`out` is planes without their spill over `bg` by their matte; all rows must be packed.

    A matte of chroma's is the same over all the luma of a sample: that is its coverage, too.
    """
    shift_x, shift_y = shifts
    y, u, v = frame
    bg_y, bg_u, bg_v = bg
    out_y, out_u, out_v = out
    rows, cols = out_y.shape
    matte, wide, spill = address_of(scratch, 0), address_of(scratch, 1), address_of(scratch, 2)
    spare = address_of(scratch, 3)
    streaming = 9 * rows * cols >= 2 * stream_bytes()
    for part in range(out_u.shape[0]):
        blue, red, there = address_of(u, part), address_of(v, part), address_of(reach, part)
        chroma_planes_run(blue, red, there, matte, spill, out_u.shape[1], options)
        move = options[0] * amount
        _lay_moved_row(u, bg_u, out_u, part, matte, spill, spare, move, streaming)
        move = options[1] * amount
        _lay_moved_row(v, bg_v, out_v, part, matte, spill, spare, move, streaming)
        coverage = matte
        if shift_x:
            doubled_row(matte, wide, cols)
            coverage = wide
        top = part << shift_y
        for row in range(top, min(top + shift_y, rows - 1) + 1):
            lay_row(coverage, y, bg_y, out_y, row, row + 1 + shift_y, streaming)
    fence()
