"""Generated scenes beside the demo's: a green screen, depths of the room; and files of them."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.scenes.speaker import Scene
from fastvbg.sink import open_sink

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from fastvbg._types import Depth, Frame, Matte

_GREEN = (70, 160, 60)
_SPILL = 0.7  # of the screen's light, at the edge of the figure

_ROOM_MM, _FIGURE_MM, _BODY_MM = 2600, 1100, 250
_DEPTH_NOISE = 0.008  # standard deviation as a share of the depth
_HOLES = 0.002  # share of pixels without a measurement


class GreenScreen(Scene):
    """The figure before a green screen: unevenly lit, with folds, and green light on the figure."""

    def draw_behind(self, rng: np.random.Generator) -> Frame:
        """Return the screen, (H, W, 3) uint8 BGR."""
        y, x = np.mgrid[0 : self.height, 0 : self.width].astype(np.float32)
        fx, fy = x / self.width, y / self.height
        lamp = np.exp(-((fx - 0.35) ** 2 / 0.35 + (fy - 0.4) ** 2 / 0.5))
        folds = np.zeros_like(fx)
        for place, wide, deep in zip(
            rng.uniform(0, 1, 7),
            rng.uniform(0.02, 0.05, 7),
            rng.uniform(0.02, 0.06, 7),
            strict=True,
        ):
            folds += deep * np.exp(-(((fx - place + 0.05 * fy) / wide) ** 2))
        light = (0.68 + 0.45 * lamp - folds)[..., np.newaxis]
        return np.asarray(np.clip(light * np.array(_GREEN) + 0.5, 0, 255), np.uint8)

    def lit(self, figure: Frame, truth: Matte) -> Frame:
        """Return the figure with the screen's light on it, strongest at its edge."""
        outside = cv2.GaussianBlur(255 - truth, (0, 0), self.height / 90)
        share = (outside * np.float32(_SPILL / 255))[..., np.newaxis]
        mixed = figure * (1 - share) + np.array(_GREEN, np.float32) * share
        return np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8)


def depth_map(truth: Matte, rng: np.random.Generator) -> Depth:
    """Return what a depth camera might measure of the scene, (H, W) uint16 in millimetres.

    The room recedes towards its left, the figure is round and stands before it. Depths are noisy
    in proportion; some pixels, and a shadow at the figure's left as stereo cameras have it, are 0:
    no measurement.

    Parameters
    ----------
    truth : ndarray, shape (H, W), uint8
        Coverage by the figure.
    rng : numpy.random.Generator
        Of the noise.

    Returns
    -------
    ndarray, shape (H, W), uint16
        The map.
    """
    height, width = truth.shape
    inside = (truth > 127).astype(np.uint8)
    round_ = cv2.distanceTransform(inside, cv2.DIST_L2, 3) * (4 / height)
    figure = _FIGURE_MM - _BODY_MM * np.sqrt(np.clip(round_, 0, 1))
    room = _ROOM_MM + 600 * (1 - np.arange(width) / width)
    depth = np.where(inside > 0, figure, room)
    depth *= 1 + _DEPTH_NOISE * rng.normal(size=depth.shape)
    shadow = np.roll(inside, -max(1, width // 80), axis=1) & ~inside
    holes = (shadow > 0) | (rng.random(depth.shape) < _HOLES)
    return np.where(holes, 0, depth + 0.5).astype(np.uint16)


def write_clip(frames: Iterable[Frame], path: Path, *, size: tuple[int, int], rate: int) -> None:
    """Write frames to a file, encoded as `fastvbg run` encodes by default.

    Parameters
    ----------
    frames : iterable of ndarray, shape (H, W, 3), uint8
        The frames, BGR.
    path : Path
        The file, or a numbered sequence; what is there is replaced.
    size : (int, int)
        Width and height.
    rate : int
        Frames a second.
    """
    info = StreamInfo(
        width=size[0],
        height=size[1],
        rate=Fraction(rate),
        time_base=Fraction(1, rate),
        frames=None,
        colour=ColourTags(),
    )
    with open_sink(path, info, overwrite=True) as sink:
        for place, frame in enumerate(frames):
            sink.write(frame, place, place + 1)
