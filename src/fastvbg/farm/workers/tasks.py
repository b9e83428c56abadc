"""What is handed to workers: one piece of work, and how it ended. All of it can be pickled."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol

from fastvbg.errors import FastvbgError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastvbg.urls import Url


class Heard:
    """What is heard of a piece of work while it goes on."""

    def moved(self, frames: int, expected: int | None) -> None:
        """Take the count of frames so far, and of those to come."""

    def told(self, line: str) -> None:
        """Take a line that is worth knowing before the end."""


class Work(Protocol):
    """A piece of work: may be done again, by another worker, and even twice at once."""

    def __call__(self, heard: Heard) -> Any:
        """Do it, and return a few facts."""


@dataclass(frozen=True)
class Task:
    """A piece of work in the queue."""

    key: str
    """Its name in this run, which no other has."""
    label: str
    """Its name for people: `talk.mp4, part 3 of 12`."""
    work: Work
    frames: int | None = None
    """How many there are to do; None where that is not known, 0 where nothing is rendered."""
    rank: tuple[int, ...] = ()
    """The smallest comes first."""
    seconds: float | None = None
    """How long it may take; what takes longer hangs, and is done again."""
    threads: int = 1
    """As many as the work uses."""
    output: Path | Url | None = None
    """What it is for: a worker that is killed may have left something beside it."""


@dataclass(frozen=True)
class Ended:
    """What came of a piece of work."""

    value: Any = None
    seconds: float = 0.0
    error: str | None = None
    """One line; None where all went well."""
    fault: bool = False
    """Whether the error is none of fastvbg's own: it may not come again."""


def perform(task: Task, heard: Heard) -> Ended:
    """Do a task's work; errors are part of what comes of it."""
    start = time.perf_counter()
    try:
        value = task.work(heard)
    except FastvbgError as error:
        return Ended(error=str(error), seconds=time.perf_counter() - start)
    except MemoryError:
        line = "out of memory: the frames are too large for this machine"
        return Ended(error=line, fault=True, seconds=time.perf_counter() - start)
    except Exception as error:
        return Ended(error=_line(error), fault=True, seconds=time.perf_counter() - start)
    return Ended(value, time.perf_counter() - start)


def _line(error: Exception) -> str:
    from fastvbg.libraries import not_loaded

    known = not_loaded(error)
    if known is not None:
        return str(known)
    said = " ".join(str(error).split())
    return f"{type(error).__name__}: {said}" if said else type(error).__name__


class Throttled(Heard):
    """Passes on what is heard, of frames no more often than every so many seconds.

    Parameters
    ----------
    send : callable
        Gets what is heard: a count of frames with those to come, or a line.
    seconds : float
        Between two counts.
    """

    def __init__(self, send: Callable[[Any], None], seconds: float) -> None:
        self._send, self._seconds = send, seconds
        self._next = 0.0

    def moved(self, frames: int, expected: int | None) -> None:
        """Pass a count on, if it is time to."""
        now = time.monotonic()
        if now >= self._next:
            self._next = now + self._seconds
            self._send((frames, expected))

    def told(self, line: str) -> None:
        """Pass a line on."""
        self._send(line)
