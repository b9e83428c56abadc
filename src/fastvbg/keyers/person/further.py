"""Further looks of a person keyer: at first frames, at what stays unsure, for who is not found."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.kernels._kernel import Module
from fastvbg.keyers.person.agreeing import (
    Sight,
    agreed,
    in_proportion,
    inside,
    on_canvas,
    without_unseen,
)
from fastvbg.keyers.person.following import FOREGROUND, ROOM, box_of, grown, united
from fastvbg.keyers.person.gaps import gaps_opened
from fastvbg.keyers.person.nearer import drawn_nearer, squares
from fastvbg.keyers.person.several import along, people_in, thirds
from fastvbg.keyers.person.sudden import found, given_back, lost, taken_back

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg._types import Matte, Plane, Planes
    from fastvbg.keyers.person.network import Network
    from fastvbg.keyers.person.networks import Networks

    Box = tuple[int, int, int, int]

canvas = Module("person.canvas")

_USUAL, _BOTH = 2, 3
"""The usual look, at a part in its own proportions, counts twice as much as one in true ones, and
what they agree upon as much as three."""
_CONFIRMS = 2
"""Times that a look in true proportions counts where somebody seems to have come."""
_NEAR = 0.02
"""Room about people, of their size, in the nearest look."""
_CLOSE, _WIDE = 0.1, 0.5
"""Room about people of whom something is missed, of their size: of looks at 0.1 and mirrored, at
0.5, and by the landscape model at 0.1, the first gives back seven of ten."""
_SURE = 200
"""Level from which a look finds somebody whom the whole frame does not show."""


class Further:
    """Looks at frames in true proportions.

    Parameters
    ----------
    networks : Networks
        What looks.
    size : (int, int)
        Width and height of the frames.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    """

    def __init__(self, networks: Networks, size: tuple[int, int], factor: int) -> None:
        self._networks, self._size, self._factor = networks, size, factor
        self._turn = 0
        self.count = 0
        """How often a network has run."""

    def second(self, picture: Any, usual: Matte, level: int = FOREGROUND) -> Matte:
        """Return what the usual look and one in true proportions, at its people, agree upon."""
        people = box_of(usual, self._factor, self._size, level)
        if people is None:
            return usual
        return self._agreed(usual, _USUAL, [self.sight(picture, grown(people, ROOM, self._size))])

    def confirmed(self, picture: Any, usual: Matte) -> Matte:
        """Return what the usual look, which finds somebody, and one in true proportions agree upon.

        The second counts for more: without anybody it is more often right.
        """
        people = box_of(usual, self._factor, self._size)
        if people is None:
            return usual
        look = self.sight(picture, grown(people, ROOM, self._size))
        return self._agreed(usual, 1, [look] * _CONFIRMS)

    def settled(
        self, picture: Any, usual: Matte, before: Matte, guides: tuple[Plane, Plane]
    ) -> Matte:
        """Return the usual look where other looks have settled what it lost or found of a sudden.

        Parameters
        ----------
        picture : ndarray or tuple of 3 ndarray, uint8
            The frame.
        usual, before : ndarray, shape (h, w), uint8
            What the usual look says, and the matte of the frame before, on the canvas.
        guides : tuple of 2 ndarray, shape (h, w), uint8
            Luma on the canvas, now and when it was looked at last.
        """
        gone = lost(usual, before)
        if gone is not None:
            usual = self._first_of(picture, usual, before, gone, given_back)
        new = found(usual, before, *guides)
        if new is not None:
            usual = self._first_of(picture, usual, before, new, taken_back)
        return usual

    def _first_of(
        self, picture: Any, usual: Matte, before: Matte, where: Any, settle: Any
    ) -> Matte:
        """Return what the first look makes of the usual one that changes it."""
        either = np.asarray(cv2.max(usual, before), np.uint8)
        for sight in self._looks_at(picture, either):
            matte = settle(usual, on_canvas(sight, usual, self._factor), where)
            if matte is not None:
                return np.asarray(matte, np.uint8)
        return usual

    def _looks_at(self, picture: Any, matte: Matte) -> Iterator[Sight]:
        """Look at people in some ways that differ, as long as looks are asked for."""
        people = box_of(matte, self._factor, self._size)
        assert people is not None  # noqa: S101  (there is something to miss)
        close = grown(people, _CLOSE, self._size)
        yield self._at(picture, close, self._networks.for_part(close), mirrored=True)
        yield self.sight(picture, grown(people, _WIDE, self._size))
        net = self._networks.beside(close)
        if net is not None:
            yield self._at(picture, close, net, mirrored=False)

    def all_at_once(self, picture: Any, guides: Planes, usual: Matte, part: Box) -> Matte:
        """Return what further looks make of the usual one, at a part of a scene's first frame.

        People who are apart, and squares along a wide group, are looked at singly. Then looks that
        are mirrored or nearer, and those of the landscape network, may take, and add nothing: what
        they find beside people is as often a statue. Squares about what is not sure are looked at
        from nearer. Last, gaps are opened that one look sees.
        """
        people = box_of(usual, self._factor, self._size)
        if people is None:
            return usual
        about_people = grown(people, ROOM, self._size)
        looks = [self.sight(picture, about_people)]
        matte = self._agreed(usual, _USUAL, looks)
        now = box_of(matte, self._factor, self._size)
        if now is None:
            return matte
        singly = people_in(matte, self._factor)
        about = [grown(each, ROOM, self._size) for each in singly if len(singly) > 1]
        about += [inside(each, self._size) for each in along(now)]
        single = [self.sight(picture, each) for each in about]
        matte = self._agreed(matte, _BOTH, single)
        near = grown(now, _NEAR, self._size)
        mirrored = [
            self._at(picture, part, self._networks.for_part(part), mirrored=True),
            self.sight(picture, about_people, mirrored=True),
        ]
        others = mirrored + [self.sight(picture, near, mirrored=flip) for flip in (False, True)]
        matte = np.asarray(cv2.min(matte, self._agreed(matte, len(others), others)), np.uint8)
        looks += single + others
        net = self._networks.beside(part)
        if net is not None and now[2] >= now[3]:  # who is high is small to it
            boxes = part, in_proportion(about_people, net.width, net.height, self._size)
            seen = [self._at(picture, x, net, mirrored=m) for x in boxes for m in (False, True)]
            matte = without_unseen(matte, seen, self._factor)
            looks += seen
        matte = without_unseen(matte, mirrored, self._factor)
        matte = self._from_nearer(picture, matte)
        return gaps_opened(matte, looks, guides, self._factor)

    def _from_nearer(self, picture: Any, matte: Matte) -> Matte:
        """Return a matte with what squares about its people show where it is not sure."""
        people = box_of(matte, self._factor, self._size)
        if people is None:
            return matte
        about = squares(matte, people, self._size, self._factor)
        return drawn_nearer(matte, [self.sight(picture, each) for each in about], self._factor)

    def found(self, picture: Any, *, everywhere: bool) -> Box | None:
        """Return the box of people in squares of the frame: in all of them, or in the next one."""
        squares = thirds(self._size)
        if squares and not everywhere:
            self._turn = (self._turn + 1) % len(squares)
            squares = [squares[self._turn]]
        box = None
        for square in squares:
            box = united(box, self._found_in(self.sight(picture, square)))
        return box

    def found_about(self, picture: Any, box: Box | None) -> Box | None:
        """Return the box of people in the square of the frame whose middle is nearest to a box."""
        squares = thirds(self._size)
        if box is None or not squares:
            return None
        middle = box[0] + box[2] / 2, box[1] + box[3] / 2
        nearest = min(squares, key=lambda each: _apart(each, middle))
        return self._found_in(self.sight(picture, nearest))

    def _found_in(self, sight: Sight) -> Box | None:
        matte: Any = cv2.morphologyEx(sight.matte, cv2.MORPH_OPEN, np.ones((3, 3), np.uint8))
        top, bottom, left, right = (int(each) for each in canvas.box.call(matte, _SURE))
        if not right:
            return None
        across, down = (sight.box[k] / matte.shape[3 - k] for k in (2, 3))
        x, y = sight.box[0] + int(left * across), sight.box[1] + int(top * down)
        found = x, y, round((right - left) * across), round((bottom - top) * down)
        return inside(found, self._size)

    def sight(self, picture: Any, box: Box, *, mirrored: bool = False) -> Sight:
        """Look at a box in the network's proportions."""
        net = self._networks.for_whole()
        box = in_proportion(box, net.width, net.height, self._size)
        return self._at(picture, box, net, mirrored=mirrored)

    def otherwise(self, picture: Any, box: Box) -> Sight | None:
        """Look at a box by the other network; None where there is none, or who is there is high.

        Such a person is small to it.
        """
        net = self._networks.beside(box)
        if net is None or box[3] > box[2]:
            return None
        about = grown(box, ROOM, self._size)
        about = in_proportion(about, net.width, net.height, self._size)
        return self._at(picture, about, net, mirrored=False)

    def _at(self, picture: Any, box: Box, net: Network, *, mirrored: bool) -> Sight:
        self.count += 1
        return Sight(net.glance(picture, box, mirrored=mirrored), box)

    def _agreed(self, usual: Matte, count: int, sights: list[Sight]) -> Matte:
        return agreed(usual, count, sights, self._factor) if sights else usual


def _apart(square: Box, middle: tuple[float, float]) -> float:
    """Return how far a square's middle is from another, along either side."""
    left, top, side, _ = square
    return max(abs(left + side / 2 - middle[0]), abs(top + side / 2 - middle[1]))
