"""Why FFmpeg's libraries refuse: in their own words, which they only log."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

import av.logging
from av.error import FFmpegError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_MOST_LETTERS = 200
# Threads of FFmpeg's that were about to log wait for the GIL; whoever then closes their codec waits
# for them and never gives it up. Meanwhile they get it.
_GRACE_SECONDS = 0.05


@contextmanager
def _heard() -> Iterator[list[tuple[int, str, str]]]:
    """Collect what this thread's calls log."""
    before = av.logging.get_level()
    av.logging.set_level(av.logging.ERROR)
    try:
        with av.logging.Capture() as logs:
            yield logs
    finally:
        av.logging.set_level(before)
        time.sleep(_GRACE_SECONDS)


def reason(attempt: Callable[[], object]) -> str | None:
    """Return the words with which an attempt fails, in one line; None when it does not, or mutely.

    Parameters
    ----------
    attempt : callable
        Does once more what has failed, alone and without threads of FFmpeg's.
    """
    with _heard() as logs, suppress(FFmpegError, ValueError, OSError):
        attempt()
    said = ""
    for _, _, message in logs:
        said = " ".join([*said.split(), *message.split()])
        if said and not said.endswith(":"):  # else a list follows
            break
    said = said.rstrip(" .:")
    return (said if len(said) <= _MOST_LETTERS else said[: _MOST_LETTERS - 3] + "...") or None
