"""Takes: a portrait that moves before a room, as a camera in some light sees it, with its matte."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from bench.quality.moving.cameras import CAMERAS, UNIT_WIDTH, homography
from bench.quality.moving.lights import LIGHTS

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Planes, Size

    Floats = npt.NDArray[np.float64]

SIZE = (960, 540)
FRAMES = 60

ROOM_BEYOND = 0.2
"""So much of the frame's width the room goes on to each side: a camera never sees its end."""

NOISE = 2.0
"""Levels of 255, the standard deviation in each channel: that of a webcam in a lit room."""

# A portrait fills so much of the frame; what it was cut off by lies below the frame always.
_MOST_HEIGHT, _MOST_WIDTH = 0.95, 0.7
_SUNK = 30.0  # pixels of a frame 960 wide

# She sways like somebody who talks: amplitudes in pixels of a frame 960 wide and radians, and how
# many frames a radian of the swing takes.
_ACROSS, _ACROSS_RADIAN = 90.0, 14
_DOWN, _DOWN_RADIAN = 6.0, 5
_LEANS, _LEANS_RADIAN = 0.03, 9

_SEED = 100


class Shot(NamedTuple):
    """A frame of a take, and its truth."""

    frame: Frame
    planes: Planes
    """The same in Y, U and V of 4:2:0, BT.601, limited range."""
    truth: Matte


@dataclass(frozen=True)
class Take:
    """A portrait that moves before a room. The same values give the same frames."""

    portrait: Frame
    alpha: Matte
    """Of the portrait, at its size."""
    room: Frame
    number: int = 0
    """Chance goes by it: how she moves, what a hand does, the noise."""
    camera: str = "still"
    """Of `CAMERAS`."""
    light: str = "even"
    """Of `LIGHTS`."""
    size: Size = SIZE
    frames: int = FRAMES

    def shots(self) -> Iterator[Shot]:
        """Yield the frames."""
        chance = self._chance("noise")
        for place in range(self.frames):
            frame, truth = self._clean(place)
            noisy = frame + chance.normal(0, NOISE, frame.shape)
            pixels = np.clip(np.rint(noisy), 0, 255).astype(np.uint8)
            yield Shot(pixels, planes_of(pixels), truth)

    def behind(self, place: int) -> Frame:
        """Return the room as the camera sees it in a frame, in the light of the first."""
        return np.asarray(
            self._seen(self._wide_room, self._to_frame(place), cv2.INTER_CUBIC), np.uint8
        )

    def _clean(self, place: int) -> tuple[Any, Matte]:
        """Return a frame in levels, without noise, and its truth."""
        portrait, alpha = self._fitted
        to_frame = self._to_frame(place) @ self._to_room(place)
        truth = self._seen(alpha, to_frame, cv2.INTER_LINEAR, cv2.BORDER_CONSTANT)
        # Of the portrait no border shows: its matte is 0 beyond.
        person = self._seen(portrait, to_frame, cv2.INTER_CUBIC).astype(np.float32)
        share = truth[..., None] / np.float32(255)
        frame = share * person + (1 - share) * self.behind(place)
        return frame * LIGHTS[self.light].gains(place), truth

    def _seen(
        self, picture: Any, matrix: Floats, weights: int, border: int = cv2.BORDER_REPLICATE
    ) -> Any:
        return cv2.warpPerspective(picture, matrix, self.size, flags=weights, borderMode=border)

    def _to_frame(self, place: int) -> Floats:
        """Return what takes the room's picture to a frame."""
        height, width = self._wide_room.shape[:2]
        return homography(self._looks[place], self.size) @ _moved(-width / 2, -height / 2)

    def _to_room(self, place: int) -> Floats:
        """Return what takes the portrait to the room's picture, in a frame."""
        height, width = self._fitted[1].shape
        rows, cols = self._wide_room.shape[:2]
        first, second, third = self._phases
        across = _ACROSS * np.sin(place / _ACROSS_RADIAN + first)
        down = _DOWN * np.sin(place / _DOWN_RADIAN + second)
        if CAMERAS[self.camera].follows:
            across -= self._looks[place, 0]
        x = (cols - width) / 2 + across * self._unit
        y = (rows + self.size[1]) / 2 - height + (_SUNK + down) * self._unit
        lean = _LEANS * np.sin(place / _LEANS_RADIAN + third)
        foot = _moved(width / 2, height)
        return _moved(x, y) @ foot @ _turned(lean) @ np.linalg.inv(foot)

    def _chance(self, what: str) -> np.random.Generator:
        return np.random.default_rng([_SEED, self.number, *what.encode()])

    @property
    def _unit(self) -> float:
        return self.size[0] / UNIT_WIDTH

    @cached_property
    def _phases(self) -> Floats:
        return self._chance("person").uniform(0, 2 * np.pi, 3)

    @cached_property
    def _looks(self) -> Floats:
        return CAMERAS[self.camera].move(self.frames, self._chance("camera"))

    @cached_property
    def _fitted(self) -> tuple[Frame, Matte]:
        """The portrait and its matte at the size they have in the frame."""
        height, width = self.alpha.shape
        factor = min(_MOST_HEIGHT * self.size[1] / height, _MOST_WIDTH * self.size[0] / width)
        return _scaled(self.portrait, factor), _scaled(self.alpha, factor)

    @cached_property
    def _wide_room(self) -> Frame:
        """The room, larger than the frame: its upper left part in that proportion."""
        beyond = 2 * round(ROOM_BEYOND * self.size[0])
        width, height = self.size[0] + beyond, self.size[1] + beyond
        rows, cols = self.room.shape[:2]
        scaled = _scaled(self.room, max(width / cols, height / rows))
        return np.asarray(scaled[:height, :width], np.uint8)


def _moved(x: float, y: float) -> Floats:
    return np.array([[1, 0, x], [0, 1, y], [0, 0, 1]], np.float64)


def _turned(angle: float) -> Floats:
    cosine, sine = np.cos(angle), np.sin(angle)
    return np.array([[cosine, -sine, 0], [sine, cosine, 0], [0, 0, 1]], np.float64)


def _scaled(picture: Any, factor: float) -> Any:
    height, width = (max(1, int(np.ceil(factor * side - 1e-6))) for side in picture.shape[:2])
    weights = cv2.INTER_AREA if factor < 1 else cv2.INTER_CUBIC
    return cv2.resize(picture, (width, height), interpolation=weights)


def planes_of(frame: Frame) -> Planes:
    """Return Y, U and V of a frame of even sides."""
    height, width = frame.shape[:2]
    packed = np.asarray(cv2.cvtColor(frame, cv2.COLOR_BGR2YUV_I420), np.uint8)
    u, v = packed[height:].reshape(2, height // 2, width // 2)
    return packed[:height], u, v
