"""Where a remembered room lies in the frames of a camera that moves: `RoomCamera`.

A hand that shakes, a tripod that is turned, a laptop that is nudged: corners of the room are
followed as those of a plate are. Once the camera stands again, the room is kept as it is seen from
there; so it is where much of it has left the frame.
"""

from __future__ import annotations

from enum import Enum, auto
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.keyers.plate.following import CameraFollower
from fastvbg.keyers.plate.matching import corners, moved

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane
    from fastvbg.keyers.plate.matching import Homography

_BEGIN = 5
"""Frames until corners are looked for: a frame later the first of the room is known."""
_STILL_FOR, _STILL = 30, 0.3
"""For so many frames no corner of the frame may move by more pixels, for the camera to stand."""
_LEAST_LEFT = 0.75
"""Share of the room that has to be in the frame, for it to be kept as it is."""
_MISSED_LONG, _MISSED = 12, 3
"""Frames in which it is not found until it is lost: where it was followed for as long, else."""
_WAIT, _MOST_WAIT = 8, 64
"""Frames until a room that was lost is followed anew; twice as many each time."""
_ASK_EVERY = 8


class Lies(Enum):
    """Where a room is in a frame."""

    KEPT = auto()
    """Where it was."""
    ELSEWHERE = auto()
    """Where a homography has it."""
    SETTLED = auto()
    """Likewise, and it is to be kept as the frame shows it."""
    MISSED = auto()
    """It is not found."""
    LOST = auto()
    """Nor will it be."""


class RoomCamera:
    """Follows one video's camera.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the frames.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._corners = corners(shape)
        self._area = float(shape[0] * shape[1])
        self._wait = _WAIT
        self.reset()

    def reset(self, *, at_once: bool = False) -> None:
        """Begin anew: nothing is known of the room; or with `at_once` what the next frame shows."""
        self._follower: CameraFollower | None = None
        self._begins_in = 1 if at_once else _BEGIN
        self._followed = self._still = self._asks_in = 0
        self._there = self._corners

    def give_up(self) -> None:
        """Begin anew, but not at once: the room could not be followed."""
        self.reset()
        self._begins_in, self._wait = self._wait, min(2 * self._wait, _MOST_WAIT)

    def begin(self, luma: Plane, near: Plane) -> None:
        """Take the room as a frame shows it.

        Parameters
        ----------
        luma : ndarray, shape (H, W), uint8
            The frame's. It is copied.
        near : ndarray, shape (h, w), uint8
            0 on the canvas where people are not near.
        """
        self.reset()
        free = np.equal(near, 0).view(np.uint8)
        self._follower = CameraFollower(luma.copy(), self._corners, free)

    @property
    def homography(self) -> Homography | None:
        """From the room to the last frame; None where it lies as it is."""
        return None if self._follower is None else self._follower.homography

    def look(self, luma: Plane, near: Plane) -> Lies:
        """Look at the next frame; arguments are those of `begin`."""
        follower = self._follower
        if follower is None:
            self._begins_in -= 1
            if self._begins_in <= 0:
                self.begin(luma, near)
            return Lies.KEPT
        self._asks_in -= 1
        follower.look(luma)
        if not follower.moves:
            return Lies.KEPT
        if follower.misses:
            most = _MISSED_LONG if self._followed >= _MISSED_LONG else _MISSED
            return Lies.LOST if follower.misses >= most else Lies.MISSED
        return self._where()

    def look_again(self, luma: Plane) -> bool:
        """Look at a frame in which much of the room has changed; tell whether it has moved."""
        follower = self._follower
        if follower is None or follower.moves or self._asks_in > 0:
            return False
        self._asks_in = _ASK_EVERY
        return follower.look(luma, at_once=True)

    def _where(self) -> Lies:
        self._followed += 1
        if self._followed >= _STILL_FOR:
            self._wait = _WAIT
        there = self._corners if self.homography is None else moved(self.homography, self._corners)
        self._still += 1
        if np.abs(there - self._there).max() > _STILL:
            self._still, self._there = 0, there
        if self._still >= _STILL_FOR or self._share_left(there) < _LEAST_LEFT:
            return Lies.SETTLED
        return Lies.KEPT if self.homography is None else Lies.ELSEWHERE

    def _share_left(self, there: npt.NDArray[np.float64]) -> float:
        """Return the share of the frame that a room with such corners has, about."""
        first = np.maximum(there.min(axis=0), 0)
        last = np.minimum(there.max(axis=0), self._corners[2])
        across, down = np.maximum(last - first + 1, 0)
        return float(across * down) / self._area
