"""What the two processes of a stream say to one another: lines, each a list in JSON.

From whoever has pictures: `frame`, its place, its number, when it was captured. Back: `free`, the
place, and whether the picture was lost. From the child besides: `open` with what it is at work on,
`alive`, and `failed` with a reason.
"""

from __future__ import annotations

import json
import threading
from contextlib import suppress
from typing import IO, Any, NamedTuple

FRAME, FREE, OPEN, ALIVE, FAILED = "frame", "free", "open", "alive", "failed"


def parse(line: bytes) -> list[Any]:
    """Return what a line says; nothing for what a killed process has not finished."""
    try:
        said = json.loads(line)
    except ValueError:
        return [""]
    return said if isinstance(said, list) and said else [""]


class Mouth:
    """Says lines, from several threads. One that nobody hears any more is lost."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self._pipe = pipe
        self._lock = threading.Lock()

    def say(self, *message: Any) -> None:
        """Say one line."""
        with self._lock, suppress(OSError, ValueError):
            self._pipe.write(json.dumps(message).encode() + b"\n")
            self._pipe.flush()

    def close(self) -> None:
        """End the pipe."""
        with self._lock, suppress(OSError, ValueError):
            self._pipe.close()


class Taken(NamedTuple):
    """A picture that the other process has handed over."""

    place: int
    number: int
    captured: float
    """In seconds of `time.monotonic`, which is one clock for all processes of a machine."""
    mouth: Mouth
    """By which its place is given back."""

    def give_back(self, *, lost: bool = False) -> None:
        """Let the other process write to its place again."""
        self.mouth.say(FREE, self.place, lost)


class Inbox:
    """The newest picture that was handed over; older ones are given back unread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waits: Taken | None = None
        self._over = False

    def put(self, picture: Taken) -> None:
        """Note a picture."""
        with self._changed:
            passed, self._waits = self._waits, picture
            self._changed.notify_all()
        if passed is not None:
            passed.give_back(lost=True)

    def take(self, timeout: float | None = None) -> Taken | None:
        """Wait for a picture; None after so many seconds, or when there is none to come."""
        with self._changed:
            self._changed.wait_for(lambda: self._waits is not None or self._over, timeout)
            taken, self._waits = self._waits, None
            return taken

    def forget(self) -> None:
        """Forget what waits: its process has ended."""
        with self._changed:
            self._waits = None

    def end(self) -> None:
        """Let nobody wait any longer."""
        with self._changed:
            self._over = True
            self._changed.notify_all()

    @property
    def over(self) -> bool:
        """Whether there is none to come."""
        return self._over


class Outbox:
    """The places that may be written to, and the way of handing pictures over.

    Parameters
    ----------
    mouth : Mouth
        By which they are handed over.
    count : int
        How many places there are.
    """

    def __init__(self, mouth: Mouth, count: int) -> None:
        self._mouth = mouth
        self._changed = threading.Condition()
        self._free = list(range(count))

    def free(self, place: int) -> None:
        """Note that a place was given back."""
        with self._changed:
            self._free.append(place)
            self._changed.notify_all()

    def place(self, timeout: float = 0.0) -> int | None:
        """Return a place to write to; None when the other process has them all for so long."""
        with self._changed:
            self._changed.wait_for(lambda: self._free, timeout)
            return self._free.pop() if self._free else None

    def send(self, place: int, number: int, captured: float) -> None:
        """Hand over what was written there."""
        self._mouth.say(FRAME, place, number, captured)
