"""The person keyer's room by its frames: planes as they are, BGR in planes of its own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.keyers.person.guides import Guides
from fastvbg.keyers.person.room import Room
from fastvbg.layout import are_bytes, packed

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Plane, Planes
    from fastvbg.keyers.person.looking import Look
    from fastvbg.keyers.person.plate import RoomPlate

keyspace = Module("keying.keyspace")


class Remembering:
    """Remembers the room of one video's frames.

    Parameters
    ----------
    form : tuple
        Shape of the frames, and whether chroma is halved across, and down; None of BGR.
    canvas_shape : (int, int)
        Height and width of the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    plate : RoomPlate or None
        From which the room is known.
    """

    def __init__(
        self, form: Any, canvas_shape: tuple[int, int], factor: int, plate: RoomPlate | None
    ) -> None:
        self._canvas, self._plate = canvas_shape, plate
        shape, shifts = form
        self._guides = Guides(canvas_shape, factor, means=shifts is None)
        self._room = Room(shape, shifts or (0, 0), self._guides)
        self._shapes = [plane.shape for plane in self._room.planes]
        self._planes: Planes | None = None
        if shifts is None:
            y, u, v = np.empty((3, *shape), np.uint8)
            self._planes = y, u, v

    @property
    def known(self) -> Plane:
        """1 where the room is known, else 0, on the canvas."""
        return self._room.known

    def decide(self, matte: Matte, picture: Frame | Planes, look: Look, small: Matte) -> None:
        """Change a frame's matte by the room, and learn from it.

        Parameters
        ----------
        matte : ndarray, shape (H, W), uint8
            The matte, whose rows are packed.
        picture : ndarray, shape (H, W, 3), or tuple of 3 ndarray, uint8
            The frame in packed BGR, or in planes.
        look : Look
            What was seen of it.
        small : ndarray, shape (h, w), uint8
            The matte on the canvas.

        Raises
        ------
        OptionError
            The plate is of another room.
        """
        planes = self._in_planes(picture)
        if look.begins:
            self._room.forget()
        if self._plate is not None:
            found = self._plate.next(picture, begins=look.begins)
            if found is not None:
                known = self._plate.known(self._canvas)
                self._room.know(found, self._guides.of(found), known, planes)
        self._room.decide(matte, planes, look.guides, look.matte, small)
        if self._plate is not None:
            self._plate.decide_edges(picture, matte, small)

    def behind(self) -> tuple[Frame | Planes, Plane] | None:
        """Return the room, in the form of the frames, as `Room.behind` does."""
        found = self._room.behind()
        if found is None or self._planes is None:
            return found
        (y, u, v), known = found
        return np.asarray(cv2.cvtColor(cv2.merge((y, v, u)), cv2.COLOR_YCrCb2BGR), np.uint8), known

    def _in_planes(self, picture: Frame | Planes) -> Planes:
        if isinstance(picture, (tuple, list)):
            known = are_bytes(picture, self._shapes)
            y, u, v = picture if known else (packed(plane) for plane in picture)
            return y, u, v
        assert self._planes is not None  # noqa: S101  (frames are BGR)
        keyspace.keyspace.call(picture, *self._planes)
        return self._planes
