"""Steps about a pixel's neighbourhood: `despeckle`, `choke` and `spread`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.checks import check_integer, check_odd
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.refine import plan
from fastvbg.refine._step import Step, apply_once

if TYPE_CHECKING:
    from fastvbg._types import Mask, Matte

__all__ = ["choke", "despeckle", "spread"]

morphology = Module("refine.morphology")

MAX_SIZE = 15
MAX_RADIUS = 1 << 16


class Despeckle(Step):
    """The step of `despeckle`."""

    def __init__(self, size: int = 5) -> None:
        super().__init__()
        self._size = check_odd("size", size, 3, MAX_SIZE)

    def fit(self, shape: tuple[int, int]) -> None:
        """Make the scratch for mattes of a size."""
        self._scratch = plan.despeckle_scratch(shape[1], self._size)

    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte."""
        morphology.despeckle.call(matte, out, self._size, self._scratch)


class Extreme(Step):
    """The step of `choke` and, with its bits flipped, of `spread`."""

    _FLIP = 0

    def __init__(self, radius: int) -> None:
        super().__init__()
        self._radius = check_integer("radius", radius, 0, MAX_RADIUS)

    def fit(self, shape: tuple[int, int]) -> None:
        """Make the scratch for mattes of a size."""
        self._scratch = plan.extreme_scratch(*shape, self._radius)

    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte."""
        morphology.extreme.call(matte, out, self._radius, self._FLIP, self._scratch)


class Choke(Extreme):
    """The step of `choke`."""


class Spread(Extreme):
    """The step of `spread`."""

    _FLIP = 255


def despeckle(mask: Mask, *, size: int = 5, out: Mask | None = None) -> Mask:
    """Let the majority of each pixel's neighbours decide: specks and pinholes go.

    On a mask it is the median of a square, `cv2.medianBlur(mask, size)`, byte for byte. In a soft
    matte a pixel counts as foreground from 128 on; one on the majority's side keeps its value, any
    other becomes 0 or 255. Border pixels repeat outward.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        The mask or matte. Any strides, also read-only; H and W may be 0.
    size : int, default 5
        Side of the square in pixels, odd, 3 to 15.
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `mask` itself, or memory apart from it. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The mask or matte without specks; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array is not as above; `size` is even, outside 3..15, or no integer.

    Examples
    --------
    >>> import numpy as np
    >>> speck = np.zeros((5, 5), np.uint8)
    >>> speck[2, 2] = 255
    >>> int(despeckle(speck, size=3).max())
    0
    """
    return apply_once(Despeckle(size), "mask", mask, out)


def choke(matte: Matte, radius: int, *, out: Matte | None = None) -> Matte:
    """Shrink the foreground: each pixel takes the least value of a square around it.

    `cv2.erode` with a square of side `2*radius + 1` and its own border, byte for byte: beyond the
    border there is nothing that shrinks the matte.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte, or a mask. Any strides, also read-only; H and W may be 0.
    radius : int
        How far the edge goes in, in pixels, 0 or more.
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `matte` itself, or memory apart from it. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte, shrunk; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array is not as above; `radius` is negative, huge, or no integer.

    Examples
    --------
    >>> import numpy as np
    >>> choke(np.array([[0, 255, 255, 200]], np.uint8), 1)
    array([[  0,   0, 200, 200]], dtype=uint8)
    """
    return apply_once(Choke(radius), "matte", matte, out)


def spread(matte: Matte, radius: int, *, out: Matte | None = None) -> Matte:
    """Grow the foreground: each pixel takes the greatest value of a square around it.

    `cv2.dilate` with a square of side `2*radius + 1` and its own border, byte for byte. It is
    `choke` of the inverse matte, inverted.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte, or a mask. Any strides, also read-only; H and W may be 0.
    radius : int
        How many pixels the edge goes out, 0 or more.
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `matte` itself, or memory apart from it. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The grown matte; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array or `radius` is not as above: negative, huge, or no integer.

    Examples
    --------
    >>> import numpy as np
    >>> matte = np.array([[0, 0, 0, 200]], np.uint8)
    >>> spread(matte, 1)
    array([[  0,   0, 200, 200]], dtype=uint8)
    >>> 255 - choke(255 - matte, 1)
    array([[  0,   0, 200, 200]], dtype=uint8)
    """
    return apply_once(Spread(radius), "matte", matte, out)
