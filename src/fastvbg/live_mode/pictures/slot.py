"""A place for one thing, the newest: what nobody took in time is dropped, so delay cannot grow."""

from __future__ import annotations

import threading
from typing import Generic, TypeVar

T = TypeVar("T")


class Slot(Generic[T]):
    """Hands the newest of something to another thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._item: T | None = None
        self._closed = self._woken = False
        self.dropped = 0
        """How many were replaced before they were taken."""

    def put(self, item: T) -> T | None:
        """Put something in; return what it replaced, if nobody had taken that."""
        with self._changed:
            old, self._item = self._item, item
            self.dropped += old is not None
            self._changed.notify()
            return old

    def take(self, timeout: float | None = None) -> T | None:
        """Take the newest, after waiting for one; None when none came in time, or it is closed."""
        with self._changed:
            self._changed.wait_for(lambda: self.is_full or self._closed or self._woken, timeout)
            item, self._item, self._woken = self._item, None, False
            self._changed.notify_all()
            return item

    def wait_taken(self, timeout: float) -> bool:
        """Tell whether there is nothing to take any more, after waiting for that."""
        with self._changed:
            return self._changed.wait_for(lambda: not self.is_full, timeout)

    def wake(self) -> None:
        """Let whoever waits, or the next to, go away with what there is."""
        with self._changed:
            self._woken = True
            self._changed.notify()

    def close(self) -> None:
        """Wake whoever waits; what is put in from now on is still taken."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()

    @property
    def is_full(self) -> bool:
        """Whether there is something to take."""
        return self._item is not None

    @property
    def closed(self) -> bool:
        """Whether it has been closed."""
        return self._closed
