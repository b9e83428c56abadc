"""A room seen twice: by the camera, with somebody in it, and in a plate that a hand has moved."""

from __future__ import annotations

from functools import cache
from typing import NamedTuple

import cv2
import numpy as np

from fastvbg.reference.keyspace import keyspace

GREEN = (60, 200, 40)


class Pair(NamedTuple):
    """A plate, a frame, and what is true of them."""

    plate: np.ndarray
    frame: np.ndarray
    room: np.ndarray
    """The frame without the person."""
    person: np.ndarray
    """255 where the person is."""
    homography: np.ndarray
    """From the plate to the frame."""


@cache
def room(seed: int, size: tuple[int, int], scale: float = 1.2) -> np.ndarray:
    """A room larger than a picture: walls of soft light, furniture with edges, some texture.

    Drawn once, since many tests look at the same one, and read-only.
    """
    rng = np.random.default_rng(seed)
    height, width = (round(scale * side) for side in size)
    coarse = rng.uniform(70, 180, (5, 7, 3)).astype(np.float32)
    scene = cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)
    for _ in range(70):
        x, y = int(rng.integers(0, width)), int(rng.integers(0, height))
        across, down = (int(n) for n in rng.integers(width // 60, width // 7, 2))
        colour = [float(c) for c in rng.uniform(30, 200, 3)]
        cv2.rectangle(scene, (x, y), (x + across, y + down), colour, -1)
    fine = cv2.GaussianBlur(rng.normal(0, 30, (height, width)).astype(np.float32), (0, 0), 1.5)
    drawn = cv2.GaussianBlur(scene + fine[..., None], (0, 0), 0.8)
    drawn.flags.writeable = False
    return drawn


def by_hand(
    size: tuple[int, int], shift: tuple[float, float], turn: float = 0.0, zoom: float = 1.0
) -> np.ndarray:
    """The homography of a hand: turned by degrees about the middle, zoomed, moved, tilted."""
    height, width = size
    to = np.array([[1, 0, width / 2], [0, 1, height / 2], [0, 0, 1]])
    c, s = zoom * np.cos(np.deg2rad(turn)), zoom * np.sin(np.deg2rad(turn))
    tilt = 2e-6 if turn else 0.0
    moved = np.array([[c, -s, shift[0]], [s, c, shift[1]], [tilt, -tilt, 1]])
    return to @ moved @ np.linalg.inv(to)


def shaken(size: tuple[int, int], number: int) -> np.ndarray:
    """A hand that begins to shake: by some pixels and a third of a degree."""
    k = max(0, number)
    ways = 6 * np.sin(k / 5), 4 * np.sin(k / 3)
    return by_hand(size, ways, 0.3 * np.sin(k / 7) if k else 0.0)


def turned(size: tuple[int, int], number: int) -> np.ndarray:
    """A slow turn on a tripod, 1.5 pixels a frame."""
    return by_hand(size, (1.5 * number, 0.2 * number))


def pair(
    homography: np.ndarray | None = None,
    *,
    seed: int = 1,
    size: tuple[int, int] = (360, 640),
    exposure: float = 1.0,
    balance: tuple[float, float, float] = (1.0, 1.0, 1.0),
    noise: float = 1.0,
    covered: float = 0.3,
) -> Pair:
    """Such a pair; the person covers so much of the frame, in stripes of strong colours."""
    rng = np.random.default_rng(seed + 100)
    height, width = size
    wide = room(seed, size)
    middle = np.array([[1, 0, -0.1 * width], [0, 1, -0.1 * height], [0, 0, 1]])
    moved = np.eye(3) if homography is None else homography

    def view(of: np.ndarray) -> np.ndarray:
        return cv2.warpPerspective(wide, of, (width, height), flags=cv2.INTER_CUBIC)

    def taken(picture: np.ndarray) -> np.ndarray:
        return noisy(picture, rng, noise)

    seen = view(middle)
    plate = view(np.linalg.inv(moved) @ middle) * exposure * np.array(balance)
    across = round(width * (covered / 0.9))
    person = np.zeros(size, np.uint8)
    left = (width - across) // 2
    person[height // 10 :, left : left + across] = 255
    stripes = np.where(np.arange(height)[:, None, None] // 14 % 2, (30, 20, 235), (235, 225, 20))
    frame = np.where(person[..., None] > 0, stripes, seen)
    return Pair(taken(plate), taken(frame), taken(seen), person, moved)


def noisy(picture: np.ndarray, rng: np.random.Generator, deviation: float = 1.0) -> np.ndarray:
    """A picture of floats as a sensor gives it, uint8."""
    noise = rng.standard_normal(picture.shape, np.float32) * np.float32(deviation)
    return cv2.add(picture.astype(np.float32, copy=False), noise, dtype=cv2.CV_8U)


def planes(frame: np.ndarray, shifts: tuple[int, int] = (1, 1)) -> tuple[np.ndarray, ...]:
    """Planes of limited range, whose chroma is the mean of what it covers."""
    y, u, v = keyspace(frame)
    size = -(-y.shape[1] // (1 << shifts[0])), -(-y.shape[0] // (1 << shifts[1]))
    luma = np.rint(16 + y.astype(float) * 219 / 255).astype(np.uint8)
    chroma = (cv2.resize(plane, size, interpolation=cv2.INTER_AREA) for plane in (u, v))
    return luma, *chroma


def off(found: np.ndarray, true: np.ndarray, size: tuple[int, int]) -> float:
    """By how many pixels one homography differs from another at most, over a picture."""
    y, x = np.mgrid[0 : size[0] : 20, 0 : size[1] : 20]
    points = np.stack((x.ravel(), y.ravel(), np.ones(x.size)))
    one, two = (each @ points for each in (found, true))
    return float(np.linalg.norm(one[:2] / one[2] - two[:2] / two[2], axis=0).max())
