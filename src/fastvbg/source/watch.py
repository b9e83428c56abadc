"""A decoder that does not come back: on damaged data FFmpeg's threads may wait for one another.

Nothing can end such a call. It is left to itself, and the user gets a line.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Generic, TypeVar

from fastvbg.errors import SourceError

if TYPE_CHECKING:
    from collections.abc import Callable

    from typing_extensions import Self

T = TypeVar("T")

_POLL_SECONDS = 0.1
# Polls during one packet; a minute, in which a process that sleeps grows no older.
_MOST_POLLS = 600
# How long a thread may take to come back from where it is.
_JOIN_SECONDS = 5.0


class Watch:
    """Watches over calls that should come back. A context manager around each.

    Parameters
    ----------
    words : str
        What to tell when one does not.
    """

    def __init__(self, words: str) -> None:
        self._words = words
        self._call = self._seen = self._polls = 0
        self._inside = False
        self.left = False
        """Whether a thread has been left in such a call."""

    def __enter__(self) -> Self:
        self._call += 1
        self._inside = True
        return self

    def __exit__(self, *exception: object) -> None:
        self._inside = False

    def poll(self) -> None:
        """Look whether the call of the last look is still on; to be called ten times a second.

        Raises
        ------
        SourceError
            It has been on for a minute.
        """
        if not self._inside or self._call != self._seen:
            self._seen, self._polls = self._call, 0
            return
        self._polls += 1
        if self._polls > _MOST_POLLS:
            raise SourceError(self._words)


class Watched(Generic[T]):
    """Does some work in a thread of its own, as long as a watch has nothing against it.

    Parameters
    ----------
    work : callable
        What to do.
    watch : Watch
        Over the calls that it makes.
    """

    def __init__(self, work: Callable[[], T], watch: Watch) -> None:
        self._work, self._watch = work, watch
        self._results: list[T] = []
        self._error: BaseException | None = None

    def __call__(self) -> T:
        """Return what the work returns, or raise what it raises."""
        thread = threading.Thread(target=self._do, name="fastvbg first frame", daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(_POLL_SECONDS)
                self._watch.poll()
        except BaseException:
            thread.join(_JOIN_SECONDS)
            self._watch.left = thread.is_alive()
            raise
        if self._error is not None:
            raise self._error
        return self._results[0]

    def _do(self) -> None:
        try:
            self._results.append(self._work())
        except BaseException as error:  # raised where the result is waited for
            self._error = error
