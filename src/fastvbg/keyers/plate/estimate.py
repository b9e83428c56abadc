"""The empty scene from frames that show it mostly, but never whole: the median over time."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.checks import check_frame, check_integer, check_iterable, check_order, check_planes
from fastvbg.errors import OptionError, ShapeError
from fastvbg.outputs import copy_frame, with_alpha
from fastvbg.spelling import Spelled, called_as

if TYPE_CHECKING:
    from collections.abc import Iterable

    import numpy.typing as npt

    from fastvbg._types import Frame, Plane, Planes
    from fastvbg.constants import Order

__all__ = ["PlateEstimator", "estimate_plate"]

DEFAULT_COUNT = 31

_NOISE = 3
"""Times the median deviation: two standard deviations of a normal distribution are 2.97 of it."""
_USUAL = 1
"""A median deviation that cameras and codecs make everywhere, and keyers' tolerance is for."""
_MOST_NOISE = 15
_ROWS = 16


class PlateEstimator(Spelled):
    """Estimates the empty scene of a clip of any length, in bounded memory.

    Up to `count` frames are kept, evenly spread over what has come: when there are as many, every
    second one is dropped, and of those that follow half as many are kept. The plate is their median
    at each pixel, so the scene must be seen there in more than half of the clip.

    Parameters
    ----------
    count : int, default 31
        How many frames are kept at most, 3 to 255.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of frames. Of four the last is not read, and is 255 in the plate.

    Raises
    ------
    OptionError, OptionTypeError
        `count` is out of range or the order none of the above (also a `ValueError`), or of another
        type (a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> estimator = PlateEstimator()
    >>> for level in (50, 51, 50, 255, 52):
    ...     estimator.add(np.full((1, 1, 3), level, np.uint8))
    >>> plate, noise = estimator.estimate()
    >>> plate[0, 0], noise
    (array([51, 51, 51], dtype=uint8), array([[0]], dtype=uint8))
    """

    @called_as
    def __init__(self, count: int = DEFAULT_COUNT, *, order: Order = "bgr") -> None:
        self._order = check_order(order)
        self._count = check_integer("count", count, 3, 255)
        self._kept: list[tuple[Plane, ...]] = []
        self._planar = False
        self._seen = 0
        self._stride = 1

    def add(self, frame: Frame | Planes) -> None:
        """Take the next frame into account.

        Parameters
        ----------
        frame : ndarray of shape (H, W, 3 or 4), or tuple of 3 ndarray, uint8
            Channels in order; or planes Y, U and V. All of one form and size. It is copied.

        Raises
        ------
        DTypeError, ShapeError
            It is not as above, or not like the first one (also a `TypeError` or `ValueError`).
        """
        planar = isinstance(frame, (tuple, list))
        if isinstance(frame, (tuple, list)):
            check_planes("planes", frame)
            parts = tuple(frame)
        else:
            check_frame("frame", frame, self._order)
            parts = (frame[..., :3],)
        if self._kept:
            shapes = [part.shape for part in self._kept[0]]
            if [part.shape for part in parts] != shapes:
                got = ", ".join(str(part.shape) for part in parts)
                raise ShapeError(f"frame: got {got}, wanted {shapes} like the first frame")
        self._planar = planar
        if self._seen % self._stride == 0:
            if len(self._kept) == self._count:
                self._kept = self._kept[::2]
                self._stride *= 2
            if self._seen % self._stride == 0:
                self._kept.append(tuple(_copied(part) for part in parts))
        self._seen += 1

    def estimate(self) -> tuple[Frame | Planes, Plane]:
        """Return the plate and its noise.

        Returns
        -------
        plate : ndarray or tuple of 3 ndarray, uint8
            Of the frames' form and size: the lower median of the kept frames.
        noise : ndarray, shape (H, W), uint8
            Three times what the median deviation of luma (of green, for frames) from it is above
            1: the levels, 15 at most, by which the scene wanders beyond what the keyer's tolerance
            is for.

        Raises
        ------
        OptionError
            No frame has been added (also a `ValueError`).
        """
        if not self._kept:
            raise OptionError("frames: got none, wanted one or more to estimate a plate from")
        plates = [np.empty_like(part) for part in self._kept[0]]
        shape = self._kept[0][0].shape[:2]
        noise = np.empty(shape, np.uint8)
        for k, plate in enumerate(plates):
            for first in range(0, plate.shape[0], _ROWS):
                band = slice(first, first + _ROWS)
                samples = np.stack([parts[k][band] for parts in self._kept])
                plate[band] = _median(samples)
                if k == 0:
                    luma = samples if self._planar else samples[..., 1]
                    middle = plate[band] if self._planar else plate[band][..., 1]
                    deviation = _median(np.abs(luma.astype(np.int16) - middle))
                    noise[band] = np.clip(_NOISE * (deviation - _USUAL), 0, _MOST_NOISE)
        if not self._planar:
            return with_alpha(plates[0], self._order), noise
        return (plates[0], plates[1], plates[2]), noise


def _copied(part: Plane) -> Plane:
    copy = np.empty(part.shape, np.uint8)
    if part.ndim == 3:
        copy_frame(part, copy)
    else:
        np.copyto(copy, part)
    return copy


def _median(samples: npt.NDArray[Any]) -> npt.NDArray[Any]:
    middle = (len(samples) - 1) // 2
    return np.asarray(np.partition(samples, middle, axis=0)[middle])


def estimate_plate(
    frames: Iterable[Frame] | Iterable[Planes],
    *,
    count: int = DEFAULT_COUNT,
    order: Order = "bgr",
) -> tuple[Frame | Planes, Plane]:
    """Estimate the empty scene from frames of a clip, in bounded memory.

    Parameters
    ----------
    frames : iterable of ndarray of shape (H, W, 3 or 4), or of tuple of 3 ndarray, uint8
        Frames, channels in order; or planes Y, U and V. All of one form and size.
    count : int, default 31
        How many of them are kept at most, evenly spread, 3 to 255.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of frames. Of four the last is not read, and is 255 in the plate.

    Returns
    -------
    plate : ndarray or tuple of 3 ndarray, uint8
        The median over time of what was kept.
    noise : ndarray, shape (H, W), uint8
        Levels by which the scene wanders at each pixel beyond the usual, for `PlateKeyer`.

    Raises
    ------
    DTypeError, ShapeError
        A frame is not as above (also a `TypeError` or `ValueError`).
    OptionError, OptionTypeError
        There is no frame, `count` is not an integer in its range, or the order is none of the
        above.

    Examples
    --------
    >>> import numpy as np
    >>> plate, noise = estimate_plate(np.full((1, 1, 3), k, np.uint8) for k in (7, 7, 200))
    >>> plate[0, 0]
    array([7, 7, 7], dtype=uint8)
    """
    estimator = PlateEstimator(count, order=order)
    for frame in check_iterable("frames", frames):
        estimator.add(frame)
    return estimator.estimate()
