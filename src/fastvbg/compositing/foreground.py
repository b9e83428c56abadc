"""The foreground's own colours at soft edges: `estimate_foreground` and its form for planes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import (
    check_apart,
    check_frame,
    check_order,
    check_plane,
    check_planes,
    check_same_size,
)
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.foreground import plan
from fastvbg.layout import packed
from fastvbg.outputs import copy_frame, frame_out, planes_out

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Plane, Planes
    from fastvbg.constants import Order

__all__ = ["estimate_foreground", "estimate_foreground_planes"]

marks = Module("foreground.marks")
sums = Module("foreground.sums")
colours = Module("foreground.colours")


class _Cells:
    """Marks, sums and scratch for planes of one size."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self.marks = plan.marks_for(*shape)
        self._weights, self._means = plan.cells_for(*shape), plan.cells_for(*shape)
        self._columns, self._rows = plan.columns_for(shape[1]), plan.rows_for(shape[1])
        self._gains, self._gain_plane = plan.gains(), plan.gain_plane(*shape)

    def write(self, matte: Matte, *planes: Plane) -> None:
        """Write the foreground's samples into planes by a packed matte whose cells are marked."""
        gains = self._gains, self._gain_plane
        sums.weigh.call(matte, self.marks, self._weights, self._columns, *gains)
        scratch = self._columns, self._gain_plane, self._rows
        for plane in planes:
            colours.estimate.call(plane, matte, self.marks, self._weights, self._means, *scratch)


class Foreground:
    """Writes the foreground's own colours into frames, or planes, of one size.

    Parameters
    ----------
    shape : (int, int)
        Height and width.
    shifts : (int, int)
        Whether the chroma of planes is halved across, and whether down.
    """

    def __init__(self, shape: tuple[int, int], shifts: tuple[int, int] = (0, 0)) -> None:
        self._shifts = shifts
        self._cells = _Cells(shape)
        self._flags = plan.flags_for(shape[1])
        across, down = shifts
        halved = (shape[0] + down) >> down, (shape[1] + across) >> across
        self._chroma = _Cells(halved) if any(shifts) else self._cells
        self._over_chroma = np.empty(halved, np.uint8) if any(shifts) else None

    def write(self, matte: Matte, frame: Frame) -> None:
        """Write into a frame of any order and strides, by a packed matte."""
        if marks.mark.call(matte, self._cells.marks, self._flags):
            self._cells.write(matte, *(frame[..., k] for k in range(3)))

    def write_planes(self, matte: Matte, planes: Planes) -> None:
        """Write into planes Y, U and V of any strides, by a packed matte of luma's size."""
        if not marks.mark.call(matte, self._cells.marks, self._flags):
            return
        if self._over_chroma is None:
            self._cells.write(matte, *planes)
            return
        self._cells.write(matte, planes[0])
        chroma = self._chroma
        marks.mark_chroma.call(self._cells.marks, *matte.shape, chroma.marks, self._shifts)
        marks.average.call(matte, chroma.marks, self._over_chroma, self._shifts)
        chroma.write(self._over_chroma, *planes[1:])


def estimate_foreground(
    frame: Frame, matte: Matte, *, order: Order = "bgr", out: Frame | None = None
) -> Frame:
    """Replace a frame's colours where its matte is soft by the foreground's own.

    There a frame shows both, `a*F + (1 - a)*B`, so laid over another background it brings light of
    the old one along. Foreground `F` and background `B` are estimated, of each channel by itself,
    from surely covered and surely uncovered pixels nearby: means of squares of 8 pixels and, where
    those have none, of larger ones; then both are fitted to what the pixel shows, by least squares
    (after T. Germer, T. Uelwer, S. Conrad, S. Harmeling, "Fast Multi-Level Foreground Estimation",
    2020, arXiv:2006.14970). `reference.foreground.estimate_foreground` has the arithmetic.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3) or (H, W, 4), uint8
        Channels as `order` says. Any strides, also read-only; H and W may be 0.
    matte : ndarray, shape (H, W), uint8
        Coverage. Where it is 0 or 255 the frame's colours stay, so by a mask all of them do; also
        where nothing near a soft edge is surely covered, or nothing surely uncovered.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of the frame. Of four the last is not read, and is 255 in the result.
    out : ndarray, shape like `frame`, uint8, optional
        Where to write the result. May be `frame` itself, which then is not copied. Allocated when
        absent.

    Returns
    -------
    ndarray, shape like `frame`, uint8
        The colours to blend by the same matte; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError
        An array is not as above (also a `TypeError` or `ValueError`).
    OptionError, OptionTypeError
        The order is none of the above (also a `ValueError` or a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> frame = np.full((1, 3, 3), 200, np.uint8)  # white before black
    >>> frame[0, :2] = [[0], [100]]
    >>> estimate_foreground(frame, np.array([[0, 128, 255]], np.uint8))[0, :, 0]
    array([  0, 200, 200], dtype=uint8)
    """
    order = check_order(order)
    shape = check_frame("frame", frame, order)
    check_same_size("matte", check_plane("matte", matte), "frame", shape)
    out = frame_out(out, shape, "frame", order, frame=frame)
    check_apart(out, (("matte", matte),))
    if out is not frame:
        copy_frame(frame, out)
    if len(order) == 4:
        out[..., 3] = 255
    if out.size:
        Foreground(shape[:2]).write(packed(matte), out)
    return out


def estimate_foreground_planes(
    planes: Planes, matte: Matte, *, out: Planes | None = None
) -> Planes:
    """Replace samples where a matte is soft by the foreground's own, as `estimate_foreground`.

    Chroma is covered by the matte's mean over its luma, rounded half up, as in blends of planes.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Y of shape (H, W); U and V of that, or of half of it (rounded up) across, or across and
        down. Any strides, also read-only.
    matte : ndarray, shape (H, W), uint8
        Coverage.
    out : tuple of 3 ndarray, uint8, optional
        Where to write the result. Each plane may be that plane of `planes` itself. Allocated when
        absent.

    Returns
    -------
    tuple of 3 ndarray, uint8
        The planes to blend by the same matte; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError
        An array is not as above (also a `TypeError` or `ValueError`).

    Examples
    --------
    >>> import numpy as np
    >>> y = np.array([[0, 100, 200]], np.uint8)
    >>> planes = y, *np.full((2, 1, 2), 128, np.uint8)
    >>> estimate_foreground_planes(planes, np.array([[0, 128, 255]], np.uint8))[0]
    array([[  0, 200, 200]], dtype=uint8)
    """
    shape, *shifts = check_planes("planes", planes)
    check_same_size("matte", check_plane("matte", matte), "planes", shape)
    out = planes_out(planes, planes, out)
    for plane, source in zip(out, planes, strict=True):
        check_apart(plane, (("matte", matte),))
        if plane is not source:
            np.copyto(plane, source)
    if matte.size:
        Foreground(shape, (shifts[0], shifts[1])).write_planes(packed(matte), out)
    return out
