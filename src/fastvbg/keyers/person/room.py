"""The room behind a person, remembered: what a still camera once saw empty is known for good.

Where the matte has been 0 for some frames, with a margin about it, the room is learned: each
sample goes a level toward the frame's whenever its turn comes, and so comes to be the median of
what was seen there, in bytes, at the cost of a quarter of the frame. Where the room is known,
coverage at soft edges lies along the line from its colour to the foreground's nearby.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan

if TYPE_CHECKING:
    from fastvbg._types import Matte, Plane, Planes

room = Module("person.room")
_compare: Any = cv2.compare
_least: Any = cv2.min

_TURNS = 4
"""Rows of the canvas are learned in turns: each in one frame of so many."""
_FREE = 6
"""Frames for which a cell has to be free before it is learned: what passes quickly is not."""
_COVERED = 8
"""Levels of a matte, of the network's or of the fitted one, from which on a cell is not free."""
_MARGIN = 3
"""Canvas pixels about them that are not: a network is late to say foreground."""
_CHANGED = 12
"""Levels on the canvas by which the room is another one: four times the noise of a poor camera."""
_LEAST_SEEN, _MOST_CHANGED = 0.05, 0.4
"""All is forgotten where so much of what is free and known has changed, if there is as much."""
_SURE, _ALIKE = 250, 3
"""Where the network is so sure of a person and the picture is the room within so many levels, a
person was taken for room: that is forgotten."""
_FRONT, _FOREGROUND = 250, 200
"""Levels of the fitted and of the network's matte whose colours are surely foreground."""
_GRID, _REACH, _AROUND = 4, 3, 2
"""Colours of the foreground, and noise, are means over squares of so many canvas pixels, and so
many of those squares each way."""
_LEAST_MEANT = 0.005
"""Share of them that there has to be."""
_NOISE = 2.0
"""Standard deviations over mean differences, 1.25, of the room and of the frame both, 1.41, and
somewhat more since edges are where it was not measured."""
_LEAST_NOISE = 8
"""In parts of 1/8 level."""
_OFF = 0.144, 1 / 12
"""Standard deviation of mattes where they are soft, as the error of the fitted ones is there, and
where they are 0: of wisps beside the edge."""
_SPREAD = 40
"""Levels by which colours of hair and of clothes lie beside their mean."""
_OPTIONS = 1 / _OFF[0] ** 2, 1 / _OFF[1] ** 2, (_SPREAD / 255) ** 2

_BESIDE = np.ones((3, 3), np.uint8)
_ABOUT = np.ones((2 * _MARGIN + 1, 2 * _MARGIN + 1), np.uint8)


class Room:
    """What is known of one video's room.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        The first frame: Y, U and V.
    canvas_shape : (int, int)
        Height and width of the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    shifts : (int, int)
        Whether chroma is halved across, and whether down.
    """

    def __init__(
        self, planes: Planes, canvas_shape: tuple[int, int], factor: int, shifts: tuple[int, int]
    ) -> None:
        y, u, v = (np.zeros(plane.shape, np.uint8) for plane in planes)
        self._room: Planes = y, u, v
        self._canvas, self._factor, self._shifts = canvas_shape, factor, shifts
        self._small = np.zeros((3, *canvas_shape), np.uint8)
        self._known, self._free_for, self._noise = np.zeros((3, *canvas_shape), np.uint8)
        self._rows = plan.room_scratch(canvas_shape[1], factor)
        self._spare = np.zeros(canvas_shape, np.uint8)
        self._turn = 0

    @property
    def known(self) -> Plane:
        """1 where the room is known, else 0, on the canvas."""
        return self._known

    def forget(self) -> None:
        """Know nothing: another scene begins, or the camera moves."""
        self._known.fill(0)
        self._free_for.fill(0)

    def decide(
        self, matte: Matte, planes: Planes, guides: Planes, seen: Matte, fitted: Matte
    ) -> None:
        """Change a frame's matte where it is soft and the room is known; then learn.

        Parameters
        ----------
        matte : ndarray, shape (H, W), uint8
            The matte, whose rows are packed.
        planes : tuple of 3 ndarray, uint8
            The frame; rows are packed.
        guides : tuple of 3 ndarray, shape (h, w), uint8
            The frame on the canvas.
        seen, fitted : ndarray, shape (h, w), uint8
            What the network saw, steadied, and the matte on the canvas.
        """
        covered: Any = _compare(cv2.max(seen, fitted), _COVERED, cv2.CMP_LT)
        free: Any = _least(cv2.erode(covered, _ABOUT), 1)
        apart = self._apart(guides)
        changed: Any = _compare(apart, _CHANGED, cv2.CMP_GT)
        sound: Any = _least(free, self._known)
        count = cv2.countNonZero(sound)
        if count >= _LEAST_SEEN * sound.size:
            if cv2.countNonZero(cv2.bitwise_and(sound, changed)) > _MOST_CHANGED * count:
                self.forget()
            else:
                self._use(matte, planes, guides, seen, fitted, sound)
        self._learn(planes, guides, free, changed)
        sure: Any = _compare(cv2.erode(seen, _BESIDE), _SURE, cv2.CMP_GE)
        taken: Any = cv2.bitwise_and(sure, _compare(apart, _ALIKE, cv2.CMP_LT))
        _least(self._known, cv2.bitwise_not(taken), self._known)

    def _apart(self, guides: Planes) -> Any:
        """Return by how many levels the frame is not the room, on the canvas."""
        y, u, v = (cv2.absdiff(now, then) for now, then in zip(guides, self._small, strict=True))
        return cv2.max(y, cv2.max(u, v))

    def _use(
        self, matte: Matte, planes: Planes, guides: Planes, seen: Matte, fitted: Matte, sound: Any
    ) -> None:
        least: Any = cv2.erode(fitted, _BESIDE)
        most: Any = cv2.dilate(fitted, _BESIDE)
        edge: Any = _least(self._known, _least(_compare(least, 255, cv2.CMP_LT), most))
        if not cv2.countNonZero(edge):
            return
        front: Any = _compare(fitted, _FRONT, cv2.CMP_GE)
        front = _least(front, _compare(seen, _FOREGROUND, cv2.CMP_GE))
        found, fronts = _means(cv2.erode(front, _BESIDE), guides, _REACH)
        measured, (noise,) = _means(_compare(sound, 0, cv2.CMP_GT), (self._noise,), _AROUND)
        off = np.maximum(noise, _LEAST_NOISE) * np.float32(_NOISE / 8)
        off[np.minimum(found, measured) < _LEAST_MEANT] = -1e6
        variance: Any = self._stretched(off * np.abs(off))
        variance[edge == 0] = -1
        y, u, v = (self._stretched(cv2.convertScaleAbs(each)) for each in fronts)
        rest = self._factor, self._shifts, _OPTIONS, self._rows
        room.decide.call(matte, planes, self._room, (y, u, v), variance, *rest)

    def _stretched(self, squares: Any) -> Any:
        """Return on the canvas what squares have: between them, since it changes slowly."""
        rows, cols = self._canvas
        size = _GRID * squares.shape[1], _GRID * squares.shape[0]
        whole = cv2.resize(squares, size, interpolation=cv2.INTER_LINEAR)
        return np.ascontiguousarray(whole[:rows, :cols])

    def _learn(self, planes: Planes, guides: Planes, free: Any, changed: Any) -> None:
        """Learn those rows of the canvas whose turn it is, where they have been free."""
        cv2.multiply(cv2.add(self._free_for, free), free, self._free_for)
        turn = slice(self._turn, None, _TURNS)
        self._turn = (self._turn + 1) % _TURNS
        marks = np.zeros(self._canvas, np.uint8)
        known = self._known[turn]
        due = (self._free_for[turn] >= _FREE).view(np.uint8)
        marks[turn] = due << ((known == 0) | (changed[turn] != 0)).view(np.uint8)
        room.learn.call(marks, planes, self._room, self._noise, self._factor, self._shifts)
        small = self._small[0], self._small[1], self._small[2]
        room.learn.call(marks, guides, small, self._spare, 1, (0, 0))
        known |= due


def _means(chosen: Any, values: Any, reach: int) -> tuple[Any, list[Any]]:
    """Return the share of what is chosen around each square, and the means of its values."""
    squares, length = (_GRID, _GRID), (2 * reach + 1, 2 * reach + 1)

    def around(plane: Any) -> Any:
        sums: Any = cv2.boxFilter(
            plane,
            cv2.CV_32F,
            squares,
            anchor=(0, 0),
            normalize=False,
            borderType=cv2.BORDER_CONSTANT,
        )
        small = np.ascontiguousarray(sums[::_GRID, ::_GRID])
        return cv2.blur(small, length, borderType=cv2.BORDER_CONSTANT)

    weight = around(chosen) * np.float32(1 / 255)
    held = np.maximum(weight, np.float32(1e-6))
    means = [around(cv2.bitwise_and(value, chosen)) / held for value in values]
    return weight * np.float32(1 / _GRID**2), means
