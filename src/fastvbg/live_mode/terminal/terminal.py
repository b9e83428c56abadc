"""The terminal of a session: a line at its end that is written over, and lines above it."""

from __future__ import annotations

import os
import sys
import threading
from contextlib import suppress

_WIDTH = 80
"""Where a terminal does not say."""
_ERASE = "\r\x1b[K"


def is_ours(terminal: int) -> bool:
    """Tell whether a terminal's lines may be written over: not from a job in the background.

    The shell's own line is the last one then, and what is being typed. A terminal that no shell
    governs is its writer's.
    """
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except (OSError, AttributeError):  # Windows has no jobs
        return True


class Terminal:
    """Standard error, for several threads. What it does not take is lost: nobody reads it.

    Of a job in the background it gets lines alone.

    Parameters
    ----------
    quiet : bool
        Whether the status line is left out, as on terminals that cannot erase it.
    """

    def __init__(self, *, quiet: bool = False) -> None:
        self._lock = threading.Lock()
        erases = os.environ.get("TERM") != "dumb"
        self._shows = erases and not quiet and sys.stderr is not None and sys.stderr.isatty()
        self._is_shown = False

    @property
    def shows(self) -> bool:
        """Whether there is a status line."""
        return self._shows

    def say(self, line: str) -> None:
        """Print a line; the status line is below it again when it is shown the next time."""
        with self._lock:
            self._write(f"{self._erased()}{line}\n")

    def show(self, line: str) -> None:
        """Write the status line over, as much of it as fits: one that wraps could not be erased."""
        if not self._shows or not is_ours(sys.stderr.fileno()):
            return
        with self._lock:
            self._write(f"{self._erased()}{line[: self._width() - 1]}")
            self._is_shown = True

    def clear(self) -> None:
        """Take the status line away."""
        with self._lock:
            self._write(self._erased().rstrip("\n"))

    def leave(self) -> None:
        """Take the status line away from within a signal's handler.

        That may have interrupted a write, so neither the lock nor the stream's buffer is touched.
        """
        if self._is_shown and is_ours(sys.stderr.fileno()):
            self._is_shown = False
            with suppress(OSError, ValueError):
                os.write(sys.stderr.fileno(), _ERASE.encode())

    def _erased(self) -> str:
        """Return what comes before a line; where the shell has had its say, an end of what is."""
        was, self._is_shown = self._is_shown, False
        if not was:
            return ""
        return _ERASE if is_ours(sys.stderr.fileno()) else "\n"

    def _width(self) -> int:
        try:
            return os.get_terminal_size(sys.stderr.fileno()).columns or _WIDTH
        except (OSError, ValueError):
            return _WIDTH

    def _write(self, text: str) -> None:
        if sys.stderr is not None:
            with suppress(OSError, ValueError):
                sys.stderr.write(text)
                sys.stderr.flush()
