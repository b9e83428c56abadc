"""The kernel behind `Compositor` over frames of any strides: mirrored, every other column."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, inline, kernel
from fastvbg.kernels.portable.bgr import weighted_bound, weighted_difference


@inline
def forget(known: Any) -> None:
    """Clear a map."""
    rows, blocks = known.shape
    for y in range(rows):
        for j in range(blocks):
            known[y, j] = 0


@kernel(OUT_FRAME, FRAME, FRAME, OUT_FRAME, OUT_PLANE, INT, INT, INT)
def composite_kept(
    kept: Any,
    next: Any,
    bg: Any,
    out: Any,
    known: Any,
    threshold: Any,
    order: Any,
    whole: Any,
) -> None:
    """Do as `composite` does against `kept`, which becomes `next`; nothing is known after it."""
    rows, cols, _ = out.shape
    bound = weighted_bound(threshold)
    forget(known)
    for y in range(rows):
        for x in range(cols):
            b, g, r = next[y, x, 0], next[y, x, 1], next[y, x, 2]
            old = kept[y, x, 0], kept[y, x, 1], kept[y, x, 2]
            difference = weighted_difference(old[0], old[1], old[2], b, g, r, order)
            moved = difference >= bound
            bg_b, bg_g, bg_r = bg[y, x, 0], bg[y, x, 1], bg[y, x, 2]
            kept[y, x, 0], kept[y, x, 1], kept[y, x, 2] = b, g, r
            out[y, x, 0] = b if moved else bg_b
            out[y, x, 1] = g if moved else bg_g
            out[y, x, 2] = r if moved else bg_r
