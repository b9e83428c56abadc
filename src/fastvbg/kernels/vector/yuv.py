"""The operations on pairs of planar YUV 4:2:0 rows, in explicit vectors.

Each step loads all it needs before it stores, so output rows may be input rows exactly, and at an
odd height the last row may stand for both rows of its pair.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.planes import (
    coverage_i420,
    coverage_nv12,
    load_few_i420,
    load_few_nv12,
    load_i420,
    load_nv12,
    load_two,
    load_two_few,
    mix_i420,
    mix_nv12,
    moved_i420,
    moved_nv12,
    select_i420,
    select_nv12,
    store_few_i420,
    store_few_nv12,
    store_i420,
    store_nv12,
    stream_i420,
    stream_nv12,
    weights_of,
)


@inline
def composite_i420_rows(
    prev: Any,
    next: Any,
    bg: Any,
    out: Any,
    count: Any,
    weights: Any,
    threshold: Any,
    streaming: Any,
) -> None:
    """Write `next` where it moved since `prev`, else `bg`."""
    scales = weights_of(weights, threshold)
    i = 0
    if streaming:
        while i + LANES <= count:
            n = load_i420(next, i)
            moved = moved_i420(load_i420(prev, i), n, scales)
            stream_i420(out, i, select_i420(moved, n, load_i420(bg, i)))
            i += LANES
    while i + LANES <= count:
        n = load_i420(next, i)
        moved = moved_i420(load_i420(prev, i), n, scales)
        store_i420(out, i, select_i420(moved, n, load_i420(bg, i)))
        i += LANES
    few = count - i
    if few > 0:
        n = load_few_i420(next, i, few)
        moved = moved_i420(load_few_i420(prev, i, few), n, scales)
        store_few_i420(out, i, few, select_i420(moved, n, load_few_i420(bg, i, few)))


@inline
def composite_nv12_rows(
    prev: Any,
    next: Any,
    bg: Any,
    out: Any,
    count: Any,
    weights: Any,
    threshold: Any,
    streaming: Any,
) -> None:
    """Write `next` where it moved since `prev`, else `bg`."""
    scales = weights_of(weights, threshold)
    i = 0
    if streaming:
        while i + LANES <= count:
            n = load_nv12(next, i)
            moved = moved_nv12(load_nv12(prev, i), n, scales)
            stream_nv12(out, i, select_nv12(moved, n, load_nv12(bg, i)))
            i += LANES
    while i + LANES <= count:
        n = load_nv12(next, i)
        moved = moved_nv12(load_nv12(prev, i), n, scales)
        store_nv12(out, i, select_nv12(moved, n, load_nv12(bg, i)))
        i += LANES
    few = count - i
    if few > 0:
        n = load_few_nv12(next, i, few)
        moved = moved_nv12(load_few_nv12(prev, i, few), n, scales)
        store_few_nv12(out, i, few, select_nv12(moved, n, load_few_nv12(bg, i, few)))


@inline
def blend_i420_rows(
    frame: Any, upper: Any, lower: Any, bg: Any, out: Any, count: Any, streaming: Any
) -> None:
    """Lay `frame` over `bg` by two rows of a matte."""
    i = 0
    if streaming:
        while i + LANES <= count:
            coverage = coverage_i420(load_two(upper, lower, i))
            stream_i420(out, i, mix_i420(coverage, load_i420(frame, i), load_i420(bg, i)))
            i += LANES
    while i + LANES <= count:
        coverage = coverage_i420(load_two(upper, lower, i))
        store_i420(out, i, mix_i420(coverage, load_i420(frame, i), load_i420(bg, i)))
        i += LANES
    few = count - i
    if few > 0:
        coverage = coverage_i420(load_two_few(upper, lower, i, few))
        mixed = mix_i420(coverage, load_few_i420(frame, i, few), load_few_i420(bg, i, few))
        store_few_i420(out, i, few, mixed)


@inline
def blend_nv12_rows(
    frame: Any, upper: Any, lower: Any, bg: Any, out: Any, count: Any, streaming: Any
) -> None:
    """Lay `frame` over `bg` by two rows of a matte."""
    i = 0
    if streaming:
        while i + LANES <= count:
            coverage = coverage_nv12(load_two(upper, lower, i))
            stream_nv12(out, i, mix_nv12(coverage, load_nv12(frame, i), load_nv12(bg, i)))
            i += LANES
    while i + LANES <= count:
        coverage = coverage_nv12(load_two(upper, lower, i))
        store_nv12(out, i, mix_nv12(coverage, load_nv12(frame, i), load_nv12(bg, i)))
        i += LANES
    few = count - i
    if few > 0:
        coverage = coverage_nv12(load_two_few(upper, lower, i, few))
        mixed = mix_nv12(coverage, load_few_nv12(frame, i, few), load_few_nv12(bg, i, few))
        store_few_nv12(out, i, few, mixed)
