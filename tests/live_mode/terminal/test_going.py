"""Terminals that go, send arrows or cannot erase."""

from __future__ import annotations

import os
import signal

import pytest

from fastvbg.live_mode.session.session import Session
from fastvbg.live_mode.terminal.keys import _letters, listening
from fastvbg.live_mode.terminal.terminal import Terminal
from fastvbg.settings import Settings
from tests.support.live import FakeCamera


@pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="Windows has no such signal")
@pytest.mark.parametrize("ignored", [False, True])
def test_a_terminal_that_goes_ends_a_session_unless_that_is_ignored(ignored: bool) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN if ignored else signal.SIG_DFL)
    made = Session(FakeCamera(), [], Settings(mask="motion", background="navy"), tell=print)
    try:
        with listening(made):
            os.kill(os.getpid(), signal.SIGHUP)
            assert made._ended.is_set() is not ignored
    finally:
        signal.signal(signal.SIGHUP, before)


def test_arrows_and_their_like_are_no_letters() -> None:
    assert _letters("c\x1b[A\x1b[Bf\x1bOC\x1b[1;5Dq\x1b[3~\x1b") == "cfq"


@pytest.mark.parametrize(("term", "shows"), [("dumb", False), ("xterm", True)])
def test_what_cannot_be_erased_is_not_shown(monkeypatch, term: str, shows: bool) -> None:
    monkeypatch.setenv("TERM", term)
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    assert Terminal().shows is shows
