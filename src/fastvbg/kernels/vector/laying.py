"""Rows of planes laid over others, in explicit vectors."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import BYTES, LANES, operation
from fastvbg.kernels.vector.arithmetic import all_are, mix_bytes
from fastvbg.kernels.vector.keyers import prefetch_row
from fastvbg.kernels.vector.memory import lead, load, load_few, store, store_few, stream

__all__ = ["lay_run"]


@operation(BYTES, BYTES, BYTES, BYTES)
def _mix(builder: Any, coverage: Any, frame: Any, bg: Any) -> Any:
    return mix_bytes(builder, coverage, frame, bg)


@inline
def _laid_over(coverage: Any, frame: Any, bg: Any) -> Any:
    """Return the samples at `frame` over those at `bg`; of most of a matte only one is read."""
    if all_are(coverage, 255):
        return load(frame)
    if all_are(coverage, 0):
        return load(bg)
    return _mix(coverage, load(frame), load(bg))


@inline
def lay_run(
    matte: Any,
    frame: Any,
    bg: Any,
    out: Any,
    count: Any,
    frame_ahead: Any,
    bg_ahead: Any,
    streaming: Any,
) -> None:
    """Lay samples over `bg` by a matte, and ask for those needed next, so many bytes on.

    The CPU's own prefetching loses its way between rows of ten arrays: with plain loops, which ask
    for nothing, the plate keyer's composite took 1.2 times as long at 1080p.
    """
    few = lead(out, count, streaming)
    i = 0
    while i < count:
        if few > 0:
            coverage = load_few(matte + i, few)
            mixed = _mix(coverage, load_few(frame + i, few), load_few(bg + i, few))
            store_few(out + i, few, mixed)
            i += few
        if streaming:
            while i + LANES <= count:
                prefetch_row(frame + i + frame_ahead)
                prefetch_row(bg + i + bg_ahead)
                stream(out + i, _laid_over(load(matte + i), frame + i, bg + i))
                i += LANES
        while i + LANES <= count:
            prefetch_row(frame + i + frame_ahead)
            prefetch_row(bg + i + bg_ahead)
            store(out + i, _laid_over(load(matte + i), frame + i, bg + i))
            i += LANES
        few = count - i
