"""Memory that two processes see, for some pictures: each belongs to one of them at a time.

Which one belongs to whom is told through pipes, so there are neither locks that a killed process
could hold nor pictures that change while they are read.
"""

from __future__ import annotations

import itertools
import mmap
import os
import sys
import tempfile
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.devices.planar import picture_bytes, planes_in

if TYPE_CHECKING:
    from typing_extensions import Self

    from fastvbg._types import Planes

COUNT = 4
"""One is written to, one waits, one is being read, and one is on its way back."""

_PAGE = 4096
_numbers = itertools.count(1)


class Memory:
    """Places for pictures, of so many bytes each.

    `where` tells the other process how to find the memory that is `mapped`.
    """

    def __init__(self, place_bytes: int, where: dict[str, Any], mapped: mmap.mmap) -> None:
        self.place_bytes = place_bytes
        self.where = where
        self._bytes = np.frombuffer(mapped, np.uint8)

    @classmethod
    def create(cls, width: int, height: int) -> Self:
        """Make memory for pictures of up to that size; what is not used takes no room.

        Raises
        ------
        OSError
            There is no room.
        """
        place_bytes = -(-picture_bytes(width, height) // _PAGE) * _PAGE
        length = COUNT * place_bytes
        if sys.platform == "win32":
            tag = f"fastvbg-{os.getpid()}-{next(_numbers)}"
            return cls(place_bytes, {"tag": tag}, mmap.mmap(-1, length, tagname=tag))
        file = _nameless()
        os.truncate(file, length)
        return cls(place_bytes, {"file": file}, mmap.mmap(file, length))

    @classmethod
    def attach(cls, place_bytes: int, where: dict[str, Any]) -> Self:
        """Return the memory that another process has made."""
        length = COUNT * place_bytes
        if sys.platform == "win32":
            return cls(place_bytes, where, mmap.mmap(-1, length, tagname=where["tag"]))
        return cls(place_bytes, where, mmap.mmap(where["file"], length))

    def picture(self, place: int, width: int, height: int) -> Planes:
        """Return the planes of a picture, as views."""
        start = place * self.place_bytes
        return planes_in(self._bytes[start : start + self.place_bytes], width, height)

    @property
    def files(self) -> tuple[int, ...]:
        """The files that the other process inherits."""
        return (self.where["file"],) if "file" in self.where else ()

    def close(self) -> None:
        """Let go of the memory; views of it stay good."""
        for file in self.files:
            os.close(file)
        self.where = {}


def _nameless() -> int:
    """Return a file that goes with the last process that has it, whatever becomes of them."""
    if sys.platform == "linux":
        return os.memfd_create("fastvbg")
    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
