"""Kernels over frames of three and four bytes a pixel; `tensors` and `layouts` take all others."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import FOUR, OPAQUE, PACKED, row_of
from fastvbg.kernels._memory import address_of, packed
from fastvbg.kernels.composite import layouts, loops, tensors
from fastvbg.kernels.vector.fours_runs import (
    SPARE,
    blend_fours_run,
    composite_fours_run,
    convert_fours_run,
    motion_mask_fours_run,
)


@inline
def _fits(frame: Any) -> Any:
    return row_of(frame, 0, 0)[1] in (PACKED, FOUR, OPAQUE)


@inline
def _size(frame: Any) -> Any:
    return frame.strides[1]


@inline
def _spare(frame: Any, row: Any) -> Any:
    return SPARE


_LAYOUT = loops.Layout("composite.fours", _fits, _fits, packed, row_of, address_of, _size, _spare)
composite = loops.composite(_LAYOUT, composite_fours_run, tensors.composite)
motion_mask = loops.motion_mask(_LAYOUT, motion_mask_fours_run, tensors.motion_mask)
blend = loops.blend(_LAYOUT, blend_fours_run, tensors.blend)
convert = loops.convert(_LAYOUT, convert_fours_run, layouts.convert)
