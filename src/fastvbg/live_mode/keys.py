"""Keys in the terminal, and signals, as what they ask of a session."""

from __future__ import annotations

import os
import re
import select
import signal
import sys
import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastvbg.live_mode.controls import Owned, State

HELP = (
    "keys: l live, f freeze, c card, b black, p take the empty room, m mirror, a auto-frame, q end"
)
_STATES: dict[str, State] = {"l": "live", "f": "freeze", "c": "card", "b": "black"}
_ENDING = ("SIGINT", "SIGTERM", "SIGHUP")
"""The last one comes when the terminal has gone."""
_SIGNALS = {"SIGUSR1": "card", "SIGUSR2": "live"}
_POLL = 0.2
_SEQUENCE = re.compile(r"\x1b(?:\[[0-9;?]*[ -/]*[@-~]?|O.?)?")


def press(session: Owned, key: str) -> None:
    """Do what a key asks for; nothing for others."""
    key = key.lower()
    if key in _STATES:
        session.set_state(_STATES[key])
    elif key == "p":
        session.take_plate()
    elif key == "m":
        session.switch(flip=not session.figures()["switches"]["flip"])
    elif key == "a":
        session.switch(auto_frame=not session.figures()["switches"]["auto_frame"])
    elif key == "q":
        session.end()


def heed(sink: object, session: Owned) -> None:
    """Do what keys ask for that are pressed in a sink, as far as it is a window."""
    if hasattr(sink, "heard"):
        sink.heard = lambda key: press(session, key)


@contextmanager
def listening(session: Owned) -> Iterator[None]:
    """Heed keys, where standard input is a terminal, and signals.

    SIGINT, SIGTERM and SIGHUP end the session, SIGUSR1 shows the card, SIGUSR2 goes live.
    """
    with _signals(session), _keys(lambda key: press(session, key)):
        yield


@contextmanager
def _signals(session: Owned) -> Iterator[None]:
    before: dict[Any, Any] = {}

    def stop(number: int, _frame: Any) -> None:
        """End well at the first signal; the second one is heeded as ever."""
        session.end()
        signal.signal(number, before[number])

    if threading.current_thread() is threading.main_thread():
        for name in _ENDING:
            number = getattr(signal, name, None)
            # What is ignored stays so: nohup's SIGHUP.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, stop)
    for name, state in _SIGNALS.items():
        user: Any = getattr(signal, name, None)  # Windows has none
        if user is None or threading.current_thread() is not threading.main_thread():
            continue

        def heed(_number: int, _frame: Any, state: Any = state) -> None:
            session.set_state(state)

        before[user] = signal.signal(user, heed)
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _keys(heard: Callable[[str], None]) -> Iterator[None]:
    """Call with each key that is pressed, meanwhile."""
    try:
        import termios

        number = sys.stdin.fileno()
        before = termios.tcgetattr(number)
    # No terminal, no standard input, or Windows.
    except (ImportError, OSError, ValueError, AttributeError, termios_error()):
        yield
        return
    ended = threading.Event()

    def listen() -> None:
        while not ended.is_set():
            # Who reads or sets a terminal from the background is stopped.
            if not _is_in_front(number):
                ended.wait(_POLL)
                continue
            with suppress(OSError, ValueError, termios.error):
                _unseen(number)
                if select.select([number], [], [], _POLL)[0] and _is_in_front(number):
                    typed = os.read(number, 16).decode(errors="ignore")
                    if not typed:  # the terminal has gone
                        return
                    for key in _letters(typed):
                        heard(key)

    if _is_in_front(number):
        _unseen(number)
    thread = threading.Thread(target=listen, name="fastvbg keys", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ended.set()
        thread.join(2 * _POLL)
        if _is_in_front(number):
            termios.tcsetattr(number, termios.TCSADRAIN, before)


def _unseen(terminal: int) -> None:
    """Have single keys, unseen, where a terminal does not give them; Ctrl-C stays what it is.

    What was typed before that is heard. A shell sets its own ways again when a job is stopped, and
    leaves them when that goes on.
    """
    import termios
    import tty

    if termios.tcgetattr(terminal)[3] & (termios.ICANON | termios.ECHO):
        tty.setcbreak(terminal, termios.TCSADRAIN)


def _letters(typed: str) -> str:
    """Return what was typed without what arrows and the like send: ESC, a bracket, a letter."""
    return _SEQUENCE.sub("", typed)


def _is_in_front(terminal: int) -> bool:
    try:
        return os.tcgetpgrp(terminal) == os.getpgrp()
    except OSError:
        return False


def termios_error() -> type[Exception]:
    """Return what termios raises where there is no terminal; its module is Unix's alone."""
    try:
        import termios
    except ImportError:
        return OSError
    return termios.error
