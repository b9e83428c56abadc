"""Signals heeded where it is safe to stop, not in the middle of a lock or a clean-up."""

from __future__ import annotations

import signal
import threading
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

    from typing_extensions import Self

_SIGNALS = (signal.SIGINT, signal.SIGTERM)


class Interrupts:
    """Notes SIGINT and SIGTERM, and passes them on to their handlers when asked. A context manager.

    Only handlers in Python are put off, and only in the main thread, where they run. One that has
    come last is passed on when the context is left.
    """

    def __init__(self) -> None:
        self._handlers: dict[int, Callable[[int, FrameType | None], Any]] = {}
        self._come: int | None = None

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._come = number

    def check(self) -> None:
        """Call the handler of a signal that has come; as a rule it raises."""
        if self._come is not None:
            number, self._come = self._come, None
            self._handlers[number](number, None)

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                handler = signal.getsignal(number)
                if callable(handler):
                    self._handlers[number] = handler
                    signal.signal(number, self._note)
        return self

    def __exit__(self, *exception: object) -> None:
        for number, handler in self._handlers.items():
            signal.signal(number, handler)
        self.check()
