"""The planar kernels in plain loops, sample by sample: the portable variant, and any strides.

They write all of `out`; a map of what of it is background is cleared.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.constants import YUV_SHIFT, YUV_UNIT
from fastvbg.kernels._jit import inline
from fastvbg.kernels.composite import planar_forms
from fastvbg.kernels.composite.planar_forms import I420, NV12
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


@inline
def _composite_i420(sources: Any, out: Any, known: Any, gray: Any, whole: Any) -> None:
    prev, next, bg = sources
    forget(known)
    _composite(prev, next, bg, out, gray[0], gray[1])


@inline
def _composite_nv12(sources: Any, out: Any, known: Any, gray: Any, whole: Any) -> None:
    prev, next, bg = sources
    parts = _parted(prev), _parted(next), _parted(bg)
    _composite_i420(parts, _parted(out), known, gray, whole)


@inline
def _blend_i420(sources: Any, out: Any, known: Any, matte: Any, whole: Any) -> None:
    frame, bg = sources
    forget(known)
    _blend(frame, matte, bg, out)


@inline
def _blend_nv12(sources: Any, out: Any, known: Any, matte: Any, whole: Any) -> None:
    frame, bg = sources
    _blend_i420((_parted(frame), _parted(bg)), _parted(out), known, matte, whole)


composite_i420 = planar_forms.composite("strided_planar", I420, _composite_i420)
composite_nv12 = planar_forms.composite("strided_planar", NV12, _composite_nv12)
blend_i420 = planar_forms.blend("strided_planar", I420, _blend_i420)
blend_nv12 = planar_forms.blend("strided_planar", NV12, _blend_nv12)
