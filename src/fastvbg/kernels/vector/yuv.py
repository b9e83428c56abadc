"""The operations on pairs of planar YUV 4:2:0 rows, in explicit vectors.

Each step loads all it needs before it stores, so output rows may be input rows exactly, and at an
odd height the last row may stand for both rows of its pair.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.planes import (
    AHEAD,
    I420_FORM,
    NV12_FORM,
    load_two,
    load_two_few,
)

if TYPE_CHECKING:
    from fastvbg.kernels.vector.planes import Form

_WHOLE = -2 * LANES  # a mask: two blocks are stored at a stretch, from a cache line's start on


class _Step(NamedTuple):
    """What is done to a block; all are compiled helpers."""

    ahead: Any
    """Return the sources with steps to what is to be asked for."""
    look: Any
    """Return what decides over a block: its mask or coverage, and what else has been loaded."""
    lay: Any
    """Return the block."""
    lay_few: Any
    """Return one of which some columns count."""


@inline
def _stays(known: Any, place: Any, bare: Any) -> Any:
    """Tell whether a block is background and was, and note whether it is.

    `known` is the address of a map of the whole blocks in these rows.
    """
    is_background = bytes_at(known + place // LANES, 1)
    there = is_background[0] != 0
    is_background[0] = bare
    return bare & there


def _rows(form: Form, step: _Step) -> Any:
    """Make the loop over the blocks of a pair of rows.

    Where `known` is not 0, blocks that `_stays` tells of are left as they are; of two that are
    stored at a stretch both or none. Without a map those have a loop of their own: where a test
    parts looking from laying, both masks are kept meanwhile, and composite of I420 at 1080p took
    1.02 times as long on AVX2, which has few registers.
    """
    store, store_few, stream_two, bare = form.store, form.store_few, form.stream_two, form.bare
    ahead, look, lay, lay_few = step

    @inline
    def rows(sources: Any, out: Any, known: Any, count: Any, settings: Any, streaming: Any) -> None:
        distance = AHEAD if count > 2 * AHEAD else count
        i = 0
        while i + LANES <= count:
            last = i + 2 * LANES + distance > count
            end = count if last else (count - distance) & _WHOLE
            here = ahead(sources, count, distance, last)
            if streaming:
                while known == 0 and i + 2 * LANES <= end:
                    first = lay(here, i, look(here, i, settings))
                    second = lay(here, i + LANES, look(here, i + LANES, settings))
                    stream_two(out, i, first, second)
                    i += 2 * LANES
                while i + 2 * LANES <= end:
                    seen = look(here, i, settings)
                    then = look(here, i + LANES, settings)
                    stay = _stays(known, i, bare(seen[0]))
                    if not (_stays(known, i + LANES, bare(then[0])) and stay):
                        first = lay(here, i, seen)
                        stream_two(out, i, first, lay(here, i + LANES, then))
                    i += 2 * LANES
            while i + LANES <= end:
                seen = look(here, i, settings)
                if known == 0 or not _stays(known, i, bare(seen[0])):
                    store(out, i, lay(here, i, seen))
                i += LANES
        few = count - i
        if few > 0:
            store_few(out, i, few, lay_few(sources, i, few, settings))

    return rows


def _composite_rows(form: Form) -> Any:
    """Make the function that writes `next` where it moved since `prev`, else `bg`.

    Its sources are these three, its settings the `weights_of` gray.
    """
    step_ahead, load, load_few = form.ahead, form.load, form.load_few
    moved, select = form.moved, form.select

    @inline
    def ahead(sources: Any, count: Any, distance: Any, last: Any) -> Any:
        prev, next, bg = sources
        return (
            step_ahead(prev, count, distance, last),
            step_ahead(next, count, distance, last),
            step_ahead(bg, count, distance, last),
        )

    @inline
    def look(sources: Any, i: Any, scales: Any) -> Any:
        n = load(sources[1], i)
        return moved(load(sources[0], i), n, scales), n

    @inline
    def lay(sources: Any, i: Any, seen: Any) -> Any:
        return select(seen[0], seen[1], load(sources[2], i))

    @inline
    def lay_few(sources: Any, i: Any, few: Any, scales: Any) -> Any:
        prev, next, bg = sources
        n = load_few(next, i, few)
        return select(moved(load_few(prev, i, few), n, scales), n, load_few(bg, i, few))

    return _rows(form, _Step(ahead, look, lay, lay_few))


def _blend_rows(form: Form) -> Any:
    """Make the function that lays `frame` over `bg` by two rows of a matte.

    Its sources are these two, its settings the addresses of the matte's rows.
    """
    step_ahead, load, load_few = form.ahead, form.load, form.load_few
    coverage, mix = form.coverage, form.mix

    @inline
    def ahead(sources: Any, count: Any, distance: Any, last: Any) -> Any:
        frame, bg = sources
        return step_ahead(frame, count, distance, last), step_ahead(bg, count, distance, last)

    @inline
    def look(sources: Any, i: Any, matte: Any) -> Any:
        return (coverage(load_two(matte[0], matte[1], i)),)

    @inline
    def lay(sources: Any, i: Any, seen: Any) -> Any:
        return mix(seen[0], load(sources[0], i), load(sources[1], i))

    @inline
    def lay_few(sources: Any, i: Any, few: Any, matte: Any) -> Any:
        frame, bg = sources
        covered = coverage(load_two_few(matte[0], matte[1], i, few))
        return mix(covered, load_few(frame, i, few), load_few(bg, i, few))

    return _rows(form, _Step(ahead, look, lay, lay_few))


composite_i420_rows, blend_i420_rows = _composite_rows(I420_FORM), _blend_rows(I420_FORM)
composite_nv12_rows, blend_nv12_rows = _composite_rows(NV12_FORM), _blend_rows(NV12_FORM)
