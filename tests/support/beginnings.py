"""Clips that begin with black, slates and fades, before a screen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import av
import numpy as np

from fastvbg.reference.keyspace import keyspace
from tests.support.same_bytes import same_bytes

WIDTH, HEIGHT = 96, 64
GREEN, BLUE, RED = (60, 170, 60), (180, 70, 30), (40, 40, 150)
BLACK, WHITE, GRAY = (0, 0, 0), (255, 255, 255), (200, 200, 200)
Make = Callable[[int], np.ndarray]


def full(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


def take(index: int, colour: tuple[int, int, int] = GREEN) -> np.ndarray:
    """A thing that walks before a screen."""
    frame = full(colour)
    frame[16:56, 30 + index // 4 : 60 + index // 4] = (90, 110, 190)
    return frame


def truth(index: int) -> np.ndarray:
    where = np.zeros((HEIGHT, WIDTH), bool)
    where[16:56, 30 + index // 4 : 60 + index // 4] = True
    return where


def faded(frame: np.ndarray, share: float, towards: int = 0) -> np.ndarray:
    return (towards + (frame.astype(float) - towards) * min(1.0, share)).astype(np.uint8)


def write(path: Path, make: Make, count: int = 40, codec: str = "libx264") -> Path:
    options = {"crf": "8", "preset": "ultrafast"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25, options=same_bytes(codec, options))
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(count):
            container.mux(video.encode(av.VideoFrame.from_ndarray(make(index), format="bgr24")))
        container.mux(video.encode(None))
    return path


def overlap(mask: np.ndarray, where: np.ndarray) -> float:
    kept = mask > 128
    return np.count_nonzero(kept & where) / np.count_nonzero(kept | where)


def planes_of(frame: np.ndarray) -> tuple[np.ndarray, ...]:
    y, u, v = keyspace(frame)
    return y, u[::2, ::2].copy(), v[::2, ::2].copy()
