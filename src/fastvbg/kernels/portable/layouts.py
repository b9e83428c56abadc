"""The operations on runs of pixels of any layout, one pixel at a time; `_layouts` describes rows.

`spare` is for the explicit vectors' sake.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at
from fastvbg.kernels.keying.evidence import tint_limits
from fastvbg.kernels.portable.bgr import (
    keyspace_of,
    over,
    weighted_bound,
    weighted_difference,
)
from fastvbg.kernels.portable.keyers import (
    chroma_planes_run,
    cleared_pixel,
    plate_planes_run,
    strength_run,
)

SPARE = 0


@inline
def _pixel(row: Any, i: Any) -> Any:
    """Return blue, green and red of pixel `i` of a row."""
    at, apart = row[0] + i * row[2], row[3]
    return bytes_at(at, 1)[0], bytes_at(at + apart, 1)[0], bytes_at(at + 2 * apart, 1)[0]


@inline
def _write(row: Any, i: Any, blue: Any, green: Any, red: Any) -> None:
    at, apart, fourth = row[0] + i * row[2], row[3], row[4]
    bytes_at(at, 1)[0] = blue
    bytes_at(at + apart, 1)[0] = green
    bytes_at(at + 2 * apart, 1)[0] = red
    if fourth:
        bytes_at(at + fourth, 1)[0] = 255


@inline
def composite_any_run(
    prev: Any, next: Any, bg: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    """Write `next` where it differs from `prev` by more than `threshold`, else `bg`."""
    bound = weighted_bound(threshold)
    for i in range(count):
        old, (b, g, r) = _pixel(prev, i), _pixel(next, i)
        if weighted_difference(old[0], old[1], old[2], b, g, r, 0) < bound:
            b, g, r = _pixel(bg, i)
        _write(out, i, b, g, r)


@inline
def motion_mask_any_run(
    prev: Any, next: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    """Write 255 where `next` differs by more than `threshold`, else 0.

    `out` is an address, and how far apart the bytes there are; so is a matte.
    """
    at, step = out
    bound = weighted_bound(threshold)
    for i in range(count):
        old, (b, g, r) = _pixel(prev, i), _pixel(next, i)
        changed = weighted_difference(old[0], old[1], old[2], b, g, r, 0) >= bound
        bytes_at(at + i * step, 1)[0] = np.uint8(255) if changed else np.uint8(0)


@inline
def blend_any_run(
    frame: Any, matte: Any, bg: Any, out: Any, count: Any, spare: Any, streaming: Any
) -> None:
    """Lay `frame` over `bg` by a matte."""
    start, step = matte
    for i in range(count):
        a = bytes_at(start + i * step, 1)[0]
        (b, g, r), under = _pixel(frame, i), _pixel(bg, i)
        _write(out, i, over(a, b, under[0]), over(a, g, under[1]), over(a, r, under[2]))


@inline
def convert_any_run(frame: Any, out: Any, count: Any, spare: Any, streaming: Any) -> None:
    """Write pixels of one layout in another."""
    for i in range(count):
        b, g, r = _pixel(frame, i)
        _write(out, i, b, g, r)


@inline
def keyspace_any_run(row: Any, y: Any, u: Any, v: Any, count: Any, spare: Any) -> None:
    """Write Y, U and V of pixels."""
    ys, us, vs = bytes_at(y, count), bytes_at(u, count), bytes_at(v, count)
    for i in range(np.uint64(count)):
        b, g, r = _pixel(row, np.int64(i))
        ys[i], us[i], vs[i] = keyspace_of(b, g, r, 0)


@inline
def despill_any_run(
    row: Any,
    planes: Any,
    matte: Any,
    out: Any,
    count: Any,
    direction: Any,
    tints: Any,
    spare: Any,
) -> None:
    """Write pixels without their spill, or as they are where the matte is 0."""
    tint = tint_limits(tints)
    y, u, v, spill = planes
    keyspace_any_run(row, y, u, v, count, spare)
    strength_run(u, v, spill, count, direction)
    coverage, key = bytes_at(matte, count), bytes_at(spill, count)
    for i in range(np.uint64(count)):
        amount = key[i] if coverage[i] else np.uint8(0)
        b, g, r = cleared_pixel(_pixel(row, np.int64(i)), amount, tint)
        _write(out, np.int64(i), b, g, r)


@inline
def over_run(
    row: Any, matte: Any, bg: Any, out: Any, count: Any, spare: Any, streaming: Any
) -> None:
    """Lay pixels over others by a matte."""
    blend_any_run(row, (matte, 1), bg, out, count, spare, streaming)


@inline
def plate_any_run(
    row: Any,
    planes: Any,
    plate: Any,
    step: Any,
    out: Any,
    count: Any,
    options: Any,
    soon: Any,
    spare: Any,
) -> None:
    """Write the matte of pixels before the rows of a plate; `planes` are three runs of scratch."""
    y, u, v = planes
    keyspace_any_run(row, y, u, v, count, spare)
    plate_planes_run(y, u, v, plate, step, out, count, options)


@inline
def chroma_any_run(
    row: Any, planes: Any, reach: Any, out: Any, spill: Any, count: Any, options: Any, spare: Any
) -> None:
    """Write the matte of pixels, and the strength of the key in them; `planes` are scratch."""
    y, u, v = planes
    keyspace_any_run(row, y, u, v, count, spare)
    chroma_planes_run(u, v, reach, out, spill, count, options)


@inline
def chroma_over_run(
    row: Any, planes: Any, reach: Any, bg: Any, out: Any, count: Any, how: Any, ends: Any
) -> None:
    """Lay pixels without their spill over others by their matte; `planes` are scratch.

    `how` holds the keyer's options and the tints; `ends` the spare pixels, and whether to stream.
    """
    tint = tint_limits(how[1])
    y, u, v, matte, spill = planes
    chroma_any_run(row, (y, u, v), reach, matte, spill, count, how[0], ends[0])
    coverage, key = bytes_at(matte, count), bytes_at(spill, count)
    for i in range(np.uint64(count)):
        a, at = coverage[i], np.int64(i)
        b, g, r = cleared_pixel(_pixel(row, at), key[i], tint)
        under = _pixel(bg, at)
        _write(out, at, over(a, b, under[0]), over(a, g, under[1]), over(a, r, under[2]))
