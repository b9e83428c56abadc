"""Depth maps to mattes: a range of depths with a ramp beyond each end, and holes held over time.

Besides the package's contract: depths are unsigned 16-bit and the samples of a row are consecutive
in memory; `soft` is 1 or more. `invalid` is the value that says nothing was measured, or one
outside 0..65535 when there is none. Plain loops that LLVM vectorizes, in 32-bit lanes.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels._runs import blend_run, fence
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.keyrows import SCRATCH
from fastvbg.kernels.planes_any import OUT_PLANE16, PLANE16, samples16

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


@inline
def _ramp_of(near: Any, far: Any, soft: Any) -> Any:
    return np.int32(soft - near), np.int32(far + soft), soft, _slope(soft)


@inline
def _held_row(
    depth: Any, kept: Any, age: Any, y: Any, to: Any, cols: Any, invalid: Any, limit: Any, ramp: Any
) -> None:
    """Bring a row of what is kept up to date, and write its matte to an address.

    Bytes and words in loops of their own: in one, AVX2 and SSE2 take twice as long.
    """
    hole, whole, oldest = np.uint16(invalid), invalid < 0, np.uint8(limit)
    depths, last = samples16(address_of(depth, y), cols), samples16(address_of(kept, y), cols)
    ages = bytes_at(address_of(age, y), cols)
    for x in range(np.uint64(cols)):
        older = _older(ages[x], oldest)
        ages[x] = _FRESH if (depths[x] != hole) | whole else older
    for x in range(np.uint64(cols)):
        before = last[x]
        last[x] = depths[x] if (depths[x] != hole) | whole else before
    _young_matte(last, ages, bytes_at(to, cols), oldest, cols, ramp)


@inline
def _aged_row(kept: Any, age: Any, y: Any, to: Any, cols: Any, limit: Any, ramp: Any) -> None:
    """Make what a row keeps a frame older, and write its matte to an address."""
    oldest, ages = np.uint8(limit), bytes_at(address_of(age, y), cols)
    for x in range(np.uint64(cols)):
        ages[x] = _older(ages[x], oldest)
    last = samples16(address_of(kept, y), cols)
    _young_matte(last, ages, bytes_at(to, cols), oldest, cols, ramp)


@kernel(PLANE16, OUT_PLANE, INT, INT, INT, INT)
def matte(depth: Any, out: Any, near: Any, far: Any, soft: Any, invalid: Any) -> None:
    """`out` is 255 from `near` to `far`, falls to 0 over `soft` beyond, and is 0 where invalid."""
    rows, cols = out.shape
    rise, fall = np.int32(soft - near), np.int32(far + soft)
    slope, hole = _slope(soft), np.int32(invalid)
    for y in range(rows):
        depths = samples16(address_of(depth, y), cols)
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
    ramp = _ramp_of(near, far, soft)
    for y in range(rows):
        _held_row(depth, kept, age, y, address_of(out, y), cols, invalid, limit, ramp)


@kernel(PLANE16, OUT_PLANE, OUT_PLANE, INT, INT, INT, INT)
def aged_matte(kept: Any, age: Any, out: Any, near: Any, far: Any, soft: Any, limit: Any) -> None:
    """`held_matte` for a frame without any depth: all that is kept is a frame older."""
    rows, cols = out.shape
    ramp = _ramp_of(near, far, soft)
    for y in range(rows):
        _aged_row(kept, age, y, address_of(out, y), cols, limit, ramp)


@kernel(PLANE16, OUT_PLANE16, OUT_PLANE, FRAME, FRAME, OUT_FRAME, SCRATCH, INT, INT, INT, INT, INT)
def held_composite(
    depth: Any,
    kept: Any,
    age: Any,
    frame: Any,
    bg: Any,
    out: Any,
    scratch: Any,
    near: Any,
    far: Any,
    soft: Any,
    invalid: Any,
    limit: Any,
) -> None:
    """`out` is the frame over `bg` by the matte that `held_matte` makes; rows must be packed."""
    rows, cols, _ = out.shape
    ramp, to = _ramp_of(near, far, soft), address_of(scratch, 0)
    # Read and written a pixel: 9 bytes of frames, 2 of depth, and 3 of what is kept both ways.
    streaming = 17 * rows * cols >= TARGET.stream_bytes
    for y in range(rows):
        _held_row(depth, kept, age, y, to, cols, invalid, limit, ramp)
        here, under = address_of(frame, y), address_of(bg, y)
        blend_run(here, to, under, address_of(out, y), cols, streaming)
    fence()


@kernel(PLANE16, OUT_PLANE, FRAME, FRAME, OUT_FRAME, SCRATCH, INT, INT, INT, INT)
def aged_composite(
    kept: Any,
    age: Any,
    frame: Any,
    bg: Any,
    out: Any,
    scratch: Any,
    near: Any,
    far: Any,
    soft: Any,
    limit: Any,
) -> None:
    """`out` is the frame over `bg` by the matte that `aged_matte` makes; rows must be packed."""
    rows, cols, _ = out.shape
    ramp, to = _ramp_of(near, far, soft), address_of(scratch, 0)
    streaming = 13 * rows * cols >= TARGET.stream_bytes
    for y in range(rows):
        _aged_row(kept, age, y, to, cols, limit, ramp)
        here, under = address_of(frame, y), address_of(bg, y)
        blend_run(here, to, under, address_of(out, y), cols, streaming)
    fence()
