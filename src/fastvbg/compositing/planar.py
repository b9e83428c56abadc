"""`composite` and `blend` on planar YUV 4:2:0, the form in which video is decoded and encoded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, TypeVar

import numpy as np

from fastvbg.bands import alone_below, check_threads, run_in_bands, thread_count
from fastvbg.checks import (
    check_choice,
    check_no_partial_overlap,
    check_plane,
    check_same_size,
    check_threshold,
    check_writable,
)
from fastvbg.constants import DEFAULT_THRESHOLD, YUV_GRAY
from fastvbg.errors import DTypeError, OverlapError, ShapeError
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.composite.plan import NOTHING_KNOWN

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane
    from fastvbg.kernels._kernel import Kernel

__all__ = ["I420", "NV12", "blend_planar", "composite_planar"]

apart = Module("composite.apart")
planar = Module("composite.planar")

_MATRICES = ("bt601", "bt709", "bt2020")
_RANGES = ("limited", "full")
_UINT8 = np.dtype(np.uint8)
_WEIGHTS = {key: tuple(weights) for key, weights in YUV_GRAY.items()}


class I420(NamedTuple):
    """A frame in three planes, 8 bits a sample, chroma halved both ways.

    Parameters
    ----------
    y : ndarray, shape (H, W), uint8
        Luma. Any strides, also read-only; H and W may be odd, or 0.
    u, v : ndarray, shape ((H + 1) // 2, (W + 1) // 2), uint8
        Blue and red difference, 128 where there is no colour.
    """

    y: npt.NDArray[np.uint8]
    u: npt.NDArray[np.uint8]
    v: npt.NDArray[np.uint8]


class NV12(NamedTuple):
    """A frame in two planes, 8 bits a sample, chroma halved both ways and interleaved.

    Parameters
    ----------
    y : ndarray, shape (H, W), uint8
        Luma. Any strides, also read-only; H and W may be odd, or 0.
    uv : ndarray, shape ((H + 1) // 2, (W + 1) // 2, 2), uint8
        Blue and red difference, 128 where there is no colour.
    """

    y: npt.NDArray[np.uint8]
    uv: npt.NDArray[np.uint8]


_FORMS = I420, NV12
_Form = TypeVar("_Form", bound=I420 | NV12)
"""A frame and what is made of it are in one form."""


def composite_planar(
    prev: _Form,
    next: _Form,
    bg: _Form,
    *,
    matrix: str = "bt709",
    range: str = "limited",
    threshold: int = DEFAULT_THRESHOLD,
    threads: int | None = None,
    out: _Form | None = None,
) -> _Form:
    """Put what moved between two frames over a background, without leaving YUV.

    The decision of `fastvbg.composite`, from the differences of Y, U and V: conversion to BGR is
    linear, so differences convert too, and their gray is compared with the threshold
    (`reference.planar_motion_mask`). It differs from the BGR decision only by rounding, and where
    conversion clips a colour that BGR cannot hold. A chroma sample is taken from `next` where at
    least half of its luma samples are.

    Parameters
    ----------
    prev, next : I420 or NV12
        Two frames of a video.
    bg : I420 or NV12
        The background, of the same size and form.
    matrix : {"bt709", "bt601", "bt2020"}, default "bt709"
        The colour matrix of the video.
    range : {"limited", "full"}, default "limited"
        Whether luma goes from 16 to 235 or from 0 to 255.
    threshold : int, default 3
        Gray difference above which a pixel has moved, 0 to 255.
    threads : int, optional
        How many threads share the rows, 1 to 256. By default one, unless the frame is so large that
        more gain; then all processors, or as many as the environment's `FASTVBG_THREADS` says.
    out : I420 or NV12, optional
        Where to write the result. Each plane may be that plane of an input itself, but no other
        view that shares memory with an input's plane. Allocated when absent.

    Returns
    -------
    I420 or NV12
        The composited frame, in the form of `prev`; `out` when given.

    Raises
    ------
    DTypeError
        A plane is not a uint8 `numpy.ndarray`, or forms differ (also a `TypeError`).
    ShapeError
        A shape is not as above, or sizes differ (also a `ValueError`).
    OptionError, OptionTypeError
        The threshold is outside 0..255, `threads` outside 1..256, or the matrix or range unknown
        (also a `ValueError`), or of the wrong type (a `TypeError`).
    OverlapError
        A plane of `out` is read-only, or overlaps an input's plane without being it (also a
        `ValueError`).

    Examples
    --------
    >>> import numpy as np
    >>> def flat(y): return I420(np.full((2, 2), y, np.uint8), *np.full((2, 1, 1), 128, np.uint8))
    >>> int(composite_planar(flat(16), flat(26), flat(77)).y[0, 0])
    26
    """
    return composite_known(
        prev,
        next,
        bg,
        matrix=matrix,
        range=range,
        threshold=threshold,
        threads=threads,
        out=out,
        known=NOTHING_KNOWN,
    )


def composite_known(
    prev: _Form,
    next: _Form,
    bg: _Form,
    *,
    matrix: str,
    range: str,
    threshold: int,
    threads: int | None,
    out: _Form | None,
    known: Plane,
) -> _Form:
    """Do as `composite_planar`, and leave in `out` what `known` says is `bg` already.

    `known` is a `background_map` of luma's size, of this `out` with this `bg`, neither changed by
    others since; or `NOTHING_KNOWN`. It is brought up to date.
    """
    if type(prev) is type(next) is type(bg) is type(out) in _FORMS and type(threshold) is int:
        try:
            whole, weights = alone_below(threads), _WEIGHTS[matrix, range]
            arguments = prev, next, bg, out, known, weights, threshold, whole
            if _are_arrays(*prev, *next, *bg, *out) and _composite_of(out).alone(*arguments):
                return out
        except (KeyError, OverflowError, TypeError):  # said below
            pass
    weights = _WEIGHTS[
        check_choice("matrix", matrix, _MATRICES), check_choice("range", range, _RANGES)
    ]
    threshold = check_threshold(threshold)
    out = _checked(out, prev=prev, next=next, bg=bg)
    count = thread_count(check_threads(threads), 6 * out.y.size)
    _call_in_bands(_composite_of(out), count, (prev, next, bg, out, known), weights, threshold)
    return out


def blend_planar(
    frame: _Form,
    matte: Matte,
    bg: _Form,
    *,
    threads: int | None = None,
    out: _Form | None = None,
) -> _Form:
    """Lay a frame over a background by a matte, without leaving YUV.

    `(matte*frame + (255-matte)*bg) / 255`, rounded half up, on each plane. The coverage of a chroma
    sample is the mean, rounded half up, of the matte over its luma samples.

    Parameters
    ----------
    frame : I420 or NV12
        The foreground.
    matte : ndarray, shape (H, W), uint8
        Coverage, 0 (background) to 255 (frame).
    bg : I420 or NV12
        The background, of the same size and form.
    threads : int, optional
        How many threads share the rows, 1 to 256. By default one, unless the frame is so large that
        more gain; then all processors, or as many as the environment's `FASTVBG_THREADS` says.
    out : I420 or NV12, optional
        Where to write the result; as for `composite_planar`. Allocated when absent.

    Returns
    -------
    I420 or NV12
        The blended frame, in the form of `frame`; `out` when given.

    Raises
    ------
    DTypeError
        A plane or the matte is not a uint8 `numpy.ndarray`, or forms differ (also a `TypeError`).
    ShapeError
        A shape is not as above, or sizes differ (also a `ValueError`).
    OptionError, OptionTypeError
        `threads` is outside 1..256 (also a `ValueError`), or not an integer (a `TypeError`).
    OverlapError
        A plane of `out` is read-only, or overlaps an input without being it (also a `ValueError`).
    """
    return blend_known(frame, matte, bg, threads=threads, out=out, known=NOTHING_KNOWN)


def blend_known(
    frame: _Form,
    matte: Matte,
    bg: _Form,
    *,
    threads: int | None,
    out: _Form | None,
    known: Plane,
) -> _Form:
    """Do as `blend_planar`, with `known` as in `composite_known`."""
    if type(frame) is type(bg) is type(out) in _FORMS:
        try:
            usual, whole = _are_arrays(*frame, matte, *bg, *out), alone_below(threads)
            if usual and _blend_of(out).alone(frame, matte, bg, out, known, whole):
                return out
        except (OverflowError, TypeError):  # said below
            pass
    out = _checked(out, frame=frame, bg=bg)
    shape = check_plane("matte", matte)
    if shape != out.y.shape:
        check_same_size("matte", shape, "frame", out.y.shape)
    for plane in out:
        check_no_partial_overlap(plane, (("matte", matte),))
    count = thread_count(check_threads(threads), 5 * out.y.size)
    _call_in_bands(_blend_of(out), count, (frame, matte, bg, out, known))
    return out


def _composite_of(out: I420 | NV12) -> Kernel:
    return planar.composite_i420 if isinstance(out, I420) else planar.composite_nv12


def _blend_of(out: I420 | NV12) -> Kernel:
    return planar.blend_i420 if isinstance(out, I420) else planar.blend_nv12


def _are_arrays(*planes: object) -> bool:
    """Tell whether planes are plainly arrays, of no class that hides some of what it holds."""
    return {type(plane) for plane in planes} == {np.ndarray}


def _call_in_bands(
    kernel: Kernel, count: int, pictures: tuple[I420 | NV12 | Matte, ...], *rest: Any
) -> None:
    """Call a kernel on bands of an even number of luma rows and their half of chroma rows."""
    rows = pictures[0][0].shape[0]
    if count == 1:
        kernel.call(*pictures, *rest, rows)
        return

    def band(first: int, end: int) -> None:
        luma, chroma = slice(first, end), slice(first // 2, (end + 1) // 2)
        parts = (
            p[luma] if isinstance(p, np.ndarray) else (p[0][luma], *(c[chroma] for c in p[1:]))
            for p in pictures
        )
        kernel.call(*parts, *rest, rows)

    run_in_bands(band, rows, count, multiple=2)


def _check_planes(name: str, planes: I420 | NV12) -> tuple[tuple[int, ...], ...]:
    """Return the shapes of a frame's planes, which must fit together."""
    if not isinstance(planes, (I420, NV12)):
        raise DTypeError(f"{name}: got {type(planes).__name__}, wanted I420 or NV12")
    height, width = check_plane(f"{name}.y", planes.y)
    chroma = ((height + 1) // 2, (width + 1) // 2)
    for part, plane in zip(planes._fields[1:], planes[1:], strict=True):
        wanted = (*chroma, 2) if part == "uv" else chroma
        if not isinstance(plane, np.ndarray) or plane.dtype != np.uint8:
            got = getattr(plane, "dtype", type(plane).__name__)
            raise DTypeError(f"{name}.{part}: got {got}, wanted a numpy.ndarray of uint8")
        if plane.shape != wanted:
            raise ShapeError(f"{name}.{part}: got shape {plane.shape}, wanted {wanted}")
    return tuple(plane.shape for plane in planes)


def _checked(out: _Form | None, **inputs: _Form) -> _Form:
    """Return `out` if it fits the inputs, which must fit one another, or new planes."""
    first = next(iter(inputs))
    shapes = _check_planes(first, inputs[first])
    form = type(inputs[first])
    for name, planes in inputs.items():
        if not _are(planes, form, shapes):
            _check_like(name, planes, first, form, shapes)
    if out is not None and not _are(out, form, shapes):
        _check_like("out", out, first, form, shapes)
    if out is None:
        return form(*(np.empty(shape, np.uint8) for shape in shapes))
    for plane in out:
        check_writable(plane)
    are_apart = (apart.i420 if len(out) == 3 else apart.nv12).call
    for name, planes in inputs.items():
        if not are_apart(out, planes):
            _check_apart(out, name, planes)
    return out


def _are(planes: I420 | NV12, form: type, shapes: tuple[tuple[int, ...], ...]) -> bool:
    """Tell whether planes plainly are of a form and of these shapes."""
    if type(planes) is not form:
        return False
    for plane, shape in zip(planes, shapes, strict=True):
        if type(plane) is not np.ndarray or plane.dtype is not _UINT8 or plane.shape != shape:
            return False
    return True


def _check_like(
    name: str, planes: I420 | NV12, first: str, form: type, shapes: tuple[tuple[int, ...], ...]
) -> None:
    """Demand that planes fit those of the first input."""
    got = _check_planes(name, planes)
    if type(planes) is not form:
        raise DTypeError(
            f"{name}: got {type(planes).__name__}, wanted {form.__name__} like {first}"
        )
    if got != shapes:
        check_same_size(name, got[0], first, shapes[0])


def _check_apart(out: I420 | NV12, name: str, planes: I420 | NV12) -> None:
    """Demand that each plane of `out` is that of an input, or shares no memory with any."""
    for k, plane in enumerate(out):
        for j, other in enumerate(planes):
            if k == j:
                check_no_partial_overlap(plane, ((f"{name}.{planes._fields[j]}", other),))
            elif np.shares_memory(plane, other):
                _refuse(f"out.{out._fields[k]}", f"{name}.{planes._fields[j]}")


def _refuse(plane: str, other: str) -> None:
    raise OverlapError(f"{plane}: shares memory with {other}, wanted memory of its own")
