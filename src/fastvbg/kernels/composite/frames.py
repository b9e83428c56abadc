"""The kernels over frames whose rows are packed pixels; `fours` and `layouts` take all others.

`order` is 0 for BGR and 1 for RGB; a blend is the same in both.

The arrays may be a band of a frame's rows. `whole` is how many rows the frame has: whether results
are stored past the caches goes by all that is read and written, whoever does the other bands.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, kernel
from fastvbg.kernels._memory import address_of, packed, stream_bytes
from fastvbg.kernels._runs import blend_run, composite_run, fence, motion_mask_run
from fastvbg.kernels._target import TARGET

if TARGET.variant != "vector":
    from fastvbg.kernels.composite import layouts as others
elif TARGET.x86:
    from fastvbg.kernels.composite import fours as others  # type: ignore[no-redef]
else:
    from fastvbg.kernels.composite import tensors as others  # type: ignore[no-redef]


convert = others.convert
"""`out` is the frame; packed pixels alone have no use for it."""


@kernel(FRAME, FRAME, FRAME, OUT_FRAME, INT, INT, INT, fallback=others.composite)
def composite(
    prev: Any, next: Any, bg: Any, out: Any, threshold: Any, order: Any, whole: Any
) -> bool:
    """`out` is `next` where it differs from `prev` by more than `threshold`, elsewhere `bg`."""
    if not (packed(prev) and packed(next) and packed(bg) and packed(out)):
        return False
    rows, cols, _ = out.shape
    streaming = 12 * whole * cols >= stream_bytes()
    step = 3 * cols
    if (
        prev.strides[0] == step
        and next.strides[0] == step
        and bg.strides[0] == step
        and out.strides[0] == step
    ):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        composite_run(
            address_of(prev, y),
            address_of(next, y),
            address_of(bg, y),
            address_of(out, y),
            cols,
            threshold,
            order,
            streaming,
        )
    fence()
    return True


@kernel(FRAME, FRAME, OUT_PLANE, INT, INT, INT, fallback=others.motion_mask)
def motion_mask(prev: Any, next: Any, out: Any, threshold: Any, order: Any, whole: Any) -> bool:
    """`out` is 255 where `next` differs from `prev` by more than `threshold`, elsewhere 0."""
    if not (packed(prev) and packed(next) and packed(out)):
        return False
    rows, cols = out.shape
    streaming = 7 * whole * cols >= stream_bytes()
    step = 3 * cols
    if prev.strides[0] == step and next.strides[0] == step and out.strides[0] == cols:
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        motion_mask_run(
            address_of(prev, y),
            address_of(next, y),
            address_of(out, y),
            cols,
            threshold,
            order,
            streaming,
        )
    fence()
    return True


@kernel(FRAME, PLANE, FRAME, OUT_FRAME, INT, fallback=others.blend)
def blend(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> bool:
    """`out` is `frame` over `bg` by `matte`."""
    if not (packed(frame) and packed(matte) and packed(bg) and packed(out)):
        return False
    rows, cols, _ = out.shape
    streaming = 10 * whole * cols >= stream_bytes()
    step = 3 * cols
    if (
        frame.strides[0] == step
        and matte.strides[0] == cols
        and bg.strides[0] == step
        and out.strides[0] == step
    ):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        blend_run(
            address_of(frame, y),
            address_of(matte, y),
            address_of(bg, y),
            address_of(out, y),
            cols,
            streaming,
        )
    fence()
    return True
