"""Blend by a soft matte on planes of 8 or up to 16 bits, chroma of any usual subsampling.

Besides the package's contract: the samples of a row are consecutive in memory, chroma is halved
across (`shift_x` 1), or across and down (`shift_y` 1 too), or not at all. The arithmetic is that of
`reference.planes.blend_plane`.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels.planes_any import OUT_PLANE16, PLANE16, samples16

_ONE, _TWO = np.uint64(1), np.uint64(2)
_FULL, _HALF = np.uint32(255), np.uint32(127)


@inline
def _over(coverage: Any, frame: Any, bg: Any) -> Any:
    """Return a sample over another: `v / 255` rounded half up, and 255 being odd no half occurs."""
    a = np.uint32(coverage)
    return (a * np.uint32(frame) + (_FULL - a) * np.uint32(bg) + _HALF) // _FULL


@inline
def _mean(upper: Any, lower: Any, left: Any, right: Any) -> Any:
    """Return the mean of four samples of a matte, rounded half up."""
    total = np.uint32(upper[left]) + np.uint32(upper[right])
    total += np.uint32(lower[left]) + np.uint32(lower[right])
    return (total + np.uint32(2)) >> np.uint32(2)


@inline
def _blend_row(matte: Any, frame: Any, bg: Any, out: Any, count: Any) -> None:
    for x in range(np.uint64(count)):
        out[x] = _over(matte[x], frame[x], bg[x])


@inline
def _blend_halved_row(upper: Any, lower: Any, frame: Any, bg: Any, out: Any, cols: Any) -> None:
    """Blend chroma; `lower` is `upper` where chroma is halved across only, or at an odd edge."""
    pairs = np.uint64(cols >> 1)
    for c in range(pairs):
        out[c] = _over(_mean(upper, lower, _TWO * c, _TWO * c + _ONE), frame[c], bg[c])
    if cols & 1:
        last = _TWO * pairs
        out[pairs] = _over(_mean(upper, lower, last, last), frame[pairs], bg[pairs])


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT)
def blend_u8(matte: Any, frame: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    """`out` is `frame` over `bg` by the matte's mean over each sample."""
    height, cols = matte.shape
    rows, count = out.shape
    for y in range(rows):
        upper = y << shift_y
        lower = min(upper + shift_y, height - 1)
        new = bytes_at(address_of(frame, y), count)
        old = bytes_at(address_of(bg, y), count)
        row = bytes_at(address_of(out, y), count)
        above = bytes_at(address_of(matte, upper), cols)
        if shift_x or shift_y:  # a picture of one column is halved downward only
            below = bytes_at(address_of(matte, lower), cols)
            _blend_halved_row(above, below, new, old, row, cols)
        else:
            _blend_row(above, new, old, row, count)


@kernel(PLANE, PLANE16, PLANE16, OUT_PLANE16, INT, INT)
def blend_u16(matte: Any, frame: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    """`out` is `frame` over `bg` by the matte's mean over each sample."""
    height, cols = matte.shape
    rows, count = out.shape
    for y in range(rows):
        upper = y << shift_y
        lower = min(upper + shift_y, height - 1)
        new = samples16(address_of(frame, y), count)
        old = samples16(address_of(bg, y), count)
        row = samples16(address_of(out, y), count)
        above = bytes_at(address_of(matte, upper), cols)
        if shift_x or shift_y:  # a picture of one column is halved downward only
            below = bytes_at(address_of(matte, lower), cols)
            _blend_halved_row(above, below, new, old, row, cols)
        else:
            _blend_row(above, new, old, row, count)
