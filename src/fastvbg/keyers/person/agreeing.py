"""Several looks at one frame, and what they agree upon.

A network sees other things in a picture that is stretched than in one of true proportions, or in
one that is mirrored or nearer; what is right is seen in all. They are averaged as log odds, so that
a sure one counts for more.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.keyers.person.following import extended

if TYPE_CHECKING:
    from fastvbg._types import Matte

    Box = tuple[int, int, int, int]


_LIMIT = 0.001
"""Nothing is surer than that."""
_REGION = np.ones((7, 7), np.uint8)
"""What a region holds somewhere, on the canvas: the edge of a person is thinner. 5 to 13 a side
score alike."""
_SEEN = 128
_ALIKE = 0.5
"""A look has found the people, if what it sees and the matte share so much of what is in either."""


def in_proportion(box: Box, width: int, height: int, size: tuple[int, int]) -> Box:
    """Return a box in the proportions of a network's input, from a smaller one within a frame.

    It is within the frame where that is large enough, else it reaches beyond it on both sides; all
    of it is in whole eights of pixels.
    """
    across = max(box[2], -(-box[3] * width // height))
    down = max(box[3], -(-box[2] * height // width))
    left, wide = extended(box[0], box[2], across, size[0])
    top, high = extended(box[1], box[3], down, size[1])
    return left, top, wide, high


def inside(box: Box, size: tuple[int, int]) -> Box:
    """Return what of a box is within a frame."""
    left, top = max(box[0], 0), max(box[1], 0)
    right, bottom = min(box[0] + box[2], size[0]), min(box[1] + box[3], size[1])
    return left, top, right - left, bottom - top


@lru_cache(maxsize=1)
def log_odds() -> Any:
    """Return the log odds of each level of a matte, float32."""
    share = np.clip(np.arange(256) / 255, _LIMIT, 1 - _LIMIT)
    return np.log(share / (1 - share)).astype(np.float32)


def levels_of(odds: Any) -> Matte:
    """Return the levels of a matte that log odds stand for."""
    share = 1 / (1 + np.exp(-odds))
    levels = np.rint(255 * np.clip((share - _LIMIT) / (1 - 2 * _LIMIT), 0, 1))
    return np.asarray(levels, np.uint8)


class Sight(NamedTuple):
    """What a network says of a box of the frame."""

    matte: Any
    """Of any size."""
    box: Any
    """In pixels of the frame, in whole eights of them or to its end; it may reach beyond it."""


def agreed(usual: Matte, count: int, sights: list[Sight], factor: int) -> Matte:
    """Return what looks agree upon.

    Parameters
    ----------
    usual : ndarray, shape (h, w), uint8
        Of the usual look, on the canvas.
    count : int
        It counts as many times as each of the others.
    sights : list of Sight
        The others.
    factor : int
        Pixels that a canvas pixel stands for, each way.

    Returns
    -------
    ndarray, shape (h, w), uint8
        The matte on the canvas, that of the usual look beside all boxes.
    """
    odds = log_odds()
    total = count * odds[usual]
    votes = np.full(usual.shape, count, np.float32)
    for sight in sights:
        part, seen = within(sight, usual, factor)
        total[part] += odds[seen]
        votes[part] += 1
    return np.where(votes > count, levels_of(total / votes), usual)


def without_unseen(matte: Matte, sights: list[Sight], factor: int) -> Matte:
    """Return a matte without the regions that none of some looks sees.

    Edges stay where they are. Where a look has not found the people, nothing is taken.

    Parameters
    ----------
    matte : ndarray, shape (h, w), uint8
        On the canvas.
    sights : list of Sight
        The looks. Beside its box, one sees what the matte has.
    factor : int
        Pixels that a canvas pixel stands for, each way.

    Returns
    -------
    ndarray, shape (h, w), uint8
    """
    most = np.zeros(matte.shape, np.uint8)
    for sight in sights:
        seen = on_canvas(sight, matte, factor)
        if not alike(seen, matte):
            return matte
        np.maximum(most, seen, out=most)
    unseen: Any = cv2.subtract(matte, most)
    regions: Any = cv2.morphologyEx(unseen, cv2.MORPH_OPEN, _REGION)
    return np.asarray(cv2.subtract(matte, regions), np.uint8)


def on_canvas(sight: Sight, matte: Matte, factor: int) -> Matte:
    """Return what a look sees of the whole canvas: beside its box, what the matte has."""
    seen = np.array(matte, np.uint8)
    part, seen[part] = within(sight, matte, factor)
    return seen


def alike(one: Matte, other: Matte) -> bool:
    """Tell whether two mattes are of the same people."""
    first, second = one >= _SEEN, other >= _SEEN
    either = np.count_nonzero(first | second)
    return bool(np.count_nonzero(first & second) >= _ALIKE * either)


def within(sight: Sight, canvas: Matte, factor: int) -> tuple[tuple[slice, slice], Any]:
    """Return rows and columns of a canvas that a look was at, and what it says of them."""
    left, top = sight.box[0] // factor, sight.box[1] // factor
    width, height = -(-sight.box[2] // factor), -(-sight.box[3] // factor)
    large = np.asarray(cv2.resize(sight.matte, (width, height), interpolation=cv2.INTER_LINEAR))
    x, y, across, down = inside((left, top, width, height), (canvas.shape[1], canvas.shape[0]))
    part = slice(y, y + down), slice(x, x + across)
    return part, large[y - top :, x - left :][:down, :across]
