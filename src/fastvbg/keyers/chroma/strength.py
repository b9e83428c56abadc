"""How strong a screen's colour is over the frame.

Light on a screen is uneven, and its colour weaker where there is less. A coarse grid over the frame
holds the strength; cells that the foreground hides keep what they had, or at first take it from
their neighbours.
"""

from __future__ import annotations

from math import hypot
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.keyers.chroma.screen import LEAST_STRENGTH, UNIT, direction_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float32]

FULL = 4080
"""Strength times reach of the screen itself: 255 * 16."""

_GRID = (9, 16)
_CELL = 10
_SCREEN = 0.55
"""Share of the strength that counts as screen when its light is measured."""
_CLEAR = 0.9
"""Of the mean of a cell, what is screen and nothing before it."""
_PASSES = 6
_DARKEST = 0.4
"""Of the screen's usual strength, what is expected at least: a desk reflects a weak one."""
_RATE = 0.5
_CHANGE = 0.02
_PERIOD = 8


class Screen:
    """How strong the key is over the frame.

    Parameters
    ----------
    u, v : float
        Of the key, from gray.
    shape : (int, int)
        Of the plane that `reach` becomes.
    """

    def __init__(self, u: float, v: float, shape: tuple[int, ...]) -> None:
        self.direction = direction_of(u, v)
        self._strength = hypot(u, v)
        self._shape = shape
        self._grid: Floats | None = None
        self._held: Floats | None = None
        self._frames = 0
        self.seen = False
        """Whether the last frame that was measured showed the screen anywhere."""
        self.level = self._strength
        """How strong it was there, in the middle."""
        self.reach = np.full(shape, self._reach_of(np.float32(self._strength)), np.uint8)

    def due(self) -> bool:
        """Count a frame, and tell whether the screen is to be measured in it."""
        self._frames += 1
        return self._frames % _PERIOD == 1

    def measure(self, u: Plane, v: Plane) -> None:
        """Measure the screen in a frame's chroma, any strides; where none shows, do nothing."""
        if not u.size:
            return
        rows, cols = (max(1, min(n, g * _CELL)) for n, g in zip(u.shape, _GRID, strict=True))
        steps = u.shape[0] // rows, u.shape[1] // cols
        thin_u, thin_v = (p[:: steps[0], :: steps[1]].astype(np.float32) - 128 for p in (u, v))
        x, y = self.direction
        along, beside = thin_u * x + thin_v * y, thin_u * y - thin_v * x
        strength = (along - np.abs(beside) / 2) / UNIT
        if self._grid is None:
            found, seen = self._grown(strength)
        else:
            found, seen = _found(strength, self._grid)
        self.seen = bool(seen.any())
        if not self.seen:
            return
        self.level = float(np.median(found[seen]))
        if self._grid is None:
            self._grid = _filled(found, seen, self._strength)
        else:
            self._grid = np.where(seen, self._grid + _RATE * (found - self._grid), self._grid)
            self._grid = self._grid.astype(np.float32)
        self._spread()

    def _grown(self, strength: Floats) -> tuple[Floats, Flags]:
        """Measure the screen for the first time: from where it is as was said to ever less light.

        What light was found in a cell says what to expect in the cells beside it.
        """
        grid = np.full(_GRID, self._strength, np.float32)
        found, seen = _found(strength, grid)
        for _ in range(_PASSES):
            if not seen.any() or seen.all():
                break
            before = int(seen.sum())
            near = _filled(found, seen, self._strength)
            found, seen = _found(strength, np.maximum(near, _DARKEST * self._strength))
            if int(seen.sum()) == before:
                break
        return found, seen

    def _spread(self) -> None:
        """Bring the grid to the plane, where it has changed."""
        grid = self._grid
        assert grid is not None  # noqa: S101
        if self._held is not None and bool(np.all(abs(grid - self._held) <= _CHANGE * self._held)):
            return
        self._held = grid.copy()
        reach = self._reach_of(grid)
        cv2.resize(reach, self._shape[::-1], dst=self.reach, interpolation=cv2.INTER_LINEAR)

    @staticmethod
    def _reach_of(strength: Floats | np.float32) -> Plane:
        return np.asarray(
            np.clip(np.round(FULL / np.maximum(strength, LEAST_STRENGTH)), 1, 255), np.uint8
        )


def _found(strength: Floats, grid: Floats) -> tuple[Floats, Flags]:
    """Return the screen's strength in each cell, and where most of a cell is screen.

    What is weaker than most of its cell is hair or an edge before the screen, and not counted.
    """
    whole = strength.shape[::-1]
    screen = (strength > _SCREEN * cv2.resize(grid, whole)).astype(np.float32)
    share, mean = _mean_in_cells(strength, screen)
    usual = cv2.resize(mean, whole, interpolation=cv2.INTER_NEAREST)
    screen *= strength >= _CLEAR * usual
    seen = share > 0.5
    _, found = _mean_in_cells(strength, screen)
    return np.where(seen, found, np.float32(0)), np.asarray(seen)


def _mean_in_cells(values: Floats, where: Floats) -> tuple[Floats, Floats]:
    """Return which share of each cell counts, and the mean there."""
    size = _GRID[::-1]
    share = cv2.resize(where, size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(values * where, size, interpolation=cv2.INTER_AREA)
    return np.asarray(share, np.float32), np.asarray(total / np.maximum(share, 1e-6), np.float32)


def _filled(found: Floats, seen: npt.NDArray[np.bool_], default: float) -> Floats:
    """Return a grid whose unseen cells take the mean of the nearest seen ones."""
    out, missing = found.copy(), ~seen
    weight = seen.astype(np.float32)
    for size in (3, 5, 9, 17, 33):
        if not missing.any():
            break
        window = (size, size)
        total = cv2.blur(found * weight, window, borderType=cv2.BORDER_CONSTANT)
        count = cv2.blur(weight, window, borderType=cv2.BORDER_CONSTANT)
        near = missing & (count > 1e-4)
        out[near] = (total / np.maximum(count, 1e-6))[near]
        missing &= ~near
    out[missing] = default
    return np.asarray(out, np.float32)
