"""The screen's luma taken off soft edges, in place; `reference.chroma` defines it.

Only pixels that are covered in part are worked on, a few in a hundred: runs without any are passed
over, and the rest is plain arithmetic, the same in all variants.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, long_words_at, packed

__all__ = ["clear_frame", "clear_plane"]

_RUN = 64
_FULL = np.int32(255)
_BITS, _HALF = np.uint32(8), np.uint32(128)
GAINS = types.Array(types.uint32, 1, "C", readonly=True)
"""`plan.gains_of`: by how much a difference grows at each coverage, in 1/256."""


@inline
def _all_alike(matte: Any, row: Any, start: Any) -> Any:
    """Tell whether a run of packed coverage is 0 all over, or 255."""
    run = long_words_at(address_of(matte, row) + start, _RUN >> 3)
    some, every = run[np.uint64(0)], run[np.uint64(0)]
    for x in range(np.uint64(1), np.uint64(_RUN >> 3)):
        some |= run[x]
        every &= run[x]
    return some == np.uint64(0) or every == np.uint64(0xFFFFFFFFFFFFFFFF)


@inline
def _shift(luma: Any, light: Any, gain: Any) -> Any:
    """Return how far luma moves away from the screen's."""
    away = np.int32(np.int32(luma) - np.int32(light))
    by = np.int32(np.uint32(np.uint32(abs(away)) * gain + _HALF) >> _BITS)
    by = min(by, _FULL)
    return by if away > 0 else np.int32(-by)


@inline
def _moved(value: Any, by: Any) -> Any:
    return np.uint8(min(max(np.int32(value) + by, np.int32(0)), np.int32(255)))


@inline
def _clear_samples(
    matte: Any, light: Any, out: Any, row: Any, places: Any, shifts: Any, gains: Any
) -> None:
    """Change the samples of a run, of any strides."""
    there = np.uint64(row >> shifts[1])
    across, line = np.uint64(shifts[0]), np.uint64(row)
    for x in range(np.uint64(places[0]), np.uint64(places[1])):
        gain = gains[np.uint64(matte[line, x])]
        if gain:
            luma = out[line, x]
            out[line, x] = _moved(luma, _shift(luma, light[there, x >> across], gain))


@kernel(PLANE, PLANE, OUT_PLANE, INT, INT, GAINS)
def clear_plane(matte: Any, light: Any, out: Any, shift_x: Any, shift_y: Any, gains: Any) -> None:
    """`out` is luma, changed in place where the matte is soft; `light` is as large as chroma."""
    rows, cols = out.shape
    quick, shifts = packed(matte), (shift_x, shift_y)
    for row in range(rows):
        for start in range(0, cols, _RUN):
            stop = min(start + _RUN, cols)
            if quick and stop == start + _RUN and _all_alike(matte, row, start):
                continue
            _clear_samples(matte, light, out, row, (start, stop), shifts, gains)


@inline
def _clear_pixels(matte: Any, light: Any, out: Any, row: Any, places: Any, gains: Any) -> None:
    """Change the pixels of a run, of any strides."""
    line = np.uint64(row)
    blue, green, red = np.uint64(0), np.uint64(1), np.uint64(2)
    for x in range(np.uint64(places[0]), np.uint64(places[1])):
        gain = gains[np.uint64(matte[line, x])]
        if gain:
            b, g, r = out[line, x, blue], out[line, x, green], out[line, x, red]
            luma = (29 * np.int32(b) + 150 * np.int32(g) + 77 * np.int32(r) + 128) >> 8
            by = _shift(luma, light[line, x], gain)
            out[line, x, blue] = _moved(b, by)
            out[line, x, green] = _moved(g, by)
            out[line, x, red] = _moved(r, by)


@kernel(PLANE, PLANE, OUT_FRAME, GAINS)
def clear_frame(matte: Any, light: Any, out: Any, gains: Any) -> None:
    """`out` is a BGR frame, changed in place so; `light` is as large."""
    rows, cols = matte.shape
    quick = packed(matte)
    for row in range(rows):
        for start in range(0, cols, _RUN):
            stop = min(start + _RUN, cols)
            if quick and stop == start + _RUN and _all_alike(matte, row, start):
                continue
            _clear_pixels(matte, light, out, row, (start, stop), gains)
