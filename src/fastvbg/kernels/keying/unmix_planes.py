"""A foreground's own colours before a screen, of planes, in place; `reference.unmix` defines them.

Only what is covered in part is worked on, a few in a hundred: runs without any are passed over.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, packed
from fastvbg.kernels._planes import SHIFTS
from fastvbg.kernels.keying.keyrows import SCRATCH, packed_row
from fastvbg.kernels.keying.unmix_bounds import BOUNDS, add, is_core, spread
from fastvbg.kernels.keying.unmix_plan import (
    ALONG,
    BESIDE,
    GAIN,
    NOW_U,
    NOW_V,
    PLACE,
    RUN,
    SEEN_U,
    SEEN_V,
    SPAN,
)
from fastvbg.kernels.keying.unmix_runs import (
    CHROMA,
    DIRECTION,
    GAINS,
    NUMBERS,
    alike,
    held,
    luma_shift,
    screen_at,
    shift_chroma,
)
from fastvbg.kernels.portable.planes import mean

__all__ = ["clear"]

_LIGHT = types.Array(types.uint8, 2, "C", readonly=True)
_I = np.int32
_FULL, _ZERO, _BIT, _FINE, _FINE_HALF = _I(255), _I(0), _I(1), _I(6), _I(32)
_ONE, _TWO = np.uint64(1), np.uint64(2)


@inline
def _gain_of(coverage: Any, amount: Any) -> Any:
    """Return what `unmix_plan.gains_of` has of a coverage that is not 0: lanes look nothing up.

    The amount is in 1/256.
    """
    whole = _I(_FULL * coverage)
    part = _I(_I(_I(_FULL - coverage) * amount) + _I(whole >> _BIT))
    # Both are below 2**24. The quotient of floats is not too small, and too large by 1 at most.
    gain = _I(np.float32(part) / np.float32(whole))
    return _I(gain - _I(_I(gain * whole) > part))


@inline
def _clear_luma_run(coverage: Any, light: Any, out: Any, amount: Any) -> None:
    """Change a run of luma; all are at addresses."""
    cover, lit, luma = bytes_at(coverage, RUN), bytes_at(light, RUN), bytes_at(out, RUN)
    for k in range(np.uint64(RUN)):
        share, y = _I(cover[k]), _I(luma[k])
        gain = _gain_of(max(share, _BIT), amount)
        by = luma_shift(y, _I(lit[k]), gain if share > _ZERO else _ZERO)
        luma[k] = held(_I(y + by))


@inline
def _clear_luma(
    coverage: Any, light: Any, out: Any, places: Any, shift: Any, amount: Any, spare: Any
) -> None:
    """Change the luma of a run of so many from a row and column on; `spare` is three runs."""
    row, start, there, count = places
    lit, below = bytes_at(spare, RUN), bytes_at(address_of(light, there) + (start >> shift), RUN)
    few = np.uint64((count + shift) >> shift)
    if shift:
        for k in range(few):
            lit[_TWO * k], lit[_TWO * k + _ONE] = below[k], below[k]
    else:
        for k in range(few):
            lit[k] = below[k]
    if count == RUN and packed(out):
        _clear_luma_run(coverage, spare, address_of(out, row) + start, amount)
        return
    cover, line = bytes_at(coverage, count), np.uint64(row)
    luma, kept = bytes_at(spare + RUN, RUN), bytes_at(spare + 2 * RUN, RUN)
    for k in range(np.uint64(count)):
        luma[k], kept[k] = out[line, np.uint64(start) + k], cover[k]
    _clear_luma_run(spare + 2 * RUN, spare, spare + RUN, amount)
    for k in range(np.uint64(count)):
        out[line, np.uint64(start) + k] = luma[k]


@inline
def _find_soft(upper: Any, lower: Any, count: Any, shift: Any, gains: Any, numbers: Any) -> Any:
    """Write where samples under a run of two rows are covered in part; return how many are."""
    above, below = bytes_at(upper, count), bytes_at(lower, count)
    step, found = np.uint64(1 << shift), np.uint64(0)
    for start in range(0, count, 8):
        many = min(8, count - start)
        if many == 8 and alike(upper + start, lower + start, 1):
            continue
        for left in range(np.uint64(start), np.uint64(start + many), step):
            right = min(np.uint64(left + step) - _ONE, np.uint64(count - 1))
            # Written in any case, and counted where it is soft: no branch is guessed wrong.
            gain = gains[np.uint64(mean(above, below, left, right))]
            numbers[GAIN + found] = gain
            numbers[PLACE + found] = _I(left >> np.uint64(shift))
            found += np.uint64(gain != _ZERO)
    return found


@inline
def _gather(seen: Any, reach: Any, now: Any, places: Any, chroma: Any, numbers: Any) -> None:
    """Write U and V as seen and as they are now, and the screen's."""
    part, first, found = places
    line = np.uint64(part)
    for k in range(found):
        at = np.uint64(first + numbers[PLACE + k])
        numbers[ALONG + k], numbers[BESIDE + k] = screen_at(reach, line, at, chroma)
        numbers[SEEN_U + k], numbers[SEEN_V + k] = seen[0][line, at], seen[1][line, at]
        numbers[NOW_U + k], numbers[NOW_V + k] = now[0][line, at], now[1][line, at]


@inline
def _put(now: Any, places: Any, numbers: Any) -> None:
    """Move U and V."""
    part, first, found = places
    line = np.uint64(part)
    for k in range(found):
        at = np.uint64(first + numbers[PLACE + k])
        u = _I(_I(numbers[SEEN_U + k] + _FINE_HALF) >> _FINE)
        v = _I(_I(numbers[SEEN_V + k] + _FINE_HALF) >> _FINE)
        now[0][line, at] = held(_I(numbers[NOW_U + k] + u))
        now[1][line, at] = held(_I(numbers[NOW_V + k] + v))


@inline
def _bound(u: Any, v: Any, matte: Any, shifts: Any, direction: Any, cell: Any, bounds: Any) -> None:
    rows, cols = matte.shape
    bounds[:] = 0
    for row in range(0, rows, cell >> 2):
        for col in range(0, cols, cell >> 2):
            if is_core(matte, row, col, cell >> 3):
                there, at = row >> shifts[1], col >> shifts[0]
                add(bounds, row // cell, col // cell, (u[there, at], v[there, at]), direction)
    spread(bounds)


@kernel(
    types.UniTuple(PLANE, 2),
    PLANE,
    _LIGHT,
    PLANE,
    OUT_PLANE,
    types.UniTuple(OUT_PLANE, 2),
    SHIFTS,
    DIRECTION,
    INT,
    GAINS,
    CHROMA,
    INT,
    BOUNDS,
    SCRATCH,
    NUMBERS,
)
def clear(
    seen: Any,
    matte: Any,
    light: Any,
    reach: Any,
    luma: Any,
    now: Any,
    shifts: Any,
    direction: Any,
    amount: Any,
    gains: Any,
    chroma: Any,
    cell: Any,
    bounds: Any,
    rows: Any,
    numbers: Any,
) -> None:
    """`luma` and `now`, U and V without spill, are changed in place where the matte is soft.

    `seen` is U and V with their spill; `light`, whose rows are packed, and `reach` are as large.
    The others are of any strides.
    """
    _bound(seen[0], seen[1], matte, shifts, direction, cell, bounds)
    height, cols = matte.shape
    share, spare = _I(amount << 8), address_of(rows, 2)
    for part in range(now[0].shape[0]):
        top = part << shifts[1]
        bottom = min(top + shifts[1], height - 1)
        upper = packed_row(matte, top, address_of(rows, 0))
        lower = packed_row(matte, bottom, address_of(rows, 1)) if bottom > top else upper
        for first in range(0, cols, SPAN):
            if first + SPAN <= cols and alike(upper + first, lower + first, SPAN >> 3):
                continue
            for start in range(first, min(first + SPAN, cols), RUN):
                count, above, below = min(RUN, cols - start), upper + start, lower + start
                if count == RUN and alike(above, below, RUN >> 3):
                    continue
                _clear_luma(above, light, luma, (top, start, part, count), shifts[0], share, spare)
                if bottom > top:
                    places = bottom, start, part, count
                    _clear_luma(below, light, luma, places, shifts[0], share, spare)
                found = _find_soft(above, below, count, shifts[0], gains, numbers)
                there = part, start >> shifts[0], found
                _gather(seen, reach, now, there, chroma, numbers)
                shift_chroma(numbers, direction, bounds, top // cell, start // cell)
                _put(now, there, numbers)
