"""Whether the camera moves, so that a plate cannot work.

Blocks along the left, right and upper border of a small luma picture are searched for around where
they were in the first frame. Things move too, but in few blocks, or on one side: the camera moves
when most blocks that are found again have moved, several of them together and on two sides.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.checks import check_order, check_planes, check_same_size
from fastvbg.keyers._frames import contiguous
from fastvbg.layout import checked_bgr
from fastvbg.spelling import Spelled, called_as

if TYPE_CHECKING:
    from fastvbg._types import Frame, Plane, Planes
    from fastvbg.constants import Order

__all__ = ["CameraMotion"]

_WIDTH = 160
_BLOCK = 16
_REACH = 8
_EVERY = 8
_LEAST_TEXTURE = 3.0
"""Standard deviation, in levels, that a block needs to be told from its surroundings."""
_FOUND = 0.8
"""Correlation from which a block counts as found again."""
_BETTER = 0.03
"""By how much more another place has to correlate before a block has moved."""
_BORDER = 0.2
_LOWEST = 0.75

# On 11 clips, the largest share of moved blocks where the camera stands is 0.52; where it drifts by
# 2 pixels of the small picture the share is 0.75 or more in every frame.
_LEAST_BLOCKS = 8
_MOVED_SHARE = 0.65
_TOGETHER = 4
_TIMES = 2


class CameraMotion(Spelled):
    """Tells from frames of a video whether its camera moves.

    Every 8th frame is compared with the first that shows texture; after two of them that have moved
    the camera counts as moving. Scenes whose borders show no texture, such as a flat screen, never
    do.

    Parameters
    ----------
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of frames; a fourth one is not read.

    Raises
    ------
    OptionError, OptionTypeError
        The order is none of the above (also a `ValueError` or a `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> scene = np.random.default_rng(0).integers(0, 256, (45, 80, 1), np.uint8)
    >>> scene = scene.repeat(8, axis=0).repeat(8, axis=1).repeat(3, axis=2)
    >>> camera = CameraMotion()
    >>> [camera.add(scene[:, k : k + 560]) for k in range(17)][-1]
    True
    """

    @called_as
    def __init__(self, *, order: Order = "bgr") -> None:
        self._order = check_order(order)
        self._shape: tuple[int, ...] = ()
        self._first: Plane | None = None
        self._frames = 0
        self._times = 0

    @property
    def moves(self) -> bool:
        """Whether the camera has moved since the first frame."""
        return self._times >= _TIMES

    def reset(self) -> None:
        """Forget all frames, as at a hard cut."""
        self._first, self._shape = None, ()
        self._frames = self._times = 0

    def add(self, frame: Frame | Planes) -> bool:
        """Look at the next frame.

        Parameters
        ----------
        frame : ndarray of shape (H, W, 3 or 4), or tuple of 3 ndarray, uint8
            Channels in order; or planes Y, U and V.

        Returns
        -------
        bool
            `moves`.
        """
        if isinstance(frame, (tuple, list)):
            shape, luma = check_planes("planes", frame)[0], frame[0]
        else:
            luma = checked_bgr("frame", frame, self._order)
            shape = luma.shape[:2]
        if self._shape:
            check_same_size("frame", shape, "the first frame", self._shape)
        self._shape = shape
        self._frames += 1
        if self._frames % _EVERY != 1 or 0 in shape:
            return self.moves
        small = _small(luma)
        if self._first is None:
            self._first = small if _shows_texture(small) else None
        elif _moved(self._first, small):
            self._times += 1
        return self.moves


def _small(picture: Plane | Frame) -> Plane:
    """Return luma, or what stands for it, at a fixed width."""
    height, width = picture.shape[:2]
    size = _WIDTH, max(_BLOCK, round(height * _WIDTH / width))
    whole = contiguous(picture) if picture.ndim == 3 else np.ascontiguousarray(picture)
    small = cv2.resize(whole, size, interpolation=cv2.INTER_AREA)
    if small.ndim == 3:
        small = cv2.cvtColor(small, cv2.COLOR_BGR2GRAY)
    return np.asarray(small, np.uint8)


def _blocks(shape: tuple[int, ...]) -> list[tuple[int, int, str]]:
    """Return the corners of blocks along the border, and on which side each is."""
    height, width = shape
    found = []
    for y in range(_REACH, int(_LOWEST * height), _BLOCK):
        for x in range(_REACH, width - _REACH - _BLOCK + 1, _BLOCK):
            if y + _BLOCK + _REACH > height:
                continue
            if x < _BORDER * width:
                found.append((y, x, "left"))
            elif x + _BLOCK > (1 - _BORDER) * width:
                found.append((y, x, "right"))
            elif y < _BORDER * height:
                found.append((y, x, "upper"))
    return found


def _shows_texture(picture: Plane) -> bool:
    """Tell whether enough blocks can be searched for: a black frame shows none."""
    blocks = (picture[y : y + _BLOCK, x : x + _BLOCK] for y, x, _ in _blocks(picture.shape))
    return sum(bool(block.std() >= _LEAST_TEXTURE) for block in blocks) >= _LEAST_BLOCKS


def _moved(first: Plane, now: Plane) -> bool:
    """Tell whether most blocks of the first picture are elsewhere now."""
    found = 0
    ways: list[tuple[float, float]] = []
    sides: list[str] = []
    for y, x, side in _blocks(first.shape):
        block = first[y : y + _BLOCK, x : x + _BLOCK]
        if block.std() < _LEAST_TEXTURE:
            continue
        around = now[y - _REACH : y + _BLOCK + _REACH, x - _REACH : x + _BLOCK + _REACH]
        match = cv2.matchTemplate(around, block, cv2.TM_CCOEFF_NORMED)
        down, across = divmod(int(match.argmax()), match.shape[1])
        if match[down, across] < _FOUND:
            continue
        found += 1
        if match[_REACH, _REACH] < match[down, across] - _BETTER:
            ways.append((down - _REACH, across - _REACH))
            sides.append(side)
    if found < _LEAST_BLOCKS or len(ways) < _MOVED_SHARE * found:
        return False
    apart = np.abs(np.array(ways) - np.median(ways, axis=0)).max(axis=1)
    together = [side for side, far in zip(sides, apart, strict=True) if far <= 1.5]
    return len(together) >= _TOGETHER and len(set(together)) >= 2
