"""The step that softens edges: `feather`."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import check_integer
from fastvbg.kernels._kernel import Module
from fastvbg.kernels.refine import plan
from fastvbg.refine._step import Step, apply_once

if TYPE_CHECKING:
    from fastvbg._types import Matte

__all__ = ["feather"]

kernels = Module("refine.feather")

MAX_PASSES = 4


class Feather(Step):
    """The step of `feather`."""

    def __init__(self, radius: int = 1, passes: int = 2) -> None:
        super().__init__()
        self._radius = check_integer("radius", radius, 0, plan.MAX_FEATHER)
        self._passes = check_integer("passes", passes, 1, MAX_PASSES)

    def fit(self, shape: tuple[int, int]) -> None:
        """Make the scratch for mattes of a size."""
        self._scratch = plan.feather_scratch(shape[1], self._radius, 1)

    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte."""
        if self._radius == 0:
            np.copyto(out, matte)
            return
        factor = plan.reciprocal(2 * self._radius + 1)
        for _ in range(self._passes):
            kernels.box.call(matte, out, self._radius, 1, *factor, *self._scratch)
            matte = out


def feather(matte: Matte, radius: int, *, passes: int = 2, out: Matte | None = None) -> Matte:
    """Soften the edges of a matte, as a Gaussian blur would, by repeated means over squares.

    Each pass takes the mean of `2*radius + 1` pixels across, rounded half up, and of that the mean
    of as many down, rounded likewise. Border pixels repeat outward. An even matte stays as it is.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        The matte, or a mask. Any strides, also read-only; H and W may be 0.
    radius : int
        Of each pass, in pixels, 0 to 63.
    passes : int, default 2
        How often, 1 to 4: an edge becomes a ramp of `2*radius*passes` pixels, straight after one
        pass and nearly that of a Gaussian of variance `passes*radius*(radius + 1)/3` after three.
    out : ndarray, shape (H, W), uint8, optional
        Where to write: `matte` itself, or memory apart from it. New when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte with soft edges; `out` when given.

    Raises
    ------
    DTypeError, ShapeError, OverlapError, OptionError, OptionTypeError
        An array is not as above; `radius` is outside 0..63, `passes` outside 1..4, or one of them
        no integer.

    Examples
    --------
    >>> import numpy as np
    >>> feather(np.array([[0, 0, 0, 255, 255, 255]], np.uint8), 1, passes=1)
    array([[  0,   0,  85, 170, 255, 255]], dtype=uint8)
    """
    return apply_once(Feather(radius, passes), "matte", matte, out)
