"""What takes long at the beginning is given up when the end comes first."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from fastvbg.constants import OPENING_THREAD

if TYPE_CHECKING:
    from collections.abc import Callable

_LOOK_SECONDS = 0.1


def done_before(
    ended: threading.Event,
    do: Callable[[], None],
    *,
    meanwhile: Callable[[], None] = lambda: None,
    undo: Callable[[], None],
) -> bool:
    """Do something in a thread of its own; tell whether it was done before the end came.

    Parameters
    ----------
    ended : Event
        Set when the end has come, from a signal's handler or another thread.
    do : callable
        What is to be done. What it raises is raised here.
    meanwhile : callable
        Called some times a second, in this thread.
    undo : callable
        Called where the end came first, in that thread, once `do` has come to its own end well.
    """
    done, lock = threading.Event(), threading.Lock()
    failed: list[BaseException] = []
    is_given_up = False

    def work() -> None:
        try:
            do()
        except BaseException as error:
            failed.append(error)
        with lock:
            done.set()
            is_late = is_given_up
        if is_late and not failed:
            undo()

    threading.Thread(target=work, name=OPENING_THREAD, daemon=True).start()
    while not done.wait(_LOOK_SECONDS):
        if ended.is_set():
            with lock:
                is_given_up = not done.is_set()
            if is_given_up:
                return False
        meanwhile()
    if failed:
        raise failed[0]
    return True
