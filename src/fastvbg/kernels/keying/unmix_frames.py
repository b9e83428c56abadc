"""A foreground's own colours before a screen, of BGR frames in place; `unmix_planes` says more."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels.keying.keyrows import SCRATCH, packed_row
from fastvbg.kernels.keying.unmix_bounds import BOUNDS, add, is_core, spread
from fastvbg.kernels.keying.unmix_plan import (
    ALONG,
    BESIDE,
    BLUE,
    GAIN,
    GREEN,
    LIGHT,
    LUMA,
    NOW_U,
    NOW_V,
    PLACE,
    RED,
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
from fastvbg.kernels.portable.bgr import keyspace_of

__all__ = ["clear"]

_I, _ZERO = np.int32, np.int32(0)
_BITS, _HALF = _I(14), _I(1 << 13)
_BLUE_U, _GREEN_U, _GREEN_V, _RED_V = _I(454), _I(-88), _I(-183), _I(359)
"""Of U and V, which move in 1/64 levels, in 1/256."""
_B, _G, _R = np.uint64(0), np.uint64(1), np.uint64(2)


@inline
def _pixel(frame: Any, row: Any, col: Any) -> Any:
    return frame[row, col, _B], frame[row, col, _G], frame[row, col, _R]


@inline
def _find_soft(coverage: Any, count: Any, gains: Any, numbers: Any) -> Any:
    """Write where pixels of a run are covered in part, and their gains; return how many are."""
    cover, found = bytes_at(coverage, count), np.uint64(0)
    for start in range(0, count, 8):
        many = min(8, count - start)
        if many == 8 and alike(coverage + start, coverage + start, 1):
            continue
        for k in range(np.uint64(start), np.uint64(start + many)):
            # Written in any case, and counted where it is soft: no branch is guessed wrong.
            gain = gains[np.uint64(cover[k])]
            numbers[GAIN + found], numbers[PLACE + found] = gain, _I(k)
            found += np.uint64(gain != _ZERO)
    return found


@inline
def _gather(
    seen: Any, light: Any, reach: Any, out: Any, places: Any, chroma: Any, numbers: Any
) -> None:
    """Write what is known of pixels: as seen, in place of U, V and luma, and as they are now."""
    row, start, found = places
    line = np.uint64(row)
    for k in range(found):
        at = np.uint64(start + numbers[PLACE + k])
        numbers[ALONG + k], numbers[BESIDE + k] = screen_at(reach, line, at, chroma)
        numbers[LIGHT + k] = light[line, at]
        numbers[SEEN_U + k], numbers[SEEN_V + k], numbers[LUMA + k] = _pixel(seen, line, at)
        numbers[BLUE + k], numbers[GREEN + k], numbers[RED + k] = _pixel(out, line, at)


@inline
def _to_keyspace(numbers: Any) -> None:
    """Write U and V as seen and as they are now, and luma."""
    for k in range(np.uint64(RUN)):
        b, g, r = numbers[SEEN_U + k], numbers[SEEN_V + k], numbers[LUMA + k]
        _, numbers[SEEN_U + k], numbers[SEEN_V + k] = keyspace_of(b, g, r, 0)
        b, g, r = numbers[BLUE + k], numbers[GREEN + k], numbers[RED + k]
        numbers[LUMA + k], numbers[NOW_U + k], numbers[NOW_V + k] = keyspace_of(b, g, r, 0)


@inline
def _put(out: Any, places: Any, numbers: Any) -> None:
    """Move pixels by what their luma and chroma do."""
    row, start, found = places
    line = np.uint64(row)
    for k in range(np.uint64(RUN)):
        by = luma_shift(numbers[LUMA + k], numbers[LIGHT + k], numbers[GAIN + k])
        u, v = numbers[SEEN_U + k], numbers[SEEN_V + k]
        b = _I(_I(_I(_BLUE_U * u) + _HALF) >> _BITS)
        g = _I(_I(_I(_I(_GREEN_U * u) + _I(_GREEN_V * v)) + _HALF) >> _BITS)
        r = _I(_I(_I(_RED_V * v) + _HALF) >> _BITS)
        numbers[BLUE + k] = held(_I(_I(numbers[BLUE + k] + by) + b))
        numbers[GREEN + k] = held(_I(_I(numbers[GREEN + k] + by) + g))
        numbers[RED + k] = held(_I(_I(numbers[RED + k] + by) + r))
    for k in range(found):
        at = np.uint64(start + numbers[PLACE + k])
        out[line, at, _B] = np.uint8(numbers[BLUE + k])
        out[line, at, _G] = np.uint8(numbers[GREEN + k])
        out[line, at, _R] = np.uint8(numbers[RED + k])


@inline
def _bound(frame: Any, matte: Any, direction: Any, cell: Any, bounds: Any) -> None:
    rows, cols = matte.shape
    bounds[:] = 0
    for row in range(0, rows, cell >> 2):
        for col in range(0, cols, cell >> 2):
            if is_core(matte, row, col, cell >> 3):
                b, g, r = _pixel(frame, row, col)
                _, u, v = keyspace_of(b, g, r, 0)
                add(bounds, row // cell, col // cell, (u, v), direction)
    spread(bounds)


@kernel(
    FRAME,
    PLANE,
    PLANE,
    PLANE,
    OUT_FRAME,
    DIRECTION,
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
    out: Any,
    direction: Any,
    gains: Any,
    chroma: Any,
    cell: Any,
    bounds: Any,
    rows: Any,
    numbers: Any,
) -> None:
    """`out` is a frame without spill, changed in place; `seen` is the frame with it.

    All are of any strides.
    """
    _bound(seen, matte, direction, cell, bounds)
    height, cols = matte.shape
    for row in range(height):
        cover = packed_row(matte, row, address_of(rows, 0))
        for first in range(0, cols, SPAN):
            if first + SPAN <= cols and alike(cover + first, cover + first, SPAN >> 3):
                continue
            for start in range(first, min(first + SPAN, cols), RUN):
                count, here = min(RUN, cols - start), cover + start
                if count == RUN and alike(here, here, RUN >> 3):
                    continue
                places = row, start, _find_soft(here, count, gains, numbers)
                _gather(seen, light, reach, out, places, chroma, numbers)
                _to_keyspace(numbers)
                shift_chroma(numbers, direction, bounds, row // cell, start // cell)
                _put(out, places, numbers)
