"""A plate that may have been photographed by hand: it is registered to the first frame keyed."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.errors import OptionError
from fastvbg.keyers.plate.borders import Borders
from fastvbg.keyers.plate.registration import doubt_of, in_light, register

if TYPE_CHECKING:
    from fastvbg._types import Plane, Planes
    from fastvbg.keyers.plate.layers import Layers
    from fastvbg.keyers.plate.registration import Lying, Registration

_FLAT = 4.0
"""Standard deviation of luma below which a frame shows nothing."""
_REFITS = 4, 16, 64
"""Frames after registration at which the colours are fitted again."""
_DIM, _DIM_FRAMES = 0.3, 25
"""Of the plate's contrast, with less of which a frame may show too little, and for how many."""
_CLEARER = 1.5
"""How much more contrast a frame has than the one registered to, where it is registered anew."""
_OTHER_LIGHT = 4.0
"""Levels that colours have to be off by then: the keyer follows less by itself."""
_GRAYS = np.array([[60, 190], [60, 190], [60, 190], [1, 1]], np.float64)


class PlateByHand:
    """Brings a plate to where frames show the same room.

    Parameters
    ----------
    plate : Layers
        As it was given.
    noise : ndarray, shape (H, W), uint8, optional
        Of the plate.
    """

    def __init__(self, plate: Layers, noise: Plane | None) -> None:
        self._plate, self._noise = plate, noise
        self._lying: Lying
        self.borders: Borders | None = None
        """Decides what is beyond the plate; None where it reaches everywhere."""
        self._frames = 0
        self._contrast, self._dim = 0.0, 0
        self.waits = plate.luma.size > 0
        """Whether no frame has shown anything yet."""
        self.registration: Registration | None = None
        """How the plate lies; None where it lies as it was given."""
        self.doubt = ""
        """What speaks against that, in one line, where it could not be registered."""

    def register(self, frame: Layers) -> tuple[Planes, Plane | None] | None:
        """Register the plate to a frame.

        Returns
        -------
        planes : tuple of 3 ndarray, shape (H, W), uint8
            Y, U and V of the plate as the frame would show it.
        noise : ndarray, shape (H, W), uint8, or None
            There.

        None stands for both where the plate is right as it is.

        Raises
        ------
        OptionError
            The frame shows another room.
        """
        contrast = _contrast_of(frame)
        if self.waits and contrast < _FLAT:
            return None  # black, a slate of one colour: the room is yet to be seen
        waited, self.waits, self._contrast = self.waits, False, contrast
        try:
            found = register(self._plate, frame)
        except OptionError:
            self.waits = waited and self._is_dim(contrast)
            if self.waits:
                return None
            raise
        unmoved = found is None and self.registration is None
        self.doubt = doubt_of(self._plate.luma, frame.luma) if unmoved else ""
        if found is None:
            return None
        registration, self._lying = found
        if registration.is_none and self.registration is None:
            return None
        return self._taken(registration, frame)

    def _is_dim(self, contrast: float) -> bool:
        """Tell whether the room may show in a clearer frame: for so many frames, as of a fade."""
        self._dim += 1
        return contrast < _DIM * _contrast_of(self._plate) and self._dim <= _DIM_FRAMES

    def is_refitted(self) -> bool:
        """Count a frame after registration, and tell whether colours are to be fitted to it again.

        The first one may have been one of a fade.
        """
        if self.registration is None or self._frames > _REFITS[-1]:
            return False
        self._frames += 1
        return self._frames in _REFITS

    def refit(self, frame: Layers) -> tuple[Planes, Plane | None] | None:
        """Fit the colours anew, and to a frame that shows more the place, too.

        Returns what `register` does; None where the light is as it was.
        """
        assert self.registration is not None  # noqa: S101
        if _contrast_of(frame) > _CLEARER * self._contrast:
            with suppress(OptionError):  # it may be of another scene
                return self.register(frame)
        found = in_light(self._lying, frame)
        if np.abs(found.colours @ _GRAYS - self.registration.colours @ _GRAYS).max() < _OTHER_LIGHT:
            return None
        return self._taken(found, frame)

    def _taken(self, found: Registration, frame: Layers) -> tuple[Planes, Plane | None]:
        """Return the plate as it is found, and decide so from now on what is beyond it."""
        self.registration = None if found.is_none else found
        plate, noise = self._lying.plate, self._noise
        self.borders = None
        if not self._lying.as_given:
            borders = Borders(found.known)
            self.borders = borders if borders.any else None
            if noise is not None:
                size = noise.shape[1], noise.shape[0]
                there = cv2.warpPerspective(noise, found.homography, size, flags=cv2.INTER_NEAREST)
                noise = np.asarray(there, np.uint8)
        if np.array_equal(found.colours, np.eye(3, 4)):
            return plate.whole(), noise
        return plate.in_colours(found.colours, frame), noise


def _contrast_of(frame: Layers) -> float:
    return float(frame.luma[::4, ::4].std())
