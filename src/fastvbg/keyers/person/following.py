"""Which part of the frame the person keyer's network looks at: it follows the people.

A network of 256 columns sees a person who fills its input far better than one of 60 columns in a
whole room. So the part is the box around what was found, with room about it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.kernels._kernel import Module

if TYPE_CHECKING:
    from fastvbg._types import Matte

    Box = tuple[int, int, int, int]

canvas = Module("person.canvas")

ROOM = 0.25
"""Room about the box, of its own size, on each side: on 12 portraits 0.1 to 0.25 score alike."""
_LEAST_ROOM = 0.08
"""With less room than this on some side, a new part is taken."""
_WHOLE = 0.95
"""A part that covers more of the frame than this is the whole frame."""
_SHRINK = 0.6
"""A part is left for a smaller one when that covers less than this of it."""
_NARROWEST = 0.7
"""Least proportion of the sides of a part that ends at the frame's left or right: who is cut off
there, or comes in, is a strip that a network does not know once it is stretched to a square."""
FOREGROUND = 128
"""Level from which a matte counts as such."""
_ALIGN = 8


def box_of(matte: Matte, factor: int, size: tuple[int, int], level: int = FOREGROUND) -> Box | None:
    """Return left, top, width and height of a frame's foreground; None where there is none.

    Parameters
    ----------
    matte : ndarray, shape (h, w), uint8
        On the canvas.
    factor : int
        Pixels that a canvas pixel stands for, each way.
    size : (int, int)
        Width and height of the frame.
    level : int
        Of what counts as foreground.
    """
    top, bottom, left, right = (int(each) * factor for each in canvas.box.call(matte, level))
    if not right:
        return None
    return left, top, min(right, size[0]) - left, min(bottom, size[1]) - top


def cells_of(box: Box, factor: int) -> tuple[slice, slice]:
    """Return rows and columns of the canvas that a box of the frame touches."""
    left, top, width, height = box
    return (
        slice(top // factor, -(-(top + height) // factor)),
        slice(left // factor, -(-(left + width) // factor)),
    )


def united(first: Box | None, second: Box | None) -> Box | None:
    """Return the box around two."""
    if first is None or second is None:
        return first or second
    left, top = min(first[0], second[0]), min(first[1], second[1])
    right = max(first[0] + first[2], second[0] + second[2])
    bottom = max(first[1] + first[3], second[1] + second[3])
    return left, top, right - left, bottom - top


def grown(box: Box, room: float, size: tuple[int, int]) -> Box:
    """Return a box with room about it, on whole eights of pixels, within the frame.

    So it has whole pixels of the canvas, and of chroma.
    """
    left, top, width, height = box
    across, down = int(room * width), int(room * height)
    x0, y0 = max(0, left - across) // _ALIGN * _ALIGN, max(0, top - down) // _ALIGN * _ALIGN
    x1 = min(size[0], -(-(left + width + across) // _ALIGN) * _ALIGN)
    y1 = min(size[1], -(-(top + height + down) // _ALIGN) * _ALIGN)
    return x0, y0, x1 - x0, y1 - y0


def extended(start: int, extent: int, wanted: int, length: int) -> tuple[int, int]:
    """Return start and extent of a longer stretch about a shorter one within a length, in eights.

    It is within that length if the length suffices, else it reaches beyond both ends.
    """
    wanted = -(-wanted // _ALIGN) * _ALIGN
    if wanted > length:
        return -((wanted - length) // 2 // _ALIGN * _ALIGN), wanted
    middle = (start - (wanted - extent) // 2) // _ALIGN * _ALIGN
    last = (length - wanted) // _ALIGN * _ALIGN
    return min(max(middle, 0), last), wanted


def _widened(box: Box, least: float, size: tuple[int, int]) -> Box:
    """Return a box whose sides are at least in that proportion, as far as the frame allows."""
    left, top, width, height = box
    wide, high = (
        min(int(least * other), length // _ALIGN * _ALIGN)
        for other, length in ((height, size[0]), (width, size[1]))
    )
    if wide > width:
        left, width = extended(left, width, wide, size[0])
    if high > height:
        top, height = extended(top, height, high, size[1])
    return left, top, width, height


def _holds(outer: Box, inner: Box) -> bool:
    return united(outer, inner) == outer


class Part:
    """The part of the frame that is looked at.

    Parameters
    ----------
    size : (int, int)
        Width and height of the frame.
    """

    def __init__(self, size: tuple[int, int]) -> None:
        self._size = size
        self.box: Box = (0, 0, *size)

    @property
    def whole(self) -> bool:
        """Whether it is all of the frame."""
        return self.box == (0, 0, *self._size)

    def holds(self, box: Box) -> bool:
        """Tell whether a box lies within it."""
        return _holds(self.box, box)

    def reset(self) -> None:
        """Look at all of it again."""
        self.box = (0, 0, *self._size)

    def follow(self, found: Box | None, *, at_once: bool = False, narrow: bool = False) -> None:
        """Go where the foreground is; without need only at once.

        Parameters
        ----------
        found : (int, int, int, int), optional
            The box around it; None sends back to all of the frame.
        at_once : bool
            Whether to go to any better part, not just to one that is needed or far smaller.
        narrow : bool
            Whether the part may be as narrow as that box: where it is seen in proportion, too.
        """
        before = self.box
        if found is None:
            self.reset()
        else:
            wanted = grown(found, ROOM, self._size)
            is_cut = found[0] == 0 or found[0] + found[2] >= self._size[0]
            if is_cut and not narrow:
                wanted = _widened(wanted, _NARROWEST, self._size)
            if wanted[2] * wanted[3] > _WHOLE * self._size[0] * self._size[1]:
                wanted = (0, 0, *self._size)
            inside = _holds(before, grown(found, _LEAST_ROOM, self._size))
            smaller = wanted[2] * wanted[3] < _SHRINK * before[2] * before[3]
            if at_once or smaller or not inside:
                self.box = wanted
