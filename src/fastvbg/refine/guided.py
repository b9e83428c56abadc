"""The step that takes edges from the frame: `smooth_guided`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.checks import check_integer
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.refine import plan
from fastvbg.refine._step import Step, apply_once

if TYPE_CHECKING:
    from fastvbg._types import Matte, Plane

__all__ = ["smooth_guided"]

guided = Module("refine.guided")

MAX_RADIUS = plan.MAX_GUIDED * plan.REDUCTION
DEFAULT_RADIUS = 8
DEFAULT_CONTRAST = 20
DEFAULT_GAIN = 2
MAX_GAIN = 8


class Guided(Step):
    """The step of `smooth_guided`."""

    needs_guide = True

    def __init__(
        self,
        radius: int = DEFAULT_RADIUS,
        contrast: int = DEFAULT_CONTRAST,
        gain: int = DEFAULT_GAIN,
    ) -> None:
        super().__init__()
        pixels = check_integer("radius", radius, 1, MAX_RADIUS)
        self._radius = max(1, (pixels + plan.REDUCTION // 2) // plan.REDUCTION)
        self._epsilon = check_integer("contrast", contrast, 1, 100) ** 2
        self._gain = check_integer("gain", gain, 1, MAX_GAIN)

    def __call__(self, matte: Matte, out: Matte, guide: Plane | None = None) -> None:
        """Write the refined matte."""
        self._guide = guide
        super().__call__(matte, out)
        self._guide = None

    def fit(self, shape: tuple[int, int]) -> None:
        """Make the scratch for mattes of a size."""
        self._scratch = plan.guided_scratch(*shape, self._radius)

    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte."""
        options = self._radius, self._epsilon, self._gain
        guided.smooth.call(matte, self._guide, out, *options, *self._scratch)


def smooth_guided(
    matte: Matte,
    guide: Plane,
    *,
    radius: int = DEFAULT_RADIUS,
    contrast: int = DEFAULT_CONTRAST,
    gain: int = DEFAULT_GAIN,
    out: Matte | None = None,
) -> Matte:
    """Smooth a matte along the edges of the frame: a guided filter.

    Within reach of an edge of the matte it takes the course of the frame's edge; where the frame is
    flat it becomes soft. Means over squares leave it too soft, so its differences from 128 are then
    multiplied by `gain`. A matte that is 0 or 255 all over a square's reach stays so.

    It mends mattes that are some pixels off, as those of differences or of small networks are; one
    that is right already loses finest detail. `reference.guided.smooth_guided` has the arithmetic,
    which is in integers: the guided filter of K. He, J. Sun and X. Tang (ECCV 2010), fitted at a
    quarter of the size (K. He and J. Sun, arXiv:1505.00996).

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte, or a mask. Any strides, also read-only; H and W may be 0.
    guide : ndarray, shape (H, W), uint8
        The frame's luma.
    radius : int, default 8
        How far the frame's edge may be from the matte's, in pixels, 1 to 24; counted in fours.
    contrast : int, default 20
        How many gray levels an edge of the frame has at least, 1 to 100: fainter ones are smoothed
        over.
    gain : int, default 2
        How much steeper the smoothed matte is made, 1 (not at all) to 8.
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `matte` itself, or memory apart from it and `guide`. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte, smoothed along edges; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array is not as above; `radius` is outside 1..24, `contrast` outside 1..100, `gain`
        outside 1..8, or one of them no integer.

    Examples
    --------
    >>> import numpy as np
    >>> guide = np.repeat(np.array([[50] * 12 + [200] * 12], np.uint8), 8, axis=0)
    >>> matte = np.repeat(np.array([[0] * 16 + [255] * 8], np.uint8), 8, axis=0)
    >>> smoothed = smooth_guided(matte, guide)
    >>> int(smoothed[0, 11]), int(smoothed[0, 12])
    (0, 112)
    """
    return apply_once(Guided(radius, contrast, gain), "matte", matte, out, guide)
