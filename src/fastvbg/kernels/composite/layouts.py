"""The kernels over frames of any layout: four channels, planes, channels reversed, and all others.

`order` is 0 for BGR and 1 for RGB. A fourth channel of an input is not looked at; one of `out` is
set to 255.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import FRAME, INT, OUT_FRAME, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._layouts import in_one, row_of
from fastvbg.kernels._memory import address_of
from fastvbg.kernels._runs import (
    blend_any_run,
    composite_any_run,
    convert_any_run,
    motion_mask_any_run,
)


@inline
def _spare(row: Any, rows: Any) -> Any:
    """Return how many pixels at a row's end may have no byte after them: of the outer rows, one."""
    return 1 if row in (0, rows - 1) else 0


@kernel(FRAME, FRAME, FRAME, OUT_FRAME, INT, INT, INT)
def composite(
    prev: Any, next: Any, bg: Any, out: Any, threshold: Any, order: Any, whole: Any
) -> None:
    """`out` is `next` where it differs from `prev` by more than `threshold`, elsewhere `bg`."""
    rows, cols = out.shape[:2]
    if in_one(prev) and in_one(next) and in_one(bg) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        composite_any_run(
            row_of(prev, y, order),
            row_of(next, y, order),
            row_of(bg, y, order),
            row_of(out, y, order),
            cols,
            threshold,
            _spare(y, rows),
        )


@kernel(FRAME, FRAME, OUT_PLANE, INT, INT, INT)
def motion_mask(prev: Any, next: Any, out: Any, threshold: Any, order: Any, whole: Any) -> None:
    """`out` is 255 where `next` differs from `prev` by more than `threshold`, elsewhere 0."""
    rows, cols = out.shape
    if in_one(prev) and in_one(next) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        motion_mask_any_run(
            row_of(prev, y, order),
            row_of(next, y, order),
            address_of(out, y),
            out.strides[1],
            cols,
            threshold,
            _spare(y, rows),
        )


@kernel(FRAME, PLANE, FRAME, OUT_FRAME, INT)
def blend(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> None:
    """`out` is `frame` over `bg` by `matte`."""
    rows, cols = out.shape[:2]
    if in_one(frame) and in_one(matte) and in_one(bg) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        blend_any_run(
            row_of(frame, y, 0),
            address_of(matte, y),
            matte.strides[1],
            row_of(bg, y, 0),
            row_of(out, y, 0),
            cols,
            _spare(y, rows),
        )


@kernel(FRAME, OUT_FRAME, INT)
def convert(frame: Any, out: Any, whole: Any) -> None:
    """`out` is the frame."""
    rows, cols = out.shape[:2]
    if in_one(frame) and in_one(out):
        rows, cols = 1 if rows else 0, rows * cols
    for y in range(rows):
        convert_any_run(row_of(frame, y, 0), row_of(out, y, 0), cols, _spare(y, rows))
