"""The child's end: what it is told, and that it never outlives who started it."""

from __future__ import annotations

import errno
import faulthandler
import os
import select
import signal
import socket
import sys
import threading
import time
from contextlib import contextmanager, nullcontext, suppress
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from fastvbg.devices.network.messages import Mouth, parse

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_FINISH_SECONDS = 1.0


class Parent:
    """Whoever has started this process, at the other end of standard input and output."""

    def __init__(self) -> None:
        signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent decides
        self.mouth = Mouth(sys.stdout.buffer)
        self.order: dict[str, Any] = parse(sys.stdin.buffer.readline())[0] or {}

    def listen(self, heard: Callable[[list[Any]], None], over: Callable[[], None]) -> None:
        """Hear the parent in a thread; without it the process ends, soon after `over` is called."""

        def listen() -> None:
            for line in sys.stdin.buffer:
                heard(parse(line))
            over()
            time.sleep(_FINISH_SECONDS)
            os._exit(0)

        threading.Thread(target=listen, name="fastvbg parent", daemon=True).start()


def leave() -> None:
    """End the process, also while a thread of it waits at standard input."""
    with suppress(OSError, ValueError):
        sys.stdout.flush()
    os._exit(0)


@contextmanager
def doomed(seconds: float | None, *, orphaned: bool = False) -> Iterator[None]:
    """End the process when this takes too long, even if Python's global lock is held all the time.

    FFmpeg's handshakes hold it in PyAV 17 and 18, so no thread of Python's could do it.

    Parameters
    ----------
    seconds : float, optional
        How long it may take.
    orphaned : bool
        Whether to end it, too, when anything happens at standard input: the parent, which says
        nothing now, is gone.
    """
    with open(os.devnull, "w") as nowhere:  # noqa: PTH123
        if seconds is not None:
            faulthandler.dump_traceback_later(seconds, exit=True, file=nowhere)
        try:
            with _orphaned() if orphaned else nullcontext():
                yield
        finally:
            faulthandler.cancel_dump_traceback_later()


@contextmanager
def _orphaned() -> Iterator[None]:
    """Have the system send a signal that ends the process when something happens at its input."""
    if sys.platform == "win32":
        yield
        return
    import fcntl

    flags = fcntl.fcntl(0, fcntl.F_GETFL)
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(0, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(0, fcntl.F_SETFL, flags | os.O_ASYNC)
    if select.select([0], [], [], 0)[0]:  # it was gone before
        os._exit(0)
    try:
        yield
    finally:
        fcntl.fcntl(0, fcntl.F_SETFL, flags)


def reason(error: Exception, url: str = "") -> str:
    """Return in one line why a stream, or the one of an address, failed."""
    if getattr(error, "errno", None) == errno.EIO and not _is_known(urlsplit(url).hostname):
        return "there is no such host, or no network that tells"  # FFmpeg says no more than EIO
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return " ".join(str(text).split())[:160]


def _is_known(host: str | None) -> bool:
    try:
        return not host or bool(socket.getaddrinfo(host, None))
    except OSError:
        return False
