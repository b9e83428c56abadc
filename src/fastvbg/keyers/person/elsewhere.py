"""What a moved camera sees of a room, and where a frame lies in that: `Elsewhere`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module, named
from fastvbg.kernels.person import plan

if TYPE_CHECKING:
    from fastvbg._types import Plane, Planes
    from fastvbg.keyers.person.guides import Guides
    from fastvbg.keyers.plate.matching import Homography

canvas = Module("person.canvas")
_SHIFT = named("keying.shift.shift_plane")

_ALL = 255
_EVERYWHERE, _WHOLE = np.ones((1, 1), np.uint8), (32, 32)
"""One cell, as large as any plane."""


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


class Elsewhere:
    """Brings a room to where frames have it, and frames to where the room is.

    Parameters
    ----------
    canvas_shape : (int, int)
        Height and width of the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way: a power of 2.
    shifts : (int, int)
        Whether chroma is halved across, and whether down.
    guides : Guides
        Of the frames.
    """

    def __init__(
        self,
        canvas_shape: tuple[int, int],
        factor: int,
        shifts: tuple[int, int],
        guides: Guides,
    ) -> None:
        self._canvas, self._guides = canvas_shape, guides
        self._of_cells = _samples(factor, factor)
        self._of_chroma = _samples(1 << shifts[0], 1 << shifts[1])
        # How many times a cell of luma, and of chroma, can be halved, across and down.
        deep = factor.bit_length() - 1
        self._bits = (deep, deep), (deep - shifts[0], deep - shifts[1])
        self._factor, self._step = factor, max(1, factor // 2)
        rows, cols = (side * factor // self._step for side in canvas_shape)
        self._thin_row = plan.reduce_scratch(cols, self._step)
        self._row = plan.reduce_scratch(canvas_shape[1], factor // self._step)
        self._thin = np.empty((2, rows, cols), np.uint8)
        self._spare: Planes | None = None

    def of_room(self, memory: Memory, there: Homography) -> Memory:
        """Return what is known as a frame shows it, of which `there` is from the room to it.

        Its planes are where they were: `planes_of` brings what is wanted of them.
        """
        back = _inverse(there)
        small = self._small(memory.planes, back)
        known, noise = self._known(memory.known, back), self.cells(memory.noise, back, 0)
        return Memory(memory.planes, small, known, noise, there)

    def planes_of(self, shown: Memory, cells: Plane) -> Planes:
        """Return a room's planes as a frame shows them where cells are not 0, and else anything.

        They are valid until the next call of any method.
        """
        if shown.there is None:
            return shown.planes
        return self._shifted(shown.planes, _inverse(shown.there), cells)

    def of_frame(self, planes: Planes, to: Homography) -> tuple[Planes, Planes]:
        """Return planes, and them on the canvas, by what takes their new pixels to the old ones.

        The planes are valid until the next call of any method.
        """
        shifted = self._shifted(planes, to, _EVERYWHERE)
        return shifted, self._guides.of(shifted)

    def _shifted(self, planes: Planes, to: Homography, cells: Plane) -> Planes:
        if self._spare is None:
            y, u, v = (np.zeros_like(plane) for plane in planes)
            self._spare = y, u, v
        of_luma, of_chroma = self._bits if cells is not _EVERYWHERE else (_WHOLE, _WHOLE)
        ways = (to, of_luma), *[(_between(self._of_chroma, to), of_chroma)] * 2
        for plane, (way, bits), out in zip(planes, ways, self._spare, strict=True):
            _SHIFT.call(plane, _scaled(way), cells, bits, out)
        return self._spare

    def _small(self, planes: Planes, to: Homography) -> Planes:
        """Return a room on the canvas."""
        luma = self._mean_of(planes[0], to)
        if self._guides.means:
            return luma, self._mean_of(planes[1], to), self._mean_of(planes[2], to)
        way = _inverse(self._of_chroma) @ to @ self._of_cells
        u, v = (_warped(plane, way, self._canvas, cv2.INTER_LINEAR) for plane in planes[1:])
        return luma, u, v

    def _mean_of(self, plane: Plane, to: Homography) -> Plane:
        """Return means of squares of pixels that lie elsewhere, by those of their quarters.

        Brought elsewhere on the canvas itself, what has texture would differ from a frame's means.
        """
        thin, shifted = self._thin
        out = np.empty(self._canvas, np.uint8)
        canvas.reduce.call(plane, thin, self._step, self._thin_row)
        way = _between(_samples(self._step, self._step), to)
        _SHIFT.call(thin, _scaled(way), _EVERYWHERE, _WHOLE, shifted)
        canvas.reduce.call(shifted, out, self._factor // self._step, self._row)
        return out

    def cells(self, cells: Plane, to: Homography, beyond: int) -> Plane:
        """Return cells of the canvas, each the nearest; those beyond it are of one value."""
        way = _between(self._of_cells, to)
        return _warped(cells, way, self._canvas, cv2.INTER_NEAREST, beyond)

    def covered(self, near: Plane, to: Homography) -> Plane:
        """Return levels of the canvas from between others; beyond it all is covered."""
        way = _between(self._of_cells, to)
        return _warped(near, way, self._canvas, cv2.INTER_LINEAR, _ALL)

    def _known(self, known: Plane, to: Homography) -> Plane:
        """Return where all is known that a cell is made of."""
        way = _between(self._of_cells, to)
        whole = _warped(known * np.uint8(_ALL), way, self._canvas, cv2.INTER_LINEAR, 0)
        return np.equal(whole, _ALL).view(np.uint8)

    def settle(self, memory: Memory, free_for: Plane, there: Homography) -> None:
        """Let what is known lie as a frame shows it, and how long cells have been free."""
        seen = self.of_room(memory, there)
        planes, small = self.of_frame(memory.planes, _inverse(there))
        for old, new in zip((*memory.planes, *memory.small), (*planes, *small), strict=True):
            np.copyto(old, new)
        np.copyto(memory.known, seen.known)
        np.copyto(memory.noise, seen.noise)
        np.copyto(free_for, self.cells(free_for, _inverse(there), 0))


def _warped(
    plane: Plane, way: Homography, shape: tuple[int, int], between: int, beyond: int | None = None
) -> Plane:
    """Return a plane by what takes new pixels to old ones; beyond it a value, or the outermost."""
    warp: Any = cv2.warpPerspective
    border = cv2.BORDER_REPLICATE if beyond is None else cv2.BORDER_CONSTANT
    flags = between | cv2.WARP_INVERSE_MAP
    found = warp(plane, way, shape[::-1], None, flags, border, 0 if beyond is None else beyond)
    return np.asarray(found, np.uint8)


def _scaled(way: Homography) -> Homography:
    """Return a homography whose last number is 1."""
    return np.ascontiguousarray(way / way[2, 2])


def _inverse(there: Homography) -> Homography:
    return np.asarray(np.linalg.inv(there), np.float64)


def _samples(across: int, down: int) -> Homography:
    """Return what takes samples of so many pixels to the middle of these."""
    return np.array(
        [[across, 0, (across - 1) / 2], [0, down, (down - 1) / 2], [0, 0, 1]], np.float64
    )


def _between(samples: Homography, to: Homography) -> Homography:
    """Return what a homography of pixels is of samples."""
    return np.asarray(_inverse(samples) @ to @ samples, np.float64)
