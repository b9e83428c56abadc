"""Kernels over frames whose channels are planes of their own: tensors (3, H, W) as (H, W, 3).

`out` may be such a frame or packed pixels; `layouts` takes all others.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import PACKED, PLANES, row_of
from fastvbg.kernels._memory import address_of, packed
from fastvbg.kernels.composite import layouts, loops
from fastvbg.kernels.vector.tensors import (
    blend_tensors_run,
    composite_tensors_run,
    motion_mask_tensors_run,
)


@inline
def _planes(frame: Any) -> Any:
    return row_of(frame, 0, 0)[1] == PLANES


@inline
def _may_be_out(frame: Any) -> Any:
    return row_of(frame, 0, 0)[1] in (PLANES, PACKED)


@inline
def _size(frame: Any) -> Any:
    return 3


_LAYOUT = loops.Layout(
    "composite.tensors", _planes, _may_be_out, packed, row_of, address_of, _size, loops.no_spare
)
composite = loops.composite(_LAYOUT, composite_tensors_run, layouts.composite)
motion_mask = loops.motion_mask(_LAYOUT, motion_mask_tensors_run, layouts.motion_mask)
blend = loops.blend(_LAYOUT, blend_tensors_run, layouts.blend)
convert = layouts.convert
