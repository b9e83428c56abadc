"""Where a remembered room tells the colours of who stands before it: `Uncovering`.

What covers a known scene follows from it and from coverage. Both may be wrong: where the room has
changed beside a person it may have behind her, too, and coverage that is too low leads away from
the room's colour, to one that nothing in the picture has. There colours are better estimated.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.kernels.person import plan

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane, Planes
    from fastvbg.keyers.person.elsewhere import Memory

    Flags = npt.NDArray[np.bool_]

canvas = Module("person.canvas")

_SQUARE = 16
"""Pixels across and down of those by which is told where it is known."""
_SHADED = 8
"""Levels by which what is free may differ, for colours beside it to come from the room: a shadow
that a person casts lies behind her edge, too. With 12 a camera that shakes errs by 0.07 less."""
_ABOUT = np.ones((13, 13), np.uint8)
"""So far about what has changed, in cells, it may have behind her: her margin, and as much."""
_WHOLE, _COVERED = 255, 250
_NEAR = np.ones((11, 11), np.uint8)
"""Colours of foreground so near, in cells, are those that an edge may have."""
_BEYOND = 12
"""Levels that a colour may bring into a composite beyond those."""

_most: Any = cv2.dilate
_least: Any = cv2.erode


def _squares(cells: Any, side: int) -> Any:
    """Return the most of squares of so many cells."""
    square = np.ones((side, side), np.uint8)
    return _most(cells.view(np.uint8), square, anchor=(0, 0))[::side, ::side]


class Uncovering:
    """Tells where a room is right behind soft edges.

    Parameters
    ----------
    canvas_shape : (int, int)
        Height and width of the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    """

    def __init__(self, canvas_shape: tuple[int, int], factor: int) -> None:
        self._canvas, self._factor = canvas_shape, factor
        self._row = plan.reduce_scratch(canvas_shape[1], factor)
        self._doubted = np.zeros(canvas_shape, np.bool_)
        self._told: tuple[Memory, Flags, Flags, Planes, Matte] | None = None

    def forget(self) -> None:
        """Doubt nothing: another room is known."""
        self._doubted.fill(False)
        self._told = None

    def tell_nothing(self) -> None:
        """Know nothing of what is behind the next frame's edges."""
        self._told = None

    def add(
        self, shown: Memory, apart: Plane, free: Flags, beside: Any, frame: tuple[Planes, Matte]
    ) -> None:
        """Take in a frame that the room has told of.

        Parameters
        ----------
        shown : Memory
            The room as the frame shows it.
        apart : ndarray, shape (h, w), uint8
            By how much they differ on the canvas, as all below.
        free : ndarray, shape (h, w), bool
            Where nobody is near.
        beside : tuple of 2 ndarray, shape (h, w), uint8
            The least and the most of the matte about each cell.
        frame : (tuple of 3 ndarray, ndarray)
            The frame, and its matte at full size, which is read until the next call.
        """
        changed = free & (apart > _SHADED)
        about = _most(changed.view(np.uint8), _ABOUT).view(np.bool_)
        # What was never free since may be as what is beside it has become.
        self._doubted &= ~free
        if shown.there is None:  # between pixels of a moved room edges differ, but not for good
            self._doubted |= about
        sound = shown.known.view(np.bool_) & ~(self._doubted | about)
        soft = (beside[0] < _WHOLE) & (beside[1] > 0)
        self._told = shown, soft & sound, soft & ~sound, *frame

    def known(self) -> tuple[Memory, Plane, Plane] | None:
        """Return the room as the last frame showed it, and where it is right behind soft edges.

        Returns
        -------
        shown : Memory
            The room.
        known : ndarray, uint8
            1 in squares of 16 pixels in which it is, else 0.
        cells : ndarray, shape (h, w), uint8
            The same on the canvas.

        None stands for all where it is nowhere.
        """
        if self._told is None:
            return None
        shown, right, wrong, guides, matte = self._told
        wrong = wrong | self._unlikely(shown, right, guides, matte)
        side = max(1, _SQUARE // self._factor)
        some, not_all = (_squares(each, side) for each in (right, wrong))
        known = np.asarray(some & (1 - not_all), np.uint8)
        if not known.any():
            return None
        size = side * known.shape[1], side * known.shape[0]
        rows, cols = self._canvas
        cells = cv2.resize(known, size, interpolation=cv2.INTER_NEAREST)[:rows, :cols]
        return shown, known, np.ascontiguousarray(cells, np.uint8)

    def _unlikely(self, shown: Memory, where: Flags, guides: Planes, matte: Matte) -> Flags:
        """Tell where the room leads to chroma that no foreground nearby has."""
        small = np.empty(self._canvas, np.uint8)
        canvas.reduce.call(matte, small, self._factor, self._row)
        _, whole = cv2.threshold(small, _COVERED - 1, 255, cv2.THRESH_BINARY)
        rest: Any = cv2.bitwise_not(whole)
        soft = np.flatnonzero(where & (small > 0) & (small < _COVERED))
        share = small.ravel()[soft].astype(np.float32) / 255
        beyond = np.zeros(share.shape, np.bool_)
        for seen, room in zip(guides[1:], shown.small[1:], strict=True):
            highest = _most(cv2.bitwise_and(seen, whole), _NEAR).ravel()[soft]
            lowest = _least(cv2.bitwise_or(seen, rest), _NEAR).ravel()[soft]
            # Its colour, times coverage.
            covers = seen.ravel()[soft] - (1 - share) * room.ravel()[soft]
            beyond |= covers > share * highest + _BEYOND
            beyond |= covers < share * lowest - _BEYOND
        result = np.zeros_like(where)
        result.ravel()[soft] = beyond
        return result
