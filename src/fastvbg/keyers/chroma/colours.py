"""A foreground's own colours before a screen: no spill, and nothing of the screen at soft edges."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.unmix_plan import Scratch, cell_of, gains_of, unmix_scratch

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Plane, Planes
    from fastvbg.keyers.chroma.strength import Screen

__all__ = ["OwnColours", "apart"]

frames, planes = Module("keying.unmix_frames"), Module("keying.unmix_planes")


class OwnColours:
    """Takes what shows of the screen off the soft edges of frames of one size.

    Parameters
    ----------
    shape : (int, int)
        Of the frames.
    amount : int
        How much of it is taken off, 0 to 255.
    """

    def __init__(self, shape: tuple[int, int], amount: int) -> None:
        self._amount, self._gains, self._cell = amount, gains_of(amount), cell_of(shape)
        self._scratch: Scratch = unmix_scratch(shape, self._cell)

    def clear_frame(self, seen: Frame, matte: Matte, screen: Screen, out: Frame) -> None:
        """Change a BGR frame without spill; `seen` is the frame with it."""
        if screen.light is not None:
            rest = screen.direction, self._gains, screen.chroma, self._cell, *self._scratch
            frames.clear.call(seen, matte, screen.light, screen.reach, out, *rest)

    def clear_planes(self, seen: Planes, matte: Matte, screen: Screen, out: Planes) -> None:
        """Change planes whose chroma is without spill; `seen` are those with it."""
        if screen.light is None:
            return
        (_, *chroma), (y, *now) = seen, out
        down, across = (int(a != b) for a, b in zip(y.shape, now[0].shape, strict=True))
        rest = self._amount, self._gains, screen.chroma, self._cell, *self._scratch
        known = matte, screen.light, screen.reach
        planes.clear.call(
            tuple(chroma), *known, y, tuple(now), (across, down), screen.direction, *rest
        )


def apart(array: Plane, out: Plane | None) -> Plane:
    """Return an array, or a copy where it is to be written upon."""
    return array if out is None or not np.may_share_memory(array, out) else array.copy()
