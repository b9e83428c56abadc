"""The background's texture kept out of a matte's edges; `reference.texture` has the arithmetic.

Slopes meet the frame's own luma, which in a background of stripes or leaves varies within what a
pixel of the canvas stands for: then the background's dark lines would be as much person as a dark
sleeve beside them.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import GAIN_PARTS
from fastvbg.constants import TEXTURE_PITCH as PITCH
from fastvbg.kernels._jit import FRAME, INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import pixels_at
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, long_words_at

_PLANES = types.Array(types.int32, 3, "A")
_SUMS = types.Array(types.int32, 2, "A")
_FLAGS = types.Array(types.uint8, 2, "C")
_EIGHT = 8
_HALVED = np.uint64(PITCH.bit_length() - 1)
_COUNT = np.int32(7)
"""Bits of a sum that hold how many variances it is of."""


@inline
def _most_of(flags: Any, y: Any, reach: Any, rows: Any, cols: Any, to: Any) -> None:
    """Write the most of each column over rows of a plane of bytes, at an address."""
    most = bytes_at(to, cols)
    for x in range(np.uint64(cols)):
        most[x] = np.uint8(0)
    for row in range(max(y - reach, 0), min(y + reach + 1, rows)):
        values = bytes_at(address_of(flags, row), cols)
        for x in range(np.uint64(cols)):
            most[x] = max(most[x], values[x])


@inline
def _most_beside(most: Any, reach: Any, cols: Any, to: Any) -> None:
    """Write the most of so many columns about each, beyond which zeros lie; both are addresses."""
    out = bytes_at(to, cols)
    for x in range(np.uint64(cols)):
        out[x] = np.uint8(0)
    for d in range(-reach, reach + 1):
        values = bytes_at(most + d, cols)
        for x in range(np.uint64(cols)):
            out[x] = max(out[x], values[x])


@kernel(_PLANES, PLANE, types.UniTuple(INT, 3), _FLAGS, _FLAGS, OUT_PLANE)
def want(planes: Any, matte: Any, options: Any, flags: Any, rows: Any, out: Any) -> None:
    """`out` is 1 where the texture of background beside slopes is wanted, else 0.

    `flags` and `rows` are scratch, as `plan.texture_scratch` makes them. Rows of all are packed.
    """
    about, margin, nothing = options
    height, cols = matte.shape
    level = np.uint8(nothing)
    for y in range(height):
        slopes = integers_at(address_of(planes[0], y), cols)
        sloped = bytes_at(address_of(flags, y), cols)
        for x in range(np.uint64(cols)):
            sloped[x] = np.uint8(slopes[x] != 0)
    edge = (rows.shape[1] - cols) // 2
    most = address_of(rows, 0) + edge
    near, covered = address_of(rows, 1), address_of(rows, 2)
    for j in range(out.shape[0]):
        _most_of(flags, PITCH * j, about, height, cols, most)
        _most_beside(most, about, cols, near)
        _most_of(matte, PITCH * j, margin, height, cols, most)
        _most_beside(most, margin, cols, covered)
        sloped, most_covered = bytes_at(near, cols), bytes_at(covered, cols)
        asked = bytes_at(address_of(out, j), out.shape[1])
        for k in range(np.uint64(out.shape[1])):
            x = np.uint64(PITCH) * k
            asked[k] = sloped[x] if most_covered[x] <= level else np.uint8(0)


@inline
def _sum_squares(samples: Any, first: Any, count: Any, step: Any) -> Any:
    """Return the sum of samples of a row, and that of their squares."""
    total, squares = np.int32(0), np.int32(0)
    for i in range(np.uint64(count)):
        value = np.int32(samples[np.uint64(step) * (first + i)])
        total += value
        squares += value * value
    return total, squares


@inline
def _vary(picture: Any, wanted: Any, factor: Any, step: Any, out: Any) -> None:
    """Write the variances of squares; `step` is how many bytes a pixel has."""
    rows, cols = picture.shape[0], picture.shape[1]
    height, width = wanted.shape
    pitch = factor * PITCH
    for j in range(height):
        asked, told = (
            bytes_at(address_of(wanted, j), width),
            integers_at(address_of(out, j), width),
        )
        top = pitch * j
        bottom = min(top + factor, rows)
        for k in range(width):
            told[np.uint64(k)] = np.int32(0)
            if asked[np.uint64(k)] == 0:
                continue
            first = pitch * k
            across = min(factor, cols - first)
            of, squared = np.int64(0), np.int64(0)
            n = np.int64(0)
            for y in range(top, bottom):
                if (y - top) & 2:
                    continue
                n += np.int64(across)
                at = _row_of(picture, y)
                samples = bytes_at(at, step * cols)
                # Spelled out, so that LLVM knows how many there are.
                if across == 8:
                    total, squares = _sum_squares(samples, np.uint64(first), 8, step)
                elif across == 4:
                    total, squares = _sum_squares(samples, np.uint64(first), 4, step)
                else:
                    total, squares = _sum_squares(samples, np.uint64(first), across, step)
                of, squared = of + np.int64(total), squared + np.int64(squares)
            variance = np.int32((n * squared - of * of) // (n * n))
            told[np.uint64(k)] = (variance << _COUNT) | np.int32(1)


@inline
def _row_of(picture: Any, y: Any) -> Any:
    """Return the address of a row of luma, or of the first green of a row of pixels."""
    if picture.ndim == 3:
        return pixels_at(picture, y) + 1
    return address_of(picture, y)


@kernel(PLANE, PLANE, INT, _SUMS)
def gather(picture: Any, wanted: Any, factor: Any, out: Any) -> None:
    """`out` is how much luma varies within the squares that are wanted; all rows packed."""
    _vary(picture, wanted, factor, 1, out)


@kernel(FRAME, PLANE, INT, _SUMS)
def gather_frame(picture: Any, wanted: Any, factor: Any, out: Any) -> None:
    """`out` is how much the green of BGR pixels, or of a view of RGB, does; all packed."""
    _vary(picture, wanted, factor, 3, out)


@inline
def _flat_from(slopes: Any, start: Any, width: Any) -> Any:
    """Tell whether eight slopes of a row, at an address, are 0 from one on; of fewer any."""
    if start + _EIGHT > width:
        return False
    pairs = long_words_at(slopes + 4 * start, _EIGHT // 2)
    return pairs[0] | pairs[1] | pairs[2] | pairs[3] == 0


@inline
def _heed_run(
    slopes: Any, bases: Any, luma: Any, told: Any, run: Any, usual: Any, steeper: Any
) -> None:
    """Heed texture in some columns of a row."""
    for x in range(np.uint64(run[0]), np.uint64(run[1])):
        here = told[x >> _HALVED]
        count = here & np.int32((1 << _COUNT) - 1)
        slope = np.float64(slopes[x])
        steep = slope * steeper
        signal = np.float64(count) * usual
        noise = np.float64(here >> _COUNT) * (steep * steep)
        both = signal + noise if count > 1 else np.float64(1.0)
        left = np.floor(slope * (signal / both) + 0.5) if count > 1 else slope
        kept = np.int32(left)
        bases[x] += (slopes[x] - kept) * np.int32(luma[x])
        slopes[x] = kept


@kernel(_PLANES, PLANE, _SUMS, INT, INT)
def heed(planes: Any, guide: Any, sums: Any, gain: Any, alike: Any) -> None:
    """Make the slopes of `colourfit.fit` heed texture, and the bases fit to them; in place.

    Most slopes are 0, and stay so.
    """
    height, width = guide.shape
    usual, steeper = np.float64((alike * alike) << 16), np.float64(gain) / GAIN_PARTS
    for y in range(height):
        at = address_of(planes[0], y)
        slopes = integers_at(at, width)
        bases = integers_at(address_of(planes[1], y), width)
        luma = bytes_at(address_of(guide, y), width)
        told = integers_at(address_of(sums, y // PITCH), sums.shape[1])
        start = 0
        while start < width:
            end = start
            while end < width and not _flat_from(at, end, width):
                end += _EIGHT
            if end > start:
                run = start, min(end, width)
                _heed_run(slopes, bases, luma, told, run, usual, steeper)
            start = end + _EIGHT


@inline
def _whole_from(near: Any, start: Any, width: Any) -> Any:
    """Tell whether eight bytes of a row, at an address, are 255 from one on; of fewer any."""
    if start + _EIGHT > width:
        return False
    return long_words_at(near + start, 1)[0] == np.uint64(0xFFFFFFFFFFFFFFFF)


@kernel(_PLANES, PLANE)
def hold(planes: Any, near: Any) -> None:
    """Make slopes and bases of `colourfit.fit` as much less as nothing is near; in place.

    Rows of all are packed. Most of `near` is 255, where they stay as they are.
    """
    height, width = near.shape
    for y in range(height):
        at = address_of(near, y)
        left = bytes_at(at, width)
        slopes = integers_at(address_of(planes[0], y), width)
        bases = integers_at(address_of(planes[1], y), width)
        start = 0
        while start < width:
            end = min(start + _EIGHT, width)
            if not _whole_from(at, start, width):
                for x in range(np.uint64(start), np.uint64(end)):
                    share = np.int32(left[x]) + (np.int32(left[x]) >> np.int32(7))
                    slopes[x] = (slopes[x] * share) >> np.int32(8)
                    bases[x] = (bases[x] * share) >> np.int32(8)
            start = end
