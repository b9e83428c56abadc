"""What a session says in a terminal, and how it is asked for."""

from __future__ import annotations

import io
import os
from types import SimpleNamespace

import pytest

from fastvbg.errors import OptionError
from fastvbg.live_mode.running import Running, parse_bind
from fastvbg.live_mode.terminal import terminal
from fastvbg.live_mode.terminal.terminal import Terminal


class Screen(io.StringIO):
    """A terminal of memory, 20 columns wide."""

    def isatty(self) -> bool:
        return True

    def fileno(self) -> int:
        return 2


def put_up(monkeypatch: pytest.MonkeyPatch) -> Screen:
    made = Screen()
    monkeypatch.setattr("sys.stderr", made)
    monkeypatch.setattr(terminal.os, "get_terminal_size", lambda _: SimpleNamespace(columns=20))
    return made


def test_lines_stand_alone_above_the_status_line(monkeypatch) -> None:
    screen = put_up(monkeypatch)
    shown = Terminal()
    shown.say("one")
    shown.show("status")
    shown.say("two")
    shown.show("status")
    shown.clear()
    assert screen.getvalue() == "one\nstatus\r\x1b[Ktwo\nstatus\r\x1b[K"


def test_the_status_line_never_wraps(monkeypatch) -> None:
    screen = put_up(monkeypatch)
    Terminal().show("x" * 100)
    assert screen.getvalue() == "x" * 19


def test_quiet_or_no_terminal_has_no_status_line(monkeypatch) -> None:
    screen = put_up(monkeypatch)
    Terminal(quiet=True).show("status")
    monkeypatch.setattr(Screen, "isatty", lambda _: False)
    Terminal().show("status")
    assert screen.getvalue() == ""


def test_nobody_to_tell_is_no_failure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stderr", None)
    shown = Terminal()
    assert not shown.shows
    shown.say("one")
    gone = put_up(monkeypatch)
    shown = Terminal()
    gone.close()
    with pytest.raises(ValueError, match="closed"):
        gone.write("one")
    shown.say("one")
    shown.show("status")
    shown.clear()
    back = put_up(monkeypatch)
    shown.say("two")
    assert back.getvalue() == "two\n"


def test_why_a_stream_is_not_connected_is_said_once(monkeypatch) -> None:
    screen = put_up(monkeypatch)
    running = Running(SimpleNamespace(), Terminal())  # type: ignore[arg-type]
    refused = "reconnecting in {} s: Connection refused"
    said = ("connecting", refused.format(1), refused.format(2), "connecting", refused.format(4))
    for status in (*said, "connected", "connected", refused.format(1)):
        running._tell_streams([{"name": "tcp://h:1", "status": status}])
    assert screen.getvalue().splitlines() == [
        "fastvbg: tcp://h:1: Connection refused; trying again",
        "fastvbg: tcp://h:1: connected",
        "fastvbg: tcp://h:1: Connection refused; trying again",
    ]


@pytest.mark.parametrize(
    ("bind", "wanted"),
    [
        ("127.0.0.1", ("127.0.0.1", 0)),
        ("localhost:80", ("localhost", 80)),
        ("::1", ("::1", 0)),
        ("[::1]", ("::1", 0)),
        ("[::1]:8080", ("::1", 8080)),
    ],
)
def test_where_the_page_is_served(bind: str, wanted: tuple[str, int]) -> None:
    assert parse_bind(bind) == wanted


@pytest.mark.parametrize("bind", ["", ":80", "host:", "host:x", "host:65536", "[::1", "[]:80"])
def test_where_no_page_can_be_served(bind: str) -> None:
    with pytest.raises(OptionError, match="bind: got"):
        parse_bind(bind)


def test_a_job_in_the_background_writes_over_no_shell(monkeypatch) -> None:
    screen = put_up(monkeypatch)
    front = [os.getpgrp()]
    monkeypatch.setattr(terminal.os, "tcgetpgrp", lambda _: front[0])
    shown = Terminal()
    shown.show("status")
    front[0] += 1  # stopped, and sent on by `bg`
    shown.show("status")
    shown.say("one")
    shown.clear()
    assert screen.getvalue() == "status\none\n"
    front[0] -= 1
    shown.show("status")
    assert screen.getvalue() == "status\none\nstatus"


def test_a_signals_handler_takes_the_status_line_away(monkeypatch) -> None:
    screen = put_up(monkeypatch)
    monkeypatch.setattr(terminal.os, "write", lambda _, text: screen.write(text.decode()))
    shown = Terminal()
    shown.leave()
    shown.show("status")
    with shown._lock:  # the handler may have interrupted who has it
        shown.leave()
        shown.leave()
    shown.say("one")
    assert screen.getvalue() == "status\r\x1b[Kone\n"
