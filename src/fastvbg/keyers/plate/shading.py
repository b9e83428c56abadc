"""Light that falls on parts of the room otherwise than when the plate was taken.

A lamp moved, the sun gone round, a lens that darkens corners: what the plate is brighter by changes
evenly over the picture, as a polynomial of second degree of its logarithm. That is fitted where
plate and frame show the same details, which tells that nothing stands there.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from fastvbg.keyers.plate.layers import THIN, Layers

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane

    Values = npt.NDArray[np.float64]

_BLACK = 16
"""Luma of black in limited range."""
_DARK, _BRIGHT = 12, 243
"""Levels beyond which a mean tells nothing of light."""
_NEIGHBOURS = 9, 9
"""Means of 8 pixels in which plate and frame are compared,"""
_DETAIL, _ALIKE = 9.0, 0.9
"""the variance that makes them a detail, and the correlation that makes it the same."""
_LEAST = 200
_FITS, _LOOSE, _LEAST_OFF = 8, 1.5, 0.01
"""Fits, each counting less what is farther off than so many medians, and than so little."""
_MUCH, _BETTER = 0.06, 0.5
"""Logarithm of the most by the least light from which on it counts, and what of the differences it
leaves at most."""


class Shading(NamedTuple):
    """Light on the plate by place, besides what is the same everywhere."""

    terms: Values
    """(5,), of x, y, their squares and product; both run from -1 to 1 over the picture."""

    def gains(self, shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
        """Return what each pixel of a plane is brighter by, (H, W)."""
        (x, y), (first, second, *squares) = _sides(shape), self.terms
        across, both, down = squares
        lighter = both * np.multiply.outer(y, x)
        lighter += first * x + across * x * x
        lighter += (second * y + down * y * y)[:, np.newaxis]
        return np.asarray(np.exp(lighter, out=lighter), np.float32)

    @property
    def most(self) -> float:
        """Gain where the frame has the most light, over where it has the least."""
        gains = self.gains((9, 9))
        return float(gains.max() / gains.min())

    def on(self, plate: Layers) -> Layers:
        """Return a plate in that light."""
        zeros = (_BLACK, 128, 128) if plate.planar else (0, 0, 0)
        gains = {shape: self.gains(shape) for shape in {each.shape for each in plate.channels}}
        first, second, third = (
            _lit(channel, gains[channel.shape], zero)
            for channel, zero in zip(plate.channels, zeros, strict=True)
        )
        luma = first if plate.planar else _lit(plate.luma, gains[plate.luma.shape], 0)
        return Layers(luma, (first, second, third), plate.shifts, plate.planar)


def shading_of(plate: Layers, frame: Layers) -> Shading | None:
    """Return how light falls otherwise on a frame than on the plate; None where it does not.

    Parameters
    ----------
    plate, frame : Layers
        Of one form and size; the plate lies as the frame has it.
    """
    black = _BLACK if plate.planar else 0
    one, two = (_means(each.luma) - black for each in (plate, frame))
    same = _same(one, two)
    for each in (one, two):
        same &= (each > _DARK) & (each < _BRIGHT - black)
    if np.count_nonzero(same) < _LEAST:
        return None
    lighter = np.log(two[same] / one[same])
    places = np.concatenate((np.ones((len(lighter), 1)), _places(same.shape)[same]), axis=1)
    terms, off = _fitted(places, lighter)
    found = places[:, 1:] @ terms[1:]
    before = float(np.median(np.abs(lighter - np.median(lighter))))
    if np.ptp(found) < _MUCH or float(np.median(off)) > _BETTER * before:
        return None
    return Shading(terms[1:])


def _fitted(places: Values, lighter: Values) -> tuple[Values, Values]:
    """Return the terms that most places agree with, and by what each is off."""
    weights = np.ones(len(lighter))
    for _ in range(_FITS):
        terms = np.linalg.lstsq(places * weights[:, None], lighter * weights, rcond=None)[0]
        off = np.abs(places @ terms - lighter)
        loose = max(_LOOSE * float(np.median(off)), _LEAST_OFF)
        weights = 1 / np.maximum(1, off / loose)
    return np.asarray(terms, np.float64), np.asarray(off, np.float64)


def _same(one: npt.NDArray[np.float32], two: npt.NDArray[np.float32]) -> npt.NDArray[np.bool_]:
    """Tell where means of a plate and of a frame vary alike."""

    def mean(values: npt.NDArray[np.float32]) -> npt.NDArray[np.float32]:
        return np.asarray(cv2.blur(values, _NEIGHBOURS), np.float32)

    middle, seen = mean(one), mean(two)
    vary, also = mean(one * one) - middle * middle, mean(two * two) - seen * seen
    both = mean(one * two) - middle * seen
    strong = both >= _ALIKE * np.sqrt(np.maximum(vary * also, 0))
    return np.asarray((vary > _DETAIL) & (also > 0) & strong, np.bool_)


def _means(luma: Plane) -> npt.NDArray[np.float32]:
    height, width = luma.shape
    size = -(-width // THIN), -(-height // THIN)
    return np.asarray(cv2.resize(luma, size, interpolation=cv2.INTER_AREA), np.float32)


def _places(shape: tuple[int, ...]) -> Values:
    """Return what terms are multiplied with at the pixels of a plane, (H, W, 5)."""
    x, y = np.meshgrid(*_sides(shape))
    return np.stack((x, y, x * x, x * y, y * y), axis=-1)


def _sides(shape: tuple[int, ...]) -> tuple[Values, Values]:
    """Return x and y of a plane's columns and rows, -1 to 1."""
    height, width = shape
    x, y = ((2 * np.arange(side) + 1) / side - 1 for side in (width, height))
    return x, y


def _lit(plane: Plane, gains: npt.NDArray[np.float32], zero: int) -> Plane:
    """Return a plane in more or less light; `zero` is its level without any."""
    lit = (plane.astype(np.float32) - zero) * gains + zero
    return np.asarray(np.rint(lit).clip(0, 255), np.uint8)
