"""The operations on pairs of planar YUV 4:2:0 rows, in explicit vectors.

Each step loads all it needs before it stores, so output rows may be input rows exactly, and at an
odd height the last row may stand for both rows of its pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.planes import (
    I420_FORM,
    NV12_FORM,
    load_two,
    load_two_few,
    weights_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.kernels.vector.planes import Form


@inline
def _may_stay(known: Any, place: Any, bare: Any) -> Any:
    """Tell whether a block is background and was, and note whether it is.

    `known` is the address of a map of the whole blocks in these rows, or 0.
    """
    if known == 0:
        return False
    is_background = bytes_at(known + place // LANES, 1)
    there = is_background[0]
    is_background[0] = bare
    return bool(bare & (there != 0))


def _composite_rows(form: Form) -> Callable[..., None]:
    """Make the function that writes `next` where it moved since `prev`, else `bg`."""
    load, load_few, moved, select = form.load, form.load_few, form.moved, form.select
    store, store_few, stream, bare = form.store, form.store_few, form.stream, form.bare

    @inline
    def composite_rows(
        prev: Any,
        next: Any,
        bg: Any,
        out: Any,
        known: Any,
        count: Any,
        weights: Any,
        threshold: Any,
        streaming: Any,
    ) -> None:
        scales = weights_of(weights, threshold)
        i = 0
        while i + LANES <= count:
            n = load(next, i)
            chosen = moved(load(prev, i), n, scales)
            if not _may_stay(known, i, bare(chosen)):
                block = select(chosen, n, load(bg, i))
                if streaming:
                    stream(out, i, block)
                else:
                    store(out, i, block)
            i += LANES
        few = count - i
        if few > 0:
            n = load_few(next, i, few)
            chosen = moved(load_few(prev, i, few), n, scales)
            store_few(out, i, few, select(chosen, n, load_few(bg, i, few)))

    return composite_rows


def _blend_rows(form: Form) -> Callable[..., None]:
    """Make the function that lays `frame` over `bg` by two rows of a matte."""
    load, load_few, coverage, mix = form.load, form.load_few, form.coverage, form.mix
    store, store_few, stream, bare = form.store, form.store_few, form.stream, form.bare

    @inline
    def blend_rows(
        frame: Any,
        upper: Any,
        lower: Any,
        bg: Any,
        out: Any,
        known: Any,
        count: Any,
        streaming: Any,
    ) -> None:
        i = 0
        while i + LANES <= count:
            covered = coverage(load_two(upper, lower, i))
            if not _may_stay(known, i, bare(covered)):
                block = mix(covered, load(frame, i), load(bg, i))
                if streaming:
                    stream(out, i, block)
                else:
                    store(out, i, block)
            i += LANES
        few = count - i
        if few > 0:
            covered = coverage(load_two_few(upper, lower, i, few))
            mixed = mix(covered, load_few(frame, i, few), load_few(bg, i, few))
            store_few(out, i, few, mixed)

    return blend_rows


composite_i420_rows, blend_i420_rows = _composite_rows(I420_FORM), _blend_rows(I420_FORM)
composite_nv12_rows, blend_nv12_rows = _composite_rows(NV12_FORM), _blend_rows(NV12_FORM)
