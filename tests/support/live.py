"""A camera and a place for pictures, of memory alone."""

from __future__ import annotations

import threading
import time
from typing import Any

import numpy as np

from fastvbg.errors import SinkError, SourceError
from fastvbg.live_mode.pictures.grab import FORM, Grab
from fastvbg.media.colour import ColourTags
from fastvbg.media.planes import new_picture, planes_of

WIDTH, HEIGHT = 96, 64
ROOM, SQUARE = 200, 130
"""Luma of the room and of what moves, which nothing else has in more than some pixels."""


def room_picture(number: int) -> Any:
    """A picture of the room, in which a dark square moves."""
    picture = new_picture(WIDTH, HEIGHT, FORM)
    y, u, v = planes_of(picture)
    y[:], u[:], v[:] = ROOM, 128, 128
    left = (4 * number) % (WIDTH - 16)
    y[20:40, left : left + 16] = SQUARE
    return picture


class FakeCamera:
    """Gives a picture of the room every few milliseconds, and does what tests ask of it."""

    name, colour, told = "fake", ColourTags(6, 1), "fake 96x64"
    width, height, rate = WIDTH, HEIGHT, 100.0

    is_prompt = is_whole = is_paced = False

    def __init__(self, count: int | None = None) -> None:
        self.count, self.number, self.dropped = count, 0, 0
        self.opens = self.closes = 0
        self.is_open = False
        self.gone = threading.Event()
        self.silent = threading.Event()

    def open(self) -> None:
        if self.gone.is_set():
            raise SourceError("fake: is not there")
        self.opens += 1
        self.is_open = True

    def read(self, timeout: float) -> Grab | None:
        if self.gone.is_set():
            raise SourceError("fake: was unplugged")
        if self.silent.is_set():
            time.sleep(min(timeout, 0.02))
            return None
        if self.count is not None and self.number >= self.count:
            raise EOFError
        time.sleep(1 / self.rate)
        self.number += 1
        return Grab(room_picture(self.number), time.monotonic())

    def recycle(self, picture: Any) -> None:
        pass

    def close(self) -> None:
        self.closes += self.is_open
        self.is_open = False


class Kept:
    """Keeps the luma of every picture that leaves."""

    name, status = "kept", ""

    def __init__(self, *, watched: bool | None = True, most: int | None = None) -> None:
        self.pictures: list[np.ndarray] = []
        self.times: list[float] = []
        self.captured: list[float] = []
        self.is_watched, self.most, self.dropped = watched, most, 0
        self.opened: tuple[int, int, float] | None = None
        self.closes = 0

    def open(self, width: int, height: int, rate: float) -> None:
        self.opened = width, height, rate

    def write(self, planes: Any, captured: float) -> None:
        if self.most is not None and len(self.pictures) >= self.most:
            raise SinkError("kept: the disk is full")
        self.pictures.append(planes[0].copy())
        self.times.append(time.monotonic())
        self.captured.append(captured)

    def watched(self) -> bool | None:
        return self.is_watched

    def close(self) -> None:
        self.closes += 1

    def shows_room(self, index: int) -> float:
        """Share of a picture that is the room."""
        return float((np.abs(self.pictures[index].astype(int) - ROOM) < 12).mean())
