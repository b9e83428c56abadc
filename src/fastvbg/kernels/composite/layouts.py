"""The kernels over frames of any layout: four channels, planes, reversed channels, all others."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import row_of, spare_of
from fastvbg.kernels._memory import address_of
from fastvbg.kernels._runs import (
    blend_any_run,
    composite_any_run,
    convert_any_run,
    motion_mask_any_run,
)
from fastvbg.kernels.composite import loops


@inline
def _any(array: Any) -> Any:
    return True


@inline
def _plane_row(plane: Any, row: Any) -> Any:
    return address_of(plane, row), plane.strides[1]


@inline
def _size(frame: Any) -> Any:
    return 0  # nothing is stored past the caches


@inline
def _spare(frame: Any, row: Any) -> Any:
    return spare_of(frame, row, 1)


_LAYOUT = loops.Layout("composite.layouts", _any, _any, _any, row_of, _plane_row, _size, _spare)
composite = loops.composite(_LAYOUT, composite_any_run)
motion_mask = loops.motion_mask(_LAYOUT, motion_mask_any_run)
blend = loops.blend(_LAYOUT, blend_any_run)
convert = loops.convert(_LAYOUT, convert_any_run)
