"""How strong a screen's colour is over the frame, and how light.

Light on a screen is uneven, and its colour weaker where there is less. A coarse grid over the frame
holds both; cells that the foreground hides keep what they had, or at first take it from
their neighbours.
"""

from __future__ import annotations

from math import atan2, cos, hypot, pi, radians, sin
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.keying.plan import shares_for
from fastvbg.keyers.chroma.screen import LEAST_STRENGTH, UNIT, direction_of
from fastvbg.keyers.chroma.shade import shade_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane, Planes

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float32]

FULL = 4080
"""Strength times reach of the screen itself: 255 * 16."""

_GRID = (18, 32)
_CELL = 5
_CELLS, _AROUND = (32, 18), (16, 9)
"""Across and down: of the grid, and of broad cells, four in one, which count near a foreground."""
_SHADED = 0.8
"""Of the saturation around it, what a cell in the shade has at least: less light leaves saturation
as it is, and glass, a veil or hair take from it."""
_SCREEN = 0.55
"""Share of the strength that counts as screen when its light is measured."""
_CLEAR = 0.9
"""Of the mean of a cell, what is screen and nothing before it."""
_PASSES = 6
_DARKEST = 0.4
"""Of the screen's usual strength, what is expected at least: a desk reflects a weak one."""
_RATE = 0.5
_CHANGE = 0.02
_PERIOD, _SHADOWS = 8, 4
"""Frames from one measurement to the next, and where there are shadows to the next of these."""
FEW = 6
"""Of the samples that a screen is measured in, every so manieth tells whether it is relit."""
_WARM = radians(147)
"""The hue in U and V that nine in ten of the warm pixels of people are redder than: skin, blond and
brown hair, leather, ochre; of seven portraits."""
_FREE = radians(63)
"""How far beside the key's hue another one is free of it."""
_TURN = radians(15)
"""By how much the key is turned at most: so far, the screen keeps 5/6 of its strength."""
_BARE = 0.98
"""Share of a cell, and of those two around, that is screen where nothing is near: dark hair is as
saturated as shade."""
_SAME, _ONE_LIGHT = 64, 4
"""The gain in the same light, and by how much it varies there: 6 %, of 10 that are tolerated."""

_FAR = 128 * 2 * UNIT
"""Further than chroma can go, in 1/64 levels."""

lights = Module("keying.screen_light")


class Screen:
    """How strong the key is over the frame, and how light the screen.

    Parameters
    ----------
    u, v : float
        Of the key, from gray.
    shape : (int, int)
        Of the plane that `reach` becomes.
    black : int
        Luma of black: without it, saturation is the same in any light.
    """

    def __init__(self, u: float, v: float, shape: tuple[int, ...], black: int) -> None:
        turn, self._hue = _turn_of(u, v), direction_of(u, v)
        self.direction = direction_of(*_turned(u, v, turn)) if turn else self._hue
        self._kept = cos(turn) - sin(turn) / 2  # of its strength, along that direction
        self._strength = hypot(u, v) * self._kept
        self.chroma = _chroma_of(self._hue, self.direction, self._kept)
        """How far its chroma goes along the key and beside it, for each reach, in 1/64 levels."""
        self._shape, self._black = shape, np.float32(black)
        self._grid: Floats | None = None
        self._light: Floats | None = None
        self._shade: Floats | None = None
        self._shaded = True  # the last time; at first what there is counts
        self._held: Floats | None = None
        self._lit: Floats | None = None
        self.changes = 0
        """How often what it looks like has changed."""
        self._usual: Plane | None = None
        self._shares = shares_for()
        self._frames = 0
        self.seen = False
        """Whether the last frame that was measured showed the screen anywhere."""
        self.level = self._strength
        """How strong it was there, in the middle."""
        self.light: Plane | None = None
        """Its luma over the frame, as large as `reach`; None until it was measured."""
        self.reach = np.full(shape, self._reach_of(np.float32(self._strength)), np.uint8)

    def due(self) -> bool:
        """Count a frame, and tell whether the screen is to be measured in it."""
        self._frames += 1
        return self._frames % _PERIOD == 1

    def shadows_due(self) -> bool:
        """Tell whether shadows, which move, are to be measured between."""
        known = self._grid is not None
        return known and self._shaded and self._frames % _SHADOWS == 1

    def relit(self, few: Planes) -> bool:
        """Take another light on the whole screen at once, and tell whether there is one.

        Parameters
        ----------
        few : tuple of 3 ndarray, uint8
            Of what `measure` is given, every `FEW`-th sample of every such row.
        """
        if self._usual is None or self._grid is None or self._light is None:
            return False
        lights.gain.call(*few[1:], self._usual, self._hue, self._shares)
        gain = int(self._shares[-1])
        if not gain or abs(gain - _SAME) <= _ONE_LIGHT:
            return False
        self._grid *= np.float32(gain / _SAME)
        self._light *= np.float32(gain / _SAME)
        self._spread()
        return True

    def measure(self, planes: Planes) -> None:
        """Measure the screen in Y, U and V of one size, any strides; where none shows, do nothing.

        Parameters
        ----------
        planes : tuple of 3 ndarray, uint8
            Samples of a frame, `steps_between` them, luma only where there is chroma.
        """
        if not planes[1].size:
            return
        strength, luma = self._read(planes)
        cells = (
            self._grown(strength, luma)
            if self._grid is None
            else _found(strength, luma, self._grid)
        )
        self.seen = bool(cells.seen.any())
        if not self.seen:
            return
        self.level = float(np.median(cells.strength[cells.seen]))
        self._grid = _followed(self._grid, cells.strength, cells.seen)
        self._light = _followed(self._light, cells.light, cells.seen)
        # The light is read along the screen's own hue, which noise hardly leaves.
        self._usual = _few(cells, self._grid / np.float32(self._kept))
        self._cast(strength, luma)
        self._spread()

    def measure_shadows(self, planes: Planes) -> None:
        """Measure the shadows alone; the planes are as for `measure`, which came before."""
        self._cast(*self._read(planes))
        self._spread()

    def _read(self, planes: Planes) -> tuple[Floats, Floats]:
        """Return how strong the key is in samples, and their luma above black."""
        luma, u, v = (plane.astype(np.float32) for plane in planes)
        x, y = self.direction
        along, beside = (u - 128) * x + (v - 128) * y, (u - 128) * y - (v - 128) * x
        return (along - np.abs(beside) / 2) / UNIT, np.maximum(luma - self._black, np.float32(0))

    def _cast(self, strength: Floats, luma: Floats) -> None:
        """Take the shadows that samples show, if there were any the last time as well.

        What moves fast is as soft as a shadow, but only now and then.
        """
        shade = self._shade_of(strength, luma)
        self._shade = shade if self._shaded else None
        self._shaded = shade is not None

    def _shade_of(self, strength: Floats, luma: Floats) -> Floats | None:
        grid, light = self._known()
        size = strength.shape[::-1]
        usual, usual_light = (
            np.asarray(cv2.resize(part, size), np.float32) for part in (grid, light)
        )
        share = np.asarray(strength / np.maximum(usual, 1), np.float32)
        saturation = share * usual_light / np.maximum(luma, 1)
        return shade_of(share, np.asarray(saturation, np.float32))

    def _grown(self, strength: Floats, luma: Floats) -> _Cells:
        """Measure the screen for the first time: from where it is as was said to ever less light.

        What light was found in a cell says what to expect in the cells beside it.
        """
        cells = _found(strength, luma, np.full(_GRID, self._strength, np.float32))
        for _ in range(_PASSES):
            if not cells.seen.any() or cells.seen.all():
                break
            near = _filled(cells.strength, cells.seen)
            before = np.count_nonzero(cells.seen)
            cells = _found(strength, luma, np.maximum(near, _DARKEST * self._strength))
            if np.count_nonzero(cells.seen) == before:
                break
        return cells

    def _spread(self) -> None:
        """Bring the grid and the shadows to the plane, where they have changed."""
        grid, light = self._known()
        if self._shade is not None:
            size = self._shade.shape[::-1]
            grid, light = (cv2.resize(part, size) * self._shade for part in (grid, light))
        if self._is_held(grid):
            return
        self._held, self._lit = grid.copy(), light + self._black
        self.changes += 1
        reach = self._reach_of(grid)
        cv2.resize(reach, self._shape[::-1], dst=self.reach, interpolation=cv2.INTER_LINEAR)
        if self.light is None:
            self.light = np.empty(self._shape, np.uint8)
        luma = _as_plane(self._lit)
        cv2.resize(luma, self._shape[::-1], dst=self.light, interpolation=cv2.INTER_LINEAR)

    def colours(self) -> tuple[Plane, Plane, Plane]:
        """Return Y, U and V of the bare screen, coarsely, once it was measured."""
        assert self._held is not None  # noqa: S101
        assert self._lit is not None  # noqa: S101
        length = self._kept * hypot(*self._hue)
        u, v = (128 + self._held * np.float32(part / length) for part in self._hue)
        return _as_plane(self._lit), _as_plane(u), _as_plane(v)

    def _is_held(self, grid: Floats) -> bool:
        """Tell whether what is held differs from a grid nowhere."""
        held = self._held
        if held is None or held.shape != grid.shape:
            return False
        return bool(np.all(abs(grid - held) <= _CHANGE * held))

    def _known(self) -> tuple[Floats, Floats]:
        """Return strength and light over the frame, once they were measured."""
        assert self._grid is not None  # noqa: S101
        assert self._light is not None  # noqa: S101
        return self._grid, self._light

    @staticmethod
    def _reach_of(strength: Floats | np.float32) -> Plane:
        return np.asarray(
            np.clip(np.round(FULL / np.maximum(strength, LEAST_STRENGTH)), 1, 255), np.uint8
        )


def _chroma_of(hue: tuple[int, int], key: tuple[int, int], kept: float) -> npt.NDArray[np.int32]:
    """Return how far a screen's chroma goes along a key and beside it, by the key's reach.

    Of the screen's own strength the key keeps a part.
    """
    parts = hue[0] * key[0] + hue[1] * key[1], hue[0] * key[1] - hue[1] * key[0]
    strength = FULL / np.maximum(np.arange(256), 1) / kept
    levels = np.array([strength * (part / hypot(*hue)) for part in parts])
    return np.asarray(np.round(np.clip(levels, -_FAR, _FAR)), np.int32)


def _as_plane(values: Floats) -> Plane:
    return np.asarray(np.clip(np.round(values), 0, 255), np.uint8)


def _turn_of(u: float, v: float) -> float:
    """Return by how much a key is turned from the hues of people: it would take them for screen.

    A screen of a yellowish green, or under a warm light, has a hue that theirs are near.
    """
    beside = (atan2(v, u) - _WARM) % (2 * pi)
    return min(_TURN, _FREE - beside) if beside < _FREE else 0.0


def _turned(u: float, v: float, turn: float) -> tuple[float, float]:
    return u * cos(turn) - v * sin(turn), u * sin(turn) + v * cos(turn)


def steps_between(shape: tuple[int, ...]) -> tuple[int, int]:
    """Return the steps down and across between the samples of a plane to measure a screen in."""
    down, across = (
        size // max(1, min(size, cells * _CELL)) for size, cells in zip(shape, _GRID, strict=True)
    )
    return max(1, down), max(1, across)


def _few(cells: _Cells, grid: Floats) -> Plane:
    """Return the strength that few samples have in this light; 0 where they are no screen."""
    size = cells.screen.shape[::-1]
    seen = cv2.resize(cells.seen.astype(np.float32), size, interpolation=cv2.INTER_NEAREST)
    usual = cv2.resize(grid, size) * (cells.screen * seen)
    return np.asarray(np.clip(np.round(usual[::FEW, ::FEW]), 0, 255), np.uint8)


class _Cells(NamedTuple):
    """What a frame shows of the screen."""

    strength: Floats
    """Of each cell,"""
    light: Floats
    """the screen's luma there,"""
    seen: Flags
    """where most of it is screen,"""
    screen: Floats
    """and which samples are nothing but screen."""


def _found(strength: Floats, luma: Floats, grid: Floats) -> _Cells:
    """Return what there is of the screen where a strength is expected in each cell.

    What is weaker than most of its cell is hair or an edge before the screen, and not counted. Fine
    cells count where nothing is near and they are no paler than around, as in a fold; else broad
    ones do.
    """
    screen = (strength > _SCREEN * cv2.resize(grid, strength.shape[::-1])).astype(np.float32)
    share, _ = _mean_in_cells(strength, screen)
    clear = _clear(strength, screen, _CELLS)
    found, light = (_mean_in_cells(part, clear)[1] for part in (strength, luma))
    around = _clear(strength, screen, _AROUND)
    near, bright = (_broadly(part, around) for part in (strength, luma))
    bare = cv2.erode(share, np.ones((5, 5), np.uint8)) >= _BARE
    shaded = bare & (found * bright >= _SHADED * near * light)
    found, light = np.where(shaded, found, near), np.where(shaded, light, bright)
    seen = bare | (_broadly(screen, np.ones_like(screen)) > 0.5)
    return _Cells(found, light, np.asarray(seen), clear)


def _clear(strength: Floats, screen: Floats, size: tuple[int, int]) -> Floats:
    """Return which of what is screen has nothing before it, by what its cell has."""
    _, mean = _mean_in_cells(strength, screen, size)
    usual = cv2.resize(mean, strength.shape[::-1], interpolation=cv2.INTER_NEAREST)
    return np.asarray(screen * (strength >= _CLEAR * usual), np.float32)


def _broadly(values: Floats, where: Floats) -> Floats:
    """Return for each cell the mean of where it counts in the cells taken together with it."""
    _, mean = _mean_in_cells(values, where, _AROUND)
    return np.asarray(cv2.resize(mean, _CELLS, interpolation=cv2.INTER_NEAREST), np.float32)


def _mean_in_cells(
    values: Floats, where: Floats, size: tuple[int, int] = _CELLS
) -> tuple[Floats, Floats]:
    """Return which share of each cell counts, and the mean there."""
    share = cv2.resize(where, size, interpolation=cv2.INTER_AREA)
    total = cv2.resize(values * where, size, interpolation=cv2.INTER_AREA)
    return np.asarray(share, np.float32), np.asarray(total / np.maximum(share, 1e-6), np.float32)


def _followed(held: Floats | None, found: Floats, seen: Flags) -> Floats:
    """Return what is held of each cell, moved towards what was found where the screen is seen."""
    if held is None:
        return _filled(found, seen)
    return np.where(seen, held + np.float32(_RATE) * (found - held), held)


def _filled(found: Floats, seen: Flags) -> Floats:
    """Return a grid whose unseen cells take the mean of the nearest seen ones; some are seen."""
    weight = seen.astype(np.float32)
    out, missing = found * weight, ~seen
    for size in (3, 5, 9, 17, 33, 65):
        if not missing.any():
            break
        window = (size, size)
        total = cv2.blur(found * weight, window, borderType=cv2.BORDER_CONSTANT)
        count = cv2.blur(weight, window, borderType=cv2.BORDER_CONSTANT)
        near = missing & (count > 1e-4)
        out[near] = (total / np.maximum(count, 1e-6))[near]
        missing &= ~near
    return np.asarray(out, np.float32)
