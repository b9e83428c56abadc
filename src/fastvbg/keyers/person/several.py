"""Where to look beside the usual part: at people singly, along a group, over parts of the frame.

A network of 256 columns sees a person among ten, or far away, worse than one who fills its input.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

if TYPE_CHECKING:
    from fastvbg._types import Matte

    Box = tuple[int, int, int, int]

_SURE = 128
_LEAST = 0.004
"""Share of the canvas below which a piece of a matte is no person of its own."""
_MOST = 6
"""So many people, or parts of a group, are looked at by themselves."""
_WIDE = 1.35
"""A group is so many times as wide as it is high."""
_LAP = 1.1
"""Squares along it are so much larger than it is high, and overlap by as much."""
_OBLONG = 1.25
"""Proportion of a frame from which squares within it show more than it does as a whole."""
_FINEST = 256
"""Pixels of a square's side: the networks take in 256 columns, and see no more in fewer."""
_UNSURE = (41, 214)
"""Levels between which a network is unsure."""
_MUCH = 0.1
"""Share of the people's area: of a fifth of the frames of someone who jumps about, and none of
someone who sits and talks."""


def _square(side: int) -> Any:
    return np.ones((side, side), np.uint8)


def people_in(matte: Matte, factor: int) -> list[Box]:
    """Return the boxes in a frame of the pieces of a canvas matte, the largest first."""
    _, sure = cv2.threshold(matte, _SURE - 1, 1, cv2.THRESH_BINARY)
    sure = cv2.morphologyEx(sure, cv2.MORPH_OPEN, _square(3))
    _, _, found, _ = cv2.connectedComponentsWithStats(sure)
    pieces = sorted((piece for piece in found[1:].tolist()), key=lambda piece: -piece[4])
    large = [piece[:4] for piece in pieces if piece[4] >= _LEAST * matte.size]
    return [tuple(factor * each for each in piece) for piece in large[:_MOST]]


def along(box: Box) -> list[Box]:
    """Return squares along the box of a group; none where it is not wide."""
    left, top, width, height = box
    if width < _WIDE * height:
        return []
    side = int(_LAP * height)
    count = min(max(2, -(-int(_LAP * width) // side)), _MOST)
    lift = (side - height) // 2
    return [
        (left + (width - side) * k // (count - 1), top - lift, side, side) for k in range(count)
    ]


def thirds(size: tuple[int, int]) -> list[Box]:
    """Return squares at both ends and the middle of a frame; none where it is about square."""
    width, height = size
    side = min(size)
    if max(size) < _OBLONG * side:
        return []
    return [((width - side) * k // 2, (height - side) * k // 2, side, side) for k in range(3)]


def squares(size: tuple[int, int]) -> list[Box]:
    """Return the squares of a frame that are looked through for people: thirds, and halves of them.

    Those of half its shorter side lie edge to edge or overlap; there are none of fewer pixels than
    a network takes in.
    """
    width, height = size
    side = min(size) // 2
    if side < _FINEST:
        return thirds(size)
    across, down = -(-width // side), -(-height // side)
    halves = [
        ((width - side) * i // (across - 1), (height - side) * j // (down - 1), side, side)
        for j in range(down)
        for i in range(across)
    ]
    return thirds(size) + halves


def is_unsure(matte: Matte) -> bool:
    """Tell whether much of a canvas matte, and not just its edge, is neither in nor out."""
    between: Any = cv2.inRange(matte, *(np.array([level]) for level in _UNSURE))
    open_: Any = cv2.morphologyEx(between, cv2.MORPH_OPEN, _square(5))
    return bool(cv2.countNonZero(open_) > _MUCH * np.count_nonzero(matte >= _SURE))
