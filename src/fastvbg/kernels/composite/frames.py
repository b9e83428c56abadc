"""The kernels over frames whose rows are packed pixels; `others` takes the rest."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of, packed
from fastvbg.kernels._runs import blend_run, composite_run, motion_mask_run
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.composite import loops

if TARGET.variant != "vector":
    from fastvbg.kernels.composite import layouts as others
elif TARGET.x86:
    from fastvbg.kernels.composite import fours as others  # type: ignore[no-redef]
else:
    from fastvbg.kernels.composite import tensors as others  # type: ignore[no-redef]


@inline
def _row(frame: Any, row: Any, order: Any) -> Any:
    return address_of(frame, row), order


@inline
def _size(frame: Any) -> Any:
    return 3


@inline
def _composite(
    prev: Any, next: Any, bg: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    composite_run(prev[0], next[0], bg[0], out[0], count, threshold, out[1], streaming)


@inline
def _motion_mask(
    prev: Any, next: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    motion_mask_run(prev[0], next[0], out, count, threshold, next[1], streaming)


@inline
def _blend(
    frame: Any, matte: Any, bg: Any, out: Any, count: Any, spare: Any, streaming: Any
) -> None:
    blend_run(frame[0], matte, bg[0], out[0], count, streaming)


_LAYOUT = loops.Layout(
    "composite.frames", packed, packed, packed, _row, address_of, _size, loops.no_spare
)
composite = loops.composite(_LAYOUT, _composite, others.composite)
motion_mask = loops.motion_mask(_LAYOUT, _motion_mask, others.motion_mask)
blend = loops.blend(_LAYOUT, _blend, others.blend)
convert = others.convert
"""Packed pixels alone have no use for it."""
