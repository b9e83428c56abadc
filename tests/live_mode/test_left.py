"""What is said of what is shown, and what is refused or taken as it is."""

from __future__ import annotations

import os
import signal
import sys
from pathlib import Path

import av
import numpy as np
import pytest

import fastvbg
from fastvbg.errors import OptionError, SinkError
from fastvbg.live_mode.asking.choosing import demand_recording, make_source
from fastvbg.live_mode.controls.switches import Switches
from fastvbg.live_mode.running import status_line
from fastvbg.live_mode.session import presence
from fastvbg.live_mode.session.session import Session
from fastvbg.live_mode.sources.y4m import Y4M
from fastvbg.live_mode.terminal.keys import _letters, listening
from fastvbg.live_mode.terminal.terminal import Terminal
from fastvbg.settings import Settings
from tests.live_mode.test_session import MOTION, eventually, running
from tests.support.live import FakeCamera, Kept


@pytest.mark.parametrize("nobody", ["card", "blur"])
def test_what_leaves_while_nobody_is_there_is_said(monkeypatch, nobody: str) -> None:
    monkeypatch.setattr(presence, "_NOBODY_SECONDS", 0.0)
    monkeypatch.setattr("fastvbg.live_mode.making.making.Making.somebody", False)
    with running(FakeCamera(), Kept(), switches=Switches(nobody=nobody)) as (made, _):  # type: ignore[arg-type]
        said = "nobody is there: "
        assert eventually(lambda: made.figures()["doing"].startswith(said))
        assert made.figures()["shown"] == nobody
        figures = made.figures()
        assert figures["state"] == "live"
        assert status_line(figures).startswith(said)
        made.switch(nobody="keep")
        assert eventually(lambda: made.figures()["shown"] == made.figures()["doing"] == "live")
        made.set_state("black")
        assert eventually(lambda: made.figures()["shown"] == "black")


def test_how_to_encode_goes_with_the_start(tmp_path: Path) -> None:
    to = str(tmp_path / "r.mkv")
    with fastvbg.live("demo", to, MOTION, size="64x36", codec="ffv1", always=True) as made:
        for name, value in {"crf": 51, "codec": "libx264", "encoder_options": {"x": "y"}}.items():
            with pytest.raises(OptionError, match=f"^{name}: a recording has begun; it goes with"):
                made.apply(**{name: value})
        with pytest.raises(OptionError, match="^codec: a recording has begun"):
            made.apply(codec=None)
        with pytest.raises(OptionError, match="^crf: a recording has begun"):
            made.apply(Settings(mask="motion", crf=20))
        made.apply(Settings(mask="motion", background="red"))
        made.apply(background="navy", codec="ffv1")
        assert made.settings == MOTION.replace(codec="ffv1")


@pytest.mark.parametrize(
    ("asked", "name"),
    [
        ({"codec": "libx264"}, "codec"),
        ({"crf": 20}, "crf"),
        ({"preset": "fast", "crf": 20}, "crf"),
        ({"encoder_options": {"tune": "film"}}, "encoder_options"),
    ],
)
def test_how_to_encode_needs_a_recording(asked, name: str) -> None:
    settings = Settings(**asked)
    places = ["loopback", "pipewire:a", "virtualcam", "window", "-", "rtmp://a/b", "/dev/video7"]
    with pytest.raises(OptionError, match=f"^{name}: it goes with a recording, got 'loopback', "):
        demand_recording(places, settings)
    with pytest.raises(OptionError, match="got no place, wanted a file, too"):
        demand_recording([], settings)
    demand_recording([*places, "kept.mkv"], settings)
    demand_recording(places, MOTION)


@pytest.mark.parametrize("source", ["demo", "browser"])
def test_the_generated_scene_is_of_bounded_memory(source: str) -> None:
    with pytest.raises(OptionError, match="^size: got 3840x2160 .* wanted at most .* 1920x1080"):
        make_source(source, size=(3840, 2160))
    assert make_source(source, size=(1080, 1920)).height == 1920


def test_a_file_whose_size_changes_is_played_in_its_first(tmp_path: Path) -> None:
    whole = b""
    for width, height in ((64, 48), (96, 96)):
        part = tmp_path / f"{width}.h264"
        with av.open(str(part), "w") as container:
            video = container.add_stream("libx264", rate=50)
            video.width, video.height, video.pix_fmt = width, height, "yuv420p"
            for _ in range(5):
                picture = np.full((height, width, 3), 90, np.uint8)
                container.mux(video.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
            container.mux(video.encode(None))
        whole += part.read_bytes()
    (tmp_path / "both.h264").write_bytes(whole)
    source = make_source(str(tmp_path / "both.h264"))
    source.open()
    sizes = set()
    for _ in range(7):
        grab = source.read(1.0)
        assert grab is not None
        sizes.add((grab.picture.width, grab.picture.height))
    source.close()
    assert sizes == {(64, 48)}


def test_standard_output_that_is_closed_is_one_line(monkeypatch) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    with pytest.raises(SinkError, match=r"^standard output: it is closed$"):
        Y4M().open(4, 4, 30.0)


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
