"""Standard streams that are closed, full, unread or of few characters; and the last net."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg.cli import run_command_line
from tests.support.media import make_clip, read_times

pytestmark = pytest.mark.skipif(os.name != "posix", reason="descriptors as POSIX has them")

FASTVBG = [sys.executable, "-m", "fastvbg"]


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_clip(
        tmp_path_factory.mktemp("streams") / "a.mp4", count=3, width=16, height=16
    ).path


def shell(line: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of `sh` in which "$@" is fastvbg with arguments."""
    return subprocess.run(
        ["/bin/sh", "-c", line, "sh", *FASTVBG, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **environment},
    )


def test_a_pipe_that_nobody_reads_ends_the_command_quietly() -> None:
    done = shell('{ "$@"; echo $? >&2; } | true', "models", "list")
    assert done.stderr in {"141\n", "0\n"}  # by whether it was still there
    assert done.stdout == ""


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_one_line() -> None:
    done = shell('"$@" >/dev/full', "models", "path")
    assert done.returncode == 2
    assert done.stderr.startswith("fastvbg: cannot write to standard output: No space left")
    assert done.stderr.count("\n") == 1


def test_closed_streams_do_no_harm(short: Path, tmp_path: Path) -> None:
    """A file that is opened must not become descriptor 1 or 2, which libraries print to."""
    output = tmp_path / "o.mp4"
    done = shell('"$@" >&- 2>&- <&-', "run", short, "-b", "navy", "--mask", "motion", "-o", output)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert len(read_times(output)) == 3


@pytest.mark.parametrize("first", [False, True])
def test_of_an_mp4_in_a_pipe_its_index_has_to_come_first(first: bool, tmp_path: Path) -> None:
    path = tmp_path / "clip.mp4"
    options = {"movflags": "+faststart"} if first else {}
    with av.open(str(path), "w", options=options) as container:
        video = container.add_stream("libx264", rate=24, options={"crf": "0"})
        video.width, video.height, video.pix_fmt = 320, 240, "yuv420p"
        noise = np.random.default_rng(1).integers(0, 256, (12, 240, 320, 3), np.uint8)
        for each in noise:  # more than a reader keeps, and could go back in
            container.mux(video.encode(av.VideoFrame.from_ndarray(each, "bgr24")))
        container.mux(video.encode(None))
    output = tmp_path / "m.mkv"
    line = f"cat '{path}' | " + '"$@"'
    done = shell(line, "matte", "-", "--mask", "motion", "-q", "-o", output)
    assert done.returncode == (0 if first else 2)
    assert ("-movflags +faststart" in done.stderr) is not first
    assert first or done.stderr.count("\n") == 1


def test_an_error_is_not_told_to_standard_output() -> None:
    done = shell('"$@" 2>&-', "run", "none.mp4", "-b", "navy", "--mask", "motion", "-o", "-")
    assert (done.returncode, done.stdout) == (2, "")


@pytest.mark.parametrize("encoding", ["ascii", "utf-8"])
def test_names_that_the_terminal_cannot_show(short: Path, tmp_path: Path, encoding: str) -> None:
    name = os.fsdecode(b"\xff\xc3\xa9.mp4")  # no UTF-8, then an e with an accent
    output = tmp_path / name
    done = subprocess.run(
        [*FASTVBG, "run", short, "-b", "navy", "--mask", "motion", "-o", output],
        capture_output=True,
        check=False,
        env={**os.environ, "PYTHONIOENCODING": encoding},
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert done.stdout.startswith(b"3 frames in")
    assert len(read_times(output)) == 3


def test_a_fault_of_ours_is_one_line(monkeypatch, capfd) -> None:
    def fail(*_: object) -> None:
        raise TypeError("of no use\nto anybody")

    monkeypatch.setattr("fastvbg.preparing.prepare", fail)
    assert run_command_line(["warmup"]) == 1
    out, err = capfd.readouterr()
    assert out == ""
    assert err == (
        "fastvbg: internal error: TypeError: of no use to anybody (FASTVBG_TRACEBACK=1 in the "
        "environment shows where; please report it)\n"
    )
    monkeypatch.setenv("FASTVBG_TRACEBACK", "1")
    assert run_command_line(["warmup"]) == 1
    told = capfd.readouterr().err.splitlines()
    assert told[0] == "Traceback (most recent call last):"
    assert told[-1].startswith("fastvbg: internal error: TypeError")


def test_what_the_machine_refuses_is_no_fault_of_ours(monkeypatch, capfd) -> None:
    def fail(*_: object) -> None:
        Path("/nowhere/at/all").write_text("", encoding="utf-8")

    monkeypatch.setattr("fastvbg.preparing.prepare", fail)
    assert run_command_line(["warmup"]) == 2
    assert capfd.readouterr().err.startswith(
        "fastvbg: No such file or directory: /nowhere/at/all (FASTVBG_TRACEBACK=1"
    )
