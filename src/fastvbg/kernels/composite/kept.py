"""The kernel behind `Compositor`: frame difference against a frame that the same pass keeps."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, kernel
from fastvbg.kernels._layouts import in_one
from fastvbg.kernels._memory import address_of, packed, stream_bytes
from fastvbg.kernels._runs import composite_kept_run, fence
from fastvbg.kernels.composite import strided


@kernel(
    OUT_FRAME, FRAME, FRAME, OUT_FRAME, OUT_PLANE, INT, INT, INT, fallback=strided.composite_kept
)
def composite(
    kept: Any,
    next: Any,
    bg: Any,
    out: Any,
    known: Any,
    threshold: Any,
    order: Any,
    whole: Any,
) -> bool:
    """`out` is `next` where it differs from `kept` by more than `threshold`, elsewhere `bg`.

    Then `kept` is `next`. `known` is a `plan.background_map` of `out`: what it says is background
    is not written again. It lasts for the same `out` and `bg`, and either while rows follow one
    another in all arrays, or while they do not in one. `order` is 0 for BGR and 1 for RGB.
    """
    if not (packed(kept) and packed(next) and packed(bg) and packed(out)):
        return False
    rows, cols, _ = out.shape
    streaming = 12 * whole * cols >= stream_bytes()
    flat = in_one(kept) and in_one(next) and in_one(bg) and in_one(out)
    if flat:
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        composite_kept_run(
            address_of(kept, y),
            address_of(next, y),
            address_of(bg, y),
            address_of(out, y),
            address_of(known, y),
            cols,
            threshold,
            order,
            streaming,
            streaming or flat,
        )
    fence()
    return True
