"""How the light of frames drifts from the plate's: gain and offset of each plane, frame by frame.

Measured on some 1500 samples that look like the plate already, by least squares held toward a
gain of 1, and smoothed over time. A thing in front of the plate that covers all but a tenth of the
frame leaves the last measure as it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.kernels._kernel import Module

if TYPE_CHECKING:
    import numpy.typing as npt

    Samples = tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8], npt.NDArray[np.uint8]]

kernels = Module("keying.plate")

_SAMPLES = 1500
_NEAR = 16
"""What a sample may differ by, luma once and chroma twice, to be taken for the plate."""
_FIRST = (64, 32, _NEAR)
_LEAST_SHARE = 0.1
_SURE_SHARE = 0.5
"""What share of the samples a light must explain to take the place of one that explains none."""
_PRIOR = 25.0
"""Variance, in levels squared, that speaks for a gain of 1."""
_RATE = 0.5
_STEP = 0.35
"""Levels by which the light has to change before the plate is made anew."""


def step_for(height: int, width: int) -> int:
    """Return the even step between samples of a frame of a size."""
    return 2 * max(1, int((height * width / _SAMPLES) ** 0.5 / 2))


class LightMeter:
    """Follows the light of a video.

    Parameters
    ----------
    samples : tuple of 3 ndarray
        Y, U and V of the plate at the places where frames are sampled.
    """

    def __init__(self, samples: Samples) -> None:
        self._plate = samples
        self._sums = np.zeros(13, np.int64)
        self.reset()

    def reset(self) -> None:
        """Forget what was measured."""
        self._now: npt.NDArray[np.float64] | None = None
        self._held = np.zeros(6)
        self._frames = 0

    def due(self) -> bool:
        """Count a frame, and tell whether it is to be measured: every second one, and the first."""
        self._frames += 1
        return self._now is None or self._frames % 2 == 1

    @property
    def lights(self) -> tuple[int, ...]:
        """Gain in 1/1024 beyond 1 and offset in 1/32 level, of Y, U and V; of the last change."""
        return _fixed(self._held)

    def measure(self, samples: Samples) -> bool:
        """Measure a frame's samples, and tell whether `lights` have changed.

        Parameters
        ----------
        samples : tuple of 3 ndarray
            Y, U and V of the frame at the same places.

        Returns
        -------
        bool
            Whether the plate has to be made anew.
        """
        found = None
        if self._now is not None:
            found = self._fit(samples, self._now, _NEAR)
        if found is None:
            found = self._search(samples)
            if found is None or (self._now is not None and self._share() < _SURE_SHARE):
                return False
            self._now = found
        elif self._now is not None:
            self._now = self._now + _RATE * (found - self._now)
        assert self._now is not None  # noqa: S101
        change = np.abs(self._now - self._held)
        if float((change[1::2] / 32 + change[::2] / 16).max()) <= _STEP:
            return False
        self._held = self._now
        return True

    def _share(self) -> float:
        """Return the share of samples that the last fit was made of."""
        return float(self._sums[0]) / self._plate[0].size

    def _search(self, samples: Samples) -> npt.NDArray[np.float64] | None:
        """Fit from the most common difference of each plane on."""
        found = np.zeros(6)
        for k, (frame, plate) in enumerate(zip(samples, self._plate, strict=True)):
            difference = frame.astype(np.int64) - plate
            counts = np.bincount(difference.ravel() + 255, minlength=511)
            smooth = np.convolve(counts, np.ones(9), mode="same")
            found[2 * k + 1] = 32 * (int(smooth.argmax()) - 255)
        for limit in _FIRST:
            fitted = self._fit(samples, found, limit)
            if fitted is None:
                return None
            found = fitted
        return found

    def _fit(
        self, samples: Samples, lights: npt.NDArray[np.float64], limit: int
    ) -> npt.NDArray[np.float64] | None:
        sums: Any = self._sums
        kernels.measure.call(*samples, *self._plate, _fixed(lights), limit, sums)
        count = int(sums[0])
        if self._share() <= _LEAST_SHARE:
            return None
        found = np.empty(6)
        for k in range(3):
            p, x, pp, px = (float(value) / count for value in sums[4 * k + 1 : 4 * k + 5])
            gain = (px - p * x + _PRIOR) / (pp - p * p + _PRIOR)
            found[2 * k] = (gain - 1) * 1024
            found[2 * k + 1] = (x - gain * p) * 32
        return found


def relit_levels(gain: int, offset: int) -> npt.NDArray[np.uint8]:
    """Return what each level of a plate's plane is in a light, as of `LightMeter.lights`."""
    level = np.arange(256)
    change = ((level - 128) * gain >> 5) + offset + 16 >> 5
    return (level + change).clip(0, 255).astype(np.uint8)


def _fixed(lights: npt.NDArray[np.float64]) -> tuple[int, ...]:
    """Round, and hold gains and offsets to what words of 16 bits can carry."""
    bounds = (255, 1000) * 3
    return tuple(
        max(-bound, min(bound, round(float(value))))
        for value, bound in zip(lights, bounds, strict=True)
    )
