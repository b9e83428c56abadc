"""Settings that were made for files, live."""

from __future__ import annotations

import subprocess
import sys
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fastvbg.live_mode.asking.adapting import adapted
from fastvbg.live_mode.asking.asked import Asked
from fastvbg.live_mode.controls.switches import Switches
from fastvbg.settings import Settings
from tests.support.media import make_clip

OF_A_RUN = {"start": 1, "end": 3, "max_frames": 20, "scale": "64x48", "fps": 50, "codec": "ffv1"}


def asked(source: str, *places: str, **more: Any) -> Asked:
    made = Asked(source, places, None, None, None, False, None, None, False, Switches())
    return made._replace(**more)


@pytest.mark.parametrize(
    ("what", "left", "size", "fps"),
    [
        (asked("camera", "-"), "fps start end max_frames scale codec", None, None),
        (asked("camera", "r.mkv"), "fps start end max_frames scale", None, None),
        (asked("c.mp4", "r.mkv"), "fps start end max_frames", (64, 48), None),
        (asked("in/%03d.png", "r.mkv"), "start end max_frames", (64, 48), Fraction(50)),
        (
            asked("in/%03d.png", "r.mkv", size="32x24", fps="12"),
            "start end max_frames",
            "32x24",
            "12",
        ),
    ],
)
def test_what_only_files_have_is_left_out(what: Asked, left: str, size: Any, fps: Any) -> None:
    settings = Settings(mask="chroma", background="navy", **OF_A_RUN)  # type: ignore[arg-type]
    now, live, names = adapted(what, settings, [])
    assert names == left.split()
    assert (now.size, now.fps) == (size, fps)
    codec = None if "codec" in left else "ffv1"
    assert live == Settings(mask="chroma", background="navy", codec=codec)


def test_a_size_that_keeps_proportions_is_left_out() -> None:
    settings = Settings(background="navy", scale="64x-1")
    assert adapted(asked("c.mp4", "-"), settings, [])[2] == ["scale"]


def test_what_the_line_itself_said_stays() -> None:
    settings = Settings(background="navy", codec="ffv1")
    assert adapted(asked("camera", "-"), settings, ["codec"])[1:] == (settings, [])


def test_what_ends_with_a_file_or_shows_through_is_left_out() -> None:
    settings = Settings(background="transparent", background_end="trim", mask="chroma")
    names = ["background", "background_end"]
    assert adapted(asked("camera", "-"), settings, [])[1:] == (Settings(mask="chroma"), names)
    assert adapted(asked("camera", "-"), settings, names)[1:] == (settings, [])


def test_the_tutorials_way_is_left_out() -> None:
    settings = Settings(background="navy", pairing="tutorial", pixel_path="bgr")
    names = ["pairing", "pixel_path"]
    assert adapted(asked("camera", "-"), settings, [])[1:] == (Settings(background="navy"), names)


def test_a_command_takes_settings_made_for_a_run(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=6, width=96, height=64)
    (tmp_path / "s.toml").write_text(
        'start = 0.1\nscale = "48x32"\ncrf = 20\nbackground = "red"\n[mask]\nkind = "motion"\n'
    )
    command = [sys.executable, "-m", "fastvbg", "live", "c.mp4", "--to", "-", "-q"]
    done = subprocess.run(
        [*command, "--settings", "s.toml"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    told = done.stderr.decode().splitlines()
    assert told == ["fastvbg: settings: left out, as they are for files: start, crf"]
    assert done.stdout.startswith(b"YUV4MPEG2 W48 H32 ")
    typed = subprocess.run(
        [*command, "--settings", "s.toml", "--crf", "21"],
        cwd=tmp_path,
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert typed.returncode == 2
    assert b"crf: it goes with a recording" in typed.stderr
