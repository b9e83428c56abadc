"""Keys in the terminal as what they ask of a session."""

from __future__ import annotations

import os
import signal
import sys
import threading
import time
from types import SimpleNamespace
from typing import Any

import pytest

from fastvbg.errors import SinkError
from fastvbg.live_mode.terminal import keys, suspending
from tests.support.programs import wait_for

pty = pytest.importorskip("pty")
termios = pytest.importorskip("termios")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    other, own = pty.openpty()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(fileno=lambda: own))
    yield other
    os.close(other)
    os.close(own)


@pytest.mark.parametrize("in_front", [True, False])
def test_what_goes_wrong_meanwhile_is_raised(terminal, monkeypatch, in_front: bool) -> None:
    """Our errors are the system's as well, so nothing may be suppressed around them."""
    monkeypatch.setattr(keys, "_is_in_front", lambda _: in_front)

    def fail() -> None:
        with keys._keys(lambda _: None):
            raise SinkError("the disk is full")

    with pytest.raises(SinkError, match="the disk is full"):
        fail()


def test_keys_are_heard_in_front_only(terminal, monkeypatch) -> None:
    for in_front, wanted in ((True, ["c", "l"]), (False, [])):
        monkeypatch.setattr(keys, "_is_in_front", lambda _, front=in_front: front)
        heard: list[str] = []
        with keys._keys(heard.append):
            os.write(terminal, b"cl")
            end = time.monotonic() + (5 if wanted else 0.5)
            while heard != ["c", "l"] and time.monotonic() < end:
                time.sleep(0.01)
        assert heard == wanted


def test_keys_are_heard_again_after_a_stop(terminal, monkeypatch) -> None:
    """A shell sets its own ways when a job is stopped, and leaves them when that goes on."""
    monkeypatch.setattr(keys, "_is_in_front", lambda _: True)
    own = sys.stdin.fileno()
    usual = termios.tcgetattr(own)
    heard: list[str] = []
    with keys._keys(heard.append):
        wait_for(lambda: not is_usual(own))
        termios.tcsetattr(own, termios.TCSANOW, usual)
        wait_for(lambda: not is_usual(own))
        os.write(terminal, b"f")
        wait_for(lambda: heard == ["f"])
    assert termios.tcgetattr(own)[3] == usual[3]


def test_a_job_in_the_background_leaves_the_terminal_alone(terminal, monkeypatch) -> None:
    in_front = [True]
    monkeypatch.setattr(keys, "_is_in_front", lambda _: in_front[0])
    own = sys.stdin.fileno()
    usual = termios.tcgetattr(own)
    heard: list[str] = []
    with keys._keys(heard.append):
        wait_for(lambda: not is_usual(own))
        in_front[0] = False
        time.sleep(3 * keys._POLL)  # it may be waiting for a key
        os.write(terminal, b"f")
        termios.tcsetattr(own, termios.TCSANOW, [*usual[:3], usual[3] & ~termios.ECHO, *usual[4:]])
    assert termios.tcgetattr(own)[3] == usual[3] & ~termios.ECHO
    assert heard == []


def test_who_is_stopped_leaves_the_terminal_as_it_was(terminal, monkeypatch) -> None:
    monkeypatch.setattr(keys, "_is_in_front", lambda _: True)
    own = sys.stdin.fileno()
    usual = termios.tcgetattr(own)
    done: list[str] = []

    def stop(_process: int, number: int) -> None:
        done.append("stop")
        assert signal.getsignal(number) is signal.SIG_DFL
        assert termios.tcgetattr(own) == usual
        time.sleep(2 * keys._POLL)
        assert termios.tcgetattr(own) == usual  # who listens for keys does not take it again

    monkeypatch.setattr(suspending.os, "kill", stop)
    with keys.listening(SimpleNamespace(), lambda: done.append("leave")):  # type: ignore[arg-type]
        for _ in range(2):
            wait_for(lambda: not is_usual(own))
            signal.raise_signal(signal.SIGTSTP)
        wait_for(lambda: not is_usual(own))
    assert done == ["leave", "stop", "leave", "stop"]
    assert signal.getsignal(signal.SIGTSTP) is signal.SIG_DFL


def is_usual(terminal: int) -> bool:
    return bool(termios.tcgetattr(terminal)[3] & termios.ICANON)


class Session:
    """Notes what is asked of it."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def end(self) -> None:
        self.asked.append("end")

    def set_state(self, state: str) -> None:
        self.asked.append(state)


@pytest.fixture
def session(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.setattr("sys.stdin", None)
    return Session()


@pytest.fixture
def heeded() -> Any:
    """Signals as a terminal leaves them: a shell has jobs in the background ignore SIGINT."""
    usual = {signal.SIGINT: signal.default_int_handler, signal.SIGTERM: signal.SIG_DFL}
    before = {number: signal.signal(number, handler) for number, handler in usual.items()}
    yield
    for number, handler in before.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("heeded")
def test_signals_are_what_they_ask_for_and_the_second_to_end_ends_at_once(session: Any) -> None:
    with keys.listening(session):
        for name in ("SIGUSR1", "SIGUSR2", "SIGTERM", "SIGINT"):
            signal.raise_signal(getattr(signal, name))
        assert session.asked == ["card", "live", "end", "end"]
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_what_nohup_ignores_stays_ignored(session: Any) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)
    try:
        with keys.listening(session):
            signal.raise_signal(signal.SIGHUP)
        assert session.asked == []
        assert signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
    finally:
        signal.signal(signal.SIGHUP, before)


def test_a_terminal_that_gives_nothing_is_not_asked_again(terminal, monkeypatch) -> None:
    """It has gone: to read on would take a whole core."""
    monkeypatch.setattr(keys, "_is_in_front", lambda _: True)
    monkeypatch.setattr(keys.os, "read", lambda *_: b"")
    with keys._keys(lambda _: None):
        (listening,) = [one for one in threading.enumerate() if one.name == "fastvbg keys"]
        os.write(terminal, b"c")
        listening.join(10)
        assert not listening.is_alive()
