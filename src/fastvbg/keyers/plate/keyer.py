"""The plate keyer: what differs from the empty scene."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.checks import (
    check_flag,
    check_frame,
    check_integer,
    check_plane,
    check_planes,
    check_same_size,
)
from fastvbg.constants import PLATE_FALLOFF, PLATE_TOLERANCE
from fastvbg.errors import OptionTypeError, ShapeError
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import PLATE_ROWS, model_for, rows_for, slope_of
from fastvbg.keyers._arrays import (
    on_packed,
    thin_frame,
    thin_planes,
    to_keyspace,
    widened,
)
from fastvbg.keyers._frames import as_kernels_write
from fastvbg.keyers._keyer import OnePassKeyer
from fastvbg.keyers.plate.light import LightMeter, step_for
from fastvbg.layout import as_bgr
from fastvbg.outputs import plane_out, planes_out

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Plane, Planes
    from fastvbg.constants import Order

__all__ = ["PlateKeyer"]

kernels = Module("keying.plate")

_MOST_FLOOR = 15
_LIMITED_BLACK = 16


class PlateKeyer(OnePassKeyer):
    """Keys what stands before a known empty scene, frame after frame.

    Each pixel is compared with the plate in luma and chroma. What luma differs by counts once and
    what chroma differs by twice; up to `tolerance` the matte is 0, and `falloff` levels further on
    it is 255. Edges of the plate may lie a fifth of a pixel elsewhere. `reference.plate` has the
    formulas. One object serves one video: call it from one thread at a time.

    Parameters
    ----------
    plate : ndarray or tuple of 3 ndarray, uint8
        The empty scene: a frame like those for `key` and `composite`; or planes Y, U and V, chroma
        as large as luma or halved across, or across and down, for `key_planes`. It is copied.
    noise : ndarray, shape (H, W), uint8, optional
        Levels by which the empty scene wanders at each pixel, as `estimate_plate` gives them.
        Differences of up to so much, 15 at most, are forgiven there.
    tolerance : int, default 6
        Difference, in levels of 0..255, up to which a pixel is the plate, 0 to 255.
    falloff : int, default 12
        Levels from there to full coverage, 1 to 255.
    shadows : bool, default True
        Whether darker pixels of the plate's hue are taken for shadows on it: luma may fall by 3/8
        of what it is.
    compensate : bool, default True
        Whether slow changes of brightness and white balance of the whole scene are followed.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of all frames. Of four the last is not read, and is 255 in every result.

    Raises
    ------
    DTypeError, ShapeError
        An array is not as above, or sizes differ (also a `TypeError` or `ValueError`).
    OptionError, OptionTypeError
        An option is out of range (also a `ValueError`) or of the wrong type (a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> plate = np.full((4, 4, 3), 90, np.uint8)
    >>> frame = plate.copy()
    >>> frame[0, 0] = (20, 40, 220)
    >>> PlateKeyer(plate).key(frame)[0]
    array([255,   0,   0,   0], dtype=uint8)
    """

    def __init__(
        self,
        plate: Frame | Planes,
        *,
        noise: Plane | None = None,
        tolerance: int = PLATE_TOLERANCE,
        falloff: int = PLATE_FALLOFF,
        shadows: bool = True,
        compensate: bool = True,
        order: Order = "bgr",
    ) -> None:
        super().__init__(order)
        tolerance = check_integer("tolerance", tolerance, 0, 255)
        falloff = check_integer("falloff", falloff, 1, 255)
        shadows, compensate = check_flag("shadows", shadows), check_flag("compensate", compensate)
        self._planar = isinstance(plate, (tuple, list))
        if isinstance(plate, (tuple, list)):
            self._shape, *shifts = check_planes("plate", plate)
            y, u, v = plate
            wide = (widened(chroma, self._shape, shifts[0], shifts[1]) for chroma in (u, v))
            whole: Planes = (y, *wide)  # type: ignore[assignment]
            black = _LIMITED_BLACK
        else:
            self._shape, shifts = check_frame("plate", plate, self._order)[:2], [0, 0]
            whole = to_keyspace(as_bgr(plate, self._order))
            black = 0
        self._shifts = (shifts[0], shifts[1])
        if noise is not None:
            check_same_size("noise", check_plane("noise", noise), "plate", self._shape)
        ramp = (tolerance, falloff, slope_of(falloff))
        self._options = (black if shadows else 255, *ramp)
        self._model = self._lit = _model_of(whole, noise)
        self._scratch = rows_for(PLATE_ROWS, self._shape[1])
        self._step = step_for(*self._shape)
        thin = thin_planes(whole, 0, 0, self._step)
        self._meter = LightMeter(thin) if compensate and _pixels(self._shape) else None

    @property
    def lights(self) -> tuple[int, ...]:
        """The light that the last frame was keyed in, as `reference.plate.Light` has it."""
        return (0,) * 6 if self._meter is None else self._meter.lights

    def reset(self) -> None:
        """Forget how the light of the last frames was, as at a hard cut."""
        if self._meter is not None:
            self._meter.reset()
            self._lit = self._model

    def _key_frame(self, frame: Frame, out: Matte | None) -> Matte:
        self._check_frame(frame)
        out = plane_out(out, self._shape, "frame", frame=frame)
        self._follow_frame(frame)
        kernels.key_frame.call(frame, self._lit, out, self._scratch, self._options)
        return out

    def _key_planes(self, planes: Planes, out: Matte | None) -> Matte:
        self._check_planes(planes)
        out = plane_out(out, self._shape, "planes", Y=planes[0], U=planes[1], V=planes[2])
        self._follow_planes(planes)
        kernels.key_planes.call(
            *planes, self._lit, out, self._scratch, *self._shifts, self._options
        )
        return out

    def _composite(self, frame: Frame, background: Frame, out: Frame) -> None:
        frame, background = (as_bgr(each, self._order) for each in (frame, background))
        self._check_frame(frame)
        self._follow_frame(frame)
        to = as_kernels_write(out, self._order)
        rest = self._scratch, self._options
        kernels.composite.call(frame, self._lit, background, *to, *rest)

    def _composite_planes(self, planes: Planes, background: Planes, out: Planes | None) -> Planes:
        self._check_planes(planes)
        out = planes_out(planes, background, out)
        self._follow_planes(planes)
        return on_packed(self._run_planes, planes, background, out)

    def _run_planes(self, planes: Planes, background: Planes, out: Planes) -> None:
        kernels.composite_planes.call(
            planes,
            self._lit,
            background,
            out,
            self._scratch,
            self._shifts,
            self._options,
        )

    def _check_planes(self, planes: Planes) -> None:
        shape, *shifts = check_planes("planes", planes)
        if not self._planar:
            raise OptionTypeError(
                "plate: is a BGR frame, wanted planes (Y, U, V) like the frames; "
                "or key frames with `key`"
            )
        check_same_size("planes", shape, "the plate", self._shape)
        if tuple(shifts) != self._shifts:
            raise ShapeError(
                f"planes: got chroma of shape {planes[1].shape}, wanted it as in the plate"
            )

    def _check_frame(self, frame: Frame) -> None:
        shape = check_frame("frame", frame)
        if self._planar:
            raise OptionTypeError(
                "plate: is planes, wanted a BGR frame like the frames; "
                "or key planes with `key_planes`"
            )
        check_same_size("frame", shape, "the plate", self._shape)

    def _follow_frame(self, frame: Frame) -> None:
        if self._meter is not None and self._meter.due():
            self._follow(self._meter, thin_frame(frame, self._step))

    def _follow_planes(self, planes: Planes) -> None:
        if self._meter is not None and self._meter.due():
            self._follow(self._meter, thin_planes(planes, *self._shifts, self._step))

    def _follow(self, meter: LightMeter, samples: Planes) -> None:
        if meter.measure(samples):
            if self._lit is self._model:
                self._lit = model_for(*self._shape)
                np.copyto(self._lit, self._model)
            kernels.light.call(self._model, self._lit, meter.lights)


def _pixels(shape: tuple[int, ...]) -> int:
    """Return how many pixels a frame of a shape has."""
    return shape[0] * shape[1]


def _local_range(plane: Plane) -> Plane:
    around = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.subtract(cv2.dilate(plane, around), cv2.erode(plane, around)), np.uint8)


def _model_of(planes: Planes, noise: Plane | None) -> npt.NDArray[np.uint8]:
    """Return a plate ready for the kernels; `reference.plate.plate_floors` has the floors."""
    height, width = planes[0].shape
    model: npt.NDArray[np.uint8] = model_for(height, width)
    if not planes[0].size:
        return model
    luma, *chroma = (_local_range(plane) // 5 for plane in planes)
    colourful = np.maximum(*chroma)
    floors = (
        [luma, colourful] if noise is None else [np.maximum(f, noise) for f in (luma, colourful)]
    )
    high, low = (np.minimum(floor, _MOST_FLOOR) for floor in floors)
    for row, plane in enumerate(planes):
        model[:, row, :width] = plane
    model[:, 3, :width] = (high << 4) | low
    return model
