"""Kernels over frames of three and four bytes a pixel; `tensors` and `layouts` take all others."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import FOUR, OPAQUE, PACKED, in_one, row_of
from fastvbg.kernels._memory import address_of, packed, stream_bytes
from fastvbg.kernels._runs import fence
from fastvbg.kernels.composite import layouts, tensors
from fastvbg.kernels.vector.fours_runs import (
    blend_fours_run,
    composite_fours_run,
    convert_fours_run,
    motion_mask_fours_run,
)


@inline
def _fits(frame: Any) -> Any:
    return row_of(frame, 0, 0)[1] in (PACKED, FOUR, OPAQUE)


@kernel(FRAME, FRAME, FRAME, OUT_FRAME, INT, INT, INT, fallback=tensors.composite)
def composite(
    prev: Any, next: Any, bg: Any, out: Any, threshold: Any, order: Any, whole: Any
) -> bool:
    """`out` is `next` where it differs from `prev` by more than `threshold`, elsewhere `bg`."""
    if not (_fits(prev) and _fits(next) and _fits(bg) and _fits(out)):
        return False
    rows, cols = out.shape[:2]
    pixel = prev.strides[1] + next.strides[1] + bg.strides[1] + out.strides[1]
    streaming = pixel * whole * cols >= stream_bytes()
    if in_one(prev) and in_one(next) and in_one(bg) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        composite_fours_run(
            row_of(prev, y, order),
            row_of(next, y, order),
            row_of(bg, y, order),
            row_of(out, y, order),
            cols,
            threshold,
            streaming,
        )
    fence()
    return True


@kernel(FRAME, FRAME, OUT_PLANE, INT, INT, INT, fallback=tensors.motion_mask)
def motion_mask(prev: Any, next: Any, out: Any, threshold: Any, order: Any, whole: Any) -> bool:
    """`out` is 255 where `next` differs from `prev` by more than `threshold`, elsewhere 0."""
    if not (_fits(prev) and _fits(next) and packed(out)):
        return False
    rows, cols = out.shape
    streaming = (prev.strides[1] + next.strides[1] + 1) * whole * cols >= stream_bytes()
    if in_one(prev) and in_one(next) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        motion_mask_fours_run(
            row_of(prev, y, order),
            row_of(next, y, order),
            address_of(out, y),
            cols,
            threshold,
            streaming,
        )
    fence()
    return True


@kernel(FRAME, PLANE, FRAME, OUT_FRAME, INT, fallback=tensors.blend)
def blend(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> bool:
    """`out` is `frame` over `bg` by `matte`."""
    if not (_fits(frame) and packed(matte) and _fits(bg) and _fits(out)):
        return False
    rows, cols = out.shape[:2]
    pixel = frame.strides[1] + bg.strides[1] + out.strides[1] + 1
    streaming = pixel * whole * cols >= stream_bytes()
    if in_one(frame) and in_one(bg) and in_one(out) and in_one(matte):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        blend_fours_run(
            row_of(frame, y, 0),
            address_of(matte, y),
            row_of(bg, y, 0),
            row_of(out, y, 0),
            cols,
            streaming,
        )
    fence()
    return True


@kernel(FRAME, OUT_FRAME, INT, fallback=layouts.convert)
def convert(frame: Any, out: Any, whole: Any) -> bool:
    """`out` is the frame."""
    if not (_fits(frame) and _fits(out)):
        return False
    rows, cols = out.shape[:2]
    streaming = (frame.strides[1] + out.strides[1]) * whole * cols >= stream_bytes()
    if in_one(frame) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        convert_fours_run(row_of(frame, y, 0), row_of(out, y, 0), cols, streaming)
    fence()
    return True
