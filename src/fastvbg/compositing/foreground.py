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
from fastvbg.outputs import check_like, copy_frame, frame_out, planes_out

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Plane, Planes
    from fastvbg.constants import Order

colours = Module("foreground.colours")
plate_kernels = Module("foreground.plate")

_NONE = np.empty((0, 0), np.uint8)


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
        chroma = (shape[0] + shifts[1]) >> shifts[1], (shape[1] + shifts[0]) >> shifts[0]
        self._over_chroma = np.empty(chroma, np.uint8)
        self._cells = plan.cells_for(shape, chroma)
        self._scratch = plan.scratch_for(*shape)

    def write(
        self,
        matte: Matte,
        planes: Planes,
        scene: Planes | None = None,
        known: Plane | None = None,
    ) -> None:
        """Write into planes of any strides by a packed matte of the first one's size.

        From the scene, of planes like these, where that is known: everywhere, or with flags in
        squares of 16 pixels, packed, in those whose flag is 1.
        """
        given = (matte, self._over_chroma), self._over_chroma, self._shifts
        if scene is not None and known is None:
            of_cells = self._cells[0], self._scratch[0]
            plate_kernels.uncover.call(planes, scene, *given, *of_cells)
            return
        known = _NONE if known is None else known
        behind = planes if scene is None else scene
        colours.estimate.call(planes, behind, *given, self._cells, self._scratch, known)

    def write_frame(
        self,
        matte: Matte,
        frame: Frame,
        scene: Frame | None = None,
        known: Plane | None = None,
    ) -> None:
        """Write into a frame of any order and strides by a packed matte; as `write`."""
        self.write(matte, _channels(frame), None if scene is None else _channels(scene), known)


def _channels(frame: Frame) -> Planes:
    return frame[..., 0], frame[..., 1], frame[..., 2]


def _three(planes: Planes) -> Planes:
    """Return planes as kernels take them, also of a list."""
    return planes[0], planes[1], planes[2]


def estimate_foreground(
    frame: Frame,
    matte: Matte,
    *,
    plate: Frame | None = None,
    order: Order = "bgr",
    out: Frame | None = None,
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
    plate : ndarray, shape like `frame`, uint8, optional
        The scene behind, where it is known: then nothing is estimated, and the colour is
        `(frame - (1 - a)*plate) / a`, rounded half up and clipped.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in the result.
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
    if plate is not None:
        check_same_size("plate", check_frame("plate", plate, order), "frame", shape)
    out = frame_out(out, shape, "frame", order, frame=frame)
    check_apart(out, (("matte", matte), *(() if plate is None else (("plate", plate),))))
    if out is not frame:
        copy_frame(frame, out)
    if len(order) == 4:
        out[..., 3] = 255
    if out.size:
        Foreground(shape[:2]).write_frame(packed(matte), out, plate)
    return out


def estimate_foreground_planes(
    planes: Planes, matte: Matte, *, plate: Planes | None = None, out: Planes | None = None
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
    plate : tuple of 3 ndarray, uint8, optional
        The scene behind, in such planes, where it is known.
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
    if plate is not None:
        check_like("plate", plate, planes, shape)
    out = planes_out(planes, planes, out)
    known = [("plate", each) for each in plate or ()]
    for plane, source in zip(out, planes, strict=True):
        check_apart(plane, (("matte", matte), *known))
        if plane is not source:
            np.copyto(plane, source)
    if matte.size:
        own, scene = _three(out), None if plate is None else _three(plate)
        Foreground(shape, (shifts[0], shifts[1])).write(packed(matte), own, scene)
    return out
