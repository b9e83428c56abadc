"""The frame itself, blurred, as its own background."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.errors import OptionError

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Mask, Matte
    from fastvbg.media.model import Picture
    from fastvbg.pipeline.pixels import Pixels

DEFAULT_STRENGTH = 4.0
_MOST = 50.0
# A blur needs no more rows than some for each standard deviation: work is done at a size where it
# is about this many rows.
_SIGMA_ROWS = 3.0
# Weight of the foreground where nothing else is near: it fills what would be a hole.
_LEAST = 1e-3


def parse_blur(text: str) -> float | None:
    """Return the strength of `blur` or `blur:strength`; None for anything else.

    Raises
    ------
    OptionError
        The strength is no number in 0.1..50.
    """
    name, colon, number = text.partition(":")
    if name != "blur":
        return None
    if not colon:
        return DEFAULT_STRENGTH
    try:
        strength = float(number)
    except ValueError:
        strength = 0.0
    if not 0.1 <= strength <= _MOST:
        raise OptionError(
            f"background: got {text!r}, wanted blur or blur:strength, 0.1 to {_MOST:g} percent "
            "of the height"
        )
    return strength


class Blur:
    """Blurs what is not foreground, from what is not foreground.

    Each sample is the mean of the background around it, by a Gaussian; foreground counts nothing,
    so that none of it bleeds out.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    strength : float
        Standard deviation in percent of the frame's height.
    """

    def __init__(self, pixels: Pixels, strength: float) -> None:
        self._pixels = pixels
        self._strength = strength

    def __call__(self, frame: Picture, matte: Matte) -> Picture:
        """Return the blurred background of a frame."""
        blurred = self._pixels.empty()
        sources, targets = self._pixels.planes(frame), self._pixels.planes(blurred)
        behind = np.where(matte == 0, np.uint8(255), np.uint8(0))  # half of a matte is none of it
        for source, target in zip(sources, targets, strict=True):
            target[:] = self._plane(source, behind)
        return blurred

    def _plane(self, plane: npt.NDArray[Any], behind: Mask) -> npt.NDArray[Any]:
        rows, cols = plane.shape[:2]
        if behind.shape != (rows, cols):
            # Only chroma that is background throughout counts.
            thin = cv2.resize(behind, (cols, rows), interpolation=cv2.INTER_AREA)
            behind = np.where(thin == 255, np.uint8(255), np.uint8(0))
        sigma = rows * self._strength / 100
        shrink = max(1.0, sigma / _SIGMA_ROWS)
        size = max(1, round(cols / shrink)), max(1, round(rows / shrink))
        sigma = max(0.1, sigma * size[1] / rows)

        def reduced(array: npt.NDArray[Any]) -> npt.NDArray[Any]:
            small = cv2.resize(array, size, interpolation=cv2.INTER_AREA).astype(np.float32)
            return cv2.GaussianBlur(small, (0, 0), sigma, borderType=cv2.BORDER_REPLICATE)

        kept = np.where(behind[..., None] if plane.ndim == 3 else behind, plane, 0)
        weight = reduced(behind) / 255
        weight = weight[..., None] if plane.ndim == 3 else weight
        known, anything = reduced(kept.astype(plane.dtype)), reduced(np.ascontiguousarray(plane))
        mean = (known + _LEAST * anything) / (weight + _LEAST)
        full = cv2.resize(mean, (cols, rows), interpolation=cv2.INTER_LINEAR)
        return np.rint(full).astype(plane.dtype)
