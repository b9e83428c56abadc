"""The operations on pairs of planar YUV 4:2:0 rows, in explicit vectors.

Each step loads all it needs before it stores, so output rows may be input rows exactly, and at an
odd height the last row may stand for both rows of its pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.planes import (
    AHEAD,
    I420_FORM,
    NV12_FORM,
    load_two,
    load_two_few,
    weights_of,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.kernels.vector.planes import Form

_WHOLE = -2 * LANES  # a mask: two blocks are stored at a stretch, from a cache line's start on


def _composite_rows(form: Form) -> Callable[..., None]:
    """Make the function that writes `next` where it moved since `prev`, else `bg`."""
    ahead, load, load_few = form.ahead, form.load, form.load_few
    moved, select = form.moved, form.select
    store, store_few, stream_two = form.store, form.store_few, form.stream_two

    @inline
    def composite_rows(
        prev: Any,
        next: Any,
        bg: Any,
        out: Any,
        count: Any,
        weights: Any,
        threshold: Any,
        streaming: Any,
    ) -> None:
        scales = weights_of(weights, threshold)
        distance = AHEAD if count > 2 * AHEAD else count
        i = 0
        while i + LANES <= count:
            last = i + 2 * LANES + distance > count
            end = count if last else (count - distance) & _WHOLE
            p, q = ahead(prev, count, distance, last), ahead(next, count, distance, last)
            b = ahead(bg, count, distance, last)
            if streaming:
                while i + 2 * LANES <= end:
                    n, m = load(q, i), load(q, i + LANES)
                    first = select(moved(load(p, i), n, scales), n, load(b, i))
                    changed = moved(load(p, i + LANES), m, scales)
                    stream_two(out, i, first, select(changed, m, load(b, i + LANES)))
                    i += 2 * LANES
            while i + LANES <= end:
                n = load(q, i)
                store(out, i, select(moved(load(p, i), n, scales), n, load(b, i)))
                i += LANES
        few = count - i
        if few > 0:
            n = load_few(next, i, few)
            chosen = moved(load_few(prev, i, few), n, scales)
            store_few(out, i, few, select(chosen, n, load_few(bg, i, few)))

    return composite_rows


def _blend_rows(form: Form) -> Callable[..., None]:
    """Make the function that lays `frame` over `bg` by two rows of a matte."""
    ahead, load, load_few = form.ahead, form.load, form.load_few
    coverage, mix = form.coverage, form.mix
    store, store_few, stream_two = form.store, form.store_few, form.stream_two

    @inline
    def blend_rows(
        frame: Any, upper: Any, lower: Any, bg: Any, out: Any, count: Any, streaming: Any
    ) -> None:
        distance = AHEAD if count > 2 * AHEAD else count
        i = 0
        while i + LANES <= count:
            last = i + 2 * LANES + distance > count
            end = count if last else (count - distance) & _WHOLE
            f, b = ahead(frame, count, distance, last), ahead(bg, count, distance, last)
            if streaming:
                while i + 2 * LANES <= end:
                    covered = coverage(load_two(upper, lower, i))
                    first = mix(covered, load(f, i), load(b, i))
                    covered = coverage(load_two(upper, lower, i + LANES))
                    second = mix(covered, load(f, i + LANES), load(b, i + LANES))
                    stream_two(out, i, first, second)
                    i += 2 * LANES
            while i + LANES <= end:
                covered = coverage(load_two(upper, lower, i))
                store(out, i, mix(covered, load(f, i), load(b, i)))
                i += LANES
        few = count - i
        if few > 0:
            covered = coverage(load_two_few(upper, lower, i, few))
            mixed = mix(covered, load_few(frame, i, few), load_few(bg, i, few))
            store_few(out, i, few, mixed)

    return blend_rows


composite_i420_rows, blend_i420_rows = _composite_rows(I420_FORM), _blend_rows(I420_FORM)
composite_nv12_rows, blend_nv12_rows = _composite_rows(NV12_FORM), _blend_rows(NV12_FORM)
