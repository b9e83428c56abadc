"""A slot of one picture between two threads: who writes never waits, who reads gets the newest."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.devices.planar import copy_planes, picture_bytes, planes_in

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Plane, Planes

# One is written to, one waits, one is being read.
_BUFFERS = 3


class Newest:
    """Three buffers: a picture that was not read when the next one comes is lost, and counted.

    Parameters
    ----------
    width, height : int
        Of the pictures, even.
    align : int
        What the rows of what is read begin at multiples of; the bytes between them are 0.
    """

    def __init__(self, width: int, height: int, align: int = 1) -> None:
        self._layout = width, height, align
        self._free: list[Plane] = [
            np.zeros(picture_bytes(*self._layout), np.uint8) for _ in range(_BUFFERS)
        ]
        self._waits: Plane | None = None
        self._read: Plane | None = None
        self._changed = threading.Condition()
        self.lost = 0

    def put(self, planes: Planes) -> None:
        """Copy a picture into the slot."""
        with self._changed:
            buffer = self._free.pop()
        copy_planes(planes, planes_in(buffer, *self._layout))
        with self._changed:
            if self._waits is not None:
                self._free.append(self._waits)
                self.lost += 1
            self._waits = buffer
            self._changed.notify_all()

    def take(self, over: Callable[[], bool]) -> Plane | None:
        """Wait for a picture that was not taken yet; it is the caller's until the next `take`.

        Returns
        -------
        (N,) uint8 ndarray or None
            The planes' bytes one after the other; None once `over` says so, which `wake` has asked.
        """
        with self._changed:
            if self._read is not None:
                self._free.append(self._read)
                self._read = None
            self._changed.wait_for(lambda: self._waits is not None or over())
            if over():
                return None
            self._read, self._waits = self._waits, None
            return self._read

    def wake(self) -> None:
        """Have who waits in `take` look whether it is over."""
        with self._changed:
            self._changed.notify_all()
