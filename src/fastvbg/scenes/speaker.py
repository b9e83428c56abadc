"""A generated scene with exact truth: a speaker-like figure before a textured room.

Everything is drawn from formulas and a seeded generator, so the same arguments give the same bytes.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.compositing.frames import blend

if TYPE_CHECKING:
    from collections.abc import Iterator

    import numpy.typing as npt

    from fastvbg._types import Frame, Matte

    _Colour = tuple[int, int, int]

_NOISE_SIGMA = 1.5  # of the sensor, in 8-bit steps: a webcam in good light
_DETAIL = 3  # the figure is drawn this many times larger and shrunk, for a soft exact edge
_CLOTH_SIGMA = 60.0  # before blurring, which leaves a quarter of it


class SceneFrame(NamedTuple):
    """A frame of the scene and the truth of it."""

    frame: Frame
    truth: Matte
    """Coverage by the figure, (H, W) uint8."""


@dataclass(frozen=True)
class Scene:
    """The scene's size and length."""

    width: int = 640
    height: int = 360
    frames: int = 120
    rate: int = 30
    seed: int = 7
    empty: float = 0.5
    """Seconds of the room alone, before the figure comes in."""

    def draw_behind(self, rng: np.random.Generator) -> Frame:
        """Return what the figure stands before, (H, W, 3) uint8 BGR."""
        return draw_room(self.width, self.height, rng)

    def lit(self, figure: Frame, truth: Matte) -> Frame:  # noqa: ARG002
        """Return the figure in the light of what is behind it."""
        return figure

    def __iter__(self) -> Iterator[SceneFrame]:
        """Yield the frames in order."""
        rng = np.random.default_rng(self.seed)
        behind = self.draw_behind(rng)
        cloth = rng.normal(0, _CLOTH_SIGMA, (2 * self.height, 2 * self.width)).astype(np.float32)
        cloth = np.asarray(cv2.GaussianBlur(cloth, (0, 0), 1.2), np.float32)
        noise = rng.normal(0, _NOISE_SIGMA, (2 * self.height, self.width, 3)).astype(np.float32)
        for index in range(self.frames):
            figure, truth = _draw_figure(self, index / self.rate, cloth)
            clean = blend(self.lit(figure, truth), truth, behind)
            # A window of one noise field at a fresh place each frame: as good as new noise here,
            # and a tenth of the time.
            top = int(rng.integers(0, self.height))
            shift = int(rng.integers(0, self.width))
            grain = np.roll(noise[top : top + self.height], shift, axis=1)
            yield SceneFrame(_to_uint8(clean + grain), truth)


def draw_room(width: int, height: int, rng: np.random.Generator) -> Frame:
    """Return the empty room, (H, W, 3) uint8 BGR: wall paper, a window, a shelf of books, a floor.

    Parameters
    ----------
    width, height : int
        Size in pixels.
    rng : numpy.random.Generator
        Of the texture.

    """
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    light = 1.05 - 0.35 * (x / width) - 0.15 * (y / height)
    stripes = 1 + 0.04 * np.sin(2 * np.pi * x / (width / 40))
    wall = np.array([150, 175, 190], np.float32) * (light * stripes)[..., np.newaxis]
    coarse = rng.normal(0, 6, (max(1, height // 6), max(1, width // 6))).astype(np.float32)
    wall += cv2.resize(coarse, (width, height), interpolation=cv2.INTER_CUBIC)[..., np.newaxis]
    room = _to_uint8(wall)

    def at(fx: float, fy: float) -> tuple[int, int]:
        return round(fx * width), round(fy * height)

    cv2.rectangle(room, at(0.06, 0.1), at(0.3, 0.55), (235, 215, 190), -1)
    cv2.rectangle(room, at(0.06, 0.1), at(0.3, 0.55), (90, 110, 130), max(1, width // 100))
    cv2.line(room, at(0.18, 0.1), at(0.18, 0.55), (90, 110, 130), max(1, width // 160))
    cv2.rectangle(room, at(0.68, 0.48), at(0.97, 0.51), (50, 75, 110), -1)
    left = 0.69
    while left < 0.94:
        thick = float(rng.uniform(0.008, 0.02))
        colour = tuple(int(v) for v in rng.integers(40, 210, 3))
        top = float(rng.uniform(0.27, 0.36))
        cv2.rectangle(room, at(left, top), at(left + thick, 0.48), colour, -1)
        left += thick + 0.002
    cv2.rectangle(room, at(0, 0.9), at(1, 1), (70, 95, 125), -1)
    return room


def draw_backdrop(width: int, height: int) -> Frame:
    """Return a picture to put behind the figure, (H, W, 3) uint8 BGR: hills at sunset.

    Parameters
    ----------
    width, height : int
        Size in pixels.

    """
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    fx, fy = x / width, y / height
    top, low = np.array([110, 50, 40], np.float32), np.array([90, 150, 250], np.float32)
    sky = top + (low - top) * np.clip(fy / 0.7, 0, 1)[..., np.newaxis]
    glow = np.exp(-(((fx - 0.72) * width / height) ** 2 + (fy - 0.55) ** 2) / 0.03)
    picture = sky + glow[..., np.newaxis] * np.array([60, 110, 120], np.float32)
    for base, swing, phase, shade in (
        (0.62, 0.05, 0.3, 70),
        (0.72, 0.06, 2.1, 45),
        (0.84, 0.04, 4.0, 22),
    ):
        ridge = base + swing * np.sin(7 * fx + phase) + 0.3 * swing * np.sin(23 * fx + 2 * phase)
        picture[fy > ridge] = np.array([shade, 0.75 * shade, 0.6 * shade], np.float32)
    return _to_uint8(picture)


def _to_uint8(values: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Round half up and clip."""
    return np.asarray(np.clip(values + 0.5, 0, 255), np.uint8)


class _Canvas:
    """The figure's colour and coverage, drawn together at `_DETAIL` times the size."""

    def __init__(self, width: int, height: int) -> None:
        self.height = height * _DETAIL
        self.width = width * _DETAIL
        self._size = (width, height)
        self._colour = np.zeros((self.height, self.width, 3), np.uint8)
        self._cover = np.zeros((self.height, self.width), np.uint8)

    def ellipse(
        self, x: float, y: float, rx: float, ry: float, colour: _Colour, half: bool = False
    ) -> None:
        """Draw an ellipse, or its upper half; lengths are shares of the height."""
        centre, axes = self._point(x, y), self._point(rx, ry)
        start, end = (180, 360) if half else (0, 360)
        cv2.ellipse(self._colour, centre, axes, 0, start, end, colour, -1)
        cv2.ellipse(self._cover, centre, axes, 0, start, end, (255,), -1)

    def limb(
        self, x0: float, y0: float, x1: float, y1: float, thick: float, colour: _Colour
    ) -> None:
        """Draw a round-ended line; lengths are shares of the height."""
        ends, wide = (self._point(x0, y0), self._point(x1, y1)), max(1, round(thick * self.height))
        cv2.line(self._colour, *ends, colour, wide)
        cv2.line(self._cover, *ends, (255,), wide)

    def _point(self, x: float, y: float) -> tuple[int, int]:
        return round(x * self.height), round(y * self.height)

    def shrunk(self) -> tuple[npt.NDArray[np.float32], Matte]:
        """Return straight colour and coverage at the frame's size.

        Colour shrinks premultiplied by the coverage and is divided again, so that no black of the
        empty canvas gets into the edge.
        """
        cover = cv2.resize(self._cover, self._size, interpolation=cv2.INTER_AREA)
        colour = cv2.resize(self._colour, self._size, interpolation=cv2.INTER_AREA)
        gain = np.float32(255) / np.maximum(cover, 1).astype(np.float32)
        straight = np.asarray(colour * gain[..., np.newaxis], np.float32)
        return straight, np.asarray(cover, np.uint8)


def _draw_figure(scene: Scene, seconds: float, cloth: npt.NDArray[np.float32]) -> SceneFrame:
    """Return the figure at a time, and its coverage: head, body and a waving arm, always swaying.

    `cloth` is a texture that moves with the figure: it is what frame difference can see of the
    inside of a body in motion.
    """
    canvas = _Canvas(scene.width, scene.height)
    t = seconds - scene.empty
    aspect = scene.width / scene.height
    enter = 1 - min(1.0, max(0.0, t) / 0.8)
    x = aspect * (0.47 + 0.055 * np.sin(2.6 * t) - 0.8 * enter * enter)
    y = 0.012 * np.sin(5.1 * t)
    if t >= 0:
        _draw_body(canvas, x, y, t)
        _draw_head(canvas, x + 0.015 * np.sin(3.7 * t), 0.36 + y)
    colour, cover = canvas.shrunk()
    moved = np.array(
        [[1, 0, (x - aspect) * scene.height], [0, 1, (y - 0.1) * scene.height]], np.float32
    )
    texture = cv2.warpAffine(cloth, moved, (scene.width, scene.height))
    return SceneFrame(_to_uint8(colour + texture[..., np.newaxis]), cover)


def _draw_body(canvas: _Canvas, x: float, y: float, t: float) -> None:
    shirt, sleeve, skin = (125, 75, 60), (110, 62, 50), (140, 170, 220)
    canvas.ellipse(x, 1.02 + y, 0.36, 0.42, shirt, half=True)
    swing = 0.5 + 0.5 * np.sin(4.4 * t)
    elbow = x + 0.42, 0.86 - 0.06 * swing
    hand = elbow[0] + 0.02 + 0.1 * swing, 0.62 - 0.1 * swing
    canvas.limb(x + 0.26, 0.8 + y, *elbow, 0.11, sleeve)
    canvas.limb(*elbow, *hand, 0.08, sleeve)
    canvas.ellipse(*hand, 0.055, 0.055, skin)


def _draw_head(canvas: _Canvas, x: float, y: float) -> None:
    canvas.ellipse(x, y + 0.22, 0.06, 0.1, (120, 150, 200))
    canvas.ellipse(x, y - 0.04, 0.145, 0.18, (35, 45, 60))
    canvas.ellipse(x, y + 0.02, 0.115, 0.15, (140, 170, 220))
    for side in (-1, 1):
        canvas.ellipse(x + 0.045 * side, y - 0.005, 0.014, 0.01, (60, 50, 50))
    canvas.ellipse(x, y + 0.095, 0.035, 0.012, (90, 90, 170))
