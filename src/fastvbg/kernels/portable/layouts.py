"""The operations on runs of pixels of any layout, one pixel at a time; `_layouts` describes rows.

`spare` is for the explicit vectors' sake.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at
from fastvbg.kernels.portable.bgr import over, weighted_bound, weighted_difference


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
    prev: Any, next: Any, bg: Any, out: Any, count: Any, threshold: Any, spare: Any
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
    prev: Any, next: Any, out: Any, step: Any, count: Any, threshold: Any, spare: Any
) -> None:
    """Write bytes `step` apart: 255 where `next` differs by more than `threshold`, else 0."""
    bound = weighted_bound(threshold)
    for i in range(count):
        old, (b, g, r) = _pixel(prev, i), _pixel(next, i)
        changed = weighted_difference(old[0], old[1], old[2], b, g, r, 0) >= bound
        bytes_at(out + i * step, 1)[0] = np.uint8(255) if changed else np.uint8(0)


@inline
def blend_any_run(
    frame: Any, matte: Any, step: Any, bg: Any, out: Any, count: Any, spare: Any
) -> None:
    """Lay `frame` over `bg` by a matte of bytes that lie `step` apart."""
    for i in range(count):
        a = bytes_at(matte + i * step, 1)[0]
        (b, g, r), under = _pixel(frame, i), _pixel(bg, i)
        _write(out, i, over(a, b, under[0]), over(a, g, under[1]), over(a, r, under[2]))


@inline
def convert_any_run(frame: Any, out: Any, count: Any, spare: Any) -> None:
    """Write pixels of one layout in another."""
    for i in range(count):
        b, g, r = _pixel(frame, i)
        _write(out, i, b, g, r)
