"""Matte, frame and background to frame: `composite` and `blend`."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import numpy as np

from fastvbg.bands import alone_below, call_in_bands, check_threads, run_in_bands, thread_count
from fastvbg.checks import (
    check_frame,
    check_matte,
    check_order,
    check_same_size,
    check_threshold,
    exchanged,
)
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.composite.plan import stretch_scratch
from fastvbg.outputs import frame_out

if TYPE_CHECKING:
    from fastvbg._types import FloatMatte, Frame, Matte
    from fastvbg.constants import Order

__all__ = ["blend", "composite"]

frames = Module("composite.frames")
scaled = Module("composite.scaled")


def composite(
    prev: Frame,
    next: Frame,
    bg: Frame,
    *,
    threshold: int = DEFAULT_THRESHOLD,
    order: Order = "bgr",
    threads: int | None = None,
    out: Frame | None = None,
) -> Frame:
    """Put what moved between two frames over a background.

    Where `BGR2GRAY(absdiff(prev, next)) > threshold` the pixel of `next`, elsewhere that of `bg`:
    the tutorial's frame difference, byte for byte, in one pass without an intermediate image. Gray
    is OpenCV's `(3735*B + 19235*G + 9798*R + 16384) >> 15`, the luma weights of ITU-R BT.601.

    Parameters
    ----------
    prev, next : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        Two frames of a video, channels as `order` says, 0 to 255. Any strides, also read-only;
        H and W may be 0. `docs/frames.md` says which are fast.
    bg : ndarray, shape like `prev`, uint8
        The background, of the same size (see `fit_background`).
    threshold : int, default 3
        Gray difference above which a pixel has moved, 0 to 255. At 255 nothing moves.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in the result.
    threads : int, optional
        How many threads share the rows, 1 to 256. By default one, unless the frame is so large that
        more gain; then all processors, or as many as the environment's `FASTVBG_THREADS` says.
    out : ndarray, shape like `prev`, uint8, optional
        Where to write the result. May be `prev`, `next` or `bg` itself, but no other view that
        shares memory with them. Allocated when absent.

    Returns
    -------
    ndarray, shape like `prev`, uint8
        The composited frame; `out` when given.

    Raises
    ------
    DTypeError
        An array is not a uint8 `numpy.ndarray` (also a `TypeError`).
    ShapeError
        A shape is not (H, W, 3), or 4 as `order` says, or sizes differ (also a `ValueError`).
    OptionError, OptionTypeError
        The threshold is outside 0..255, `threads` outside 1..256 or the order none of the above
        (also a `ValueError`), or of another type (a `TypeError`).
    OverlapError
        `out` is read-only, or overlaps an input without being it (also a `ValueError`).

    Notes
    -----
    The GIL is released while pixels are computed, and any number of threads may call at once. A
    person who sits still does not move, and dissolves: frame difference keeps only what changes.

    Examples
    --------
    >>> import numpy as np
    >>> prev = np.zeros((1, 2, 3), np.uint8)
    >>> next = np.array([[[9, 9, 9], [2, 2, 2]]], np.uint8)
    >>> composite(prev, next, np.full((1, 2, 3), 77, np.uint8))[0, :, 0]
    array([ 9, 77], dtype=uint8)
    """
    if type(order) is str and order == "bgr" and type(threshold) is int:
        with_out = type(prev) is type(next) is type(bg) is type(out) is np.ndarray
        try:
            if with_out and frames.composite.alone(
                prev, next, bg, out, threshold, 0, alone_below(threads)
            ):
                return out
        except (OverflowError, TypeError):  # said below
            pass
    order = check_order(order)
    shape = check_frame("prev", prev, order)
    next_shape = check_frame("next", next, order)
    bg_shape = check_frame("bg", bg, order)
    if next_shape != shape:
        check_same_size("next", next_shape, "prev", shape)
    if bg_shape != shape:
        check_same_size("bg", bg_shape, "prev", shape)
    threshold = check_threshold(threshold)
    threads = check_threads(threads)
    out = frame_out(out, shape, "prev", order, prev=prev, next=next, bg=bg)
    count = thread_count(threads, 4 * out.size)
    call_in_bands(frames.composite, count, (prev, next, bg, out), threshold, exchanged(order))
    return out


def blend(
    frame: Frame,
    matte: Matte | FloatMatte,
    bg: Frame,
    *,
    order: Order = "bgr",
    threads: int | None = None,
    out: Frame | None = None,
) -> Frame:
    """Lay a frame over a background by a matte.

    `(matte*frame + (255-matte)*bg) / 255`, rounded half up: matte 0 gives the background and matte
    255 the frame, exactly. Colours are straight, not premultiplied, and blended as they are coded.
    This is the over operator of Porter and Duff, "Compositing Digital Images", SIGGRAPH 1984, over
    an opaque background.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        The foreground, channels as `order` says. Any strides, also read-only; H and W may be 0.
    matte : ndarray, shape (h, w), uint8 or float32
        Coverage, 0 (background) to 255 (frame), or 0 to 1 as float32, which is first rounded to
        steps of 1/255, half up; NaN counts as 0 and values outside are clipped. A mask is a valid
        matte. One of another size than the frame, of 1x1 at least, is stretched bilinearly on the
        way, with half-pixel centres (`reference.stretch_matte`).
    bg : ndarray, shape like `frame`, uint8
        The background, of the same size.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in the result.
    threads : int, optional
        As of `composite`.
    out : ndarray, shape like `frame`, uint8, optional
        Where to write: `frame` or `bg` itself, or memory apart from all inputs. New when absent.

    Returns
    -------
    ndarray, shape like `frame`, uint8
        The frame as it lies over the background; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OptionError, OptionTypeError, OverlapError
        As of `composite`; the matte may have any size.

    Examples
    --------
    >>> import numpy as np
    >>> frame, bg = np.full((1, 2, 3), 200, np.uint8), np.full((1, 2, 3), 100, np.uint8)
    >>> blend(frame, np.array([[0, 128]], np.uint8), bg)[0, :, 0]
    array([100, 150], dtype=uint8)
    """
    if type(order) is str and order == "bgr":
        with_out = type(frame) is type(matte) is type(bg) is type(out) is np.ndarray
        try:
            if with_out and frames.blend.alone(frame, matte, bg, out, alone_below(threads)):
                return out
        except (OverflowError, TypeError):  # said below
            pass
    order = check_order(order)
    shape = check_frame("frame", frame, order)
    matte_shape = check_matte("matte", matte)
    bg_shape = check_frame("bg", bg, order)
    if bg_shape != shape:
        check_same_size("bg", bg_shape, "frame", shape)
    threads = check_threads(threads)
    out = frame_out(out, shape, "frame", order, frame=frame, matte=matte, bg=bg)
    steps = _matte_in_steps(matte)
    count = thread_count(threads, 3 * out.size)
    if matte_shape == shape[:2]:
        call_in_bands(frames.blend, count, (frame, steps, bg, out))
    elif out.size:
        _blend_stretched(frame, steps, bg, out, count)
    return out


def _matte_in_steps(matte: Matte | FloatMatte) -> Matte:
    """Return a checked matte as uint8: itself, or in steps of 1/255 what is float32."""
    if matte.dtype == np.uint8:
        return cast("Matte", matte)
    steps = np.empty(matte.shape, np.uint8)
    scaled.quantize.call(np.require(matte, requirements="A"), steps)
    return steps


def _blend_stretched(frame: Frame, matte: Matte, bg: Frame, out: Frame, threads: int) -> None:
    if 0 in matte.shape:
        check_same_size("matte", matte.shape, "frame", out.shape)
    rows, cols = out.shape[:2]
    if not frame.strides[1:] == bg.strides[1:] == out.strides[1:] == (3, 1):
        plane = np.empty((rows, cols), np.uint8)
        scaled.stretch.call(matte, plane, *stretch_scratch(matte.shape[1], cols))
        call_in_bands(frames.blend, threads, (frame, plane, bg, out))
        return

    def band(first: int, end: int) -> None:
        scratch = stretch_scratch(matte.shape[1], cols)
        if end - first == rows:
            scaled.blend.call(frame, matte, bg, out, *scratch, 0, rows)
            return
        part = slice(first, end)
        scaled.blend.call(frame[part], matte, bg[part], out[part], *scratch, first, rows)

    run_in_bands(band, rows, threads)
