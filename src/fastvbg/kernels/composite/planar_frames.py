"""The planar kernels in explicit vectors, over planes whose rows are packed.

Where planes begin and how far apart their rows are is found once; the loops go by integers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of, packed, packed_pairs, stream_bytes
from fastvbg.kernels.composite import planar_forms, strided_planar
from fastvbg.kernels.composite.planar_forms import I420, NV12
from fastvbg.kernels.vector._types import HALF, LANES
from fastvbg.kernels.vector.memory import fence
from fastvbg.kernels.vector.planes import weights_of
from fastvbg.kernels.vector.yuv import (
    blend_i420_rows,
    blend_nv12_rows,
    composite_i420_rows,
    composite_nv12_rows,
)


class _Form(NamedTuple):
    """What is done with the planes of one form."""

    are_packed: Any
    """Tell whether rows are consecutive samples."""
    starts: Any
    """Return each plane's address and the distance of its rows."""
    rows: Any
    """Return the addresses of two rows of luma and of their chroma."""
    source: Any
    """Return these, and for each plane how far its row of the next pair is from them."""
    aligned: Any
    """Tell whether these are places for streaming stores."""


@inline
def _start(plane: Any) -> Any:
    return address_of(plane, 0), plane.strides[0]


@inline
def _row(start: Any, row: Any) -> Any:
    return start[0] + row * start[1]


@inline
def _row_of_map(known: Any, row: Any) -> Any:
    return address_of(known, row) if known.shape[0] else 0


@inline
def _i420_are_packed(planes: Any) -> Any:
    return packed(planes[0]) and packed(planes[1]) and packed(planes[2])


@inline
def _i420_starts(planes: Any) -> Any:
    return _start(planes[0]), _start(planes[1]), _start(planes[2])


@inline
def _i420_rows(starts: Any, upper: Any, lower: Any) -> Any:
    luma, u, v = starts
    chroma = upper >> 1
    return _row(luma, upper), _row(luma, lower), _row(u, chroma), _row(v, chroma)


@inline
def _i420_source(starts: Any, upper: Any, lower: Any) -> Any:
    luma, u, v = starts
    steps = 2 * luma[1], u[1], v[1]
    return _i420_rows(starts, upper, lower) + steps


@inline
def _i420_aligned(rows: Any) -> Any:
    return ((rows[0] | rows[1]) & (LANES - 1)) == 0 and ((rows[2] | rows[3]) & (HALF - 1)) == 0


@inline
def _nv12_are_packed(planes: Any) -> Any:
    return packed(planes[0]) and packed_pairs(planes[1])


@inline
def _nv12_starts(planes: Any) -> Any:
    return _start(planes[0]), _start(planes[1])


@inline
def _nv12_rows(starts: Any, upper: Any, lower: Any) -> Any:
    luma, uv = starts
    return _row(luma, upper), _row(luma, lower), _row(uv, upper >> 1)


@inline
def _nv12_source(starts: Any, upper: Any, lower: Any) -> Any:
    luma, uv = starts
    steps = 2 * luma[1], uv[1]
    return _nv12_rows(starts, upper, lower) + steps


@inline
def _nv12_aligned(rows: Any) -> Any:
    return ((rows[0] | rows[1] | rows[2]) & (LANES - 1)) == 0


_I420 = _Form(_i420_are_packed, _i420_starts, _i420_rows, _i420_source, _i420_aligned)
_NV12 = _Form(_nv12_are_packed, _nv12_starts, _nv12_rows, _nv12_source, _nv12_aligned)


def _composite(form: _Form, composite_rows: Any) -> Any:
    are_packed, starts, rows_of, source, aligned = form

    @inline
    def composite(sources: Any, out: Any, known: Any, gray: Any, whole: Any) -> Any:
        prev, next, bg = sources
        if not (are_packed(prev) and are_packed(next) and are_packed(bg) and are_packed(out)):
            return False
        rows, cols = out[0].shape
        before, after, under, to = starts(prev), starts(next), starts(bg), starts(out)
        large = 6 * whole * cols >= stream_bytes()
        scales = weights_of(gray[0], gray[1])
        for y in range(0, rows, 2):
            lower = y + 1 if y + 1 < rows else y
            target = rows_of(to, y, lower)
            three = source(before, y, lower), source(after, y, lower), source(under, y, lower)
            streaming = large and aligned(target)
            composite_rows(three, target, _row_of_map(known, y), cols, scales, streaming)
        fence()
        return True

    return composite


def _blend(form: _Form, blend_rows: Any) -> Any:
    are_packed, starts, rows_of, source, aligned = form

    @inline
    def blend(sources: Any, out: Any, known: Any, matte: Any, whole: Any) -> Any:
        frame, bg = sources
        if not (are_packed(frame) and packed(matte) and are_packed(bg) and are_packed(out)):
            return False
        rows, cols = out[0].shape
        over, cover, under, to = starts(frame), _start(matte), starts(bg), starts(out)
        large = 11 * whole * cols >= 2 * stream_bytes()
        for y in range(0, rows, 2):
            lower = y + 1 if y + 1 < rows else y
            target = rows_of(to, y, lower)
            two = source(over, y, lower), source(under, y, lower)
            covering = _row(cover, y), _row(cover, lower)
            streaming = large and aligned(target)
            blend_rows(two, target, _row_of_map(known, y), cols, covering, streaming)
        fence()
        return True

    return blend


composite_i420 = planar_forms.composite(
    "planar_frames", I420, _composite(_I420, composite_i420_rows), strided_planar.composite_i420
)
composite_nv12 = planar_forms.composite(
    "planar_frames", NV12, _composite(_NV12, composite_nv12_rows), strided_planar.composite_nv12
)
blend_i420 = planar_forms.blend(
    "planar_frames", I420, _blend(_I420, blend_i420_rows), strided_planar.blend_i420
)
blend_nv12 = planar_forms.blend(
    "planar_frames", NV12, _blend(_NV12, blend_nv12_rows), strided_planar.blend_nv12
)
