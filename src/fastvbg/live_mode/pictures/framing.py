"""Auto-framing: a crop that follows who is in the picture, calmly."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from fastvbg._types import Matte

_ROWS = 90
"""Of a picture, on which the box is found, and columns as far apart: a head is as many samples wide
in each size of a picture, also where it falls to keep up."""
_LEAST_SHARE = 0.004
"""Of all pixels; less is nobody."""


class Box(NamedTuple):
    """A part of the picture, in shares of its width and height."""

    x: float
    y: float
    width: float
    height: float


WHOLE = Box(0.0, 0.0, 1.0, 1.0)


def box_of(matte: Matte) -> Box | None:
    """Return what a matte keeps, but for stray pixels; None where that is nothing."""
    step = max(1, round(matte.shape[0] / _ROWS))
    few = matte[::step, ::step] > 127
    if np.count_nonzero(few) < _LEAST_SHARE * few.size:
        return None
    rows, cols = few.sum(axis=1), few.sum(axis=0)
    # A line of two samples or less is a stray.
    y, x = np.flatnonzero(rows > 2), np.flatnonzero(cols > 2)
    if not y.size or not x.size:
        return None
    height, width = few.shape
    return Box(x[0] / width, y[0] / height, (x[-1] + 1 - x[0]) / width, (y[-1] + 1 - y[0]) / height)


class Framing:
    """Follows a box with a crop of the picture's own proportions.

    Parameters
    ----------
    most_zoom : float
        How many times as large things may become.
    dead_zone : float
        Share of the crop by which the wanted one may differ before anything moves.
    speed : float
        Share of the way that is gone in a second.
    """

    def __init__(
        self, *, most_zoom: float = 2.0, dead_zone: float = 0.12, speed: float = 1.6
    ) -> None:
        self._least = 1 / most_zoom
        self._dead_zone, self._speed = dead_zone, speed
        self._now = self._goal = WHOLE
        self._moving = False

    def follow(self, box: Box | None, seconds: float) -> Box:
        """Return the crop after so many seconds with a box, or with nobody in the picture."""
        wanted = WHOLE if box is None else self._around(box)
        if not self._moving and _distance(wanted, self._now) > self._dead_zone * self._now.width:
            self._moving = True
        if self._moving:
            self._goal = wanted
            share = min(1.0, self._speed * seconds)
            moved = (a + share * (b - a) for a, b in zip(self._now, self._goal, strict=True))
            self._now = Box(*moved)
            if _distance(self._goal, self._now) < 0.004:
                self._moving = False
        return self._now

    def _around(self, box: Box) -> Box:
        """Return the crop for a box: head and shoulders with room about them."""
        size = max(1.25 * box.height, 1.5 * box.width, self._least)
        size = min(size, 1.0)
        x = box.x + box.width / 2 - size / 2
        y = box.y - 0.12 * size  # a little room over the head
        return Box(min(max(x, 0.0), 1 - size), min(max(y, 0.0), 1 - size), size, size)


def _distance(one: Box, other: Box) -> float:
    return max(abs(a - b) for a, b in zip(one, other, strict=True))


class Sight(NamedTuple):
    """How the camera's picture is shown, once it is keyed as it was taken."""

    crop: Box = WHOLE
    mirrored: bool = False
    """Left for right."""

    @property
    def changes(self) -> bool:
        """Whether anything is shown otherwise."""
        return self.mirrored or self.crop != WHOLE

    def show(self, plane: Matte, out: Matte) -> Matte:
        """Write a plane as it is shown into another of its size."""
        if self.crop == WHOLE:
            cv2.flip(plane, 1, out) if self.mirrored else np.copyto(out, plane)
            return out
        box, (height, width) = self.crop, plane.shape
        across, left = box.width, box.x * width
        if self.mirrored:
            across, left = -across, left + across * (width - 1)
        matrix = np.array([[across, 0, left], [0, box.height, box.y * height]], np.float64)
        flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cv2.warpAffine(plane, matrix, (width, height), out, flags, cv2.BORDER_REPLICATE)
        return out
