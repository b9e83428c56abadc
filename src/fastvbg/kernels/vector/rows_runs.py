"""The operations of keyers on rows of any layout, in explicit vectors.

`spare` pixels at the end of a row are taken as those that fill no vector.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._layouts import way_of
from fastvbg.kernels.keying.evidence import chroma_limits, tint_limits
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.keyers import Access, chroma_pixels, plate_pixels
from fastvbg.kernels.vector.memory import load, load_few
from fastvbg.kernels.vector.pixels import key_weights, mix_pixels, spread
from fastvbg.kernels.vector.rows import (
    SPARE,
    ask_row,
    lead_of,
    load_few_row,
    load_row,
    store_few_row,
    store_row,
)
from fastvbg.kernels.vector.saturating import splat_word
from fastvbg.kernels.vector.spill import chroma_over, cleared_where

__all__ = [
    "SPARE",
    "chroma_any_run",
    "chroma_over_run",
    "despill_any_run",
    "over_run",
    "plate_any_run",
]


@inline
def _load_own(row: Any, i: Any) -> Any:
    return load_row(row, i, way_of(row))


@inline
def _load_few_own(row: Any, i: Any, few: Any) -> Any:
    return load_few_row(row, i, few, way_of(row))


_ROWS = Access(_load_own, _load_few_own, ask_row)
_plate_pixels, _chroma_pixels = plate_pixels(_ROWS), chroma_pixels(_ROWS)


@inline
def _order(way: Any) -> Any:
    return 0 if way > 0 else 1


@inline
def _tint(tints: Any, way: Any) -> Any:
    """Return a tint of blue, green and red for pixels of an order."""
    if way > 0:
        return tint_limits((tints[0], tints[1], tints[2]))
    return tint_limits((tints[2], tints[1], tints[0]))


@inline
def plate_any_run(
    row: Any,
    planes: Any,
    plate: Any,
    step: Any,
    out: Any,
    count: Any,
    options: Any,
    soon: Any,
    spare: Any,
) -> None:
    """Write the matte of pixels before the rows of a plate, and ask for a row needed soon.

    `planes` are not needed.
    """
    _plate_pixels(row, plate, step, out, count, _order(way_of(row)), options, soon, spare)


@inline
def chroma_any_run(
    row: Any, planes: Any, reach: Any, out: Any, spill: Any, count: Any, options: Any, spare: Any
) -> None:
    """Write the matte of pixels, and the strength of the key in them; `planes` are not needed."""
    _chroma_pixels(row, reach, out, spill, count, _order(way_of(row)), options, spare)


@inline
def despill_any_run(
    row: Any,
    planes: Any,
    matte: Any,
    out: Any,
    count: Any,
    direction: Any,
    tints: Any,
    spare: Any,
) -> None:
    """Write pixels without their spill, or as they are where the matte is 0.

    `planes` are not needed.
    """
    way = way_of(out)
    tint, weights = _tint(tints, way), key_weights(_order(way))
    key = splat_word(direction[0]), splat_word(direction[1])
    i = 0
    while i + LANES + spare <= count:
        pixels, coverage = load_row(row, i, way), load(matte + i)
        store_row(out, i, cleared_where(pixels, coverage, weights, key, tint), way, False)
        i += LANES
    while i < count:
        few = min(count - i, LANES)
        pixels, coverage = load_few_row(row, i, few, way), load_few(matte + i, few)
        pixels = cleared_where(pixels, coverage, weights, key, tint)
        store_few_row(out, i, few, pixels, way)
        i += few


@inline
def _over(pixels: Any, coverage: Any, under: Any, options: Any) -> Any:
    return mix_pixels(spread(coverage), pixels, under)


@inline
def _chroma_over(pixels: Any, reach: Any, under: Any, options: Any) -> Any:
    weights, limits, tint = options
    return chroma_over(pixels, reach, under, weights, limits, tint)


def _laying(laid: Any) -> Any:
    """Make the function that lays pixels over others by bytes beside them, a matte or a reach."""

    @inline
    def run(row: Any, beside: Any, bg: Any, out: Any, count: Any, options: Any, ends: Any) -> None:
        way = way_of(out)
        spare, streaming = ends
        few = lead_of(out, count, streaming)
        past = few >= 0
        few, i = max(few, 0), 0
        while i < count:
            if few > 0:
                pixels, under = load_few_row(row, i, few, way), load_few_row(bg, i, few, way)
                mixed = laid(pixels, load_few(beside + i, few), under, options)
                store_few_row(out, i, few, mixed, way)
                i += few
            while i + LANES + spare <= count:
                pixels, under = load_row(row, i, way), load_row(bg, i, way)
                store_row(out, i, laid(pixels, load(beside + i), under, options), way, past)
                i += LANES
            few = min(count - i, LANES)

    return run


_lay, _lay_chroma = _laying(_over), _laying(_chroma_over)


@inline
def chroma_over_run(
    row: Any, planes: Any, reach: Any, bg: Any, out: Any, count: Any, how: Any, ends: Any
) -> None:
    """Lay pixels without their spill over others by their matte; `planes` are not needed.

    `how` holds the keyer's options and the tints; `ends` the spare pixels, and whether to stream.
    """
    way, (options, tints) = way_of(out), how
    limits = key_weights(_order(way)), chroma_limits(options), _tint(tints, way)
    _lay_chroma(row, reach, bg, out, count, limits, ends)


@inline
def over_run(
    row: Any, matte: Any, bg: Any, out: Any, count: Any, spare: Any, streaming: Any
) -> None:
    """Lay pixels over others by a matte."""
    _lay(row, matte, bg, out, count, 0, (spare, streaming))
