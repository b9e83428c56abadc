"""The streaming form of `composite`: `Compositor`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.bands import call_in_bands, check_threads, thread_count
from fastvbg.checks import (
    check_frame,
    check_order,
    check_same_size,
    check_threshold,
    exchanged,
)
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.composite.plan import background_map
from fastvbg.layout import beside, from_a_line_on
from fastvbg.outputs import copy_frame, frame_out
from fastvbg.spelling import Spelled, called_as

if TYPE_CHECKING:
    from fastvbg._types import Frame
    from fastvbg.constants import Order

__all__ = ["Compositor"]

frames = Module("composite.frames")
kept = Module("composite.kept")


class Compositor(Spelled):
    """Frame difference over a background, frame after frame: the streaming form of `composite`.

    Call it with each frame of a video. It keeps the previous one and its own buffers, and allocates
    nothing per frame after the first. One object serves one video: call it from one thread at a
    time.

    Parameters
    ----------
    background : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        The background, of the size of the frames (see `fit_background`). It is not copied, nor read
        again where the result shows it already: after a change in place say so, see `background`.
    threshold : int, default 3
        Gray difference above which a pixel has moved, 0 to 255.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in every result,
        of which every pixel is written then.
    threads : int, optional
        How many threads share the rows, 1 to 256. By default one, unless the frame is so large that
        more gain; then all processors, or as many as the environment's `FASTVBG_THREADS` says.

    Raises
    ------
    DTypeError
        The background, or later a frame, is not a uint8 `numpy.ndarray` (also a `TypeError`).
    ShapeError
        The background's or a frame's shape is not (H, W, 3), or 4 as `order` says, or a frame's
        size is not the background's (also a `ValueError`).
    OptionError, OptionTypeError
        The threshold is outside 0..255, `threads` outside 1..256 or the order none of the above
        (also a `ValueError`), or of another type (a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> compositor = Compositor(np.full((2, 2, 3), 77, np.uint8))
    >>> frame = np.zeros((2, 2, 3), np.uint8)
    >>> int(compositor(frame)[0, 0, 0]), int(compositor(frame + 9)[0, 0, 0])
    (77, 9)
    """

    @called_as
    def __init__(
        self,
        background: Frame,
        *,
        threshold: int = DEFAULT_THRESHOLD,
        order: Order = "bgr",
        threads: int | None = None,
    ) -> None:
        self._order = check_order(order)
        self._shape = check_frame("background", background, self._order)
        self._threshold = check_threshold(threshold)
        self._threads = thread_count(check_threads(threads), 4 * background.size)
        self._background = background
        self._has_previous = False
        if len(self._order) == 3:
            self._kept, self._result = beside(background), beside(background)
            self._spare = background[:0]
        else:  # frames mostly lie as the background does
            self._kept, self._spare = (np.empty_like(background, subok=False) for _ in range(2))
            self._result = from_a_line_on(self._shape)
        self._shown = _read_only(self._result)
        self._known = background_map(*self._shape[:2])
        self._whole = True

    def __setstate__(self, state: dict[str, Any]) -> None:
        """Take over a copied state, in which a view has become an array of its own."""
        self.__dict__.update(state)
        self._shown = _read_only(self._result)

    @property
    def background(self) -> Frame:
        """The background. Set it to have another one from the next frame on.

        Set it also, to the same array, after a change in place: what is background already in this
        object's buffer is not read again before. The previous frame is kept.
        """
        return self._background

    @background.setter
    def background(self, background: Frame) -> None:
        shape = check_frame("background", background, self._order)
        if shape != self._shape:
            check_same_size("background", shape, "the first", self._shape)
        self._background = background
        self._known.fill(0)

    def __call__(self, frame: Frame, *, out: Frame | None = None) -> Frame:
        """Composite the next frame of the video.

        Parameters
        ----------
        frame : ndarray, shape like the background, uint8
            The frame; it is copied, so its buffer may be reused at once.
        out : ndarray, shape like the background, uint8, optional
            Where to write the result, every pixel of it. May be `frame` or the background itself.

        Returns
        -------
        ndarray, shape like the background, uint8
            `out` when given; else a buffer of this object's, read-only and valid until the next
            call, of which only what changes is written: the fastest way. For the first frame, of
            which nothing is known to move, it is the background.
        """
        shape = check_frame("frame", frame, self._order)
        if shape != self._shape:
            check_same_size("frame", shape, "the background", self._shape)
        own = out is None
        out = self._result if out is None else out
        out = frame_out(out, shape, "frame", self._order, frame=frame, background=self._background)
        if len(self._order) == 3:
            self._put_over_known(frame, out, own=own)
        else:
            self._put(frame, out)
        self._has_previous = True
        return self._shown if own else out

    def _put(self, frame: Frame, out: Frame) -> None:
        """Write a result of four channels whole, and keep the frame first, which `out` may be."""
        copy_frame(frame, self._spare)
        previous = self._kept if self._has_previous else frame
        arrays = previous, frame, self._background, out
        settings = self._threshold, exchanged(self._order)
        call_in_bands(frames.composite, self._threads, arrays, *settings)
        self._kept, self._spare = self._spare, self._kept

    def _put_over_known(self, frame: Frame, out: Frame, *, own: bool) -> None:
        """Write of a result what is not there already, and keep the frame in the same pass."""
        if not self._has_previous:
            np.copyto(self._kept, frame)
        # The map's blocks go on from row to row where all rows are one run.
        whole = frame.strides[0] == self._background.strides[0] == self._result.strides[0]
        if not own or whole != self._whole:
            self._known.fill(0)
        self._whole = whole
        arrays = (self._kept, frame, self._background, out, self._known)
        settings = self._threshold, exchanged(self._order)
        call_in_bands(kept.composite, self._threads, arrays, *settings)
        if not own:
            self._known.fill(0)  # it is of `out`, and that may be the background

    def reset(self) -> None:
        """Forget the previous frame, as at the start of another video, and what is background."""
        self._has_previous = False
        self._known.fill(0)


def _read_only(result: Frame) -> Frame:
    """Return a view of a result: whoever wrote upon it would find that in the next one."""
    shown: Frame = result.view()
    shown.flags.writeable = False
    return shown
