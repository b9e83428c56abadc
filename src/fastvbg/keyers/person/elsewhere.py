"""A room as frames show it, elsewhere and in another light, and frames as it is: `Elsewhere`."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import numpy as np

from fastvbg.kernels._kernel import Module, named
from fastvbg.kernels.person import plan
from fastvbg.keyers.person.light import fixed, inverse

if TYPE_CHECKING:
    from fastvbg._types import Plane, Planes
    from fastvbg.keyers.person.guides import Guides
    from fastvbg.keyers.person.light import Lines
    from fastvbg.keyers.plate.matching import Homography

    Wanted = tuple[Plane, tuple[int, int]]
    """Cells, and how many times samples of a cell can be halved."""

canvas = Module("person.canvas")
moved = Module("person.elsewhere")
_SHIFT = named("keying.shift.shift_plane")

_ALL, _PARTS = 255, 16
_EVERYWHERE, _WHOLE = np.ones((1, 1), np.uint8), (32, 32)
"""One cell, as large as any plane."""
_ALL_OF_IT = _EVERYWHERE, _WHOLE
_STAYS, _SAME = np.eye(3), (1024, 0)
"""Where what is where it was lies, in the light that it had."""


class Memory(NamedTuple):
    """What is known of a room."""

    planes: Planes
    """Y, U and V, in the frames' form."""
    small: Planes
    """The same on the canvas, as all below."""
    known: Plane
    """1 where the room is known, else 0."""
    noise: Plane
    there: Homography | None = None
    """From where its planes are to the frame that all else is of; None where they are there."""
    lines: Lines | None = None
    """Of that frame's light, of `RoomLight`; None where it is that of its planes."""


class Samples(NamedTuple):
    """Where samples of several pixels lie."""

    there: Homography
    """From samples to the middle of their pixels."""
    back: Homography

    @classmethod
    def of(cls, across: int, down: int) -> Samples:
        """Return it of samples of so many pixels."""
        rows = [[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]]
        there = np.array(rows, np.float64)
        return cls(there, _inverse(there))

    def way(self, to: Homography) -> Homography:
        """Return what a homography of pixels is of samples."""
        return np.asarray(self.back @ to @ self.there, np.float64)


class Elsewhere:
    """Brings a room to where frames have it, and frames to where the room is.

    Parameters
    ----------
    guides : Guides
        Of the frames.
    shifts : (int, int)
        Whether chroma is halved across, and whether down.
    """

    def __init__(self, guides: Guides, shifts: tuple[int, int]) -> None:
        self._guides, self._canvas, factor = guides, guides.canvas, guides.factor
        self._of_cells = Samples.of(factor, factor)
        self._of_chroma = Samples.of(1 << shifts[0], 1 << shifts[1])
        self._chroma_step = _PARTS * factor >> shifts[0]
        # How many times a cell of luma, and of chroma, can be halved, across and down.
        deep = factor.bit_length() - 1
        self._bits = (deep, deep), (deep - shifts[0], deep - shifts[1])
        self._step = step = max(1, factor // 2)
        self._of_thin, self._left = Samples.of(step, step), factor // step
        rows, cols = (side * self._left for side in self._canvas)
        self._thin_row = plan.reduce_scratch(cols, step)
        self._row = plan.reduce_scratch(self._canvas[1], self._left)
        self._thin = np.empty((2, rows, cols), np.uint8)
        self._thin_of: Plane | None = None
        self._spare: Planes | None = None

    def learned(self) -> None:
        """Hear that planes of the room have been written to: nothing kept of them holds."""
        self._thin_of = None

    def of_room(self, memory: Memory, there: Homography) -> Memory:
        """Return what is known as a frame shows it, of which `there` is from the room to it.

        Its planes are where they were: `planes_of` brings what is wanted of them.
        """
        back = _inverse(there)
        small = self._small(memory.planes, back)
        # All is known that a cell lies between where the cell is.
        levels, noise = self.cells(memory.known * np.uint8(_ALL), memory.noise, back, 0)
        known = np.equal(levels, _ALL).view(np.uint8)
        return Memory(memory.planes, small, known, noise, there)

    def in_light(self, shown: Memory, lines: Lines) -> Memory:
        """Return what is known as a frame in another light shows it; `planes_of` as above."""
        y, u, v = (np.empty_like(plane) for plane in shown.small)
        for plane, line, out in zip(shown.small, fixed(lines), (y, u, v), strict=True):
            _SHIFT.call(plane, _STAYS, _EVERYWHERE, _WHOLE, line, out)
        return shown._replace(small=(y, u, v), lines=lines)

    def planes_of(self, shown: Memory, cells: Plane) -> Planes:
        """Return a room's planes as a frame shows them where cells are not 0, and else anything.

        They are valid until the next call of any method.
        """
        if shown.there is None and shown.lines is None:
            return shown.planes
        back = _STAYS if shown.there is None else _inverse(shown.there)
        luma, chroma = ((cells, bits) for bits in self._bits)
        return self._shifted(shown.planes, back, (luma, chroma), shown.lines)

    def of_frame(self, planes: Planes, shown: Memory, cells: Plane) -> tuple[Planes, Planes]:
        """Return a frame's planes, and them on the canvas, where the room is and in its light.

        What they show is right where cells are not 0, and else anything; the planes are valid until
        the next call of any method.
        """
        there = _STAYS if shown.there is None else shown.there
        lines = None if shown.lines is None else inverse(shown.lines)
        # Chroma is brought whole: so few rows of a cell take longer than what else there is. And on
        # the canvas it is made of samples beside a cell, too, where sizes are odd.
        shifted = self._shifted(planes, there, ((cells, self._bits[0]), _ALL_OF_IT), lines)
        return shifted, self._guides.of(shifted)

    def _shifted(
        self, planes: Planes, to: Homography, wanted: tuple[Wanted, Wanted], lines: Lines | None
    ) -> Planes:
        """Return planes from elsewhere where cells of luma, and those of chroma, are wanted."""
        if self._spare is None:
            y, u, v = (np.zeros_like(plane) for plane in planes)
            self._spare = y, u, v
        luma, chroma = wanted
        of_planes = (to, luma), *[(self._of_chroma.way(to), chroma)] * 2
        light = [_SAME] * 3 if lines is None else fixed(lines)
        whole = zip(planes, of_planes, light, self._spare, strict=True)
        for plane, (way, (cells, bits)), line, out in whole:
            _SHIFT.call(plane, _scaled(way), cells, bits, line, out)
        return self._spare

    def _small(self, planes: Planes, to: Homography) -> Planes:
        """Return a room on the canvas."""
        luma = self._mean_of(planes[0], to)
        if self._guides.means:
            return luma, self._mean_of(planes[1], to), self._mean_of(planes[2], to)
        way = _scaled(self._of_chroma.back @ to @ self._of_cells.there)
        u, v = (np.empty(self._canvas, np.uint8) for _ in range(2))
        moved.chroma.call(planes[1:], way, self._chroma_step, (u, v))
        return luma, u, v

    def _mean_of(self, plane: Plane, to: Homography) -> Plane:
        """Return means of squares of pixels that lie elsewhere, by those of their quarters.

        Brought elsewhere on the canvas itself, what has texture would differ from a frame's means.
        """
        thin, shifted = self._thin
        out = np.empty(self._canvas, np.uint8)
        if self._thin_of is not plane:  # a room is learned in one frame of ROOM_TURNS
            canvas.reduce.call(plane, thin, self._step, self._thin_row)
            self._thin_of = plane
        way = self._of_thin.way(to)
        _SHIFT.call(thin, _scaled(way), _EVERYWHERE, _WHOLE, _SAME, shifted)
        canvas.reduce.call(shifted, out, self._left, self._row)
        return out

    def cells(
        self, levels: Plane, marks: Plane, to: Homography, beyond: int
    ) -> tuple[Plane, Plane]:
        """Return two planes of the canvas: levels from between others, and the nearest marks.

        Beyond it are a level, and 0.
        """
        between, nearest = (np.empty(self._canvas, np.uint8) for _ in range(2))
        way = _scaled(self._of_cells.way(to))
        moved.cells.call(levels, marks, way, beyond, between, nearest)
        return between, nearest

    def settle(self, memory: Memory, free_for: Plane, shown: Memory) -> None:
        """Let what is known lie as a frame shows it, in its light; and how long cells were free."""
        back = _STAYS if shown.there is None else _inverse(shown.there)
        planes = self._shifted(memory.planes, back, (_ALL_OF_IT, _ALL_OF_IT), shown.lines)
        small = self._guides.of(planes)
        for old, new in zip((*memory.planes, *memory.small), (*planes, *small), strict=True):
            np.copyto(old, new)
        self.learned()
        np.copyto(memory.known, shown.known)
        np.copyto(memory.noise, shown.noise)
        if shown.there is not None:
            np.copyto(free_for, self.cells(free_for, free_for, back, 0)[1])


def _scaled(way: Homography) -> Homography:
    """Return a homography whose last number is 1."""
    return np.ascontiguousarray(way / way[2, 2])


def _inverse(there: Homography) -> Homography:
    return np.asarray(np.linalg.inv(there), np.float64)
