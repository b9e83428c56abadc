"""Limits of a task in its own process: the process ends when it goes beyond them."""

from __future__ import annotations

import os
import sys
import threading
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

TOO_LONG, TOO_LARGE = 124, 125
"""Exit codes."""
_EVERY = 0.5
_STATM = Path("/proc/self/statm")


class Guard:
    """Ends this process when a task takes too long or too much memory. A context manager.

    A thread looks from time to time: an encoder that hangs holds no lock of Python's.

    Parameters
    ----------
    seconds : float, optional
        How long it may take.
    memory : int, optional
        How many bytes the process may take.
    end : callable
        Called with the exit code.
    """

    def __init__(
        self,
        seconds: float | None,
        memory: int | None,
        end: Callable[[int], object] = os._exit,
    ) -> None:
        self._seconds, self._memory, self._end = seconds, memory, end
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> Self:
        if self._seconds is not None or self._memory is not None:
            self._thread.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()

    def _look(self) -> None:
        begun = time.monotonic()
        while not self._over.wait(_EVERY):
            if self._seconds is not None and time.monotonic() - begun > self._seconds:
                self._stop(f"takes longer than {self._seconds:.0f} s", TOO_LONG)
                return
            if self._memory is not None and memory_taken() > self._memory:
                self._stop(f"takes more than {self._memory >> 20} MiB of memory", TOO_LARGE)
                return

    def _stop(self, why: str, code: int) -> None:
        print(f"fastvbg: this worker's task {why}; it ends", file=sys.stderr, flush=True)  # noqa: T201
        self._end(code)


def memory_taken() -> int:
    """Return the bytes of memory that this process takes; 0 where the system does not say."""
    try:
        return int(_STATM.read_bytes().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, AttributeError):
        return 0


def memory_there() -> int:
    """Return the bytes of memory that this process and its children may take; 0 if unknown.

    A container's limit counts, where there is one.
    """
    try:
        there = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return 0
    for limit in (
        "/sys/fs/cgroup/memory.max",
        "/sys/fs/cgroup/memory/memory.limit_in_bytes",
    ):
        try:
            there = min(there, int(Path(limit).read_text()))
        except (OSError, ValueError):  # not there, or "max"
            continue
    return there
