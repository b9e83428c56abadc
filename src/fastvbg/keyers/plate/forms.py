"""What a plate's frames have to be: of its size, and BGR or planes as it is."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastvbg.checks import check_frame, check_planes, check_same_size
from fastvbg.errors import OptionTypeError, ShapeError
from fastvbg.layout import checked_bgr

if TYPE_CHECKING:
    from fastvbg._types import Frame, Planes
    from fastvbg.constants import Order


class PlateForm(NamedTuple):
    """The form of a plate."""

    planar: bool
    shape: tuple[int, int]
    shifts: tuple[int, int]
    """Of planes: whether chroma is halved, across and down."""

    def checked(self, picture: Frame | Planes, order: Order) -> Frame | Planes:
        """Check a frame or planes; return the frame as BGR."""
        if isinstance(picture, (tuple, list)):
            self.check_planes(picture)
            return picture
        seen = checked_bgr("frame", picture, order)
        self.check_frame(seen)
        return seen

    def check_planes(self, planes: Planes) -> None:
        """Demand planes like the plate's."""
        shape, *shifts = check_planes("planes", planes)
        if not self.planar:
            raise OptionTypeError(
                "plate: is a BGR frame, wanted planes (Y, U, V) like the frames; "
                "or key frames with `key`"
            )
        check_same_size("planes", shape, "the plate", self.shape)
        if tuple(shifts) != self.shifts:
            raise ShapeError(
                f"planes: got chroma of shape {planes[1].shape}, wanted it as in the plate"
            )

    def check_frame(self, frame: Frame) -> None:
        """Demand a BGR frame as large as the plate."""
        shape = check_frame("frame", frame)
        if self.planar:
            raise OptionTypeError(
                "plate: is planes, wanted a BGR frame like the frames; "
                "or key planes with `key_planes`"
            )
        check_same_size("frame", shape, "the plate", self.shape)
