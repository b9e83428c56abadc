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

from fastvbg.live_mode.terminal.suspending import suspendable

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastvbg.live_mode.controls.controls import Owned, State

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
def listening(session: Owned, leave: Callable[[], None] = lambda: None) -> Iterator[None]:
    """Heed keys, where standard input is a terminal, and signals.

    SIGINT, SIGTERM and SIGHUP end the session, SIGUSR1 shows the card, SIGUSR2 goes live. `leave`
    is called before it is stopped from the terminal, by a signal's handler.
    """
    with _signals(session), _keys(lambda key: press(session, key)) as own:

        def stop() -> None:
            leave()
            own(False)

        with suspendable(stop, lambda: own(True)):
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
def _keys(heard: Callable[[str], None]) -> Iterator[Callable[[bool], None]]:
    """Call with each key that is pressed, meanwhile; yield what says whether to listen."""
    try:
        import termios

        number = sys.stdin.fileno()
        typing = _Typing(number, termios.tcgetattr(number), heard)
    # No terminal, no standard input, or Windows.
    except (ImportError, OSError, ValueError, AttributeError, termios_error()):
        yield lambda _: None
        return
    with typing:
        yield typing.own


class _Typing:
    """Listens for keys in a thread, while it is entered."""

    def __init__(self, terminal: int, before: Any, heard: Callable[[str], None]) -> None:
        self._number, self._before, self._heard = terminal, before, heard
        self._ended = threading.Event()
        self._setting, self._listens = threading.Lock(), True
        self._thread = threading.Thread(target=self._listen, name="fastvbg keys", daemon=True)

    def __enter__(self) -> None:
        self._take()
        self._thread.start()

    def __exit__(self, *exception: object) -> None:
        import termios

        self._ended.set()
        self._thread.join(2 * _POLL)
        if _is_in_front(self._number):
            termios.tcsetattr(self._number, termios.TCSADRAIN, self._before)

    def own(self, listens: bool) -> None:
        """Leave the terminal as it was, or listen again; for a signal's handler."""
        import termios

        with self._setting:  # only the thread that listens may hold it then, and not for long
            self._listens = listens
            if not listens and _is_in_front(self._number):
                with suppress(OSError, termios.error):
                    termios.tcsetattr(self._number, termios.TCSANOW, self._before)

    def _take(self) -> bool:
        """Have single keys, where that is up to us; tell whether it is."""
        with self._setting:
            # Who reads or sets a terminal from the background is stopped.
            if not self._listens or not _is_in_front(self._number):
                return False
            _unseen(self._number)
            return True

    def _listen(self) -> None:
        import termios

        while not self._ended.is_set():
            with suppress(OSError, ValueError, termios.error):
                if not self._take():
                    self._ended.wait(_POLL)
                elif select.select([self._number], [], [], _POLL)[0] and _is_in_front(self._number):
                    typed = os.read(self._number, 16).decode(errors="ignore")
                    if not typed:  # the terminal has gone
                        return
                    for key in _letters(typed):
                        self._heard(key)


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
