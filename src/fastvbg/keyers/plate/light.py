"""How the light of frames drifts from the plate's: gain and offset of each plane, frame by frame.

Measured on some 1500 samples that look like the plate already, by least squares held toward a
gain of 1, and smoothed over time. A thing in front of the plate that covers all but a tenth of the
frame leaves the last measure as it is. Where much less looks like the plate than did before, a
light may have been switched: then lines are looked for that most samples agree with, however
bright or dim; and where none explains much, as of a lamp or a white balance, which are gains of
red, green and blue, a map of colours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.keyers.plate.exposure import fit_colours, line
from fastvbg.keyers.plate.gamut import (
    WHITE,
    bgr_of,
    clipped,
    composed,
    held,
    is_by_plane,
    lit_planes,
    of_planes,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from fastvbg._types import Planes

    Samples = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]
    Floats = npt.NDArray[np.float64]

kernels = Module("keying.plate")

_SAMPLES = 1500
_NEAR, _NEAREST = 16, 6
"""What a sample may differ by, luma once and chroma twice, to be taken for the plate; in less light
less."""
_FIRST = 4, 2, 1
"""How much more it may in the first fits to another light."""
_LEAST_SHARE = 0.1
_FALLEN = 0.8
"""Of the share of samples that was explained, from what on a light may have changed, or the camera
moved."""
_PATIENCE = 8
"""Measures that go by at most before a light is looked for again, which takes 1.2 ms: as often as
not somebody has come in."""
_BETTER = 1.1
"""How much more than the light before another one has to explain,"""
_ANEW = 0.7
"""and what of that share."""
_FORGETS = 0.97
"""Share of that which is left after each measure that explains less."""
_PRIOR = 25.0
"""Variance, in levels squared, that speaks for a gain of 1; of chroma for that of luma."""
_RATE, _SLOW = 0.5, 1.0
"""How far a measure moves the light that is held, where it is off by no more levels."""
_STEP = 0.35
"""Levels by which the light has to change before the plate is made anew."""
_MOST = 200.0, 600.0
"""Gain in 1/1024 and offset in 1/32 level up to which the kernel lights the plate as it is."""
_BLOWN, _BLOWN_STEP = 0.02, 1.0
"""Share of the plate that a brighter light makes white, from which on the kernel's lines do not do;
and by how many levels the light then has to change before the plate is made anew."""
_TINTED, _FITTER = 2.0, 0.9
"""Levels by which light drifts in chroma until it is looked whether gains of red, green and blue
fit better, and what of all differences they then leave at most."""
_RESTLESS = 16
"""Frames that are all measured at first, and once the light has changed at once."""


def step_for(height: int, width: int) -> int:
    """Return the even step between samples of a frame of a size."""
    return 2 * max(1, int((height * width / _SAMPLES) ** 0.5 / 2))


class LightMeter:
    """Follows the light of a video.

    Parameters
    ----------
    samples : tuple of 3 ndarray
        Y, U and V of the plate at the places where frames are sampled.
    planar : bool
        Whether frames are planes in limited range.
    """

    def __init__(self, samples: Samples, *, planar: bool = False) -> None:
        self._given = self._plate = samples
        self._planar = planar
        values = _values_of(samples)
        self._holds = values[:, ~clipped(values, planar=planar)]
        self._chroma = _chroma_of(values)
        self._sums = np.zeros(13, np.int64)
        self.base: Floats | None = None
        """(3, 4), matrix and offsets of the planes by which the plate is to be lit before `lights`
        are: another object when it changes. None where it is as it was given."""
        self._white: npt.NDArray[np.bool_] | None = None
        self._whites = 0
        self.measured = self.unlike = 0
        """Frames that were measured, and those that in no light look like the plate."""
        self.reset()

    def reset(self) -> None:
        """Forget what was measured."""
        self._now: Floats | None = None
        self._held = self._tint = np.zeros(6)
        self._frames, self._restless = 0, _RESTLESS
        self._usual = 0.0
        self._pause = self._waits = 0
        self.found = True
        """Whether the last frame looked like the plate in any light."""
        self.fallen = False
        """Whether much less of the last frame looked like the plate than before, in any light."""

    def due(self) -> bool:
        """Count a frame, and tell whether it is to be measured: every second one, and the first."""
        self._frames += 1
        self._restless -= 1
        return self._now is None or self._restless > 0 or self._frames % 2 == 1

    @property
    def lights(self) -> tuple[int, ...]:
        """Gain in 1/1024 beyond 1 and offset in 1/32 level, of Y, U and V; of the last change."""
        return _fixed(self._held)

    def measure(self, samples: Samples) -> bool:
        """Measure a frame's samples, and tell whether `base` or `lights` have changed.

        Parameters
        ----------
        samples : tuple of 3 ndarray
            Y, U and V of the frame at the same places.

        Returns
        -------
        bool
            Whether the plate has to be made anew.
        """
        found, share = None, 0.0
        if self._now is not None:
            found = self._fit(samples, self._now, self._near)
            share = self._share()
        base = self.base
        if found is None or share < _FALLEN * self._usual:
            self._waits -= 1
            if self._waits < 0:
                found, share = self._searched(samples, found, share)
        else:
            self._pause = self._waits = 0
        self.fallen = share < _FALLEN * self._usual
        self._usual = max(share, _FORGETS * self._usual)
        self.measured += 1
        self.found = found is not None
        if found is None:
            self.unlike += 1
            return False
        if self.base is base and np.abs(self._chroma @ (found - self._tint)).max() >= _TINTED:
            found = self._tinted(samples, found)
        if self.base is not base:
            self._tint = found
        now = self._now
        slow = now is not None and self.base is base and _levels(found - now) <= _SLOW
        self._now = now + _RATE * (found - now) if slow and now is not None else found
        if now is not None and not slow:
            self._restless = _RESTLESS
        step = _STEP if self._white is None else _BLOWN_STEP
        if self.base is base and _levels(self._now - self._held) <= step:
            return False
        self._held = self._settled(self._now)
        self._tint = self._tint + (self._held - self._now)
        self._now = self._held
        return True

    def lit(self, planes: Planes, shifts: tuple[int, int]) -> Planes:
        """Return planes of the plate, as large as luma, as `base` has them.

        `shifts` tell whether frames halve chroma, across and down.
        """
        if self.base is None:
            return planes
        if self._white is None:
            return lit_planes(planes, self.base)
        return held(planes, self.base, planar=self._planar, shifts=shifts)

    @property
    def _near(self) -> int:
        gain = 1.0 if self.base is None else float(self.base[0, 0])
        return round(float(np.clip(_NEAR * gain, _NEAREST, _NEAR)))

    def _share(self) -> float:
        """Return the share of samples that the last fit explained."""
        return float(self._sums[0] + self._whites) / self._plate[0].size

    def _searched(
        self, samples: Samples, found: Floats | None, share: float
    ) -> tuple[Floats | None, float]:
        """Return another light that explains more than the one given; else that one."""
        for start in self._starts(samples):
            before = self.base, self._plate, self._white
            lights = self._search(samples, start)
            another = self._share() if lights is not None else 0.0
            if another > _BETTER * share and another >= _ANEW * self._usual:
                found, share = lights, another
                self._pause = 0
            else:
                self.base, self._plate, self._white = before
            if share >= _FALLEN * (self._usual or 1.0):
                break
        self._waits = self._pause
        self._pause = min(2 * self._pause + 1, _PATIENCE)
        return found, share

    def _starts(self, samples: Samples) -> Iterator[Floats]:
        """Yield maps to look from, the cheapest first.

        A shift of each plane; also a gain of them all; and one of blue, green and red each.
        """
        plate, frame = _values_of(self._given), _values_of(samples)
        for gain in (1.0, line(plate[0], frame[0])[0]):
            shifts = [_shift(*pair, gain) for pair in zip(frame, plate, strict=True)]
            yield np.column_stack((gain * np.eye(3), shifts))
        yield self._colours(samples)

    def _colours(self, samples: Samples) -> Floats:
        """Return the map by gains of blue, green and red that most samples agree with."""
        both = (bgr_of(_values_of(each), planar=self._planar) for each in (self._given, samples))
        return of_planes(fit_colours(*both)[0], planar=self._planar)

    def _tinted(self, samples: Samples, found: Floats) -> Floats:
        """Return gains of blue, green and red where they fit better than the light given."""
        before = self.base, self._plate, self._white
        apart, self._tint = self._apart(samples, found), found
        lights = self._search(samples, self._colours(samples))
        if lights is not None and self._apart(samples, lights) < _FITTER * apart:
            return lights
        self.base, self._plate, self._white = before
        return found

    def _apart(self, samples: Samples, lights: Floats) -> float:
        """Return by how many levels samples differ from the plate, those that are near to it."""
        pairs = zip(_fixed(lights)[::2], _fixed(lights)[1::2], self._plate, samples, strict=True)
        y, u, v = (
            np.abs(np.subtract(seen, relit_levels(gain, offset)[scene], dtype=np.int64))
            for gain, offset, scene, seen in pairs
        )
        return float(np.minimum(y + 2 * (u + v), self._near).mean())

    def _search(self, samples: Samples, start: Floats) -> Floats | None:
        """Fit from a map on; `base` becomes another if need be."""
        found = self._taken(start)
        for times in _FIRST:
            fitted = self._fit(samples, found, times * self._near)
            if fitted is None:
                return None
            found = self._settled(fitted)
        return found

    def _settled(self, lights: Floats) -> Floats:
        """Take a light that the kernel cannot do into `base`, and return what is left of it."""
        gains = 1 + lights[::2] / 1024
        shifts = lights[1::2] / 32 + 128 * (1 - gains)
        base = np.eye(3, 4) if self.base is None else self.base
        colours = composed(np.column_stack((np.diag(gains), shifts)), base)
        if _is_far(lights) or self._white is not None or self._blows(colours):
            return self._taken(colours)
        return lights

    def _taken(self, colours: Floats) -> Floats:
        """Light the plate by a map, and return what of that is left to the kernel."""
        blown = self._blows(colours)
        whole = _beyond(np.column_stack((colours.diagonal(), colours[:, 3])))
        self._white = None
        if is_by_plane(colours) and not _is_far(whole) and not blown:
            self.base, self._plate = None, self._given
            return whole
        self.base = colours
        if blown:
            self._plate = held(self._given, colours, planar=self._planar)
            white = clipped(_values_of(self._plate), planar=self._planar)
            self._white = white.reshape(self._plate[0].shape)
        else:
            self._plate = lit_planes(self._given, colours)
        return np.zeros(6)

    def _blows(self, colours: Floats) -> bool:
        """Tell whether a map makes white what is not in the plate."""
        lit = colours[:, :3] @ self._holds + colours[:, 3:]
        white = np.count_nonzero(clipped(lit, planar=self._planar))
        return bool(white > _BLOWN * self._plate[0].size)

    def _fit(self, samples: Samples, lights: Floats, limit: int) -> Floats | None:
        sums: Any = self._sums
        plate, self._whites = self._plate, 0
        if self._white is not None:  # tells nothing of how bright the light is
            frame, scene = (_at(each, self._white) for each in (samples, plate))
            apart = np.abs(np.subtract(frame, scene, dtype=np.int64))[:, 0]
            near = apart[0] + 2 * (apart[1] + apart[2]) <= limit
            self._whites = int(np.count_nonzero(near))
            samples, plate = _at(samples, ~self._white), _at(plate, ~self._white)
        limits = limit, WHITE[self._planar]
        kernels.measure.call(*samples, *plate, _fixed(lights), limits, sums)
        count = int(sums[0])
        if count <= _LEAST_SHARE * self._plate[0].size:
            return None
        found, likely = np.empty(6), 1.0
        for k in range(3):
            p, x, pp, px = (float(value) / count for value in sums[4 * k + 1 : 4 * k + 5])
            gain = (px - p * x + likely * _PRIOR) / (pp - p * p + _PRIOR)
            likely = gain if k == 0 else likely
            found[2 * k] = (gain - 1) * 1024
            found[2 * k + 1] = (x - gain * p) * 32
        return found


def _at(samples: Samples, where: npt.NDArray[np.bool_]) -> Samples:
    """Return some of the samples, in one row."""
    y, u, v = (plane[where][None] for plane in samples)
    return y, u, v


def _values_of(samples: Samples) -> Floats:
    """Return samples as (3, N)."""
    return np.stack([plane.ravel() for plane in samples]).astype(np.float64)


def _chroma_of(values: Floats) -> Floats:
    """Return what changes of light are multiplied with to be levels of chroma: mean and spread."""
    found = np.zeros((4, 6))
    for k in (1, 2):
        found[k - 1, 2 * k : 2 * k + 2] = (values[k].mean() - 128) / 1024, 1 / 32
        found[k + 1, 2 * k] = values[k].std() / 1024
    return found


def _shift(frame: Floats, plate: Floats, gain: float) -> float:
    """Return the level that is most commonly left of a frame without so much of its plate."""
    left = np.rint(frame - gain * plate).astype(np.int64).ravel()
    counts = np.bincount(left - left.min())
    smooth = np.convolve(counts, np.ones(9), mode="same")
    return float(int(smooth.argmax()) + left.min())


def relit_levels(gain: int, offset: int) -> npt.NDArray[np.uint8]:
    """Return what each level of a plate's plane is in a light, as of `LightMeter.lights`."""
    level = np.arange(256)
    change = ((level - 128) * gain >> 5) + offset + 16 >> 5
    return (level + change).clip(0, 255).astype(np.uint8)


def _beyond(lines: Floats) -> Floats:
    """Return lines as `LightMeter.lights` has them: gains are about level 128."""
    found = np.empty(6)
    found[::2] = (lines[:, 0] - 1) * 1024
    found[1::2] = (lines[:, 1] + 128 * (lines[:, 0] - 1)) * 32
    return found


def _is_far(lights: Floats) -> bool:
    return bool((np.abs(lights) > np.tile(_MOST, 3)).any())


def _levels(change: Floats) -> float:
    """Return by how many levels a change of light moves anything, about."""
    return float((np.abs(change[1::2]) / 32 + np.abs(change[::2]) / 16).max())


def _fixed(lights: Floats) -> tuple[int, ...]:
    """Round, and hold gains and offsets to what words of 16 bits can carry."""
    bounds = (255, 1000) * 3
    return tuple(
        max(-bound, min(bound, round(float(value))))
        for value, bound in zip(lights, bounds, strict=True)
    )
