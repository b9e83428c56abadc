"""A camera's 4:2:2 as 4:2:0 of limited range; `reference.camera` defines it.

Two rows of chroma become one, and full range becomes limited in the same pass: the sum of two
samples is scaled once, so nothing is rounded twice. Sizes are even.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels._rows import copy_row
from fastvbg.kernels.keying.narrow import down_by, plus, times

_ONE, _TWO, _FOUR = np.uint64(1), np.uint64(2), np.uint64(4)
_W = np.uint16


@inline
def _by_255(value: Any) -> Any:
    """Return `value // 255`, exact to 65278."""
    return down_by(plus(plus(value, _W(1)), down_by(value, _W(8))), _W(8))


@inline
def _luma(sample: Any) -> Any:
    """Return `16 + round(219 * sample / 255)`."""
    return np.uint8(plus(_W(16), _by_255(plus(times(_W(sample), _W(219)), _W(127)))))


@inline
def _mean(one: Any, other: Any) -> Any:
    """Return the mean of two samples, halves upward."""
    return np.uint8(down_by(plus(plus(_W(one), _W(other)), _W(1)), _W(1)))


@inline
def _chroma(one: Any, other: Any) -> Any:
    """Return `128 + round(224 * (mean - 128) / 255)`: 4095 is 255 * 128 - 112 * 256 + 127."""
    return np.uint8(_by_255(plus(times(plus(_W(one), _W(other)), _W(112)), _W(4095))))


@inline
def _row(plane: Any, row: Any, count: Any) -> Any:
    return bytes_at(address_of(plane, row), count)


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, OUT_PLANE, OUT_PLANE, INT)
def planes(y: Any, u: Any, v: Any, out_y: Any, out_u: Any, out_v: Any, full: Any) -> None:
    """Do so with planes of packed rows, chroma of half the width and the whole height.

    `out_y` may be `y`.
    """
    rows, cols = y.shape
    half = cols // 2
    in_place = address_of(y, 0) == address_of(out_y, 0)
    for row in range(rows):
        to = _row(out_y, row, cols)
        if not in_place:
            copy_row(address_of(y, row), address_of(out_y, row), cols)
        if full:
            # From itself, which stays vectors where a row is read and written in one place.
            for x in range(np.uint64(cols)):
                to[x] = _luma(to[x])
    for row in range(rows // 2):
        for k in range(2):
            upper = _row(u if k == 0 else v, 2 * row, half)
            lower = _row(u if k == 0 else v, 2 * row + 1, half)
            to = _row(out_u if k == 0 else out_v, row, half)
            if full:
                for x in range(np.uint64(half)):
                    to[x] = _chroma(upper[x], lower[x])
            else:
                for x in range(np.uint64(half)):
                    to[x] = _mean(upper[x], lower[x])


@kernel(PLANE, OUT_PLANE, OUT_PLANE, OUT_PLANE, INT, INT)
def pairs(samples: Any, out_y: Any, out_u: Any, out_v: Any, chroma_first: Any, full: Any) -> None:
    """Do so with packed samples, (H, 2 * W): Y U Y V, or with chroma first U Y V Y."""
    rows, cols = out_y.shape
    half = cols // 2
    first = np.uint64(1 if chroma_first else 0)
    second = first + _TWO
    blue = np.uint64(0 if chroma_first else 1)
    red = blue + _TWO
    for row in range(rows // 2):
        upper, lower = _row(samples, 2 * row, 2 * cols), _row(samples, 2 * row + 1, 2 * cols)
        top, bottom = _row(out_y, 2 * row, cols), _row(out_y, 2 * row + 1, cols)
        u, v = _row(out_u, row, half), _row(out_v, row, half)
        for x in range(np.uint64(half)):
            i, k = _FOUR * x, _TWO * x
            if full:
                top[k], top[k + _ONE] = _luma(upper[i + first]), _luma(upper[i + second])
                bottom[k], bottom[k + _ONE] = _luma(lower[i + first]), _luma(lower[i + second])
                u[x] = _chroma(upper[i + blue], lower[i + blue])
                v[x] = _chroma(upper[i + red], lower[i + red])
            else:
                top[k], top[k + _ONE] = upper[i + first], upper[i + second]
                bottom[k], bottom[k + _ONE] = lower[i + first], lower[i + second]
                u[x] = _mean(upper[i + blue], lower[i + blue])
                v[x] = _mean(upper[i + red], lower[i + red])
