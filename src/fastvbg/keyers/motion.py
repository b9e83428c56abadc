"""The motion keyer: what differs between two neighbouring frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.bands import alone_below, call_in_bands, check_threads, thread_count
from fastvbg.checks import (
    check_frame,
    check_order,
    check_same_size,
    check_threshold,
    exchanged,
)
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.kernels._kernel import Module
from fastvbg.outputs import plane_out

if TYPE_CHECKING:
    from fastvbg._types import Frame, Mask
    from fastvbg.constants import Order

__all__ = ["motion_mask"]

frames = Module("composite.frames")


def motion_mask(
    prev: Frame,
    next: Frame,
    *,
    threshold: int = DEFAULT_THRESHOLD,
    order: Order = "bgr",
    threads: int | None = None,
    out: Mask | None = None,
) -> Mask:
    """Tell where two frames differ.

    255 where `BGR2GRAY(absdiff(prev, next)) > threshold`, else 0. Gray is OpenCV's
    `(3735*B + 19235*G + 9798*R + 16384) >> 15`, the luma weights of ITU-R BT.601. It is symmetric
    in the two frames.

    Parameters
    ----------
    prev, next : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        Two frames of a video, channels as `order` says, 0 to 255. Any strides, also read-only;
        H and W may be 0.
    threshold : int, default 3
        Gray difference above which a pixel has moved, 0 to 255.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of both frames; a fourth one is not read.
    threads : int, optional
        How many threads share the rows, 1 to 256. By default one, unless the frame is so large that
        more gain; then all processors, or as many as the environment's `FASTVBG_THREADS` says.
    out : ndarray, shape (H, W), uint8, optional
        Where to write the mask; it may not share memory with the frames. Allocated when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The mask, 0 or 255; `out` when given.

    Raises
    ------
    DTypeError
        An array is not a uint8 `numpy.ndarray` (also a `TypeError`).
    ShapeError
        A shape is not as above, or sizes differ (also a `ValueError`).
    OptionError, OptionTypeError
        The threshold is outside 0..255, `threads` outside 1..256 or the order none of the above
        (also a `ValueError`), or of another type (a `TypeError`).
    OverlapError
        `out` is read-only or shares memory with a frame (also a `ValueError`).

    Examples
    --------
    >>> import numpy as np
    >>> prev = np.zeros((1, 2, 3), np.uint8)
    >>> motion_mask(prev, np.array([[[9, 9, 9], [2, 2, 2]]], np.uint8))
    array([[255,   0]], dtype=uint8)
    """
    if type(order) is str and order == "bgr" and type(threshold) is int:
        with_out = type(prev) is type(next) is type(out) is np.ndarray
        try:
            if with_out and frames.motion_mask.alone(
                prev, next, out, threshold, 0, alone_below(threads)
            ):
                return out
        except (OverflowError, TypeError):  # said below
            pass
    order = check_order(order)
    shape = check_frame("prev", prev, order)
    next_shape = check_frame("next", next, order)
    if next_shape != shape:
        check_same_size("next", next_shape, "prev", shape)
    threshold = check_threshold(threshold)
    out = plane_out(out, shape, "prev", prev=prev, next=next)
    count = thread_count(check_threads(threads), 7 * out.size)
    call_in_bands(frames.motion_mask, count, (prev, next, out), threshold, exchanged(order))
    return out
