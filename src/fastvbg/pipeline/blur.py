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


def _working(length: int, sigma: float) -> tuple[int, float]:
    """Return the length at which a blur is done, and its standard deviation there."""
    size = max(1, round(length / max(1.0, sigma / _SIGMA_ROWS)))
    return size, max(0.1, sigma * size / length)


def _above(level: int, plane: npt.NDArray[Any], how: int = cv2.THRESH_BINARY) -> Mask:
    """Return 255 where a plane is above a level, or by its inverse where it is not."""
    return np.asarray(cv2.threshold(plane, level, 255, how)[1], np.uint8)


def _revealed(plane: npt.NDArray[Any], hidden: Mask) -> npt.NDArray[Any]:
    """Return a plane that has the mean of its other samples where pixels are hidden."""
    rows, cols = plane.shape[:2]
    if hidden.shape != (rows, cols):
        hidden = _above(0, _reduced(hidden, rows, cols))
    if hidden.all():
        return plane
    mean = np.rint(plane[hidden == 0].mean(axis=0)).astype(plane.dtype)
    return np.where(hidden[..., np.newaxis] if plane.ndim == 3 else hidden, mean, plane)


def _reduced(plane: npt.NDArray[Any], rows: int, cols: int) -> npt.NDArray[Any]:
    """Return a plane's means over areas; halves come first, which OpenCV makes in vectors."""
    while not (plane.shape[0] % 2 or plane.shape[1] % 2) and (
        plane.shape[0] >= 2 * rows and plane.shape[1] >= 2 * cols
    ):
        half = plane.shape[1] // 2, plane.shape[0] // 2
        plane = cv2.resize(plane, half, interpolation=cv2.INTER_AREA)
    return cv2.resize(plane, (cols, rows), interpolation=cv2.INTER_AREA)


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
        hidden = None if alpha is None else _above(254, alpha, cv2.THRESH_BINARY_INV)
        if hidden is not None and hidden.all():
            return self._pixels.solid((0, 0, 0))
        blurred = self._pixels.empty()
        sources, targets = self._pixels.planes(frame), self._pixels.planes(blurred)
        # Half of a matte is none of it.
        behind = _above(0, matte, cv2.THRESH_BINARY_INV)
        if hidden is not None:
            behind[hidden > 0] = 0
        for source, target in zip(sources, targets, strict=True):
            plane = source if hidden is None else _revealed(source, hidden)
            self._blur(plane, behind, target)
        return blurred

    def _blur(self, plane: npt.NDArray[Any], behind: Mask, out: npt.NDArray[Any]) -> None:
        rows, cols = plane.shape[:2]
        # How much wider a sample of this plane is shown than it is high.
        across = self._aspect * rows * behind.shape[1] / (cols * behind.shape[0])
        across = 1.0 if abs(across - 1) < _SLACK else across
        if behind.shape != (rows, cols):
            # Only chroma that is background throughout counts.
            behind = _above(254, _reduced(behind, rows, cols))
        down = rows * self._strength / 100
        high, sigma_y = _working(rows, down)
        wide, sigma_x = _working(cols, down / across)
        sigma_x = sigma_y if across == 1 else sigma_x  # whatever was rounded

        def softened(small: npt.NDArray[Any]) -> npt.NDArray[Any]:
            deep, border = small.astype(np.float32), cv2.BORDER_REPLICATE
            return cv2.GaussianBlur(deep, (0, 0), sigma_x, sigmaY=sigma_y, borderType=border)

        weight = softened(_reduced(behind, high, wide)) / 255
        weight = weight[..., None] if plane.ndim == 3 else weight
        known = softened(_reduced(cv2.copyTo(plane, behind), high, wide))
        # It counts where nothing else does, so that some of its samples will do.
        anything = softened(cv2.resize(plane, (wide, high), interpolation=cv2.INTER_NEAREST))
        mean = (known + _LEAST * anything) / (weight + _LEAST)
        small = np.rint(mean).astype(plane.dtype)
        out[:] = cv2.resize(small, (cols, rows), interpolation=cv2.INTER_LINEAR)
