"""The planar kernels in explicit vectors, over planes whose rows are packed.

Where planes begin and how far apart their rows are is found once; the loops go by integers.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from fastvbg.kernels._apart import apart, i420_apart, nv12_apart
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
    fits: Any
    """Tell whether planes are of the shapes of `out`, and each its own there or apart from it."""
    halved: Any
    """Tell whether chroma is halved, and no row of `out` overlaps the next."""
    clear: Any
    """Tell whether `out` shares no memory with a matte."""


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


@inline
def _i420_fits(planes: Any, out: Any) -> Any:
    alike = planes[0].shape == out[0].shape and planes[1].shape == out[1].shape
    return alike and planes[2].shape == out[2].shape and i420_apart(out, planes)


@inline
def _i420_halved(out: Any) -> Any:
    y, u, v = out
    return u.shape == v.shape and _halved(y, u) and _in_rows(y) and _in_rows(u) and _in_rows(v)


@inline
def _nv12_fits(planes: Any, out: Any) -> Any:
    alike = planes[0].shape == out[0].shape and planes[1].shape == out[1].shape
    return alike and nv12_apart(out, planes)


@inline
def _nv12_halved(out: Any) -> Any:
    y, uv = out
    return _halved(y, uv) and uv.shape[2] == 2 and _in_rows(y) and _in_rows(uv)


@inline
def _i420_clear(out: Any, matte: Any) -> Any:
    return apart(out[0], matte) and apart(out[1], matte) and apart(out[2], matte)


@inline
def _nv12_clear(out: Any, matte: Any) -> Any:
    return apart(out[0], matte) and apart(out[1], matte)


@inline
def _halved(luma: Any, chroma: Any) -> Any:
    rows, cols = luma.shape
    return chroma.shape[0] == (rows + 1) >> 1 and chroma.shape[1] == (cols + 1) >> 1


@inline
def _in_rows(plane: Any) -> Any:
    return plane.strides[0] >= plane.shape[1] * plane.strides[1]


_I420 = _Form(
    _i420_are_packed,
    _i420_starts,
    _i420_rows,
    _i420_source,
    _i420_aligned,
    _i420_fits,
    _i420_halved,
    _i420_clear,
)
_NV12 = _Form(
    _nv12_are_packed,
    _nv12_starts,
    _nv12_rows,
    _nv12_source,
    _nv12_aligned,
    _nv12_fits,
    _nv12_halved,
    _nv12_clear,
)


def _composite(form: _Form, composite_rows: Any) -> Any:
    are_packed, starts, rows_of, source, aligned, fits, halved, _ = form

    @inline
    def composite(sources: Any, out: Any, known: Any, gray: Any, whole: Any) -> Any:
        prev, next, bg = sources
        if not (are_packed(prev) and are_packed(next) and are_packed(bg) and are_packed(out)):
            return False
        rows, cols = out[0].shape
        if whole < 0:
            fit = fits(prev, out) and fits(next, out) and fits(bg, out) and halved(out)
            if not (fit and 6 * rows * cols < -whole and 0 <= gray[1] <= 255):
                return False
            whole = rows
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
    are_packed, starts, rows_of, source, aligned, fits, halved, clear = form

    @inline
    def blend(sources: Any, out: Any, known: Any, matte: Any, whole: Any) -> Any:
        frame, bg = sources
        if not (are_packed(frame) and packed(matte) and are_packed(bg) and are_packed(out)):
            return False
        rows, cols = out[0].shape
        if whole < 0:
            fit = fits(frame, out) and fits(bg, out) and halved(out) and matte.shape == out[0].shape
            if not (fit and clear(out, matte) and 11 * rows * cols < -2 * whole):
                return False
            whole = rows
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
