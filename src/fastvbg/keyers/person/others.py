"""People whom the usual look does not have: far away, or small among others in a large picture.

Where all who were found in a first frame are small, squares of it are looked through for more. Whom
two looks from nearer confirm is followed by looks at that person alone, one person at a time; in
between, motion carries their mattes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.keyers.person.agreeing import Sight, agreed, on_canvas
from fastvbg.keyers.person.following import ROOM, box_of, cells_of, grown
from fastvbg.keyers.person.several import people_in, squares, thirds

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from fastvbg._types import Matte

    Box = tuple[int, int, int, int]
    Flags = npt.NDArray[np.bool_]

_SMALL = 0.7
"""Of the frame's shorter side: beside somebody larger nobody is looked for, since what is found
there is a poster or a lamp more often."""
_TINY = 0.5
"""Of that side: squares of half of it show only who is too small beside somebody larger."""
_LIKE = 1 / 3
"""Of the largest's length, that somebody has at least."""
_LEAST = 0.015
"""Share of a square that somebody fills."""
_CERTAIN, _SEEN, _FAINT = 200, 128, 64
"""Levels: whom a square shows; what is foreground; and from where on others begin."""
_AGREE, _CORE = 0.6, 0.8
"""What two looks at somebody have in common of what either has, and how much is certain."""
_SEEN_SO = 0.5
"""What another network has to see of them, too."""
_TOUCH = 0.1
"""How much of somebody may lie within two cells of those who were found."""
_BESIDE = np.ones((5, 5), np.uint8)
_OPEN = np.ones((3, 3), np.uint8)
_COMES = 0.2
"""Of somebody who comes, what has changed."""
_MOVES = 0.4
"""Of the frame: where so much has changed, the camera moves, and nobody need have come."""
_MOST = 6
"""People who are followed so, each for a look in turn."""
_MISSES = 3
"""Looks in vain after which somebody has gone."""
_STAYS = 0.5
"""What somebody has in common with what they were at the last look; else that counts as in vain."""
_WITHIN, _LARGE = 0.8, 0.4
"""Of somebody, from which on the usual look has them as well, and of the part it is at: who is so
large in it is left to it."""


@dataclass
class _Person:
    box: Box
    misses: int = 0


class Others:
    """Finds and follows them.

    Parameters
    ----------
    glance, otherwise : callable
        Look at a box, mirrored or not, and by another network: `Further.sight`, `otherwise`.
    size : (int, int)
        Width and height of the frames.
    canvas_shape : (int, int)
        Height and width of the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    """

    def __init__(
        self,
        glance: Callable[..., Sight],
        otherwise: Callable[[Any, Box], Sight | None],
        size: tuple[int, int],
        canvas_shape: tuple[int, int],
        factor: int,
    ) -> None:
        self._glance, self._otherwise = glance, otherwise
        self._size, self._factor = size, factor
        self._nothing: Matte = np.zeros(canvas_shape, np.uint8)
        self._squares, self._thirds = squares(size), thirds(size)
        self.forget()

    def forget(self) -> None:
        """Begin a scene."""
        self._people: list[_Person] = []
        self._looked: _Person | None = None
        self._turn = self._square = 0

    @property
    def boxes(self) -> list[Box]:
        """Where they are, in pixels of the frame."""
        return [each.box for each in self._people]

    def taken(self, lost: Box | None) -> Box | None:
        """Return the largest one's box, who is followed as usual from now on; None without any.

        Whom the usual look has lost in a box is looked for here in return.
        """
        if not self._people:
            return None
        largest = max(self._people, key=lambda each: each.box[2] * each.box[3])
        self._people.remove(largest)
        if lost is not None:
            self._people.append(_Person(lost, misses=1))
        return largest.box

    def without(self, matte: Matte) -> Matte:
        """Return a canvas matte without them."""
        if not self._people:
            return matte
        rest: Matte = matte.copy()
        for each in self._people:
            rest[cells_of(grown(each.box, ROOM / 2, self._size), self._factor)] = 0
        return rest

    def found(self, picture: Any, matte: Matte) -> Matte:
        """Return the matte of a scene's first frame with all who are found beside it."""
        largest = self._largest(matte)
        if largest > _SMALL * min(self._size):
            return matte
        boxes: list[Box] = []
        for square in thirds(self._size) if largest > _TINY * min(self._size) else self._squares:
            boxes += self._candidates(picture, square, matte)
        for box in _apart(boxes)[:_MOST]:
            matte = self._with(picture, box, matte, largest)
        return matte

    def look_on(self, picture: Any, matte: Matte) -> Matte:
        """Look through the next square of a later frame; return its matte with who is there."""
        largest = self._largest(matte)
        if not self._squares or largest > _SMALL * min(self._size) or len(self._people) == _MOST:
            return matte
        self._square = (self._square + 1) % len(self._squares)
        found = self._candidates(picture, self._squares[self._square], matte)
        for box in _apart([*self.boxes, *found])[:_MOST]:
            if box in self.boxes:
                continue
            matte = self._with(picture, box, matte, largest)
        return matte

    def came(self, picture: Any, seen: Matte, changed: Flags, matte: Matte) -> Matte:
        """Return a frame's matte with who has come beside those in it.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3), or tuple of 3 ndarray, uint8
            The frame, with packed rows.
        seen : ndarray, shape (h, w), uint8
            What a look at all of it says, on the canvas.
        changed : ndarray, shape (h, w), bool
            Where it is another one than when all of it was last looked at: a poster does not come.
        matte : ndarray, shape (h, w), uint8
            What the usual look says.
        """
        largest = self._largest(matte)
        boxes = [self._around(piece) for piece in self._pieces(seen, matte, min(self._size) ** 2)]
        if not boxes and self._thirds and changed.mean() < _MOVES:
            parts = (changed[cells_of(each, self._factor)] for each in self._thirds)
            most = int(np.argmax([np.count_nonzero(part) for part in parts]))
            boxes = self._candidates(picture, self._thirds[most], matte)
        for box in boxes:
            if len(self._people) < _MOST and changed[cells_of(box, self._factor)].mean() >= _COMES:
                matte = self._with(picture, box, matte, largest)
        return matte

    def look(self, picture: Any, matte: Matte, before: Matte, part: Box) -> Matte:
        """Look at the next of them; return the matte with that person.

        Parameters
        ----------
        picture : ndarray of shape (H, W, 3), or tuple of 3 ndarray, uint8
            The frame, with packed rows.
        matte : ndarray, shape (h, w), uint8
            What the usual look says, on the canvas.
        before : ndarray, shape (h, w), uint8
            The matte of the frame before.
        part : (int, int, int, int)
            Where the usual look was.
        """
        self._looked = None
        if not self._people:
            return matte
        self._turn += 1
        count = len(self._people)
        person = self._people[self._turn % count]
        mirrored = self._turn // count % 2 == 1
        seen = self._sight(picture, person.box, mirrored=mirrored)
        own = self._piece(seen, person.box)
        if own is not None and self._is_large(person, part) and _within(own, matte):
            self._people.remove(person)
        elif own is None or not self._stays(person, own, before):
            person.misses += 1
            if person.misses == _MISSES:
                self._people.remove(person)
        else:
            person.misses, person.box, self._looked = 0, self._around(own), person
            matte = _drawn(matte, seen, own)
        return matte

    def unseen(self, matte: Matte, also: Box | None) -> Flags | None:
        """Tell where nobody has looked in the last frame, though somebody is there.

        Parameters
        ----------
        matte : ndarray, shape (h, w), uint8
            What looks said; where it has anything that counts.
        also : (int, int, int, int), optional
            Of somebody else whom nobody has looked at.

        Returns
        -------
        ndarray, shape (h, w), bool, or None
            None where there is nobody.
        """
        boxes = [each.box for each in self._people if each is not self._looked]
        boxes += [] if also is None else [also]
        if not boxes:
            return None
        unseen = np.zeros(matte.shape, np.bool_)
        for box in boxes:
            unseen[cells_of(grown(box, ROOM, self._size), self._factor)] = True
        return np.asarray(unseen & (matte < _FAINT), np.bool_)

    def _stays(self, person: _Person, own: Flags, before: Matte) -> bool:
        """Tell whether a piece is about where somebody was."""
        part = cells_of(grown(person.box, ROOM, self._size), self._factor)
        return _in_common(own[part] * np.uint8(255), before[part]) > _STAYS

    def _is_large(self, person: _Person, part: Box) -> bool:
        return max(person.box[2:]) >= _LARGE * max(part[2:])

    def _largest(self, matte: Matte) -> int:
        return max((max(box[2:]) for box in people_in(matte, self._factor)), default=0)

    def _candidates(self, picture: Any, square: Box, matte: Matte) -> list[Box]:
        """Return the boxes of who is certain in a square and not in the matte."""
        seen = on_canvas(self._glance(picture, square), self._nothing, self._factor)
        return [self._around(piece) for piece in self._pieces(seen, matte, square[2] * square[3])]

    def _pieces(self, seen: Matte, matte: Matte, area: int) -> list[Flags]:
        """Return what is certain, no speck in so many pixels of the frame, and not in a matte."""
        _, certain = cv2.threshold(seen, _CERTAIN - 1, 1, cv2.THRESH_BINARY)
        certain = cv2.morphologyEx(certain, cv2.MORPH_OPEN, _OPEN)
        count, labels = cv2.connectedComponents(np.asarray(certain, np.uint8))
        least = _LEAST * area / self._factor**2
        return [
            piece
            for piece in (labels == k for k in range(1, count))
            if np.count_nonzero(piece) >= least and (matte[piece] >= _SEEN).mean() <= 1 / 2
        ]

    def _with(self, picture: Any, box: Box, matte: Matte, largest: int) -> Matte:
        """Return a matte with who is in a box, and follow them from now on, if two looks agree."""
        one, other = self._pair(picture, box)
        own = self._piece(_agreed(one, other), box)
        if own is not None:  # what the square cut off is in the second pair
            one, other = self._pair(picture, self._around(own))
            own = self._piece(_agreed(one, other), box)
        if own is None:
            return matte
        both, box = _agreed(one, other), self._around(own)
        beside: Any = cv2.dilate((matte >= _SEEN).view(np.uint8), _BESIDE)
        sound = _in_common(one, other) > _AGREE and (both[own] >= _CERTAIN).mean() > _CORE
        if not sound or beside[own].mean() > _TOUCH or max(box[2:]) < _LIKE * largest:
            return matte
        sight = self._otherwise(picture, box)
        if sight is not None:
            seen = on_canvas(sight, self._nothing, self._factor)
            if (seen[own] >= _SEEN).mean() < _SEEN_SO:
                return matte
        self._people.append(_Person(box))
        return _drawn(matte, both, own)

    def _pair(self, picture: Any, box: Box) -> tuple[Matte, Matte]:
        one, other = (self._sight(picture, box, mirrored=flip) for flip in (False, True))
        return one, other

    def _sight(self, picture: Any, box: Box, *, mirrored: bool) -> Matte:
        """Return what a look at somebody says, on the canvas."""
        sight = self._glance(picture, grown(box, ROOM, self._size), mirrored=mirrored)
        return on_canvas(sight, self._nothing, self._factor)

    def _piece(self, matte: Matte, box: Box) -> Flags | None:
        """Return the pieces of a matte that reach into a box; None without any."""
        _, labels = cv2.connectedComponents((matte >= _SEEN).view(np.uint8))
        inner = np.unique(labels[cells_of(box, self._factor)])
        found = np.isin(labels, inner[inner > 0])
        return found if found.any() else None

    def _around(self, piece: Flags) -> Box:
        """Return the box around a piece of the canvas, in pixels of the frame."""
        box = box_of(np.asarray(piece * np.uint8(255)), self._factor, self._size)
        assert box is not None  # noqa: S101  (there are no empty pieces)
        return box


def _agreed(one: Matte, other: Matte) -> Matte:
    """Return what two mattes on the canvas agree upon."""
    height, width = other.shape
    return agreed(one, 1, [Sight(other, (0, 0, width, height))], 1)


def _in_common(one: Matte, other: Matte) -> float:
    first, second = one >= _SEEN, other >= _SEEN
    both, either = (int(np.count_nonzero(each)) for each in (first & second, first | second))
    return both / max(1, either)


def _within(own: Flags, matte: Matte) -> bool:
    """Tell whether a matte has a piece as well."""
    return bool((matte[own] >= _SEEN).mean() > _WITHIN)


def _drawn(matte: Matte, seen: Matte, own: Flags) -> Matte:
    """Return a matte with a piece of another one, and its edge."""
    near = np.asarray(cv2.dilate(own.view(np.uint8), _BESIDE), np.uint8).view(np.bool_)
    return np.asarray(np.maximum(matte, np.where(near, seen, 0)), np.uint8)


def _apart(boxes: list[Box]) -> list[Box]:
    """Return boxes without those of which half lies in a larger one, the largest first."""
    found: list[Box] = []
    for box in sorted(boxes, key=lambda each: -each[2] * each[3]):
        shared = (_shared(box, other) for other in found)
        if all(2 * each <= box[2] * box[3] for each in shared):
            found.append(box)
    return found


def _shared(one: Box, other: Box) -> int:
    across, down = (
        min(one[k] + one[k + 2], other[k] + other[k + 2]) - max(one[k], other[k]) for k in (0, 1)
    )
    return max(0, across) * max(0, down)
