"""A plate in the light of the frames: its model for the kernels, made anew where light changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import model_for
from fastvbg.keyers._arrays import thin_planes
from fastvbg.keyers.plate.glance import Glance
from fastvbg.keyers.plate.light import LightMeter, step_for
from fastvbg.keyers.plate.model import model_of

if TYPE_CHECKING:
    from fastvbg._types import Frame, Plane, Planes

kernels = Module("keying.plate")

_ALIKE = 0.1
"""Of the gain of luma, within which what a plate may differ by is not reckoned anew."""
_GLANCES = 4
"""Steps between samples from one place that is glanced at to the next."""


class LitPlate:
    """A plate, and the light of the last frame on it.

    Parameters
    ----------
    planes : tuple of 3 ndarray, shape (H, W), uint8
        Y, U and V.
    noise : ndarray, shape (H, W), uint8, optional
        Levels by which each pixel wanders.
    follows : bool
        Whether the frames' light is measured.
    shifts : tuple of int, optional
        Of frames that are planes in limited range: whether chroma is halved, across and down.
    """

    def __init__(
        self,
        planes: Planes,
        noise: Plane | None,
        *,
        follows: bool,
        shifts: tuple[int, int] | None = None,
    ) -> None:
        self._planes, self._noise, self._base = planes, noise, None
        self._shifts, self._gain = shifts or (0, 0), 1.0
        self._own = self.model = model_of(planes, noise)
        """`model_of` it in that light."""
        self.step = step_for(*planes[0].shape)
        """Of the samples, in pixels, that light is measured by."""
        self._glance = Glance(_GLANCES * self.step)
        self._meter: LightMeter | None = None
        if follows and planes[0].size:
            self._meter = LightMeter(
                thin_planes(planes, 0, 0, self.step), planar=shifts is not None
            )

    @property
    def lights(self) -> tuple[int, ...]:
        """As of `LightMeter`."""
        return (0,) * 6 if self._meter is None else self._meter.lights

    @property
    def relit(self) -> bool:
        """Whether the light is beyond what `lights` tell."""
        return self._base is not None

    @property
    def unlike(self) -> float:
        """The share of frames so far that look like it in no light."""
        meter = self._meter
        return 0.0 if meter is None else meter.unlike / max(1, meter.measured)

    @property
    def found(self) -> bool:
        """Whether the last frame that was measured looked like it in any light."""
        return self._meter is None or self._meter.found

    @property
    def fallen(self) -> bool:
        """Whether much less of the last frame looked like it than before, in any light."""
        return self._meter is not None and self._meter.fallen

    def reset(self) -> None:
        """Forget how the light of the last frames was."""
        self.model = self._own
        if self._meter is not None:
            self._meter.reset()

    def due(self, picture: Frame | Planes) -> bool:
        """Look at the next frame, BGR or planes, and tell whether its light is to be measured."""
        if self._meter is None:
            return False
        differs = self._glance.differs(picture)
        return self._meter.due() or differs

    def follow(self, samples: Planes) -> None:
        """Take the light of a frame, of which these are samples."""
        meter: Any = self._meter
        if not meter.measure(samples):
            return
        if meter.base is not self._base:
            self._base = meter.base
            planes = meter.lit(self._planes, self._shifts)
            gain = 1.0 if self._base is None else float(self._base[0, 0])
            like = abs(gain - self._gain) <= _ALIKE * self._gain
            self._gain = self._gain if like else gain
            self._own = self.model = model_of(planes, self._noise, self._own if like else None)
        if self.model is self._own:
            self.model = model_for(*self._planes[0].shape)
            np.copyto(self.model, self._own)
        kernels.light.call(self._own, self.model, meter.lights)
