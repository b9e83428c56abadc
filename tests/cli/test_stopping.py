"""Signals end a command, also where what they raise is swallowed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from fastvbg.cli.progress import ProgressLine
from fastvbg.cli.stopping import Stopped, check_stopped, stopped_by_signals

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals are sent")

LINE = b"fastvbg: stopped by a signal; no output was left behind\n"


def send(number: int) -> None:
    """Send a signal to this process, whose handler runs before this returns."""
    os.kill(os.getpid(), number)
    for _ in range(1000):
        pass


class Late:
    """Whose finalizer is where a signal comes."""

    def __init__(self, number: int) -> None:
        self.number = number

    def __del__(self) -> None:
        send(self.number)


def swallow(number: int) -> None:
    """Do what some modules do while they are imported."""
    with suppress(BaseException):
        send(number)


def under_signals(*do: Callable[[], object]) -> None:
    with stopped_by_signals():
        for each in do:
            each()


def fail() -> None:
    raise ImportError("half of it is there")


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_finalizer_swallows_no_signal(number: int, code: int, capsys) -> None:
    before = signal.getsignal(number), sys.unraisablehook
    end = time.monotonic() + 10

    def wait() -> None:
        while time.monotonic() < end:
            time.sleep(0.01)

    with pytest.raises(Stopped) as stopped:
        under_signals(lambda: Late(number), wait)
    assert stopped.value.args == (code,)
    assert time.monotonic() < end - 5
    assert capsys.readouterr().err == ""
    assert (signal.getsignal(number), sys.unraisablehook) == before


def test_other_failures_of_finalizers_are_told_as_ever(monkeypatch) -> None:
    told = []
    monkeypatch.setattr(sys, "unraisablehook", told.append)

    class Broken:
        def __del__(self) -> None:
            raise ValueError("broken")

    with stopped_by_signals():
        Broken()
    assert [type(each.exc_value) for each in told] == [ValueError]


def test_what_was_swallowed_is_raised_where_it_is_looked_for() -> None:
    with pytest.raises(Stopped):
        under_signals(lambda: swallow(signal.SIGTERM), check_stopped)
    under_signals(check_stopped)


def test_frames_are_where_it_is_looked_for() -> None:
    with pytest.raises(Stopped), ProgressLine(quiet=True) as progress:
        under_signals(lambda: swallow(signal.SIGTERM), lambda: progress(1, 2))


def test_an_error_that_a_signal_becomes_is_that_signal() -> None:
    with pytest.raises(Stopped) as stopped:
        under_signals(lambda: swallow(signal.SIGINT), fail)
    assert stopped.value.args == (130,)
    with pytest.raises(ImportError):
        under_signals(fail)


COMMANDS = {
    "live": ("fastvbg.live_mode.asking.asked", "make_session", ["live", "demo", "--seconds", "20"]),
    "run": ("fastvbg.cli.gathering", "gathered", ["run", "none.mp4", "-o", "o.mp4", "-b", "red"]),
}


@pytest.mark.parametrize("how", ["Late(number)", "swallow(number)"])
@pytest.mark.parametrize("name", COMMANDS)
@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_command_ends_by_a_signal_that_came_while_it_imports(
    tmp_path: Path, name: str, how: str, number: int, code: int
) -> None:
    module, function, arguments = COMMANDS[name]
    (tmp_path / "swallowing.py").write_text(
        f"from tests.cli.test_stopping import Late, swallow\nnumber = {int(number)}\n{how}\n"
    )
    if name == "live":
        arguments = [*arguments, "--mask", "motion", "--to", "o.mkv"]
    code_of_it = (
        f"import sys; sys.path[:0] = {[str(tmp_path), *sys.path]!r}\n"
        f"import {module} as module\n"
        f"before = module.{function}\n"
        "def patched(*given, **more):\n"
        "    import swallowing\n"
        "    return before(*given, **more)\n"
        f"module.{function} = patched\n"
        "from fastvbg.cli import main\n"
        f"main({arguments!r})\n"
    )
    start = time.monotonic()
    done = subprocess.run(
        [sys.executable, "-c", code_of_it],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        timeout=60,
    )
    assert (done.returncode, done.stderr.splitlines(keepends=True)[-1:]) == (code, [LINE])
    assert b"Traceback" not in done.stderr
    assert b"ignored" not in done.stderr
    assert time.monotonic() - start < 15
    assert [path.name for path in tmp_path.glob("o.*")] == []
