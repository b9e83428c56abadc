"""Light of the background around the foreground's edge: `light_wrap` and `LightWrap`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import (
    check_apart,
    check_frame,
    check_integer,
    check_order,
    check_plane,
    check_same_size,
)
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.refine import plan
from fastvbg.layout import packed
from fastvbg.outputs import copy_frame, frame_out
from fastvbg.spelling import Spelled, called_as

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Plane
    from fastvbg.constants import Order

frames = Module("composite.frames")
light = Module("composite.light")
feather = Module("refine.feather")

DEFAULT_RADIUS = 12
DEFAULT_STRENGTH = 128
PASSES = 2


def light_wrap(
    frame: Frame,
    matte: Matte,
    background: Frame,
    *,
    radius: int = DEFAULT_RADIUS,
    strength: int = DEFAULT_STRENGTH,
    order: Order = "bgr",
    out: Frame | None = None,
) -> Frame:
    """Let light of the background fall around the edge of the foreground.

    The feathered background is laid over the frame where the matte is, by as much as the feathered
    inverse of the matte reaches in: `matte * feather(255 - matte) / 255`, times `strength / 255`,
    each rounded half up. Feathering is that of `feather` with two passes. The result is a frame to
    be blended over the background by the same matte.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        The foreground, channels as `order` says. Any strides, also read-only; H and W may be 0.
    matte : ndarray, shape (H, W), uint8
        Its coverage.
    background : ndarray, shape like `frame`, uint8
        What it is going to be laid over.
    radius : int, default 12
        Of the feathering, in pixels, 0 to 63: light reaches twice as far in.
    strength : int, default 128
        How much of the light is let in, 0 (none) to 255.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in the result.
    out : ndarray, shape like `frame`, uint8, optional
        Where to write the result. May be `frame` itself, but may share no memory otherwise with an
        input. Allocated when absent.

    Returns
    -------
    ndarray, shape like `frame`, uint8
        The frame in the background's light; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError
        An array is not as above, or sizes differ (also a `TypeError` or `ValueError`).
    OptionError, OptionTypeError
        `radius` is outside 0..63, `strength` outside 0..255 or the order none of the above (also a
        `ValueError`), or of another type (a `TypeError`).

    Notes
    -----
    Most of the time goes into feathering the background; for one that stays, `LightWrap` does that
    once.

    Examples
    --------
    >>> import numpy as np
    >>> frame, background = np.zeros((1, 4, 3), np.uint8), np.full((1, 4, 3), 200, np.uint8)
    >>> matte = np.array([[0, 255, 255, 255]], np.uint8)
    >>> light_wrap(frame, matte, background, radius=1, strength=255)[0, :, 0]
    array([ 0, 67, 22,  0], dtype=uint8)
    """
    wrap = LightWrap(background, radius=radius, strength=strength, order=order)
    if out is not None:
        check_frame("out", out, order)
        check_apart(out, (("background", background),))
    return wrap(frame, matte, out=out)


class LightWrap(Spelled):
    """Light of one background for many frames: `light_wrap` that feathers the background once.

    Parameters
    ----------
    background : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        The background, of the size of the frames. It is not kept: `relight` when it has changed.
    radius : int, default 12
        Of the feathering, in pixels, 0 to 63.
    strength : int, default 128
        How much of the light is let in, 0 (none) to 255.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in every result.

    Raises
    ------
    DTypeError, ShapeError, OptionError, OptionTypeError
        As with `light_wrap`.

    Notes
    -----
    One object serves one video: call it from one thread at a time.
    """

    @called_as
    def __init__(
        self,
        background: Frame,
        *,
        radius: int = DEFAULT_RADIUS,
        strength: int = DEFAULT_STRENGTH,
        order: Order = "bgr",
    ) -> None:
        self._order = check_order(order)
        self._shape = check_frame("background", background, self._order)
        self._radius = check_integer("radius", radius, 0, plan.MAX_FEATHER)
        self._strength = check_integer("strength", strength, 0, 255)
        rows, cols, _ = self._shape
        self._row_scratch = plan.feather_scratch(cols, self._radius, 1)
        self._weight, self._reach = np.empty((2, rows, cols), np.uint8)
        self._light = np.empty((rows, cols, 3), np.uint8)
        self.relight(background)

    def relight(self, background: Frame) -> None:
        """Take the light of another background, or of this one after a change.

        Parameters
        ----------
        background : ndarray, shape like the first, uint8
            Of the same size.
        """
        shape = check_frame("background", background, self._order)
        if shape != self._shape:
            check_same_size("background", shape, "the first", self._shape)
        copy_frame(background, self._light)
        rows, cols, _ = shape
        pixels = self._light.reshape(rows, 3 * cols)
        self._soften(pixels, 3, plan.feather_scratch(3 * cols, self._radius, 3))

    def _soften(self, plane: Plane, step: int, scratch: tuple[Plane, Plane]) -> None:
        if self._radius:
            factor = plan.reciprocal(2 * self._radius + 1)
            for _ in range(PASSES):
                feather.box.call(plane, plane, self._radius, step, *factor, *scratch)

    def __call__(self, frame: Frame, matte: Matte, *, out: Frame | None = None) -> Frame:
        """Let the background's light fall on a frame.

        Parameters
        ----------
        frame : ndarray, shape like the background, uint8
            The foreground.
        matte : ndarray, shape (H, W), uint8
            Its coverage.
        out : ndarray, shape like the background, uint8, optional
            Where to write the result. May be `frame` itself. Allocated when absent.

        Returns
        -------
        ndarray, shape like the background, uint8
            The frame in the background's light; `out` when given.
        """
        shape, size = check_frame("frame", frame, self._order), check_plane("matte", matte)
        if shape != self._shape:
            check_same_size("frame", shape, "background", self._shape)
        if size != shape[:2]:
            check_same_size("matte", size, "frame", shape)
        out = frame_out(out, shape, "frame", self._order, frame=frame)
        check_apart(out, (("matte", matte),))
        np.bitwise_not(matte, out=self._reach)
        self._soften(self._reach, 1, self._row_scratch)
        light.weigh.call(packed(matte), self._reach, self._weight, self._strength)
        frames.blend.call(self._light, self._weight, frame, out, shape[0])
        return out
