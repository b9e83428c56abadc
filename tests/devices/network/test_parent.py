"""A process that holds Python's lock for ever ends all the same."""

from __future__ import annotations

import socket
import subprocess

import pytest

from fastvbg.devices.network.parent import reason
from tests.support.streams import python

# A sum of a range is one step of the interpreter's: no other thread gets a turn.
STUCK = """
from fastvbg.devices.network.parent import doomed
with doomed({arguments}):
    print("stuck", flush=True)
    sum(range(10**13))
"""


def test_a_limit_ends_it() -> None:
    code = STUCK.format(arguments="0.2")
    with python("tests.support.run", code, stdout=subprocess.PIPE) as process:
        assert process.wait(60) == 1


def test_what_happens_at_the_input_ends_it() -> None:
    code = STUCK.format(arguments="None, orphaned=True")
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with python("tests.support.run", code, **pipes) as process:
        assert process.stdout.readline() == "stuck\n"
        process.stdin.close()
        assert process.wait(60) != 0


def test_who_is_alone_from_the_start_ends_at_once() -> None:
    code = STUCK.format(arguments="None, orphaned=True")
    with python("tests.support.run", code, stdin=subprocess.DEVNULL) as process:
        assert process.wait(60) == 0


def test_what_is_in_time_goes_on() -> None:
    code = STUCK.format(arguments="60, orphaned=True").replace("13", "3") + "print('done')"
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with python("tests.support.run", code, **pipes) as process:
        assert process.stdout.read() == "stuck\ndone\n"
        assert process.wait(60) == 0


@pytest.mark.parametrize(
    ("error", "text"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "Connection refused"),
        (ValueError("two\nlines"), "two lines"),
        (ValueError(), "ValueError"),
    ],
)
def test_reasons_are_one_line(error: Exception, text: str) -> None:
    assert reason(error) == text


def test_a_host_that_is_not_known_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def resolved(host: str, port: object) -> list[str]:
        if host == "nowhere":
            raise socket.gaierror(-2, "Name or service not known")
        return ["an address"]

    monkeypatch.setattr(socket, "getaddrinfo", resolved)
    error = OSError(5, "Input/output error")
    assert reason(error, "rtsp://me:word@nowhere:1/a").startswith("there is no such host")
    assert reason(error, "tcp://here:1") == "Input/output error"
    assert reason(error, "udp://:1") == reason(error) == "Input/output error"
    assert reason(OSError(111, "refused"), "tcp://nowhere:1") == "refused"
