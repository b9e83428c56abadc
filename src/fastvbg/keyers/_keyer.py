"""What keyers of a video's frames have in common: how they are called."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING

from fastvbg.checks import check_order
from fastvbg.layout import checked_bgr
from fastvbg.outputs import composite_out
from fastvbg.spelling import Spelled

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Planes
    from fastvbg.constants import Order


class FrameKeyer(Spelled, ABC):
    """Keys a video's frames, one after the other.

    What is public here is how such a keyer is called; what it does with a frame, and how it checks
    it, stands in the methods of the same names behind an underscore. Those are given frames as BGR
    of any strides, whatever their order.

    Parameters
    ----------
    order : {"bgr", "rgb", "bgra", "rgba"}
        The channels of all frames.
    """

    def __init__(self, order: Order) -> None:
        self._order = check_order(order)

    def key(self, frame: Frame, *, out: Matte | None = None) -> Matte:
        """Return the matte of the next frame; a keyer that learns a scene learns from it.

        Parameters
        ----------
        frame : ndarray, shape (H, W, 3) or (H, W, 4), uint8
            Channels in the keyer's order. Any strides, also read-only.
        out : ndarray, shape (H, W), uint8, optional
            Where to write the matte; it may not share memory with the frame. Allocated when absent.

        Returns
        -------
        ndarray, shape (H, W), uint8
            The matte, 0 (background) to 255 (foreground), nothing between in a mask; `out` when
            given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError
            An array is not as above (also a `TypeError` or `ValueError`), or the frame is not of
            the size of the first one, or of the plate.
        OptionError, OptionTypeError
            The keyer keys planes (also a `ValueError` or a `TypeError`).
        """
        return self._key_frame(checked_bgr("frame", frame, self._order), out)

    def key_planes(self, planes: Planes, *, out: Matte | None = None) -> Matte:
        """Return the matte of the next frame, given as planes Y, U and V; else as `key`.

        Parameters
        ----------
        planes : tuple of 3 ndarray, uint8
            Y of shape (H, W); U and V of that, or of half of it (rounded up) across, or across and
            down. Any strides, also read-only.
        out : ndarray, shape (H, W), uint8, optional
            Where to write the matte; it may not share memory with the planes. Allocated when
            absent.

        Returns
        -------
        ndarray, shape (H, W), uint8
            The matte, as `key` returns it; `out` when given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
            As in `key`; the keyer keys BGR frames.
        """
        return self._key_planes(planes, out)

    def composite(self, frame: Frame, background: Frame, *, out: Frame | None = None) -> Frame:
        """Return the next frame over a background by its matte: `key` and `blend` in one.

        Parameters
        ----------
        frame : ndarray, shape (H, W, 3) or (H, W, 4), uint8
            As `key` takes it; rows of consecutive pixels are fastest.
        background : ndarray, shape like `frame`, uint8
            What is put behind, of the same size.
        out : ndarray, shape like `frame`, uint8, optional
            Where to write the result. May be `frame` or `background` itself. Allocated when absent.

        Returns
        -------
        ndarray, shape like `frame`, uint8
            The frame, composited over the background; `out` when given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
            As in `key`, or the sizes differ.
        """
        out = composite_out(frame, background, out, self._order)
        self._composite(frame, background, out)
        return out

    @abstractmethod
    def _key_frame(self, frame: Frame, out: Matte | None) -> Matte: ...

    @abstractmethod
    def _key_planes(self, planes: Planes, out: Matte | None) -> Matte: ...

    @abstractmethod
    def _composite(self, frame: Frame, background: Frame, out: Frame) -> None:
        """Write to `out`; here all three are in the keyer's order, and checked."""


class OnePassKeyer(FrameKeyer):
    """Such a keyer that lays planes over others, too."""

    def composite_planes(
        self, planes: Planes, background: Planes, *, out: Planes | None = None
    ) -> Planes:
        """Return the next frame, given as planes, over a background by its matte, in one pass.

        The same as `key_planes`, then the blend of each plane by the matte's mean over each sample
        (`reference.planes.blend_plane`).

        Parameters
        ----------
        planes, background : tuple of 3 ndarray, uint8
            Y, U and V of one form, as `key_planes` takes them. Any strides, also read-only; rows of
            consecutive samples are fastest.
        out : tuple of 3 ndarray, uint8, optional
            Where to write the result. Each plane may be that plane of `planes` or of `background`
            itself. Allocated when absent.

        Returns
        -------
        tuple of 3 ndarray, uint8
            The composited planes; `out` when given.

        Raises
        ------
        DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
            As in `key_planes`, or the planes, the background and `out` are not of one form.
        """
        return self._composite_planes(planes, background, out)

    @abstractmethod
    def _composite_planes(
        self, planes: Planes, background: Planes, out: Planes | None
    ) -> Planes: ...
