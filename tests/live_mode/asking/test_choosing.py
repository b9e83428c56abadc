"""Sources and sinks by name."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from fastvbg.errors import FastvbgError, OptionError, SourceError
from fastvbg.live_mode.asking.choosing import make_sink, make_source
from fastvbg.live_mode.outlets.sinks import Recording
from fastvbg.media.colour import ColourTags
from fastvbg.settings import Settings
from tests.support.live import HEIGHT, WIDTH
from tests.support.media import make_clip


def test_y4m_on_standard_output(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=6, width=96, height=64)
    command = [sys.executable, "-m", "fastvbg", "live", str(tmp_path / "c.mp4"), "--to", "-"]
    done = subprocess.run(
        [*command, "-b", "red", "--mask", "motion", "-q"],
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert done.stdout.startswith(b"YUV4MPEG2 W96 H64 F24:1")
    size = 6 + WIDTH * HEIGHT * 3 // 2
    head = done.stdout.index(b"\n") + 1
    assert (len(done.stdout) - head) % size == 0
    assert (len(done.stdout) - head) // size >= 6


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("none.mp4", {}, "none.mp4"),
        ("srt://host/x", {}, "srt"),
        ("demo", {"loop": True}, "loop: it goes with files, got the source 'demo'"),
        ("tcp://127.0.0.1:9", {"loop": True}, "loop: it goes with files"),
        ("none.mp4", {"form": "MJPG"}, "format: it goes with cameras, got the source 'none.mp4'"),
    ],
)
def test_sources_that_are_none(text, options, message) -> None:
    with pytest.raises(FastvbgError, match=message):
        make_source(text, **options).open()


def test_the_screen_needs_one(monkeypatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(SourceError, match="screen: DISPLAY is not set"):
        make_source("screen")


def test_sinks_by_name(tmp_path: Path) -> None:
    from fastvbg.devices.network.sink import NetworkSink
    from fastvbg.devices.pipewire.sink import PipeWireSink

    tags = ColourTags(6, 1)
    settings = Settings(background="red")
    assert isinstance(make_sink("pipewire", settings)(tags), PipeWireSink)
    assert isinstance(make_sink("rtmp://host/app/key", settings)(tags), NetworkSink)
    assert isinstance(make_sink(str(tmp_path / "x.mkv"), settings)(tags), Recording)
    with pytest.raises(OptionError, match="got 'a,b!c', wanted at most 64 letters"):
        make_sink("pipewire:a,b!c", settings)
