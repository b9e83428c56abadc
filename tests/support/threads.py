"""Threads that something began and did not end; and one that goes on meanwhile."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@contextmanager
def again_and_again(do: Callable[[int], object], rate: float) -> Iterator[None]:
    """Call a function with 0, 1, 2, ..., so many times a second."""
    over = threading.Event()

    def go_on() -> None:
        number = 0
        while not over.wait(1 / rate):
            do(number)
            number += 1

    thread = threading.Thread(target=go_on)
    thread.start()
    try:
        yield
    finally:
        over.set()
        thread.join()


class Begun:
    """Knows the threads there were when it was made."""

    def __init__(self) -> None:
        self._before = set(threading.enumerate())

    def left(self) -> list[str]:
        """Return the names of fastvbg's threads that came since, and are there."""
        here = (thread for thread in threading.enumerate() if thread not in self._before)
        return [thread.name for thread in here if thread.name.startswith("fastvbg")]
