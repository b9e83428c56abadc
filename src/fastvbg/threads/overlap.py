"""Work in threads of its own: what comes ahead of the pipeline's thread, and what goes after it.

FFmpeg's libraries run without the GIL, so decoding, compositing and encoding go on at once. Queues
are short: a slow stage holds the others back, and memory stays flat.
"""

from __future__ import annotations

import threading
import time
from collections import deque
from typing import TYPE_CHECKING, Any, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from typing_extensions import Self

    Poll = Callable[[], None]

T = TypeVar("T")

# How soon an interrupt is heeded while the pipeline waits.
_POLL_SECONDS = 0.1
# How long a source may take to come back, which one that waits for a pipe may never do.
_JOIN_SECONDS = 5.0

# Enough to even out key frames; at 4K in 10 bits a frame is 25 MB.
DEPTH = 4


class ClosedError(Exception):
    """The other end of a channel has gone."""


class Channel(Generic[T]):
    """A bounded queue that either end may close; closing wakes whoever waits.

    Parameters
    ----------
    depth : int
        How many items it holds.
    """

    def __init__(self, depth: int = DEPTH) -> None:
        self._items: deque[T] = deque()
        self._depth = depth
        self._changed = threading.Condition()
        self._finished = self._closed = False

    def put(self, item: T, poll: Poll | None = None) -> None:
        """Add an item, after waiting for room; `poll` is called now and then meanwhile."""
        with self._changed:
            while len(self._items) >= self._depth and not self._closed:
                self._wait(poll)
            if self._closed:
                raise ClosedError
            self._items.append(item)
            if len(self._items) == 1:  # else nobody waits for one
                self._changed.notify_all()

    def take(self, poll: Poll | None = None) -> T:
        """Return the next item, after waiting for one; `ClosedError` when none will come."""
        with self._changed:
            while not self._items and not self._finished and not self._closed:
                self._wait(poll)
            if self._closed or not self._items:
                raise ClosedError
            item = self._items.popleft()
            # A putter that waits is woken when half has gone: waking it for each item costs a
            # switch of threads a frame.
            if len(self._items) <= self._depth // 2:
                self._changed.notify_all()
            return item

    @property
    def has_room(self) -> bool:
        """Whether an item could be added without waiting."""
        return len(self._items) < self._depth

    def _wait(self, poll: Poll | None) -> None:
        self._changed.wait(None if poll is None else _POLL_SECONDS)
        if poll is not None:
            poll()

    def finish(self) -> None:
        """Let no more items come; those that are here may be taken."""
        with self._changed:
            self._finished = True
            self._changed.notify_all()

    def close(self) -> None:
        """Drop all items and end both sides' waiting."""
        with self._changed:
            self._closed = True
            self._items.clear()
            self._changed.notify_all()


class _Worker(Generic[T]):
    """A channel and the thread at one end of it, which begins with the context."""

    def __init__(self, name: str, poll: Poll | None) -> None:
        self._poll = poll
        self._channel: Channel[T] = Channel()
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._work, name=f"fastvbg {name}", daemon=True)
        self.seconds = 0.0
        """How long the items took, without the waiting for the other end."""

    def _work(self) -> None:
        raise NotImplementedError

    def __enter__(self) -> Self:
        self._thread.start()
        return self


class Ahead(_Worker[T]):
    """Iterates in a thread of its own, some items ahead of who takes them. A context manager.

    Parameters
    ----------
    items : iterable
        What to iterate; only that thread touches it until the context is left. If it can demand
        progress it is asked to, now and then, by who waits for an item.
    name : str
        Of the thread.
    poll : callable, optional
        Called now and then by who waits for an item; what it raises ends the waiting.
    """

    def __init__(self, items: Iterable[T], name: str, poll: Poll | None = None) -> None:
        super().__init__(name, _both(poll, getattr(items, "demand_progress", None)))
        self._items = items

    def _work(self) -> None:
        try:
            start = time.perf_counter()
            for item in self._items:
                self.seconds += time.perf_counter() - start
                self._channel.put(item)
                start = time.perf_counter()
        except ClosedError:
            pass
        except BaseException as error:  # raised where the items are taken
            self._error = error
        finally:
            self._channel.finish()

    def __iter__(self) -> Iterator[T]:
        """Yield the items; raise what went wrong with them after the last good one."""
        while True:
            try:
                item = self._channel.take(self._poll)
            except ClosedError:
                break
            yield item
        if self._error is not None:
            raise self._error

    def __exit__(self, *exception: object) -> None:
        self._channel.close()
        self._thread.join(_JOIN_SECONDS)
        if self._thread.is_alive() and hasattr(self._items, "abandon"):
            self._items.abandon()


def _both(one: Poll | None, other: Poll | None) -> Poll | None:
    """Return what calls both, as far as they are there."""
    if one is None or other is None:
        return one or other
    polls = one, other

    def poll() -> None:
        for each in polls:
            each()

    return poll


class Behind(_Worker[T]):
    """Handles items in a thread of its own, in order. A context manager.

    Left without an error, it waits until all is done, and raises what went wrong. Left by an error
    it drops what waits, unless `drain` says to do that too.

    Parameters
    ----------
    handle : callable
        Called with each item.
    name : str
        Of the thread.
    drain : callable, optional
        Told the type of the error; whether to do first what waits.
    poll : callable, optional
        As for `Ahead`.
    """

    def __init__(
        self,
        handle: Callable[[T], None],
        name: str,
        drain: Callable[[Any], bool] = lambda kind: kind is None,
        poll: Poll | None = None,
    ) -> None:
        super().__init__(name, poll)
        self._handle = handle
        self._drain = drain

    def _work(self) -> None:
        try:
            while True:
                item = self._channel.take()
                start = time.perf_counter()
                self._handle(item)
                self.seconds += time.perf_counter() - start
        except ClosedError:
            pass
        except BaseException as error:  # raised where items are put
            self._error = error
        finally:
            self._channel.close()

    @property
    def has_room(self) -> bool:
        """Whether `put` would not wait now."""
        return self._channel.has_room

    def put(self, item: T) -> None:
        """Hand over an item, after waiting for room; raise what went wrong with earlier ones."""
        try:
            self._channel.put(item, self._poll)
        except ClosedError:
            if self._error is None:
                raise
            raise self._error from None

    def __exit__(self, kind: Any, *exception: object) -> None:
        if self._drain(kind):
            self._channel.finish()
        else:
            self._channel.close()
        self._thread.join()
        if kind is None and self._error is not None:
            raise self._error
