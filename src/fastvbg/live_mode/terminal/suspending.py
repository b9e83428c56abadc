"""Ctrl-Z: a job that is stopped leaves its terminal as it found it, as not every shell sees to."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def suspendable(leave: Callable[[], None], come_back: Callable[[], None]) -> Iterator[None]:
    """Call `leave` before the process is stopped from its terminal, and `come_back` after that.

    Both are called by a signal's handler, which may have interrupted whatever they use.
    """
    number: Any = getattr(signal, "SIGTSTP", None)  # Windows has none
    in_main = threading.current_thread() is threading.main_thread()
    if number is None or not in_main or signal.getsignal(number) is not signal.SIG_DFL:
        yield
        return

    def stop(_number: int, _frame: Any) -> None:
        leave()
        signal.signal(number, signal.SIG_DFL)
        os.kill(os.getpid(), number)
        # It goes on.
        signal.signal(number, stop)
        come_back()

    signal.signal(number, stop)
    try:
        yield
    finally:
        signal.signal(number, signal.SIG_DFL)
