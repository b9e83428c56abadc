"""A clean plate for the person keyer: the room is known from it before anybody has left the frame.

A plate keyer brings it to where frames have the room, and to their light, and decides the soft
edges of people by it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.checks import check_frame, check_planes, check_same_size
from fastvbg.errors import OptionError, OptionTypeError
from fastvbg.keyers.plate.keyer import PlateKeyer
from fastvbg.layout import as_bgr, packed

if TYPE_CHECKING:
    from fastvbg._types import Frame, Matte, Plane, Planes
    from fastvbg.constants import Order
    from fastvbg.keyers.plate.registration import Registration

_BESIDE = np.ones((3, 3), np.uint8)
_compare: Any = cv2.compare


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
        self._keyer = PlateKeyer(plate, register=True, follow=True)
        self._keyed = np.empty(self._form[0], np.uint8)
        self._told = self._refused = False

    def check(self, form: Any) -> None:
        """Demand that frames are of the plate's form."""
        (shape, shifts), (wanted, halved) = form, self._form
        check_same_size("frame", shape, "the plate", wanted)
        if shifts != halved:
            got = "a BGR frame" if halved is None else "planes"
            raise OptionTypeError(f"plate: is {got}, wanted it in the form of the frames")

    @property
    def waits(self) -> bool:
        """Whether it is yet to be registered to a frame."""
        return self._keyer.waits

    @property
    def registration(self) -> Registration | None:
        """How it lies in the frames; None where it lies as it was given."""
        return self._keyer.registration

    @property
    def doubt(self) -> str:
        """What speaks against it where it could not be registered; as of `PlateKeyer`."""
        return self._keyer.doubt

    @property
    def serves(self) -> bool:
        """Whether the room of the last frame is known by it."""
        keyer = self._keyer
        return not (self._refused or keyer.waits or keyer.missed or keyer.lost)

    def register(self, picture: Frame | Planes) -> Registration | None:
        """Register it to a frame; as `PlateKeyer.register`."""
        self._refused = True
        found = self._keyer.register(picture)
        self._refused = self._told = False
        return found

    def next(self, picture: Frame | Planes, *, begins: bool) -> Planes | None:
        """Return Y, U and V of the plate in a frame's form where they are to be known anew.

        Parameters
        ----------
        picture : ndarray or tuple of 3 ndarray, uint8
            The next frame, in packed BGR or planes.
        begins : bool
            Whether it is the first of another scene. Where that is another room, nothing is known.

        Raises
        ------
        OptionError
            The first frame that shows anything shows another room.
        """
        if self.waits:
            self.register(picture)
        elif begins and (self._told or self._refused):
            self._keyer.reset()
            try:
                self.register(picture)
            except OptionError:
                return None
        if self._told or not self.serves:
            return None
        self._told = True
        return self._thinned(self._keyer.shown)

    def decide_edges(self, picture: Frame | Planes, matte: Matte, small: Matte) -> None:
        """Tell coverage at a person's soft edges by the plate, where the room is that.

        Parameters
        ----------
        picture : ndarray or tuple of 3 ndarray, uint8
            The frame, in packed BGR or planes.
        matte : ndarray, shape (H, W), uint8
            Its matte, which is changed; rows are packed.
        small : ndarray, shape (h, w), uint8
            The same on the canvas.
        """
        if self._refused or self.waits or self._keyer.lost:
            return
        keyer, keyed = self._keyer, self._keyed
        if isinstance(picture, (tuple, list)):
            keyer.key_planes(picture, out=keyed)
        else:
            keyer.key(picture, out=keyed)
        if not self.serves:  # it was not found in this frame
            return
        # What stands elsewhere in the room is none of hers.
        beside: Any = cv2.dilate(_compare(small, 0, cv2.CMP_GT), _BESIDE)
        size = keyed.shape[1], keyed.shape[0]
        cv2.min(keyed, cv2.resize(beside, size, interpolation=cv2.INTER_NEAREST), keyed)
        borders = keyer.borders
        if borders is None:
            keyer.decide_edges(picture, keyed, matte, out=matte)
            return
        # Of what the plate does not reach nothing but the network tells.
        before = matte.copy()
        borders.leave(keyed, before)
        keyer.decide_edges(picture, keyed, matte, out=matte)
        borders.leave(matte, before)

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
        return np.asarray(cv2.erode(whole, _BESIDE), np.uint8)
