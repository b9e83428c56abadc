"""Backgrounds that are drawn, so that there is something to choose before anything is uploaded."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.scenes.speaker import draw_backdrop

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from fastvbg._types import Frame

SIZE = 1280, 720
_LIGHTS = 46
_SEED = 11


def daylight() -> Frame:
    """Return a bright wall on which a window's light falls at a slant."""
    width, height = SIZE
    y, x = np.mgrid[:height, :width].astype(np.float32)
    wall = np.array([196, 206, 212], np.float32) - (x / width)[..., None] * 26
    across, down = (x + 0.45 * y) / width - 0.34, (y - 0.12 * x) / height - 0.08
    inside = (across % 0.2 < 0.17) & (across > 0) & (across < 0.57)
    inside &= (down % 0.3 < 0.27) & (down > 0) & (down < 0.57)
    light = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 11.0)
    return _grained(wall + light[..., None] * np.array([26, 38, 43], np.float32))


def studio() -> Frame:
    """Return a wall in soft light, brightest behind the shoulders."""
    width, height = SIZE
    y, x = np.mgrid[:height, :width].astype(np.float32)
    distance = np.hypot((x / width - 0.5) * 1.25, y / height - 0.45)
    light = np.clip(1 - distance * 1.1, 0, 1)[..., None] ** 1.4
    wall = np.array([74, 62, 54], np.float32) + light * np.array([118, 120, 116], np.float32)
    return _grained(wall)


def lights() -> Frame:
    """Return the lights of a city at night, out of focus."""
    width, height = SIZE[0] // 2, SIZE[1] // 2  # nothing in it is sharp
    rng = np.random.default_rng(_SEED)
    picture = np.full((height, width, 3), (52, 30, 24), np.float32)
    colours = np.array([[90, 170, 250], [60, 120, 240], [220, 190, 120], [200, 140, 220]])
    for _ in range(_LIGHTS):
        disc = np.zeros((height, width), np.float32)
        centre = int(rng.uniform(0, width)), int(rng.uniform(0.2, 0.95) * height)
        cv2.circle(disc, centre, int(rng.uniform(9, 31)), 1.0, -1, cv2.LINE_AA)
        colour = colours[rng.integers(len(colours))].astype(np.float32)
        picture += disc[..., None] * colour * float(rng.uniform(0.12, 0.5))
    picture = np.asarray(cv2.GaussianBlur(picture, (0, 0), 1.5), np.float32)
    return _grained(np.asarray(cv2.resize(picture, SIZE, interpolation=cv2.INTER_LINEAR)))


def sunset() -> Frame:
    """Return the backdrop of the project's own scene."""
    return draw_backdrop(*SIZE)


def _grained(picture: npt.NDArray[Any]) -> Frame:
    """Return a picture in bytes; a grain keeps its gradients from showing steps."""
    grain = np.random.default_rng(_SEED).normal(0, 0.8, picture.shape[:2])[..., None]
    return np.asarray(np.clip(np.rint(picture + grain), 0, 255), np.uint8)


DRAWN: dict[str, Callable[[], Frame]] = {
    "studio": studio,
    "daylight": daylight,
    "sunset": sunset,
    "lights": lights,
}
"""By the names that the page shows."""
