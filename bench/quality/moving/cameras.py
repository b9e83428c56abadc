"""Cameras that stand, sway, shake, are nudged or turned: where each looks, frame by frame.

A camera turns about itself, so that a homography takes what it films from frame to frame. Where it
looks is given by how far the middle of the picture moves, to the right and down, in pixels of a
frame 960 wide, and by the roll in radians.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from fastvbg._types import Size

    Floats = npt.NDArray[np.float64]
    Move = Callable[[int, np.random.Generator], Floats]

UNIT_WIDTH = 960
"""Moves are in pixels of a frame this wide."""

# A focal length as wide as the picture: 53 degrees from side to side, as a webcam has.
_FOCAL = 1.0

# Standard deviations in pixels and radians, and how many frames a hand takes for another direction.
_SWAY, _SWAY_ROLL, _SWAY_EVERY = 1.0, 0.0007, 6
_SHAKE, _SHAKE_ROLL, _SHAKE_EVERY = 4.0, 0.0025, 4

# A blow of sqrt(14^2 + 5^2) = 15 pixels, after the room has been seen for a while.
_NUDGE, _NUDGE_ROLL = (14.0, 5.0), 0.004
_NUDGE_BEGINS, _NUDGE_LASTS = 24, 5

# Pixels a frame to the left; a tripod's head is not quite level.
_TURN, _TURN_WAVERS, _TURN_EVERY = 2.5, 1.5, 10


class Camera(NamedTuple):
    """A way for a camera to move."""

    title: str
    """Goes on from "the camera"."""
    move: Move
    """Returns across, down and roll of each frame, (frames, 3)."""
    follows: bool = False
    """Whether the person goes along with it, so as to stay in the picture."""


def wander(rng: np.random.Generator, frames: int, every: int, deviation: float) -> Floats:
    """Return a smooth path about 0 that has another direction every so many frames.

    Its standard deviation over the frames is the one given.
    """
    knots = rng.normal(size=frames // every + 2)
    path = np.interp(np.arange(frames) / every, np.arange(len(knots)), knots)
    path = cv2.GaussianBlur(path[None], (2 * (every // 2) + 1, 1), 0)[0]
    path = path - path.mean()
    return np.asarray(path * (deviation / max(float(path.std()), 1e-9)), np.float64)


def _still(frames: int, _rng: np.random.Generator) -> Floats:
    return np.zeros((frames, 3))


def _hand(every: int, deviation: float, roll: float) -> Move:
    def move(frames: int, rng: np.random.Generator) -> Floats:
        paths = [wander(rng, frames, every, each) for each in (deviation, deviation, roll)]
        return np.stack(paths, axis=1)

    return move


def _nudge(frames: int, rng: np.random.Generator) -> Floats:
    done = np.clip((np.arange(frames) - _NUDGE_BEGINS) / _NUDGE_LASTS, 0, 1)
    across, down = _NUDGE
    return np.outer(done, (across * rng.choice([-1, 1]), down, _NUDGE_ROLL))


def _turn(frames: int, rng: np.random.Generator) -> Floats:
    across = _TURN * (frames / 2 - np.arange(frames))
    down = wander(rng, frames, _TURN_EVERY, _TURN_WAVERS)
    return np.stack([across, down, np.zeros(frames)], axis=1)


CAMERAS: dict[str, Camera] = {
    "still": Camera("stands", _still),
    "sway": Camera("sways by a pixel", _hand(_SWAY_EVERY, _SWAY, _SWAY_ROLL)),
    "shake": Camera(
        "shakes by 4 pixels and 0.14 degrees", _hand(_SHAKE_EVERY, _SHAKE, _SHAKE_ROLL)
    ),
    "nudge": Camera("is nudged by 15 pixels, in five frames", _nudge),
    "turn": Camera("is turned by 2.5 pixels a frame", _turn, follows=True),
}
"""By the name that `--camera` takes."""


def homography(look: Floats, size: Size) -> Floats:
    """Return what takes a picture, its origin in the middle, to the frame of a camera.

    Parameters
    ----------
    look : ndarray, shape (3,)
        Across, down and roll.
    size : (int, int)
        The frame's width and height.
    """
    width, height = size
    across, down, roll = look * (1 / UNIT_WIDTH, 1 / UNIT_WIDTH, 1)
    lens = np.array([[_FOCAL * width, 0, width / 2], [0, _FOCAL * width, height / 2], [0, 0, 1]])
    pan, tilt = np.arctan(across / _FOCAL), np.arctan(down / _FOCAL)
    panned, _ = cv2.Rodrigues(np.array([0, pan, 0]))
    tilted, _ = cv2.Rodrigues(np.array([-tilt, 0, 0]))
    rolled, _ = cv2.Rodrigues(np.array([0, 0, roll]))
    flat = np.diag([1 / (_FOCAL * width), 1 / (_FOCAL * width), 1])  # pixels to directions
    return np.asarray(lens @ panned @ tilted @ rolled @ flat, np.float64)
