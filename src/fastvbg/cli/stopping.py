"""SIGINT and SIGTERM end a command, also where something swallows what their handler raises."""

from __future__ import annotations

import signal
import sys
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

_SIGNALS = (signal.SIGINT, signal.SIGTERM)
_AGAIN_SECONDS = 0.05
"""After which a finalizer that swallowed one has most likely come to its end."""


class Stopped(BaseException):
    """SIGINT or SIGTERM, as an exception that nothing but the command line catches.

    Outputs are cleaned up on its way out.
    """

    kept = False
    """Whether the output was kept as far as it had come."""
    left: str | None = None
    """What else there is to say of what is left."""


class _Signals:
    """Raises `Stopped` when one comes, and knows of it until that is known to have arrived."""

    def __init__(self) -> None:
        self.come: int | None = None
        self._timer: threading.Timer | None = None
        self._before = sys.unraisablehook

    def stop(self, number: int, _frame: FrameType | None) -> None:
        """Raise what ends the command."""
        self.come = number
        raise Stopped(128 + number)

    def unraisable(self, told: Any) -> None:
        """Send again what a finalizer or a weak reference's callback swallowed."""
        if not isinstance(told.exc_value, Stopped):
            self._before(told)
        elif self._timer is None or not self._timer.is_alive():
            self._timer = threading.Timer(_AGAIN_SECONDS, self._send)
            self._timer.daemon = True
            self._timer.start()

    def _send(self) -> None:
        number = self.come
        if number is None:
            return
        if hasattr(signal, "pthread_kill"):  # it also ends a system call that waits
            signal.pthread_kill(threading.main_thread().ident or 0, number)
        else:
            signal.raise_signal(number)

    def check(self) -> None:
        """Raise what has come and was swallowed."""
        number, self.come = self.come, None
        if number is not None:
            raise Stopped(128 + number)

    def settle(self) -> None:
        """Send nothing again from now on."""
        timer, self._timer = self._timer, None
        if timer is not None:
            timer.cancel()
            timer.join()


_heard: _Signals | None = None


def check_stopped() -> None:
    """Raise `Stopped` where a signal has come and what it raised was swallowed.

    Python ignores what is raised in a finalizer, and a module that is imported may catch anything.
    Commands call it once they have imported what they need, and between frames.
    """
    if _heard is not None and threading.current_thread() is threading.main_thread():
        _heard.check()


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """Turn SIGINT and SIGTERM into `Stopped` meanwhile, and whatever errors come of them."""
    global _heard  # noqa: PLW0603  (signals are the process's)
    signals = _Signals()
    try:
        before = {number: signal.signal(number, signals.stop) for number in _SIGNALS}
    except ValueError:  # only the main thread may
        yield
        return
    outer, _heard = _heard, signals
    sys.unraisablehook = signals.unraisable
    try:
        yield
    except Exception as error:
        if signals.come is not None:  # what is interrupted may say something else of it
            raise Stopped(128 + signals.come) from error
        raise
    finally:
        signals.settle()
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = signals._before
        _heard = outer
