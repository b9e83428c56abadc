"""A clean plate for the person keyer: the room is known from it before anybody has left the frame.

It is brought to where frames have the room as that of the plate keyer is, and to their light.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.checks import check_frame, check_planes, check_same_size
from fastvbg.errors import OptionError, OptionTypeError
from fastvbg.keyers.plate.byhand import PlateByHand
from fastvbg.keyers.plate.layers import layers_of_frame, layers_of_planes
from fastvbg.layout import as_bgr, packed

if TYPE_CHECKING:
    from fastvbg._types import Frame, Plane, Planes
    from fastvbg.constants import Order
    from fastvbg.keyers.plate.layers import Layers
    from fastvbg.keyers.plate.registration import Registration


class RoomPlate:
    """A plate, and what of it is to be known.

    Parameters
    ----------
    plate : ndarray or tuple of 3 ndarray, uint8
        The empty room, in the form of the frames. It is copied.
    order : {"bgr", "rgb", "bgra", "rgba"}
        Of a plate that is no planes.
    """

    def __init__(self, plate: Frame | Planes, order: Order) -> None:
        self._form: Any
        if isinstance(plate, (tuple, list)):
            shape, *shifts = check_planes("plate", plate)
            self._form = shape, tuple(shifts)
        else:
            self._form = check_frame("plate", plate, order)[:2], None
            plate = as_bgr(plate, order)
        if 0 in self._form[0]:
            raise OptionError("plate: got an empty one, wanted at least one pixel")
        self._given = self._layers(plate)
        self._by_hand = PlateByHand(self._given, None)
        self._found: Planes | None = None

    def check(self, form: Any) -> None:
        """Demand that frames are of the plate's form."""
        (shape, shifts), (wanted, halved) = form, self._form
        check_same_size("frame", shape, "the plate", wanted)
        if shifts != halved:
            got = "a BGR frame" if halved is None else "planes"
            raise OptionTypeError(f"plate: is {got}, wanted it in the form of the frames")

    def _layers(self, picture: Frame | Planes) -> Layers:
        if isinstance(picture, (tuple, list)):
            return layers_of_planes(picture, self._form[1])
        return layers_of_frame(picture)

    @property
    def waits(self) -> bool:
        """Whether it is yet to be registered to a frame."""
        return self._by_hand.waits

    @property
    def registration(self) -> Registration | None:
        """How it lies in the frames; None where it lies as it was given."""
        return self._by_hand.registration

    def register(self, picture: Frame | Planes) -> Registration | None:
        """Register it to a frame; as `PlateKeyer.register`."""
        found = self._by_hand.register(self._layers(picture))
        if not self.waits:
            self._found = self._given.whole() if found is None else found[0]
        return self.registration

    def next(self, picture: Frame | Planes, *, begins: bool) -> Planes | None:
        """Return Y, U and V of the plate in a frame's form where they are to be known anew.

        Parameters
        ----------
        picture : ndarray or tuple of 3 ndarray, uint8
            The next frame, in BGR or planes.
        begins : bool
            Whether it is the first of another scene. Where that is another room, nothing is known.

        Raises
        ------
        OptionError
            The first frame that shows anything shows another room.
        """
        if self.waits:
            self.register(picture)
        elif begins and self._found is None:
            try:
                self.register(picture)
            except OptionError:
                return None
        elif self._by_hand.is_refitted():
            found = self._by_hand.refit(self._layers(picture))
            self._found = self._found if found is None else found[0]
        found_now, self._found = self._found, None
        return None if found_now is None else self._thinned(found_now)

    def _thinned(self, whole: Planes) -> Planes:
        across, down = self._form[1] or (0, 0)
        height, width = self._form[0]
        size = (width + across) >> across, (height + down) >> down
        y, *chroma = whole
        u, v = (
            np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.uint8)
            for plane in chroma
        )
        return packed(y), u, v

    def known(self, canvas_shape: tuple[int, int]) -> Plane:
        """Return 1 on the canvas where the plate has something to show, else 0."""
        if self.registration is None:
            return np.ones(canvas_shape, np.uint8)
        size = canvas_shape[::-1]
        there = cv2.resize(self.registration.known, size, interpolation=cv2.INTER_AREA)
        whole = (there == 255).astype(np.uint8)
        return np.asarray(cv2.erode(whole, np.ones((3, 3), np.uint8)), np.uint8)
