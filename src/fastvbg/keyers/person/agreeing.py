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

if TYPE_CHECKING:
    from fastvbg._types import Matte

    Box = tuple[int, int, int, int]


_LIMIT = 0.001
"""Nothing is surer than that."""
_ALIGN = 8


def in_proportion(box: Box, width: int, height: int, size: tuple[int, int]) -> Box:
    """Return a box in the proportions of a network's input, from a smaller one within a frame.

    It is within the frame where that is large enough, else it reaches beyond it on both sides; all
    of it is in whole eights of pixels.
    """
    across = max(box[2], -(-box[3] * width // height))
    down = max(box[3], -(-box[2] * height // width))
    left, wide = _extended(box[0], box[2], across, size[0])
    top, high = _extended(box[1], box[3], down, size[1])
    return left, top, wide, high


def _extended(start: int, extent: int, wanted: int, length: int) -> tuple[int, int]:
    wanted = -(-wanted // _ALIGN) * _ALIGN
    if wanted > length:
        return -((wanted - length) // 2 // _ALIGN * _ALIGN), wanted
    middle = (start - (wanted - extent) // 2) // _ALIGN * _ALIGN
    last = (length - wanted) // _ALIGN * _ALIGN
    return min(max(middle, 0), last), wanted


def inside(box: Box, size: tuple[int, int]) -> Box:
    """Return what of a box is within a frame."""
    left, top = max(box[0], 0), max(box[1], 0)
    right, bottom = min(box[0] + box[2], size[0]), min(box[1] + box[3], size[1])
    return left, top, right - left, bottom - top


@lru_cache(maxsize=1)
def _log_odds() -> Any:
    share = np.clip(np.arange(256) / 255, _LIMIT, 1 - _LIMIT)
    return np.log(share / (1 - share)).astype(np.float32)


class Sight(NamedTuple):
    """What a network says of a box of the frame."""

    matte: Any
    """Of any size."""
    box: Any
    """In pixels of the frame, in whole eights of them; it may reach beyond the frame."""


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
    odds = _log_odds()
    total = count * odds[usual]
    votes = np.full(usual.shape, count, np.float32)
    for sight in sights:
        left, top, width, height = (each // factor for each in sight.box)
        large = np.asarray(cv2.resize(sight.matte, (width, height), interpolation=cv2.INTER_LINEAR))
        x, y, across, down = inside((left, top, width, height), (usual.shape[1], usual.shape[0]))
        part = slice(y, y + down), slice(x, x + across)
        total[part] += odds[large[y - top :, x - left :][:down, :across]]
        votes[part] += 1
    share = 1 / (1 + np.exp(-total / votes))
    levels = np.rint(255 * np.clip((share - _LIMIT) / (1 - 2 * _LIMIT), 0, 1))
    return np.where(votes > count, levels.astype(np.uint8), usual)
