"""The kernels over frames of any strides: flipped, transposed, with channels reversed."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels.portable.bgr import over, weighted_bound, weighted_difference


@inline
def forget(known: Any) -> None:
    """Clear a map."""
    rows, blocks = known.shape
    for y in range(rows):
        for j in range(blocks):
            known[y, j] = 0


@kernel(FRAME, FRAME, FRAME, OUT_FRAME, INT, INT)
def composite(prev: Any, next: Any, bg: Any, out: Any, threshold: Any, whole: Any) -> None:
    """`out` is `next` where it differs from `prev` by more than `threshold`, elsewhere `bg`."""
    rows, cols, _ = out.shape
    bound = weighted_bound(threshold)
    for y in range(rows):
        for x in range(cols):
            b, g, r = next[y, x, 0], next[y, x, 1], next[y, x, 2]
            difference = weighted_difference(prev[y, x, 0], prev[y, x, 1], prev[y, x, 2], b, g, r)
            moved = difference >= bound
            bg_b, bg_g, bg_r = bg[y, x, 0], bg[y, x, 1], bg[y, x, 2]
            out[y, x, 0] = b if moved else bg_b
            out[y, x, 1] = g if moved else bg_g
            out[y, x, 2] = r if moved else bg_r


@kernel(OUT_FRAME, FRAME, FRAME, OUT_FRAME, OUT_PLANE, INT, INT)
def composite_kept(
    kept: Any, next: Any, bg: Any, out: Any, known: Any, threshold: Any, whole: Any
) -> None:
    """Do as `composite` does against `kept`, which becomes `next`; nothing is known after it."""
    rows, cols, _ = out.shape
    bound = weighted_bound(threshold)
    forget(known)
    for y in range(rows):
        for x in range(cols):
            b, g, r = next[y, x, 0], next[y, x, 1], next[y, x, 2]
            difference = weighted_difference(kept[y, x, 0], kept[y, x, 1], kept[y, x, 2], b, g, r)
            moved = difference >= bound
            bg_b, bg_g, bg_r = bg[y, x, 0], bg[y, x, 1], bg[y, x, 2]
            kept[y, x, 0], kept[y, x, 1], kept[y, x, 2] = b, g, r
            out[y, x, 0] = b if moved else bg_b
            out[y, x, 1] = g if moved else bg_g
            out[y, x, 2] = r if moved else bg_r


@kernel(FRAME, FRAME, OUT_PLANE, INT, INT)
def motion_mask(prev: Any, next: Any, out: Any, threshold: Any, whole: Any) -> None:
    """`out` is 255 where `next` differs from `prev` by more than `threshold`, elsewhere 0."""
    rows, cols = out.shape
    bound = weighted_bound(threshold)
    for y in range(rows):
        for x in range(cols):
            difference = weighted_difference(
                prev[y, x, 0],
                prev[y, x, 1],
                prev[y, x, 2],
                next[y, x, 0],
                next[y, x, 1],
                next[y, x, 2],
            )
            out[y, x] = np.uint8(255) if difference >= bound else np.uint8(0)


@kernel(FRAME, PLANE, FRAME, OUT_FRAME, INT)
def blend(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> None:
    """`out` is `frame` over `bg` by `matte`."""
    rows, cols, _ = out.shape
    for y in range(rows):
        for x in range(cols):
            a = matte[y, x]
            for c in range(3):
                out[y, x, c] = over(a, frame[y, x, c], bg[y, x, c])
