"""The planar kernels in explicit vectors, over planes whose rows are packed."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import INT, PLANE, YUV_WEIGHTS, inline, kernel
from fastvbg.kernels._memory import address_of, packed, packed_pairs
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.composite import strided_planar
from fastvbg.kernels.composite.strided_planar import I420, NV12, OUT_I420, OUT_NV12
from fastvbg.kernels.vector._types import HALF, LANES
from fastvbg.kernels.vector.memory import fence
from fastvbg.kernels.vector.yuv import (
    blend_i420_rows,
    blend_nv12_rows,
    composite_i420_rows,
    composite_nv12_rows,
)

STREAM_BYTES = TARGET.stream_bytes


@inline
def _i420_rows(luma: Any, u: Any, v: Any, upper: Any, lower: Any) -> Any:
    chroma = upper >> 1
    return (
        address_of(luma, upper),
        address_of(luma, lower),
        address_of(u, chroma),
        address_of(v, chroma),
    )


@inline
def _i420_source(luma: Any, u: Any, v: Any, upper: Any, lower: Any) -> Any:
    chroma = upper >> 1
    return (
        address_of(luma, upper),
        address_of(luma, lower),
        address_of(u, chroma),
        address_of(v, chroma),
        address_of(luma, upper + 2),
        address_of(luma, lower + 2),
        address_of(u, chroma + 1),
        address_of(v, chroma + 1),
    )


@inline
def _nv12_rows(luma: Any, uv: Any, upper: Any, lower: Any) -> Any:
    return address_of(luma, upper), address_of(luma, lower), address_of(uv, upper >> 1)


@inline
def _nv12_source(luma: Any, uv: Any, upper: Any, lower: Any) -> Any:
    return (
        address_of(luma, upper),
        address_of(luma, lower),
        address_of(uv, upper >> 1),
        address_of(luma, upper + 2),
        address_of(luma, lower + 2),
        address_of(uv, (upper >> 1) + 1),
    )


@kernel(
    *I420, *I420, *I420, *OUT_I420, YUV_WEIGHTS, INT, INT, fallback=strided_planar.composite_i420
)
def composite_i420(
    prev_y: Any,
    prev_u: Any,
    prev_v: Any,
    next_y: Any,
    next_u: Any,
    next_v: Any,
    bg_y: Any,
    bg_u: Any,
    bg_v: Any,
    out_y: Any,
    out_u: Any,
    out_v: Any,
    weights: Any,
    threshold: Any,
    whole: Any,
) -> bool:
    """`out` is `next` where it moved since `prev`, elsewhere `bg`."""
    if not (packed(prev_y) and packed(prev_u) and packed(prev_v)):
        return False
    if not (packed(next_y) and packed(next_u) and packed(next_v)):
        return False
    if not (packed(bg_y) and packed(bg_u) and packed(bg_v)):
        return False
    if not (packed(out_y) and packed(out_u) and packed(out_v)):
        return False
    rows, cols = out_y.shape
    large = 6 * whole * cols >= STREAM_BYTES
    for y in range(0, rows, 2):
        lower = y + 1 if y + 1 < rows else y
        out = _i420_rows(out_y, out_u, out_v, y, lower)
        streaming = (
            large
            and ((out[0] | out[1]) & (LANES - 1)) == 0
            and ((out[2] | out[3]) & (HALF - 1)) == 0
        )
        composite_i420_rows(
            _i420_source(prev_y, prev_u, prev_v, y, lower),
            _i420_source(next_y, next_u, next_v, y, lower),
            _i420_source(bg_y, bg_u, bg_v, y, lower),
            out,
            cols,
            weights,
            threshold,
            streaming,
        )
    fence()
    return True


@kernel(
    *NV12, *NV12, *NV12, *OUT_NV12, YUV_WEIGHTS, INT, INT, fallback=strided_planar.composite_nv12
)
def composite_nv12(
    prev_y: Any,
    prev_uv: Any,
    next_y: Any,
    next_uv: Any,
    bg_y: Any,
    bg_uv: Any,
    out_y: Any,
    out_uv: Any,
    weights: Any,
    threshold: Any,
    whole: Any,
) -> bool:
    """`out` is `next` where it moved since `prev`, elsewhere `bg`."""
    if not (packed(prev_y) and packed(next_y) and packed(bg_y) and packed(out_y)):
        return False
    if not (packed_pairs(prev_uv) and packed_pairs(next_uv)):
        return False
    if not (packed_pairs(bg_uv) and packed_pairs(out_uv)):
        return False
    rows, cols = out_y.shape
    large = 6 * whole * cols >= STREAM_BYTES
    for y in range(0, rows, 2):
        lower = y + 1 if y + 1 < rows else y
        out = _nv12_rows(out_y, out_uv, y, lower)
        streaming = large and ((out[0] | out[1] | out[2]) & (LANES - 1)) == 0
        composite_nv12_rows(
            _nv12_source(prev_y, prev_uv, y, lower),
            _nv12_source(next_y, next_uv, y, lower),
            _nv12_source(bg_y, bg_uv, y, lower),
            out,
            cols,
            weights,
            threshold,
            streaming,
        )
    fence()
    return True


@kernel(*I420, PLANE, *I420, *OUT_I420, INT, fallback=strided_planar.blend_i420)
def blend_i420(
    frame_y: Any,
    frame_u: Any,
    frame_v: Any,
    matte: Any,
    bg_y: Any,
    bg_u: Any,
    bg_v: Any,
    out_y: Any,
    out_u: Any,
    out_v: Any,
    whole: Any,
) -> bool:
    """`out` is `frame` over `bg` by `matte`."""
    if not (packed(frame_y) and packed(frame_u) and packed(frame_v) and packed(matte)):
        return False
    if not (packed(bg_y) and packed(bg_u) and packed(bg_v)):
        return False
    if not (packed(out_y) and packed(out_u) and packed(out_v)):
        return False
    rows, cols = out_y.shape
    large = 11 * whole * cols >= 2 * STREAM_BYTES
    for y in range(0, rows, 2):
        lower = y + 1 if y + 1 < rows else y
        out = _i420_rows(out_y, out_u, out_v, y, lower)
        streaming = (
            large
            and ((out[0] | out[1]) & (LANES - 1)) == 0
            and ((out[2] | out[3]) & (HALF - 1)) == 0
        )
        blend_i420_rows(
            _i420_source(frame_y, frame_u, frame_v, y, lower),
            address_of(matte, y),
            address_of(matte, lower),
            _i420_source(bg_y, bg_u, bg_v, y, lower),
            out,
            cols,
            streaming,
        )
    fence()
    return True


@kernel(*NV12, PLANE, *NV12, *OUT_NV12, INT, fallback=strided_planar.blend_nv12)
def blend_nv12(
    frame_y: Any,
    frame_uv: Any,
    matte: Any,
    bg_y: Any,
    bg_uv: Any,
    out_y: Any,
    out_uv: Any,
    whole: Any,
) -> bool:
    """`out` is `frame` over `bg` by `matte`."""
    if not (packed(frame_y) and packed(matte) and packed(bg_y) and packed(out_y)):
        return False
    if not (packed_pairs(frame_uv) and packed_pairs(bg_uv) and packed_pairs(out_uv)):
        return False
    rows, cols = out_y.shape
    large = 11 * whole * cols >= 2 * STREAM_BYTES
    for y in range(0, rows, 2):
        lower = y + 1 if y + 1 < rows else y
        out = _nv12_rows(out_y, out_uv, y, lower)
        streaming = large and ((out[0] | out[1] | out[2]) & (LANES - 1)) == 0
        blend_nv12_rows(
            _nv12_source(frame_y, frame_uv, y, lower),
            address_of(matte, y),
            address_of(matte, lower),
            _nv12_source(bg_y, bg_uv, y, lower),
            out,
            cols,
            streaming,
        )
    fence()
    return True
