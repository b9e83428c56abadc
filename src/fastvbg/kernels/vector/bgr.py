"""The operations on runs of BGR pixels, in explicit vectors.

Each step loads all it needs before it stores, so an output run may be an input run exactly. Pixels
that fill no vector, at the end and before streaming stores are aligned, go one by one: a last
vector moved back over pixels already written would read them replaced.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at, stay_scalar
from fastvbg.kernels.portable import (
    blend_pixel,
    composite_pixel,
    motion_mask_pixel,
    weighted_bound,
)
from fastvbg.kernels.vector import memory
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.arithmetic import words
from fastvbg.kernels.vector.memory import (
    load,
    load_pixels,
    prefetch_pixels,
    store,
    store_pixels,
    stream,
    stream_pixels,
)
from fastvbg.kernels.vector.pixels import (
    above,
    differences,
    mix_pixels,
    select_pixels,
    spread,
    weigh,
)

__all__ = ["blend_run", "composite_run", "finish", "motion_mask_run"]


@inline  # type: ignore[untyped-decorator]
def finish() -> None:
    """End a frame written by streaming stores."""
    memory.fence()


@inline  # type: ignore[untyped-decorator]
def _pixels_to_alignment(address: Any) -> Any:
    """Return how many pixels after `address` the next one lies on a multiple of `LANES`.

    3 * 43 = 129 is 1 modulo 64, 32 and 16, so 43 bytes' worth of pixels moves the address by one.
    """
    return (-address * 43) & (LANES - 1)


@inline  # type: ignore[untyped-decorator]
def _moved(prev: Any, next: Any, bound: Any) -> Any:
    return above(weigh(differences(prev, next)), bound)


@inline  # type: ignore[untyped-decorator]
def _composite(prev: Any, next: Any, bg: Any, bound: Any) -> Any:
    pixels = load_pixels(next)
    mask = spread(_moved(load_pixels(prev), pixels, bound))
    return select_pixels(mask, pixels, load_pixels(bg))


@inline  # type: ignore[untyped-decorator]
def _composite_few(
    prev: Any, next: Any, bg: Any, out: Any, start: Any, stop: Any, threshold: Any
) -> None:
    size = 3 * stop
    prev_run, next_run, bg_run = bytes_at(prev, size), bytes_at(next, size), bytes_at(bg, size)
    out_run = bytes_at(out, size)
    bound = weighted_bound(threshold)
    for i in range(np.uint64(start), np.uint64(stop)):
        stay_scalar()
        composite_pixel(prev_run, next_run, bg_run, out_run, i, bound)


@inline  # type: ignore[untyped-decorator]
def composite_run(
    prev: Any, next: Any, bg: Any, out: Any, count: Any, threshold: Any, streaming: Any
) -> None:
    """Write `next` where it differs from `prev` by more than `threshold`, else `bg`."""
    bound = words((np.int64(weighted_bound(threshold)) >> 8) - 1)
    i = 0
    if streaming:
        i = min(_pixels_to_alignment(out), count)
        _composite_few(prev, next, bg, out, 0, i, threshold)
        while i + LANES <= count:
            k = 3 * i
            prefetch_pixels(prev + k)
            prefetch_pixels(next + k)
            prefetch_pixels(bg + k)
            stream_pixels(out + k, _composite(prev + k, next + k, bg + k, bound))
            i += LANES
    while i + LANES <= count:
        k = 3 * i
        store_pixels(out + k, _composite(prev + k, next + k, bg + k, bound))
        i += LANES
    _composite_few(prev, next, bg, out, i, count, threshold)


@inline  # type: ignore[untyped-decorator]
def _motion_mask_few(
    prev: Any, next: Any, out: Any, start: Any, stop: Any, threshold: Any
) -> None:
    prev_run, next_run = bytes_at(prev, 3 * stop), bytes_at(next, 3 * stop)
    out_run = bytes_at(out, stop)
    bound = weighted_bound(threshold)
    for i in range(np.uint64(start), np.uint64(stop)):
        stay_scalar()
        motion_mask_pixel(prev_run, next_run, out_run, i, bound)


@inline  # type: ignore[untyped-decorator]
def motion_mask_run(
    prev: Any, next: Any, out: Any, count: Any, threshold: Any, streaming: Any
) -> None:
    """Write 255 where `next` differs from `prev` by more than `threshold`, else 0."""
    bound = words((np.int64(weighted_bound(threshold)) >> 8) - 1)
    i = 0
    if streaming:
        i = min(-out & (LANES - 1), count)
        _motion_mask_few(prev, next, out, 0, i, threshold)
        while i + LANES <= count:
            k = 3 * i
            stream(out + i, _moved(load_pixels(prev + k), load_pixels(next + k), bound))
            i += LANES
    while i + LANES <= count:
        k = 3 * i
        store(out + i, _moved(load_pixels(prev + k), load_pixels(next + k), bound))
        i += LANES
    _motion_mask_few(prev, next, out, i, count, threshold)


@inline  # type: ignore[untyped-decorator]
def _blend(frame: Any, matte: Any, bg: Any) -> Any:
    return mix_pixels(spread(load(matte)), load_pixels(frame), load_pixels(bg))


@inline  # type: ignore[untyped-decorator]
def _blend_few(frame: Any, matte: Any, bg: Any, out: Any, start: Any, stop: Any) -> None:
    size = 3 * stop
    frame_run, bg_run, out_run = bytes_at(frame, size), bytes_at(bg, size), bytes_at(out, size)
    matte_run = bytes_at(matte, stop)
    for i in range(np.uint64(start), np.uint64(stop)):
        stay_scalar()
        blend_pixel(frame_run, matte_run, bg_run, out_run, i)


@inline  # type: ignore[untyped-decorator]
def blend_run(frame: Any, matte: Any, bg: Any, out: Any, count: Any, streaming: Any) -> None:
    """Lay `frame` over `bg` by `matte`."""
    i = 0
    if streaming:
        i = min(_pixels_to_alignment(out), count)
        _blend_few(frame, matte, bg, out, 0, i)
        while i + LANES <= count:
            k = 3 * i
            stream_pixels(out + k, _blend(frame + k, matte + i, bg + k))
            i += LANES
    while i + LANES <= count:
        k = 3 * i
        store_pixels(out + k, _blend(frame + k, matte + i, bg + k))
        i += LANES
    _blend_few(frame, matte, bg, out, i, count)
