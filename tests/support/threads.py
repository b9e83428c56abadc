"""Threads that something began and did not end."""

from __future__ import annotations

import threading


class Begun:
    """Knows the threads there were when it was made."""

    def __init__(self) -> None:
        self._before = set(threading.enumerate())

    def left(self) -> list[str]:
        """Return the names of fastvbg's threads that came since, and are there."""
        here = (thread for thread in threading.enumerate() if thread not in self._before)
        return [thread.name for thread in here if thread.name.startswith("fastvbg")]
