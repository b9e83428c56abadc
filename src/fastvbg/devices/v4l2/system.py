"""All that this package asks of the system about devices, in one object that tests replace."""

from __future__ import annotations

import ctypes
import mmap
import os
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

from fastvbg.errors import OptionError

if TYPE_CHECKING:
    from typing import TypeAlias

    Answer: TypeAlias = ctypes.Structure | ctypes.c_int32

if sys.platform == "linux":
    import fcntl
    import select

IN: Final = 0x1
PRIORITY: Final = 0x2
ERROR: Final = 0x8
HANG_UP: Final = 0x10
INVALID: Final = 0x20
"""Of poll(2): POLLIN, POLLPRI, POLLERR, POLLHUP, POLLNVAL, as Linux numbers them."""

_KEEPS_NO_DESCRIPTOR: Final = sys.version_info >= (3, 13)


class System:
    """The calls of Linux; each raises OSError as the system does."""

    def __init__(self) -> None:
        if sys.platform != "linux":
            raise OptionError(
                f"V4L2 devices: got {sys.platform}, wanted Linux, whose kernel alone has them"
            )

    def open(self, path: str) -> int:
        """Open a device for reading and writing; no call on it waits."""
        return os.open(path, os.O_RDWR | os.O_NONBLOCK | os.O_CLOEXEC)

    def close(self, fd: int) -> None:
        """Close a device."""
        os.close(fd)

    def ioctl(self, fd: int, request: int, answer: Answer) -> None:
        """Ask the driver; what it says is written into `answer`."""
        if sys.platform == "linux":
            fcntl.ioctl(fd, request, answer, True)

    def map(self, fd: int, length: int, offset: int) -> mmap.mmap:
        """Return a buffer of the driver's, for reading."""
        # The copy of the descriptor that a map keeps would hold the device open after its close,
        # for as long as somebody has a view of a frame.
        more = {"trackfd": False} if _KEEPS_NO_DESCRIPTOR else {}
        shared = {} if sys.platform == "win32" else {"flags": mmap.MAP_SHARED}
        reading = {} if sys.platform == "win32" else {"prot": mmap.PROT_READ}
        return mmap.mmap(fd, length, offset=offset, **shared, **reading, **more)

    def poll(self, fd: int, events: int, seconds: float) -> int:
        """Wait for events, at most so long; return those that came, or 0."""
        if sys.platform != "linux":
            return 0
        waiting = select.poll()
        waiting.register(fd, events)
        found = waiting.poll(max(0.0, seconds) * 1000)
        return found[0][1] if found else 0

    def write(self, fd: int, data: memoryview) -> int:
        """Write a frame; return how many bytes were taken."""
        return os.write(fd, data)

    def now(self) -> float:
        """Return seconds of the clock that stamps frames."""
        return time.monotonic()

    def names(self, folder: str) -> list[str]:
        """Return the names of what is in a folder."""
        return os.listdir(folder)  # noqa: PTH208 - names of /proc, by the thousand

    def link(self, path: str) -> str:
        """Return what a symbolic link says."""
        return os.readlink(path)  # noqa: PTH115 - likewise

    def real(self, path: str) -> str:
        """Return a path without symbolic links, such as those of /dev/v4l/by-id."""
        return os.path.realpath(path)

    def text(self, path: str) -> str:
        """Return a small file of /sys or /proc, without blanks around it."""
        return Path(path).read_text(encoding="utf-8", errors="replace").strip()

    def word(self, path: str) -> str:
        """Return such a file; a question mark where it cannot be read."""
        try:
            return self.text(path)
        except OSError:
            return "?"

    def pid(self) -> int:
        """Return the number of this process."""
        return os.getpid()
