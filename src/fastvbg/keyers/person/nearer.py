"""Squares about people that are looked at from nearer, where their matte is not sure.

A network of 256 columns sees a hand, a strand of hair or the gap under an arm in some few of them.
In a square of half the people's size it sees it in twice as many, but may not know whose it is. So
a square counts by how well it agrees with what is sure within it, and only where the matte is not.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.keyers.person.agreeing import inside, levels_of, log_odds, within
from fastvbg.keyers.person.following import cells_of

if TYPE_CHECKING:
    from fastvbg._types import Matte
    from fastvbg.keyers.person.agreeing import Sight

    Box = tuple[int, int, int, int]

_SHARES = 0.5, 0.75
"""Sides of the squares, of the people's longer side. They overlap by half."""
_FINEST = 128
"""Pixels of a side: in half as many as a network takes in it sees no more. With half of that, twice
the squares score alike."""
_NOTHING, _CERTAIN = 12, 230
"""Up to which level and from which on a matte is sure."""
_FEWEST = 8
"""Pixels of the canvas that are worth a look; or that tell how well a look agrees."""
_ENOUGH, _MOST = 3, 12
"""Each pixel that is not sure is seen in so many squares, if they are not more than that. All of
them, up to 35, score alike; with two a pixel edges of mirrored and cut pictures are worse."""
_SEEN = 128
_COUNTS = 3
"""Times that the matte counts, of a square that agrees with all of it: 2 to 4 score alike."""
_AGREES = 0.7
"""Share of what is surely foreground, and of what surely is not, up to which a look counts nothing.
Of 0.6 to 0.9 less is better where people are cut off, more at a jogger's edges."""
_MARGIN = 8
"""That part of a square at each of its sides does not count: what is cut off is seen badly."""


def squares(matte: Matte, people: Box, size: tuple[int, int], factor: int) -> list[Box]:
    """Return the squares of a frame about people where a matte of them is not sure.

    Parameters
    ----------
    matte : ndarray, shape (h, w), uint8
        On the canvas.
    people : (int, int, int, int)
        Left, top, width and height of the box about them, in pixels of the frame.
    size : (int, int)
        Width and height of the frame.
    factor : int
        Pixels that a canvas pixel stands for, each way.

    Returns
    -------
    list of (int, int, int, int)
        Within the frame, at most `_MOST`: those first that show most of what is not sure. Smaller
        at the ends of a frame that is narrower than they are.
    """
    wanted = np.where(_is_unsure(matte), np.uint8(_ENOUGH), np.uint8(0))
    left, top, width, height = people
    rest: dict[Box, None] = {}
    for share in _SHARES:
        side = max(int(share * max(width, height)), _FINEST)
        for y in range(top - side // 4, top + height - side // 4, side // 2):
            for x in range(left - side // 4, left + width - side // 4, side // 2):
                rest[_moved_inside(x, y, side, size)] = None
    chosen: list[Box] = []
    while rest and len(chosen) < _MOST:
        best, most = max(((box, _shown(wanted, box, factor)) for box in rest), key=itemgetter(1))
        if most < _FEWEST:
            break
        del rest[best]
        chosen.append(best)
        inner = wanted[_inner(*cells_of(best, factor))]
        inner -= inner > 0
    return chosen


def _shown(wanted: Matte, box: Box, factor: int) -> int:
    """Return how many of the pixels that are wanted count in a square."""
    return int(np.count_nonzero(wanted[_inner(*cells_of(box, factor))]))


def _inner(rows: slice, columns: slice) -> tuple[slice, slice]:
    """Return the rows and columns of a square that count."""
    down, across = ((part.stop - part.start) // _MARGIN for part in (rows, columns))
    return (
        slice(rows.start + down, rows.stop - down),
        slice(columns.start + across, columns.stop - across),
    )


def _moved_inside(left: int, top: int, side: int, size: tuple[int, int]) -> Box:
    """Return a square moved into a frame, less what does not fit there."""
    x, y = (max(min(at, most - side), 0) for at, most in zip((left, top), size, strict=True))
    return inside((x, y, side, side), size)


def drawn_nearer(matte: Matte, sights: list[Sight], factor: int) -> Matte:
    """Return a matte that is drawn to what squares show, where it is not sure.

    Parameters
    ----------
    matte : ndarray, shape (h, w), uint8
        On the canvas.
    sights : list of Sight
        What was seen of the squares.
    factor : int
        Pixels that a canvas pixel stands for, each way.

    Returns
    -------
    ndarray, shape (h, w), uint8
        The mean of log odds where the matte is between `_NOTHING` and `_CERTAIN`, else the matte.
    """
    odds = log_odds()
    total = _COUNTS * odds[matte]
    votes = np.full(matte.shape, _COUNTS, np.float32)
    for sight in sights:
        part, seen = within(sight, matte, factor)
        weight = _agreement(matte[part], seen)
        if weight > 0:
            inner = _inner(*(slice(0, side) for side in seen.shape))
            total[part][inner] += weight * odds[seen[inner]]
            votes[part][inner] += weight
    return np.where(_is_unsure(matte), levels_of(total / votes), matte)


def _is_unsure(matte: Matte) -> np.ndarray[tuple[int, ...], np.dtype[np.bool_]]:
    return (matte > _NOTHING) & (matte < _CERTAIN)


def _agreement(matte: Matte, seen: Matte) -> float:
    """Return by how much a look agrees with what a matte is sure of, from 0 to 1."""
    there, free = seen[matte >= _CERTAIN] >= _SEEN, seen[matte <= _NOTHING] < _SEEN
    if min(there.size, free.size) < _FEWEST:
        return 0.0
    share = min(float(there.mean()), float(free.mean()))
    return max(0.0, (share - _AGREES) / (1 - _AGREES))
