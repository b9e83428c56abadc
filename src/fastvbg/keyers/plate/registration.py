"""A plate that was photographed by hand, brought to where the frames have the same room."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fastvbg.errors import OptionError
from fastvbg.keyers.plate.aligning import align, corners_of, follow, known_of
from fastvbg.keyers.plate.exposure import fit_colours, mapped
from fastvbg.keyers.plate.gamut import bgr_of, of_planes
from fastvbg.keyers.plate.layers import thinned
from fastvbg.keyers.plate.likeness import details_alike, share_of_details
from fastvbg.keyers.plate.matching import LEAST, match, moved
from fastvbg.keyers.plate.shading import shading_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane
    from fastvbg.keyers.plate.layers import Layers
    from fastvbg.keyers.plate.matching import Homography
    from fastvbg.keyers.plate.shading import Shading

    Values = npt.NDArray[np.float64]

_AT_REST = 0.1
"""Pixels that half of the corners may be off, of a plate that is left as it is."""
_AT_REST_MOST = 0.3
"""What four fifths of them may be off."""
_SAME_LIGHT = 2.0
"""Levels that colours may be off on average: the keyer follows such light by itself."""
_BLACK = 16
"""Luma of black in limited range."""
_DARKER, _OVEREXPOSED = 0.95, 0.1
"""Of frames so much darker than the plate, the share that is told when it is overexposed there."""
_LEFT, _BETTER = 16.0, 0.95
"""Levels from which on a sample is not of the plate, and what is left of them by a better map."""
_LEAST_ALIKE = 0.15
"""Of the plate's details that a frame with a person in it shows at the same place."""
_LEAST_DETAILS = 16
_SURELY_ALIKE = 0.5
"""Of these details, what a frame half covered by a person shows of a plate that lies right."""
_MORE_THAN_PEOPLE = 0.6
"""Share of a frame that has details where not only a person does."""


class Registration(NamedTuple):
    """How a plate lies in the frames, and how they show its colours."""

    homography: Homography
    """(3, 3), from pixels of the plate to pixels of the frames."""
    colours: npt.NDArray[np.float64]
    """(3, 4), a matrix and offsets for the plate's channels."""
    exposure: float
    """How bright the room is in the frame, above black, over how bright it is in the plate."""
    shape: tuple[int, int]
    overexposed: float = 0.0
    """Share of the plate that is clipped where the frames are darker: what is there is unknown."""
    shading: Shading | None = None
    """How light falls otherwise on the frames; None where it falls alike."""

    @property
    def moved(self) -> float:
        """Pixels that the plate was moved by: the median over the picture."""
        height, width = self.shape
        x, y = np.meshgrid(np.linspace(0, width - 1, 9), np.linspace(0, height - 1, 9))
        grid = np.column_stack((x.ravel(), y.ravel()))
        return float(np.median(np.linalg.norm(moved(self.homography, grid) - grid, axis=1)))

    @property
    def is_none(self) -> bool:
        """Whether the plate lies as it was given, in the frames' light."""
        as_given = np.array_equal(self.homography, np.eye(3))
        return as_given and np.array_equal(self.colours, np.eye(3, 4)) and self.shading is None

    @property
    def known(self) -> Plane:
        """255 where the plate has something to show in the frame, else 0; (H, W)."""
        return known_of(self.homography, self.shape)

    def __str__(self) -> str:
        told = f"plate: moved by {self.moved:.1f} px, exposure x{self.exposure:.2f}"
        if self.shading is not None:
            told = f"{told}, light by place x{self.shading.most:.2f}"
        if self.overexposed < _OVEREXPOSED:
            return told
        return (
            f"{told}; {100 * self.overexposed:.0f} % of it is overexposed, so what stands there "
            "cannot be told: take it as dark as the frames, or use the mask person"
        )


class Lying(NamedTuple):
    """A plate where it lies in the frames, lit by place as they are."""

    homography: Homography
    plate: Layers
    samples: npt.NDArray[np.float64]
    """(3, N), means of its blocks, without those that it does not fill."""
    inside: npt.NDArray[np.bool_]
    """Which blocks of a frame these are."""
    shading: Shading | None

    @property
    def as_given(self) -> bool:
        """Whether that is where it was given."""
        return np.array_equal(self.homography, np.eye(3))


def register(plate: Layers, frame: Layers) -> tuple[Registration, Lying] | None:
    """Return how a plate lies in a frame, and the plate there; None where nothing can be told.

    Parameters
    ----------
    plate, frame : Layers
        Of one form and size.

    Raises
    ------
    OptionError
        The frame shows another room, or too little of the plate's.
    """
    homography = np.eye(3)
    if not (is_at_rest(plate.luma, frame.luma) or _is_shaded_at_rest(plate, frame)):
        found, _ = match(plate.luma, frame.luma)
        if found is not None:
            found, _ = align(plate.luma, frame.luma, found)
        if found is not None:
            found = _aligned_in_shade(plate, frame, found)
        if found is None:
            _refuse_another(plate.luma, frame.luma)
            return None
        homography = found
    lying = lie(plate, frame, homography)
    registration = in_light(lying, frame)
    if not lying.as_given and registration.moved < _AT_REST:
        lying = lie(plate, frame, np.eye(3))
        registration = in_light(lying, frame)
    return registration, lying


def _is_shaded_at_rest(plate: Layers, frame: Layers) -> bool:
    """Tell whether a plate's corners are where they are once light falls on it as on the frame."""
    shading = shading_of(plate, frame)
    return shading is not None and is_at_rest(shading.on(plate).luma, frame.luma)


def _aligned_in_shade(plate: Layers, frame: Layers, found: Homography) -> Homography:
    """Return a homography that is fitted again where light falls otherwise on the frame.

    Slopes of light draw corners along by some tenths of a pixel.
    """
    shading = shading_of(plate.warped(found), frame)
    if shading is None:
        return found
    again, _ = align(shading.on(plate).luma, frame.luma, found)
    return found if again is None else again


def is_at_rest(plate: Plane, frame: Plane) -> bool:
    """Tell whether a plate's corners are in the frame where they are in the plate."""
    found = follow(plate, frame, corners_of(plate), levels=1)
    if len(found.here) < LEAST:
        return False
    far = np.linalg.norm(found.there - found.here, axis=1)
    near = np.sort(far[far < 1])  # what is farther is a person's, or the plate has moved
    if len(near) < max(LEAST, found.asked // 3):
        return False
    middle, most = near[len(near) // 2], near[len(near) * 4 // 5]
    return bool(middle < _AT_REST and most < _AT_REST_MOST)


def lie(plate: Layers, frame: Layers, homography: Homography) -> Lying:
    """Return a plate where a homography takes it, in light that falls as in a frame."""
    inside, there = None, plate
    if not np.array_equal(homography, np.eye(3)):
        there = plate.warped(homography)
        inside = thinned(known_of(homography, (plate.luma.shape[0], plate.luma.shape[1]))) == 255
    shading = shading_of(there, frame)
    if shading is not None:
        there = shading.on(there)
    samples = there.thin()
    if inside is None:
        inside = np.ones(samples.shape[1], np.bool_)
    return Lying(homography, there, samples[:, inside], inside, shading)


def in_light(lying: Lying, frame: Layers) -> Registration:
    """Return how a plate that lies so becomes what a frame shows of it."""
    homography, plate = lying.homography, lying.plate
    shape = plate.luma.shape[0], plate.luma.shape[1]
    one, two = lying.samples, frame.thin()[:, lying.inside]
    colours, agree = fit_colours(one, two)
    if plate.planar:
        colours, agree = _better_of_bgr(colours, agree, one, two)
    as_it_is = Registration(homography, np.eye(3, 4), 1.0, shape, shading=lying.shading)
    if not agree.any():
        return as_it_is
    off = np.abs(mapped(colours, one[:, agree]) - one[:, agree]).mean(axis=1).max()
    if off < _SAME_LIGHT and lying.as_given:
        return as_it_is
    luma, black = (slice(0, 1), _BLACK) if plate.planar else (slice(None), 0)
    light = [each[luma, agree].mean() - black for each in (two, one)]
    exposure = float(light[0] / max(light[1], 1.0))
    overexposed = plate.clipped() if exposure < _DARKER else 0.0
    return Registration(homography, colours, exposure, shape, overexposed, lying.shading)


def _better_of_bgr(
    colours: Values, agree: npt.NDArray[np.bool_], plate: Values, frame: Values
) -> tuple[Values, npt.NDArray[np.bool_]]:
    """Return the map of Y, U and V that is given, or that of blue, green and red if it fits better.

    Light is a gain of each of those; but of a plate that is clipped a map of planes keeps more.
    """
    lit, also = fit_colours(*(bgr_of(each, planar=True) for each in (plate, frame)))
    lit = of_planes(lit, planar=True)
    if also.any() and _left(lit, plate, frame) < _BETTER * _left(colours, plate, frame):
        return lit, also
    return colours, agree


def _left(colours: Values, plate: Values, frame: Values) -> float:
    """Return by how many levels a plate in other colours differs, where it is near to the frame."""
    y, u, v = np.abs(mapped(colours, plate) - frame)
    return float(np.minimum(y + 2 * (u + v), _LEFT).mean())


def _refuse_another(plate: Plane, frame: Plane) -> None:
    """Raise where a plate cannot be of the frame's room.

    One of few details may be: then it is left as it is, as is one that most of the frame agrees
    with.
    """
    found = details_alike(plate, frame)
    details, alike = len(found.where), np.count_nonzero(found.alike)
    if details >= _LEAST_DETAILS and alike < _LEAST_ALIKE * details:
        raise OptionError(
            f"plate: got one of whose {details} details the frame shows {alike} at the same place, "
            f"wanted {100 * _LEAST_ALIKE:.0f} % or more, and no way to move it explains {LEAST} "
            "corners: it shows another room, or from elsewhere, or is out of focus; take it again "
            "from where the camera stands, or use the mask person"
        )


def doubt_of(plate: Plane, frame: Plane) -> str:
    """Return what speaks against a plate that could not be registered, but was not refused.

    Parameters
    ----------
    plate, frame : ndarray, shape (H, W), uint8
        Luma.

    Returns
    -------
    str
        One line; empty where the frame shows most of the plate's details at the same place, or
        where both may be of a bare wall.
    """
    found = details_alike(plate, frame)
    details, alike = len(found.where), np.count_nonzero(found.alike)
    if details < _LEAST_DETAILS and share_of_details(frame) > _MORE_THAN_PEOPLE:
        return (
            f"plate: has {details} details, and the frames have them nearly everywhere: it is out "
            "of focus, dark, or not of this room; take it again, or use the mask person"
        )
    if details < _LEAST_DETAILS or alike >= _SURELY_ALIKE * details:
        return ""
    return (
        f"plate: used as it lies, since no way to move it explains {LEAST} corners, though the "
        f"frames show {alike} of its {details} details at the same place: it is out of focus, or "
        "not from where the camera stands; take it again, or use the mask person"
    )
