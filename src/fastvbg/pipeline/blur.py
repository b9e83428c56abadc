"""The frame itself, blurred, as its own background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from fractions import Fraction

    import numpy.typing as npt

    from fastvbg._types import Mask, Matte
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Pixels

# A blur needs no more rows than some for each standard deviation: work is done at a size where it
# is about this many rows.
_SIGMA_ROWS = 3.0
# Weight of the foreground where nothing else is near: it fills what would be a hole.
_LEAST = 1e-3
# By less than that, samples of halved and rounded planes are off being square.
_SLACK = 0.05


def _reduced(length: int, sigma: float) -> tuple[int, float]:
    """Return the length at which a blur is done, and its standard deviation there."""
    size = max(1, round(length / max(1.0, sigma / _SIGMA_ROWS)))
    return size, max(0.1, sigma * size / length)


def _revealed(plane: npt.NDArray[Any], hidden: npt.NDArray[np.bool_]) -> npt.NDArray[Any]:
    """Return a plane that has the mean of its other samples where pixels are hidden."""
    rows, cols = plane.shape[:2]
    if hidden.shape != (rows, cols):
        whole = np.where(hidden, np.uint8(255), np.uint8(0))
        hidden = cv2.resize(whole, (cols, rows), interpolation=cv2.INTER_AREA) > 0
    if hidden.all():
        return plane
    mean = np.rint(plane[~hidden].mean(axis=0)).astype(plane.dtype)
    return np.where(hidden[..., np.newaxis] if plane.ndim == 3 else hidden, mean, plane)


class Blur:
    """Blurs what is not foreground, from what is not foreground.

    Each sample is the mean of the background around it, by a Gaussian; foreground counts nothing,
    so that none of it bleeds out.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    strength : float
        Standard deviation in percent of the frame's height, as it is shown.
    aspect : Fraction, optional
        Width of a pixel divided by its height.
    """

    def __init__(self, pixels: Pixels, strength: float, aspect: Fraction | None = None) -> None:
        self._pixels = pixels
        self._strength = strength
        self._aspect = float(aspect or 1)

    def __call__(self, frame: Picture, matte: Matte, alpha: Matte | None = None) -> Picture:
        """Return the blurred background of a frame, to which what is transparent adds nothing."""
        hidden = np.zeros(matte.shape, bool) if alpha is None else alpha < 255
        if hidden.all():
            return self._pixels.solid((0, 0, 0))
        blurred = self._pixels.empty()
        sources, targets = self._pixels.planes(frame), self._pixels.planes(blurred)
        # Half of a matte is none of it.
        behind = np.where((matte == 0) & ~hidden, np.uint8(255), np.uint8(0))
        for source, target in zip(sources, targets, strict=True):
            plane = source if alpha is None else _revealed(source, hidden)
            target[:] = self._plane(plane, behind)
        return blurred

    def _plane(self, plane: npt.NDArray[Any], behind: Mask) -> npt.NDArray[Any]:
        rows, cols = plane.shape[:2]
        # How much wider a sample of this plane is shown than it is high.
        across = self._aspect * rows * behind.shape[1] / (cols * behind.shape[0])
        across = 1.0 if abs(across - 1) < _SLACK else across
        if behind.shape != (rows, cols):
            # Only chroma that is background throughout counts.
            thin = cv2.resize(behind, (cols, rows), interpolation=cv2.INTER_AREA)
            behind = np.where(thin == 255, np.uint8(255), np.uint8(0))
        down = rows * self._strength / 100
        high, sigma_y = _reduced(rows, down)
        wide, sigma_x = _reduced(cols, down / across)
        sigma_x = sigma_y if across == 1 else sigma_x  # whatever was rounded

        def reduced(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
            small = cv2.resize(array, (wide, high), interpolation=cv2.INTER_AREA)
            deep, border = small.astype(np.float32), cv2.BORDER_REPLICATE
            return cv2.GaussianBlur(deep, (0, 0), sigma_x, sigmaY=sigma_y, borderType=border)

        kept = np.where(behind[..., None] if plane.ndim == 3 else behind, plane, 0)
        weight = reduced(behind) / 255
        weight = weight[..., None] if plane.ndim == 3 else weight
        known, anything = reduced(kept.astype(plane.dtype)), reduced(np.ascontiguousarray(plane))
        mean = (known + _LEAST * anything) / (weight + _LEAST)
        full = cv2.resize(mean, (cols, rows), interpolation=cv2.INTER_LINEAR)
        return np.rint(full).astype(plane.dtype)
