"""Programs that were started are ended, whatever they are at."""

from __future__ import annotations

import subprocess
import threading
from contextlib import suppress
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_KILLED_SECONDS = 1.0  # what is killed is gone at once, unless the system itself waits for a device


def end(process: subprocess.Popen[bytes], seconds: float, *, ask: bool = True) -> None:
    """End a program: ask it to, wait so long, kill it.

    Parameters
    ----------
    process : Popen
        The program.
    seconds : float
        How long it may take by itself.
    ask : bool
        Whether to send it a signal; one that reads its standard input needs none.
    """
    if process.poll() is None and ask:
        process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(_KILLED_SECONDS)


def reading(
    name: str,
    stream: IO[bytes],
    heard: Callable[[bytes], None],
    over: Callable[[], None] = lambda: None,
) -> threading.Thread:
    """Start a thread that hands on each line of a stream, and tells its end; return it."""

    def read() -> None:
        try:
            for line in stream:
                heard(line)
        except (OSError, ValueError):  # closed by who started it
            pass
        finally:
            over()

    thread = threading.Thread(target=read, name=f"fastvbg {name}", daemon=True)
    thread.start()
    return thread
