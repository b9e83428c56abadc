"""A program beside this one that is started again whenever it ends or falls silent."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable


class Patience(NamedTuple):
    """How long to wait, in seconds."""

    start: float = 10.0
    """From a program's start until it is at work; a handshake over the internet takes 1 or 2."""
    silence: float = 10.0
    """Between two signs of life once it is at work."""
    first: float = 0.5
    """Before it is started again; doubled each time, unless it was at work for `most`."""
    most: float = 10.0


class Kept(Protocol):
    """A program that runs."""

    def end(self) -> None:
        """End it within 1.5 seconds, and what reads from it; nothing is heard of it afterwards."""


class Keeper:
    """Starts a program, watches over it and starts it again, in a thread of its own.

    What reads from the program calls `at_work`, `alive` and `ended`.

    Parameters
    ----------
    name : str
        Of the program, for messages.
    start : callable
        Starts it. An OSError is told and tried again.
    patience : Patience
        How long to wait.
    """

    def __init__(self, name: str, start: Callable[[], Kept], patience: Patience) -> None:
        self._name, self._start, self._patience = name, start, patience
        self._changed = threading.Condition()
        self._closing = self._over = False
        self._since: float | None = None  # when it came to work
        self._deadline = math.inf
        self._again: float | None = None  # when it is started the next time
        self._reason = ""
        self.restarts = 0
        self._thread = threading.Thread(target=self._run, name=f"fastvbg {name}", daemon=True)

    def begin(self) -> None:
        """Start the program for the first time."""
        self._thread.start()

    def at_work(self) -> None:
        """Note that the program does what it was started for."""
        with self._changed:
            self._since = self._since or time.monotonic()
            self._deadline = time.monotonic() + self._patience.silence
            self._changed.notify_all()

    def alive(self) -> None:
        """Note a sign of life."""
        self._deadline = time.monotonic() + self._patience.silence

    def ended(self, reason: str) -> None:
        """Note that the program has ended, or is to be ended, and why."""
        with self._changed:
            self._over, self._reason = True, self._reason or reason
            self._changed.notify_all()

    @property
    def working(self) -> bool:
        """Whether the program is at work."""
        return self._since is not None

    @property
    def reason(self) -> str:
        """Why the program ended the last time; empty while none is known."""
        return self._reason

    def wait(self, seconds: float | None) -> bool:
        """Wait until the program is at work, or has failed; tell whether it is at work."""
        with self._changed:
            self._changed.wait_for(
                lambda: self.working or self._again is not None or self._closing, seconds
            )
            return self.working

    def status(self) -> str:
        """Return how it stands, for a status line: `connecting`, `connected`, or what else."""
        again, reason = self._again, self._reason
        if self._closing:
            return "closed"
        if self.working:
            return "connected"
        if again is None:
            return "connecting"
        seconds = max(1, math.ceil(again - time.monotonic()))
        return f"reconnecting in {seconds} s: {reason}"

    def close(self) -> None:
        """End the program and the thread; a second call does nothing."""
        with self._changed:
            self._closing = True
            self._changed.notify_all()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        pause = self._patience.first
        while not self._closing:
            lasted = self._attempt()
            if lasted >= self._patience.most:
                pause = self._patience.first
            with self._changed:
                if self._closing:
                    return
                self._again = time.monotonic() + pause
                self._changed.notify_all()
                self._changed.wait_for(lambda: self._closing, pause)
            pause = min(2 * pause, self._patience.most)
            self.restarts += 1

    def _attempt(self) -> float:
        """Run the program once; return for how many seconds it was at work."""
        with self._changed:
            self._over, self._reason, self._again = False, "", None
            self._deadline = time.monotonic() + self._patience.start
        try:
            program = self._start()
        except OSError as error:
            self._reason = f"{self._name} cannot be started: {error.strerror or error}"
            return 0.0
        self._watch()
        program.end()
        since, self._since = self._since, None
        return 0.0 if since is None else time.monotonic() - since

    def _watch(self) -> None:
        with self._changed:
            while not (self._closing or self._over):
                left = self._deadline - time.monotonic()
                if left <= 0:
                    limit = self._patience.silence if self.working else self._patience.start
                    what = "nothing more" if self.working else "no answer"
                    self._reason = f"{what} for {limit:g} s"
                    return
                self._changed.wait(min(left, threading.TIMEOUT_MAX))


class HasKeeper:
    """Tells how the program behind something does."""

    _keeper: Keeper | None = None

    def status(self) -> str:
        """Return `connecting`, `connected`, `reconnecting in n s: why` or `closed`."""
        return "closed" if self._keeper is None else self._keeper.status()
