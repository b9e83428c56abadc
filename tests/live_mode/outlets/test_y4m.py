"""Y4M on standard output: whoever reads it sets the pace of nothing else."""

from __future__ import annotations

import io
import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from fastvbg.errors import SinkError
from fastvbg.live_mode.asking.choosing import make_sink
from fastvbg.live_mode.outlets import y4m
from fastvbg.live_mode.outlets.y4m import Y4M
from fastvbg.live_mode.session.session import Session
from fastvbg.live_mode.sources.files import FileSource
from fastvbg.media.planes import planes_of
from fastvbg.settings import Settings
from tests.support.live import HEIGHT, WIDTH, FakeCamera, Kept, room_picture
from tests.support.media import make_clip
from tests.support.programs import wait_for

MOTION = Settings(mask="motion", background="navy")
FRAME = 6 + WIDTH * HEIGHT * 3 // 2


class Piped:
    """Standard output as a pipe, which is read when a test says so."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.end, write = os.pipe()
        self.out = open(write, "w")  # noqa: SIM115, PTH123  (closed by `close`)
        monkeypatch.setattr(sys, "stdout", self.out)

    def read_all(self, pause: float = 0.0) -> bytes:
        """Read until the other end is closed, or nothing comes for a while."""
        got = b""
        while piece := os.read(self.end, FRAME):
            got += piece
            time.sleep(pause)
        return got


@pytest.fixture
def pipe(monkeypatch):
    made: list[Piped] = []

    def begin() -> Piped:
        """In the test itself: its output is captured anew when it begins."""
        made.append(Piped(monkeypatch))
        return made[0]

    yield begin
    for each in made:
        with suppress(OSError):
            each.out.close()
        with suppress(OSError):
            os.close(each.end)


def a_sink() -> Y4M:
    sink = Y4M()
    sink.open(WIDTH, HEIGHT, 25.0)
    return sink


def run_session(source: Any, *sinks: Any, **more: Any) -> Session:
    made = Session(
        source, [lambda _, each=each: each for each in sinks], MOTION, tell=print, **more
    )
    made.run()
    return made


def test_a_reader_that_stalls_keeps_no_other_sink_waiting(pipe, monkeypatch) -> None:
    pipe()
    monkeypatch.setattr(y4m, "_LAST_SECONDS", 0.1)
    kept, stalled, times = Kept(), Y4M(), []
    made = Session(FakeCamera(count=150), [lambda _: stalled, lambda _: kept], MOTION, tell=print)
    monkeypatch.setattr(made._making, "spent", lambda seconds, *_: times.append(seconds))
    made.run()
    assert len(kept.pictures) > 50
    assert sorted(times)[len(times) // 2] < 0.05
    summary = made.summary()
    assert summary["not_taken"] == {"-": stalled.dropped}
    assert stalled.dropped > 30
    assert summary["failed"] == [
        "standard output: whoever reads it took nothing for 0.1 s; the last picture is not whole"
    ]


def test_a_file_comes_out_whole_where_its_reader_is_slow(pipe, tmp_path: Path) -> None:
    piped = pipe()
    make_clip(tmp_path / "c.mp4", count=24, width=WIDTH, height=HEIGHT)
    got: list[bytes] = []
    thread = threading.Thread(target=lambda: got.append(piped.read_all(0.06)), daemon=True)
    thread.start()
    made = run_session(FileSource(str(tmp_path / "c.mp4"), whole=True), Y4M())
    piped.out.close()
    thread.join(20)
    figures = made.summary()
    assert (figures["frames_in"], figures["frames_out"], figures["dropped"]) == (24, 24, 0)
    frames, rest = divmod(len(got[0]) - got[0].index(b"\n") - 1, FRAME)
    assert rest == 0
    assert frames >= 24 + 1  # and the card that comes first


def test_of_a_file_that_waits_for_its_reader_nothing_is_given_up(pipe, tmp_path, monkeypatch):
    piped = pipe()
    make_clip(tmp_path / "c.mp4", count=8, width=WIDTH, height=HEIGHT)
    thread = threading.Thread(target=piped.read_all, daemon=True)
    thread.start()
    source = FileSource(str(tmp_path / "c.mp4"), whole=True)
    made = Session(source, [lambda _: Y4M()], MOTION, tell=print)
    monkeypatch.setattr(made._making, "spent", lambda *_: pytest.fail("it is never late"))
    made.run()
    piped.out.close()
    thread.join(20)
    assert made.summary()["frames_out"] == 8


def test_a_session_ends_whose_only_reader_stalls(pipe, tmp_path: Path, monkeypatch) -> None:
    pipe()
    monkeypatch.setattr(y4m, "_LAST_SECONDS", 0.1)
    make_clip(tmp_path / "c.mp4", count=48, width=WIDTH, height=HEIGHT)
    source = FileSource(str(tmp_path / "c.mp4"), whole=True)
    made = Session(source, [lambda _: Y4M()], MOTION, tell=print)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    wait_for(lambda: made.figures()["doing"] == "waiting for whoever reads", 30)
    made.end()
    thread.join(10)
    assert not thread.is_alive()


def test_only_a_file_that_goes_nowhere_else_is_whole(tmp_path: Path) -> None:
    from fastvbg.live_mode.asking.asked import Asked, make_session
    from fastvbg.live_mode.controls.switches import Switches

    def is_whole(source: str, *places: str) -> bool:
        asked = Asked(source, places, None, None, None, False, None, None, False, Switches())
        return make_session(asked, MOTION, print, print).source.is_whole  # type: ignore[no-any-return, attr-defined]

    clip, other = str(tmp_path / "c.mp4"), str(tmp_path / "o.mkv")
    assert is_whole(clip, "-")
    assert not is_whole(clip, "-", other)
    assert not is_whole(clip, other)
    assert not is_whole("demo", "-")


def test_a_reader_that_has_gone_is_told(pipe) -> None:
    piped = pipe()
    sink = a_sink()
    os.close(piped.end)

    def write_some() -> None:
        for number in range(200):
            sink.write(planes_of(room_picture(number)), 0.0)
            time.sleep(0.005)

    with pytest.raises(SinkError, match=r"^standard output: whoever read it has gone$"):
        write_some()
    assert sink.has_room(0.0)
    with pytest.raises(SinkError, match="gone"):
        sink.close()
    sink.close()


def test_what_is_no_file_is_written_to(monkeypatch) -> None:
    """In a notebook, say; a stream may also take a part only, or nothing for now."""

    class Dribbling(io.BytesIO):
        calls = 0

        def write(self, content: Any) -> int | None:
            self.calls += 1
            return None if self.calls % 3 == 0 else super().write(content[:1000])

    held = Dribbling()
    monkeypatch.setattr(sys, "stdout", SimpleNamespace(buffer=held, flush=lambda: None))
    sink = make_sink("-", MOTION)(None)
    sink.open(WIDTH, HEIGHT, 25.0)
    sink.write(planes_of(room_picture(1)), 0.0)
    sink.close()
    head, _, rest = held.getvalue().partition(b"\n")
    assert head == b"YUV4MPEG2 W96 H64 F25:1 Ip A1:1 C420jpeg"
    planes = b"".join(plane.tobytes() for plane in planes_of(room_picture(1)))
    assert rest == b"FRAME\n" + planes


def test_a_command_ends_whose_reader_stalls(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=48, width=WIDTH, height=HEIGHT)
    asked = ["--mask", "motion", "-b", "red", "--loop", "--to", "-", "--to", "kept.mkv"]
    command = [sys.executable, "-m", "fastvbg", "live", "c.mp4", *asked, "--json"]
    with subprocess.Popen(
        command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("{") and _dropped(line) > 20:
                break
        start = time.monotonic()
        process.send_signal(signal.SIGTERM)
        rest = process.stderr.read()
        assert process.wait(20) == 3
    assert time.monotonic() - start < 10
    assert "standard output: whoever reads it took nothing for 2 s" in rest
    assert "Traceback" not in rest
    assert (tmp_path / "kept.mkv").stat().st_size > 1000


def _dropped(line: str) -> int:
    return sum(sink["dropped"] for sink in json.loads(line)["sinks"] if sink["name"] == "-")
