"""Kernels over frames whose channels are planes of their own: tensors (3, H, W) as (H, W, 3).

`out` may be such a frame or packed pixels; `layouts` takes all others.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import PACKED, PLANES, in_one, row_of
from fastvbg.kernels._memory import address_of, packed, stream_bytes
from fastvbg.kernels._runs import fence
from fastvbg.kernels.composite import layouts
from fastvbg.kernels.vector.tensors import (
    blend_tensors_run,
    composite_tensors_run,
    motion_mask_tensors_run,
)

convert = layouts.convert


@inline
def _planes(frame: Any) -> Any:
    return row_of(frame, 0, 0)[1] == PLANES


@inline
def _may_be_out(frame: Any) -> Any:
    return row_of(frame, 0, 0)[1] in (PLANES, PACKED)


@kernel(FRAME, FRAME, FRAME, OUT_FRAME, INT, INT, INT, fallback=layouts.composite)
def composite(
    prev: Any, next: Any, bg: Any, out: Any, threshold: Any, order: Any, whole: Any
) -> bool:
    """`out` is `next` where it differs from `prev` by more than `threshold`, elsewhere `bg`."""
    if not (_planes(prev) and _planes(next) and _planes(bg) and _may_be_out(out)):
        return False
    rows, cols = out.shape[:2]
    streaming = 12 * whole * cols >= stream_bytes()
    if in_one(prev) and in_one(next) and in_one(bg) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        composite_tensors_run(
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


@kernel(FRAME, FRAME, OUT_PLANE, INT, INT, INT, fallback=layouts.motion_mask)
def motion_mask(prev: Any, next: Any, out: Any, threshold: Any, order: Any, whole: Any) -> bool:
    """`out` is 255 where `next` differs from `prev` by more than `threshold`, elsewhere 0."""
    if not (_planes(prev) and _planes(next) and packed(out)):
        return False
    rows, cols = out.shape
    if in_one(prev) and in_one(next) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        motion_mask_tensors_run(
            row_of(prev, y, order), row_of(next, y, order), address_of(out, y), cols, threshold
        )
    return True


@kernel(FRAME, PLANE, FRAME, OUT_FRAME, INT, fallback=layouts.blend)
def blend(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> bool:
    """`out` is `frame` over `bg` by `matte`."""
    if not (_planes(frame) and packed(matte) and _planes(bg) and _may_be_out(out)):
        return False
    rows, cols = out.shape[:2]
    streaming = 10 * whole * cols >= stream_bytes()
    if in_one(frame) and in_one(matte) and in_one(bg) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        blend_tensors_run(
            row_of(frame, y, 0),
            address_of(matte, y),
            row_of(bg, y, 0),
            row_of(out, y, 0),
            cols,
            streaming,
        )
    fence()
    return True
