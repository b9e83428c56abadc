"""Depth maps to mattes: a range of depths with a ramp beyond each end, and holes held over time.

Besides the package's contract: depths are unsigned 16-bit and the samples of a row are consecutive
in memory; `soft` is 1 or more. `invalid` is the value that says nothing was measured, or one
outside 0..65535 when there is none. Plain loops that LLVM vectorizes, in 32-bit lanes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import INT, OUT_PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, unsigned_words_at
from fastvbg.kernels.composite.planes_any import OUT_PLANE16, PLANE16

_BITS = np.uint32(24)
_HALF = np.uint32(1 << 23)
_ZERO, _ONE = np.int32(0), np.uint32(1)
_NONE, _FRESH = np.uint8(0), np.uint8(0)


@inline
def _slope(soft: Any) -> Any:
    """Return the matte steps a unit of depth, in 1/2**24, cut: times `soft` it fits 32 bits."""
    return np.uint32((255 << 24) // soft)


@inline
def _coverage(depth: Any, rise: Any, fall: Any, soft: Any, slope: Any) -> Any:
    """Return `(510*t + s) // (2*s)`, t being how far the depth is up its ramp, s the ramp's length.

    Before it is cut, the product by the slope is below the quotient by at most `t / 2**24`, less
    than 1/256. So cut it is the quotient or one less, and the remainder tells which.
    """
    d = np.int32(depth)
    s = np.uint32(soft)
    t = np.uint32(min(np.int32(soft), max(_ZERO, min(np.int32(d + rise), np.int32(fall - d)))))
    q = np.uint32(np.uint32(np.uint32(t * slope) + _HALF) >> _BITS)
    rest = np.uint32(np.uint32(np.uint32(510) * t) + s)
    rest = np.uint32(rest - np.uint32(q * np.uint32(s + s)))
    return np.uint8(np.uint32(q + _ONE) if rest >= np.uint32(s + s) else q)


@inline
def _older(age: Any, oldest: Any) -> Any:
    """Return an age one frame on, at most `oldest`, which is 1 or more."""
    return np.uint8(age + np.uint8(age < oldest))


@inline
def _young_matte(depths: Any, ages: Any, row: Any, oldest: Any, cols: Any, ramp: Any) -> None:
    """Write the matte of a row of depths where they are younger than `oldest`, else 0.

    A loop of its own: in one with the bookkeeping LLVM finds no vectors for SSE2 (5 times slower).
    """
    rise, fall, soft, slope = ramp
    for x in range(np.uint64(cols)):
        value = _coverage(depths[x], rise, fall, soft, slope)
        row[x] = value if ages[x] < oldest else _NONE


@kernel(PLANE16, OUT_PLANE, INT, INT, INT, INT)
def matte(depth: Any, out: Any, near: Any, far: Any, soft: Any, invalid: Any) -> None:
    """`out` is 255 from `near` to `far`, falls to 0 over `soft` beyond, and is 0 where invalid."""
    rows, cols = out.shape
    rise, fall = np.int32(soft - near), np.int32(far + soft)
    slope, hole = _slope(soft), np.int32(invalid)
    for y in range(rows):
        depths = unsigned_words_at(address_of(depth, y), cols)
        row = bytes_at(address_of(out, y), cols)
        for x in range(np.uint64(cols)):
            value = _coverage(depths[x], rise, fall, soft, slope)
            row[x] = value if np.int32(depths[x]) != hole else _NONE


@kernel(PLANE16, OUT_PLANE16, OUT_PLANE, OUT_PLANE, INT, INT, INT, INT, INT)
def held_matte(
    depth: Any,
    kept: Any,
    age: Any,
    out: Any,
    near: Any,
    far: Any,
    soft: Any,
    invalid: Any,
    limit: Any,
) -> None:
    """`out` is the matte of each pixel's last valid depth while that is younger than `limit`.

    `kept` and `age` are that depth and how many frames ago it was measured, at most `limit`; both
    are brought up to date.
    """
    rows, cols = out.shape
    rise, fall = np.int32(soft - near), np.int32(far + soft)
    slope, hole, whole = _slope(soft), np.uint16(invalid), invalid < 0
    oldest = np.uint8(limit)
    for y in range(rows):
        depths = unsigned_words_at(address_of(depth, y), cols)
        last = unsigned_words_at(address_of(kept, y), cols)
        ages = bytes_at(address_of(age, y), cols)
        row = bytes_at(address_of(out, y), cols)
        # Bytes and words in loops of their own: in one, AVX2 and SSE2 take twice as long.
        for x in range(np.uint64(cols)):
            older = _older(ages[x], oldest)
            ages[x] = _FRESH if (depths[x] != hole) | whole else older
        for x in range(np.uint64(cols)):
            before = last[x]
            last[x] = depths[x] if (depths[x] != hole) | whole else before
        _young_matte(last, ages, row, oldest, cols, (rise, fall, soft, slope))


@kernel(PLANE16, OUT_PLANE, OUT_PLANE, INT, INT, INT, INT)
def aged_matte(kept: Any, age: Any, out: Any, near: Any, far: Any, soft: Any, limit: Any) -> None:
    """`held_matte` for a frame without any depth: all that is kept is a frame older."""
    rows, cols = out.shape
    rise, fall = np.int32(soft - near), np.int32(far + soft)
    slope = _slope(soft)
    oldest = np.uint8(limit)
    for y in range(rows):
        last = unsigned_words_at(address_of(kept, y), cols)
        ages = bytes_at(address_of(age, y), cols)
        row = bytes_at(address_of(out, y), cols)
        for x in range(np.uint64(cols)):
            ages[x] = _older(ages[x], oldest)
        _young_matte(last, ages, row, oldest, cols, (rise, fall, soft, slope))
