"""Sinks that fail: each is named once, and none takes the others with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError
from fastvbg.urls import scrubbed

if TYPE_CHECKING:
    from collections.abc import Callable


class Losses:
    """Says what fails, and keeps it.

    Parameters
    ----------
    tell : callable
        Takes lines.
    """

    def __init__(self, tell: Callable[[str], None]) -> None:
        self._tell = tell
        self.told: list[str] = []
        self._lost: list[Any] = []

    def add(self, error: Exception, sink: Any) -> None:
        """Say what went wrong with a sink."""
        line = line_of(error, sink.name)
        self._tell(line)
        self.told.append(line)
        self._lost.append(sink)

    def closing(self, sink: Any) -> Callable[..., None]:
        """Return what closes a sink; it says what fails then, unless something else has before."""

        def close(kind: object = None, *_: object) -> None:
            try:
                sink.close()
            except Exception as error:
                if kind is None and not any(sink is each for each in self._lost):
                    self.add(error, sink)

        return close


def status_of(sink: Any) -> str:
    """Return what is to be known of a sink, one line, or ""."""
    status = getattr(sink, "status", "")
    return str(status() if callable(status) else status)


def line_of(error: Exception, name: str = "") -> str:
    """Return what an error says, one line; where it is none of ours, of which kind it is, too.

    `name` is what failed: our own errors say that themselves.
    """
    text = " ".join(str(error).split())
    if isinstance(error, FastvbgError) and text:
        return text
    kind = "out of memory" if isinstance(error, MemoryError) else type(error).__name__
    return ": ".join(part for part in (scrubbed(name), kind, text) if part)
