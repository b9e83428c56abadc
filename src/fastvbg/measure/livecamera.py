"""A camera of the live bench: JPEGs from memory at a steady rate, each with its time."""

from __future__ import annotations

import time
from itertools import islice
from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.constants import LIVE_JPEG_QUALITY
from fastvbg.devices.v4l2.counting import Counts
from fastvbg.devices.v4l2.nodes import Node
from fastvbg.devices.v4l2.picture import Picture
from fastvbg.devices.v4l2.stream import Frame
from fastvbg.measure.fullhd import ENTERED
from fastvbg.media.model import CopiedPacket
from fastvbg.scenes.speaker import Scene
from fastvbg.source import open_source

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from fastvbg._types import Size

_SCENES = 64


def draw_jpegs(
    size: Size, clip: str | None = None, count: int = _SCENES, quality: int = LIVE_JPEG_QUALITY
) -> list[bytes]:
    """Return frames of a person that moves, compressed as a camera does, 4:2:2.

    Parameters
    ----------
    size : (int, int)
        Width and height.
    clip : str, optional
        A video of the person; by default the generated scene is drawn.
    count : int
        How many frames at most.
    quality : int
        Of the compression, 1 to 100.
    """
    jpegs = []
    options = [
        cv2.IMWRITE_JPEG_QUALITY,
        quality,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR,
        cv2.IMWRITE_JPEG_SAMPLING_FACTOR_422,
    ]
    for frame in islice(_frames(size, clip, count), count):
        picture = cv2.resize(frame, size, interpolation=cv2.INTER_AREA)
        jpegs.append(cv2.imencode(".jpg", picture, options)[1].tobytes())
    return jpegs


def _frames(size: Size, clip: str | None, count: int) -> Iterator[Any]:
    if clip is None:
        scene = Scene(*size, frames=count, empty=ENTERED)
        return (each.frame for each in scene)
    return (item.frame for item in _items(clip) if not isinstance(item, CopiedPacket))


def _items(clip: str) -> Iterator[Any]:
    with open_source(clip) as source:
        yield from source


class JpegCamera:
    """Looks like a `Camera` to whoever reads it.

    Parameters
    ----------
    jpegs : list of bytes
        Given in turn.
    size : (int, int)
        Of the pictures.
    rate : Fraction
        Frames a second.
    """

    source = "made-up camera"

    def __init__(self, jpegs: list[bytes], size: Size, rate: Fraction) -> None:
        self._arrays = [np.frombuffer(jpeg, np.uint8) for jpeg in jpegs]
        self.rate = rate
        self.picture = Picture("MJPG", *size, 0, 0, "bt601", full_range=True)
        self.node = Node("/dev/null", "made up", "none", "none", 0)
        self.counts = Counts()
        self._start, self._last = 0.0, -1

    def open(self) -> None:
        """Begin."""
        self._start, self._last = time.monotonic(), -1

    def read(self, timeout: float) -> Frame | None:
        """Return the newest frame, waiting for its time."""
        period = 1 / float(self.rate)
        now = time.monotonic()
        number = max(self._last + 1, int((now - self._start) / period))
        due = self._start + number * period
        if due > now:
            time.sleep(min(due - now, timeout))
            if due - now > timeout:
                return None
        missed = number - self._last - 1
        self._last = number
        self.counts = self.counts._replace(
            delivered=self.counts.delivered + 1, dropped=self.counts.dropped + missed
        )
        return Frame(self._arrays[number % len(self._arrays)], due, number)

    def close(self) -> None:
        """Do nothing."""
