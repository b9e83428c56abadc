"""The operations on runs of pixels of three or four bytes, in explicit vectors on x86.

Pixels of three bytes get a fourth when they are loaded. Channels may lie in either order in each
row: all is done in the order of the output, and inputs in the other are turned.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import OPAQUE, PACKED, lowest
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.arithmetic import all_are
from fastvbg.kernels.vector.channels import load_fours, room, store_three
from fastvbg.kernels.vector.fours import (
    BEYOND,
    composited,
    limits_of,
    load_threes,
    load_threes_turned,
    mixed,
    moved_fours,
    prefetch_fours,
    store_opaque,
    store_threes,
    stream_opaque,
    stream_threes,
    turned,
)
from fastvbg.kernels.vector.memory import AHEAD, lead, load, load_few, store, store_few, stream
from fastvbg.kernels.vector.rows import copied, copy_back, lead_of
from fastvbg.kernels.vector.stretches import asking, stretch

__all__ = ["blend_fours_run", "composite_fours_run", "convert_fours_run", "motion_mask_fours_run"]

SPARE = -(-BEYOND // 3)
"""Pixels at the end of a run that are taken singly: whole vectors read beyond their last pixel."""
_SOON = AHEAD // 4
"""Pixels from those that are laid to those that are asked for."""


@inline
def _ask(row: Any, i: Any) -> None:
    """Ask for pixels a little past pixel `i`."""
    at, _, step, apart, _ = row
    prefetch_fours(lowest(at + i * step, apart))


_ask_for = asking(_ask)


@inline
def _load(row: Any, i: Any, way: Any) -> Any:
    """Load `LANES` pixels from pixel `i` on, their channels `way` apart."""
    at, kind, step, apart, _ = row
    low = lowest(at + i * step, apart)
    prefetch_fours(low)
    if kind == PACKED:
        if apart == way:
            return load_threes(low)
        return load_threes_turned(low)
    if apart == way:
        return load_fours(low)
    return turned(load_fours(low))


@inline
def _store(row: Any, i: Any, fours: Any, streaming: Any) -> None:
    at, kind, step, apart, _ = row
    low = lowest(at + i * step, apart)
    if kind == PACKED:
        if streaming:
            stream_threes(low, fours)
        else:
            store_threes(low, fours)
    elif kind == OPAQUE:
        if streaming:
            stream_opaque(low, fours)
        else:
            store_opaque(low, fours)
    else:
        store_three(low, fours)


@inline
def _load_few(row: Any, i: Any, few: Any, way: Any) -> Any:
    """Load some pixels, `LANES` at most, and touch no more; other lanes hold anything."""
    return _load(copied(row, i, few, room()), 0, way)


@inline
def _store_few(row: Any, i: Any, few: Any, fours: Any) -> None:
    """Store the first `few` pixels."""
    place = room()
    _store(copied(row, i, few, place), 0, fours, False)
    copy_back(row, i, few, place)


@inline
def _order_of(way: Any) -> Any:
    """Return 0 where blue comes first, and 1 where red does."""
    return 0 if way > 0 else 1


@inline
def composite_fours_run(
    prev: Any, next: Any, bg: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    """Write `next` where it differs from `prev` by more than `threshold`, else `bg`."""
    way = out[3]
    limits = limits_of(threshold, _order_of(way))
    few = lead_of(out, count, streaming)
    past = few >= 0
    few, i = max(few, 0), 0
    while i < count:
        if few > 0:
            p, n = _load_few(prev, i, few, way), _load_few(next, i, few, way)
            _store_few(out, i, few, composited(p, n, _load_few(bg, i, few, way), limits))
            i += few
        while i + LANES + spare <= count:
            p, n = _load(prev, i, way), _load(next, i, way)
            _store(out, i, composited(p, n, _load(bg, i, way), limits), past)
            i += LANES
        few = min(count - i, LANES)


@inline
def motion_mask_fours_run(
    prev: Any, next: Any, out: Any, count: Any, threshold: Any, spare: Any, streaming: Any
) -> None:
    """Write bytes at an address: 255 where `next` differs by more than `threshold`, else 0."""
    way = next[3]
    limits = limits_of(threshold, _order_of(way))
    few = lead(out, count, True) if streaming else 0
    i = 0
    while i < count:
        if few > 0:
            p, n = _load_few(prev, i, few, way), _load_few(next, i, few, way)
            store_few(out + i, few, moved_fours(p, n, limits))
            i += few
        while i + LANES + spare <= count:
            changed = moved_fours(_load(prev, i, way), _load(next, i, way), limits)
            if streaming:
                stream(out + i, changed)
            else:
                store(out + i, changed)
            i += LANES
        few = min(count - i, LANES)


@inline
def _laid_over(coverage: Any, frame: Any, bg: Any, i: Any, way: Any) -> Any:
    """Return pixels over others; where the matte is wholly in or out, only one is read."""
    if all_are(coverage, 255):
        return _load(frame, i, way)
    if all_are(coverage, 0):
        return _load(bg, i, way)
    return mixed(coverage, _load(frame, i, way), _load(bg, i, way))


@inline
def blend_fours_run(
    frame: Any, matte: Any, bg: Any, out: Any, count: Any, spare: Any, streaming: Any
) -> None:
    """Lay `frame` over `bg` by a matte of bytes at an address."""
    way = out[3]
    few = lead_of(out, count, streaming)
    past = few >= 0
    few, i = max(few, 0), 0
    while i < count:
        if few > 0:
            f, b = _load_few(frame, i, few, way), _load_few(bg, i, few, way)
            _store_few(out, i, few, mixed(load_few(matte + i, few), f, b))
            i += few
        while i + LANES + spare <= count:
            end, over, under = stretch(matte, i, _SOON, count, spare)
            while i + LANES <= end:
                _ask_for(frame, bg, i, over, under)
                _store(out, i, _laid_over(load(matte + i), frame, bg, i, way), past)
                i += LANES
        few = min(count - i, LANES)


@inline
def convert_fours_run(frame: Any, out: Any, count: Any, spare: Any, streaming: Any) -> None:
    """Write pixels of one layout in another."""
    way = out[3]
    few = lead_of(out, count, streaming)
    past = few >= 0
    few, i = max(few, 0), 0
    while i < count:
        if few > 0:
            _store_few(out, i, few, _load_few(frame, i, few, way))
            i += few
        while i + LANES + spare <= count:
            _store(out, i, _load(frame, i, way), past)
            i += LANES
        few = min(count - i, LANES)
