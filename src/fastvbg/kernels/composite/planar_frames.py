"""The planar kernels in explicit vectors, over planes whose rows are packed.

Where planes begin and how far apart their rows are is found once; the loops go by integers.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.kernels._jit import INT, PLANE, YUV_WEIGHTS, inline, kernel
from fastvbg.kernels._memory import address_of, packed, packed_pairs, stream_bytes
from fastvbg.kernels._planes import OUT_PLANES, PLANES
from fastvbg.kernels.composite import strided_planar
from fastvbg.kernels.composite.strided_planar import NV12, OUT_NV12
from fastvbg.kernels.vector._types import HALF, LANES
from fastvbg.kernels.vector.memory import fence
from fastvbg.kernels.vector.yuv import (
    blend_i420_rows,
    blend_nv12_rows,
    composite_i420_rows,
    composite_nv12_rows,
)

if TYPE_CHECKING:
    from collections.abc import Callable


class _Form(NamedTuple):
    """What is done with the planes of one form."""

    are_packed: Any
    """Tell whether rows are consecutive samples."""
    starts: Any
    """Return each plane's address and the distance of its rows."""
    rows: Any
    """Return the addresses of two rows of luma and of their chroma."""
    steps: Any
    """Return how far apart each plane's rows of two pairs are."""
    aligned: Any
    """Tell whether these are places for streaming stores."""


@inline
def _start(plane: Any) -> Any:
    return address_of(plane, 0), plane.strides[0]


@inline
def _row(start: Any, row: Any) -> Any:
    return start[0] + row * start[1]


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
def _i420_steps(starts: Any) -> Any:
    luma, u, v = starts
    return 2 * luma[1], u[1], v[1]


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
def _nv12_steps(starts: Any) -> Any:
    luma, uv = starts
    return 2 * luma[1], uv[1]


@inline
def _nv12_aligned(rows: Any) -> Any:
    return ((rows[0] | rows[1] | rows[2]) & (LANES - 1)) == 0


_I420 = _Form(_i420_are_packed, _i420_starts, _i420_rows, _i420_steps, _i420_aligned)
_NV12 = _Form(_nv12_are_packed, _nv12_starts, _nv12_rows, _nv12_steps, _nv12_aligned)


def _composite(form: _Form, composite_rows: Callable[..., None]) -> Callable[..., bool]:
    are_packed, starts, rows_of, steps_of, aligned = form

    @inline
    def composite(
        prev: Any, next: Any, bg: Any, out: Any, weights: Any, threshold: Any, whole: Any
    ) -> Any:
        if not (are_packed(prev) and are_packed(next) and are_packed(bg) and are_packed(out)):
            return False
        rows, cols = out[0].shape
        before, after, under, to = starts(prev), starts(next), starts(bg), starts(out)
        large = 6 * whole * cols >= stream_bytes()
        for y in range(0, rows, 2):
            lower = y + 1 if y + 1 < rows else y
            target = rows_of(to, y, lower)
            composite_rows(
                rows_of(before, y, lower) + steps_of(before),
                rows_of(after, y, lower) + steps_of(after),
                rows_of(under, y, lower) + steps_of(under),
                target,
                cols,
                weights,
                threshold,
                large and aligned(target),
            )
        fence()
        return True

    return composite


def _blend(form: _Form, blend_rows: Callable[..., None]) -> Callable[..., bool]:
    are_packed, starts, rows_of, steps_of, aligned = form

    @inline
    def blend(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> Any:
        if not (are_packed(frame) and packed(matte) and are_packed(bg) and are_packed(out)):
            return False
        rows, cols = out[0].shape
        over, cover, under, to = starts(frame), _start(matte), starts(bg), starts(out)
        large = 11 * whole * cols >= 2 * stream_bytes()
        for y in range(0, rows, 2):
            lower = y + 1 if y + 1 < rows else y
            target = rows_of(to, y, lower)
            blend_rows(
                rows_of(over, y, lower) + steps_of(over),
                _row(cover, y),
                _row(cover, lower),
                rows_of(under, y, lower) + steps_of(under),
                target,
                cols,
                large and aligned(target),
            )
        fence()
        return True

    return blend


_composite_i420 = _composite(_I420, composite_i420_rows)
_composite_nv12 = _composite(_NV12, composite_nv12_rows)
_blend_i420, _blend_nv12 = _blend(_I420, blend_i420_rows), _blend(_NV12, blend_nv12_rows)


@kernel(*(PLANES,) * 3, OUT_PLANES, YUV_WEIGHTS, INT, INT, fallback=strided_planar.composite_i420)
def composite_i420(
    prev: Any, next: Any, bg: Any, out: Any, weights: Any, threshold: Any, whole: Any
) -> bool:
    """`out` is `next` where it moved since `prev`, elsewhere `bg`."""
    return _composite_i420(prev, next, bg, out, weights, threshold, whole)


@kernel(NV12, NV12, NV12, OUT_NV12, YUV_WEIGHTS, INT, INT, fallback=strided_planar.composite_nv12)
def composite_nv12(
    prev: Any, next: Any, bg: Any, out: Any, weights: Any, threshold: Any, whole: Any
) -> bool:
    """`out` is `next` where it moved since `prev`, elsewhere `bg`."""
    return _composite_nv12(prev, next, bg, out, weights, threshold, whole)


@kernel(PLANES, PLANE, PLANES, OUT_PLANES, INT, fallback=strided_planar.blend_i420)
def blend_i420(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> bool:
    """`out` is `frame` over `bg` by `matte`."""
    return _blend_i420(frame, matte, bg, out, whole)


@kernel(NV12, PLANE, NV12, OUT_NV12, INT, fallback=strided_planar.blend_nv12)
def blend_nv12(frame: Any, matte: Any, bg: Any, out: Any, whole: Any) -> bool:
    """`out` is `frame` over `bg` by `matte`."""
    return _blend_nv12(frame, matte, bg, out, whole)
