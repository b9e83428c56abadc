"""What takes long at the beginning, given up when the end comes."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from fastvbg.live_mode.session.opening import done_before
from fastvbg.live_mode.session.session import Session
from fastvbg.live_mode.sources.files import FileSource
from fastvbg.live_mode.sources.reader import Reader
from fastvbg.settings import Settings
from tests.support.live import FakeCamera, Kept
from tests.support.programs import wait_for


def test_it_is_undone_where_it_comes_late() -> None:
    ended, go, undone = threading.Event(), threading.Event(), threading.Event()
    ended.set()
    assert not done_before(ended, go.wait, undo=undone.set)
    assert not undone.is_set()
    go.set()
    assert undone.wait(10)


def test_what_it_raises_is_raised_and_nothing_is_undone() -> None:
    def fails() -> None:
        raise ValueError("no")

    with pytest.raises(ValueError, match="no"):
        done_before(threading.Event(), fails, undo=pytest.fail)
    assert done_before(threading.Event(), lambda: None, undo=pytest.fail)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes with a name")
def test_a_pipe_that_nobody_writes_into_is_given_up(tmp_path: Path) -> None:
    name = tmp_path / "in.mkv"
    os.mkfifo(name)
    kept = Kept()
    settings = Settings(mask="motion", background="navy")
    made = Session(FileSource(str(name)), [lambda _: kept], settings, tell=print)
    threading.Timer(0.3, made.end).start()
    made.run()
    assert kept.opened is None
    with name.open("wb"):  # who waits for it comes to an end
        pass


class Mute(FakeCamera):
    """One that opens when it is closed, as a stream of a mute peer."""

    def __init__(self) -> None:
        super().__init__()
        self.opening, self.closed = threading.Event(), threading.Event()

    def open(self) -> None:
        self.closed.clear()
        self.opening.set()
        assert self.closed.wait(60)
        raise RuntimeError("closed")

    def close(self) -> None:
        self.closed.set()


def test_a_session_ends_while_its_source_opens() -> None:
    camera, kept = Mute(), Kept()
    settings = Settings(mask="motion", background="navy")
    made = Session(camera, [lambda _: kept], settings, tell=print)
    thread = threading.Thread(target=made.run)
    thread.start()
    assert camera.opening.wait(10)
    made.end()
    thread.join(10)
    assert not thread.is_alive()
    assert camera.closed.is_set()
    assert not kept.pictures


def test_a_reader_ends_while_its_source_opens_again() -> None:
    camera = Mute()

    def gone(timeout: float) -> None:
        raise RuntimeError("unplugged")

    camera.read = gone  # type: ignore[method-assign,assignment]
    with Reader(camera, print, print):
        assert camera.opening.wait(10)
    assert camera.closed.is_set()


def test_cards_leave_while_the_mask_is_made(monkeypatch: pytest.MonkeyPatch) -> None:
    go, kept = threading.Event(), Kept()
    made = Session(
        FakeCamera(), [lambda _: kept], Settings(mask="motion", background="navy"), tell=print
    )
    begin = made._making.begin
    monkeypatch.setattr(made._making, "begin", lambda info: go.wait(60) and begin(info))
    thread = threading.Thread(target=made.run)
    thread.start()
    wait_for(lambda: len(kept.pictures) >= 3)
    made.end()
    thread.join(10)
    assert not thread.is_alive()
    assert kept.closes == 1
    go.set()


@pytest.mark.skipif(sys.platform == "win32", reason="signals are sent")
def test_ctrl_c_ends_it_while_a_mute_peer_is_waited_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as peer:
        peer.settimeout(60)
        url = f"rtsp://127.0.0.1:{peer.getsockname()[1]}/a"
        command = [sys.executable, "-m", "fastvbg", "live", url, "--mask", "motion", "--to", "-"]
        with (
            subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE) as live,
            peer.accept()[0],  # and never answered
        ):
            time.sleep(0.3)
            live.send_signal(signal.SIGINT)
            assert live.stderr is not None
            said = live.stderr.read().decode()
            assert live.wait(8) == 0, said  # not after the 15 seconds of an attempt


_STILL_OPENING = """
import atexit, threading, time
from fastvbg import cli
from fastvbg.live_mode.session.opening import done_before
ended = threading.Event()
ended.set()
def run(arguments):
    done_before(ended, lambda: time.sleep(60), undo=print)
    print("over")
    return 7
cli.run_command_line = run
atexit.register(print, "torn down")
cli.main([])
"""


def test_python_is_not_torn_down_under_what_is_still_opened() -> None:
    """A network that is loaded in a thread of C++ ends the process by SIGABRT then."""
    command = [sys.executable, "-c", _STILL_OPENING]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=50)
    assert done.returncode == 7, done.stderr
    assert done.stdout == "over\n"
