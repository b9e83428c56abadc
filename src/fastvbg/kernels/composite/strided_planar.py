"""The planar kernels in plain loops, sample by sample: the portable variant, and any strides.

They write all of `out`; a map of what of it is background is cleared.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import YUV_SHIFT, YUV_UNIT
from fastvbg.kernels._jit import (
    FRAME,
    INT,
    OUT_FRAME,
    OUT_PLANE,
    PLANE,
    YUV_WEIGHTS,
    inline,
    kernel,
)
from fastvbg.kernels._planes import OUT_PLANES, PLANES
from fastvbg.kernels.composite.strided import forget
from fastvbg.kernels.portable.bgr import over


@inline
def _scaled(weight: Any, difference: Any) -> Any:
    return (weight * difference + (1 << (YUV_SHIFT - 1))) >> YUV_SHIFT


@inline
def _composite(prev: Any, next: Any, bg: Any, out: Any, weights: Any, threshold: Any) -> None:
    (prev_y, prev_u, prev_v), (next_y, next_u, next_v) = prev, next
    (bg_y, bg_u, bg_v), (out_y, out_u, out_v) = bg, out
    low, high, red_y, red_v, green_y, green_u, green_v, blue_y, blue_u = weights
    rows, cols = out_y.shape
    bound = threshold * YUV_UNIT + YUV_UNIT // 2
    for cy in range(out_u.shape[0]):
        for cx in range(out_u.shape[1]):
            u, v = next_u[cy, cx], next_v[cy, cx]
            du, dv = np.int64(u) - np.int64(prev_u[cy, cx]), np.int64(v) - np.int64(prev_v[cy, cx])
            red = _scaled(red_v, dv)
            green = _scaled(green_u, du) + _scaled(green_v, dv)
            blue = _scaled(blue_u, du)
            samples = 0
            moved = 0
            for y in range(2 * cy, min(2 * cy + 2, rows)):
                for x in range(2 * cx, min(2 * cx + 2, cols)):
                    before = min(max(np.int64(prev_y[y, x]), low), high)
                    dy = min(max(np.int64(next_y[y, x]), low), high) - before
                    gray = (
                        abs(_scaled(red_y, dy) + red)
                        + abs(_scaled(green_y, dy) + green)
                        + abs(_scaled(blue_y, dy) + blue)
                    )
                    samples += 1
                    if gray >= bound:
                        moved += 1
                        out_y[y, x] = next_y[y, x]
                    else:
                        out_y[y, x] = bg_y[y, x]
            foreground = 2 * moved >= samples
            bg_sample = bg_u[cy, cx], bg_v[cy, cx]
            out_u[cy, cx] = u if foreground else bg_sample[0]
            out_v[cy, cx] = v if foreground else bg_sample[1]


@inline
def _blend(frame: Any, matte: Any, bg: Any, out: Any) -> None:
    (frame_y, frame_u, frame_v), (bg_y, bg_u, bg_v), (out_y, out_u, out_v) = frame, bg, out
    rows, cols = out_y.shape
    for cy in range(out_u.shape[0]):
        for cx in range(out_u.shape[1]):
            samples = 0
            total = 0
            for y in range(2 * cy, min(2 * cy + 2, rows)):
                for x in range(2 * cx, min(2 * cx + 2, cols)):
                    a = matte[y, x]
                    samples += 1
                    total += a
                    out_y[y, x] = over(a, frame_y[y, x], bg_y[y, x])
            mean = (2 * total + samples) // (2 * samples)
            u = over(mean, frame_u[cy, cx], bg_u[cy, cx])
            v = over(mean, frame_v[cy, cx], bg_v[cy, cx])
            out_u[cy, cx] = u
            out_v[cy, cx] = v


@inline
def _parted(planes: Any) -> Any:
    """Return an NV12 frame as planes Y, U and V, on its own memory."""
    y, uv = planes
    return y, uv[:, :, 0], uv[:, :, 1]


NV12, OUT_NV12 = types.Tuple((PLANE, FRAME)), types.Tuple((OUT_PLANE, OUT_FRAME))


@kernel(*(PLANES,) * 3, OUT_PLANES, OUT_PLANE, YUV_WEIGHTS, INT, INT)
def composite_i420(
    prev: Any,
    next: Any,
    bg: Any,
    out: Any,
    known: Any,
    weights: Any,
    threshold: Any,
    whole: Any,
) -> None:
    """`out` is `next` where it moved since `prev`, elsewhere `bg`."""
    forget(known)
    _composite(prev, next, bg, out, weights, threshold)


@kernel(NV12, NV12, NV12, OUT_NV12, OUT_PLANE, YUV_WEIGHTS, INT, INT)
def composite_nv12(
    prev: Any,
    next: Any,
    bg: Any,
    out: Any,
    known: Any,
    weights: Any,
    threshold: Any,
    whole: Any,
) -> None:
    """`out` is `next` where it moved since `prev`, elsewhere `bg`."""
    forget(known)
    _composite(_parted(prev), _parted(next), _parted(bg), _parted(out), weights, threshold)


@kernel(PLANES, PLANE, PLANES, OUT_PLANES, OUT_PLANE, INT)
def blend_i420(frame: Any, matte: Any, bg: Any, out: Any, known: Any, whole: Any) -> None:
    """`out` is `frame` over `bg` by `matte`."""
    forget(known)
    _blend(frame, matte, bg, out)


@kernel(NV12, PLANE, NV12, OUT_NV12, OUT_PLANE, INT)
def blend_nv12(frame: Any, matte: Any, bg: Any, out: Any, known: Any, whole: Any) -> None:
    """`out` is `frame` over `bg` by `matte`."""
    forget(known)
    _blend(_parted(frame), matte, _parted(bg), _parted(out))
