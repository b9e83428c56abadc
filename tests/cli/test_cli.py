"""The command line: what it prints, its exit codes, and one line for every bad input."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path

import cv2
import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.scenes.speaker import Scene
from tests.support.arrays import random_frame
from tests.support.command import fastvbg_process
from tests.support.media import Clip, make_clip, read_frames, read_times


def test_run_prints_one_closing_line(clip: Clip, tmp_path: Path, capfd) -> None:
    output = tmp_path / "out.mp4"
    assert (
        run_command_line(
            ["run", str(clip.path), "-b", "navy", "--mask", "motion", "-o", str(output)]
        )
        == 0
    )
    said = capfd.readouterr()
    assert re.fullmatch(
        rf"{clip.frames} frames in [\d.]+ s, [\d.]+ frames/s: {re.escape(str(output))}\n", said.out
    )
    assert said.err == ""
    assert len(read_times(output)) == clip.frames


def test_quiet_prints_nothing(clip: Clip, tmp_path: Path, capfd) -> None:
    arguments = [
        "run",
        str(clip.path),
        "-b",
        "navy",
        "--mask",
        "motion",
        "-o",
        str(tmp_path / "o.mp4"),
        "-q",
    ]
    assert run_command_line(arguments) == 0
    assert capfd.readouterr() == ("", "")


def bad_inputs(folder: Path, clip: Clip) -> dict[str, tuple[list[str], str]]:
    """Name -> arguments of `run`, and a pattern of the line that is to come."""
    (folder / "page.avi").write_text("<html>not a video</html>" * 40)
    (folder / "empty.mp4").touch()
    (folder / "bad.png").write_bytes(b"no image")
    (folder / "there.mp4").write_bytes(b"something")
    (folder / "in").mkdir()
    cv2.imwrite(str(folder / "one.png"), random_frame(4, 4))
    cut = clip.path.read_bytes()
    (folder / "cut.mp4").write_bytes(cut[: len(cut) // 2])
    video, out = str(clip.path), str(folder / "out.mp4")
    blue = ["-b", "blue", "-o", out]
    return {
        "missing file": (["none.mp4", *blue], "input: no such file: none.mp4"),
        "a folder": ([str(folder / "in"), *blue], "input: .* is a folder; for an image sequence"),
        "not a video": ([str(folder / "page.avi"), *blue], "input: not a video .*page.avi"),
        "an empty file": (
            [str(folder / "empty.mp4"), *blue],
            "input: not a video .*empty.mp4; it is empty",
        ),
        "cut off": (
            [str(folder / "cut.mp4"), *blue],
            "input: not a video .*cut.mp4; its index is missing, as of a recording or a download",
        ),
        "no sequence": ([str(folder / "x%d.png"), *blue], r"input: no file x%d.png in "),
        "no background": ([video, "-b", "none.png", "-o", out], "background: no such file"),
        "unreadable background": (
            [video, "-b", str(folder / "bad.png"), "-o", out],
            "background: not an image that OpenCV can read",
        ),
        "no colour": ([video, "-b", "#12", "-o", out], "background: got '#12', wanted a colour"),
        "output exists": (
            [video, "-b", "blue", "-o", str(folder / "there.mp4")],
            "output: .*there.mp4 exists; --overwrite replaces it",
        ),
        "output is input": (
            [video, "-b", "blue", "-o", video, "--overwrite"],
            "output: .* is the input itself",
        ),
        "output is background": (
            [video, "-b", str(folder / "one.png"), "-o", str(folder / "one.png"), "--overwrite"],
            "output: .* is the background itself",
        ),
        "no output folder": (
            [video, "-b", "blue", "-o", str(folder / "no" / "out.mp4")],
            "output: no such folder",
        ),
        "unwritable folder": (
            [video, "-b", "blue", "-o", "/proc/out.mp4"],
            "output: cannot write in /proc",
        ),
        "unwritable folder for images": (
            [video, "-b", "blue", "-o", "/proc/out%d.png"],
            "output: cannot write in /proc",
        ),
        "unknown suffix": (
            [video, "-b", "blue", "-o", str(folder / "out.xyz")],
            "output: got out.xyz, wanted a name that ends in .gif, .mkv, .mov, .mp4, .webm, .y4m",
        ),
        "one image": (
            [video, "-b", "blue", "-o", str(folder / "out.png")],
            "output: out.png names one image, .* out%06d.png",
        ),
        "threshold too high": ([video, *blue, "--threshold", "256"], "threshold: got 256, wanted"),
        "threshold no number": (
            [video, *blue, "--threshold", "x"],
            "threshold: got 'x', wanted an",
        ),
        "unknown fit": ([video, *blue, "--fit", "zoom"], "fit: got 'zoom', wanted one of"),
        "unknown pairing": ([video, *blue, "--pairing", "x"], "pairing: got 'x', wanted one of"),
        "fps of a video": ([video, *blue, "--fps", "25"], "fps: only an image sequence takes it"),
        "wrong fps": ([video, *blue, "--fps", "0/0"], "fps: got '0/0', wanted a rate above 0"),
        "no output option": ([video, "-b", "blue"], "Missing option '--output'"),
        "unknown option": ([video, *blue, "--nothing"], "No such option"),
    }


CASES = [
    "missing file",
    "a folder",
    "not a video",
    "an empty file",
    "cut off",
    "no sequence",
    "no background",
    "unreadable background",
    "no colour",
    "output exists",
    "output is input",
    "output is background",
    "no output folder",
    "unwritable folder",
    "unwritable folder for images",
    "unknown suffix",
    "one image",
    "threshold too high",
    "threshold no number",
    "unknown fit",
    "unknown pairing",
    "fps of a video",
    "wrong fps",
    "no output option",
    "unknown option",
]


@pytest.mark.parametrize("case", CASES)
def test_bad_input_is_one_line_and_exit_code_2(clip, tmp_path, monkeypatch, capfd, case) -> None:
    monkeypatch.chdir(tmp_path)
    cases = bad_inputs(tmp_path, clip)
    assert sorted(cases) == sorted(CASES)
    arguments, words = cases[case]
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert run_command_line(["run", *arguments]) == 2
    said = capfd.readouterr()
    assert said.out == ""
    assert re.match(f"fastvbg: {words}", said.err), said.err
    assert said.err.count("\n") == 1
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before


def test_no_decodable_frame_is_one_line(tmp_path: Path, capfd) -> None:
    clip = make_clip(tmp_path / "a.mkv", count=2)
    content = bytearray(clip.path.read_bytes())
    start = content.index(b"\x1fC\xb6u") + 40  # in the first cluster, behind its header
    content[start:-60] = b"\0" * (len(content) - 60 - start)
    (tmp_path / "zeros.mkv").write_bytes(content)
    arguments = [
        "run",
        str(tmp_path / "zeros.mkv"),
        "-b",
        "red",
        "--mask",
        "motion",
        "-o",
        str(tmp_path / "o.mp4"),
    ]
    assert run_command_line(arguments) == 2
    assert re.fullmatch(r"fastvbg: input: no frame of .* can be decoded\n", capfd.readouterr().err)


def test_a_damaged_file_yields_what_it_has_and_exit_code_3(tmp_path, capfd) -> None:
    content = make_clip(tmp_path / "whole.mkv", count=40).path.read_bytes()
    damaged = tmp_path / "damaged.mkv"
    damaged.write_bytes(content[: int(len(content) * 0.7)])
    output = tmp_path / "o.mp4"
    code = run_command_line(
        ["run", str(damaged), "-b", "red", "--mask", "motion", "-o", str(output)]
    )
    said = capfd.readouterr()
    frames = int(said.out.split()[0])
    assert 0 < frames <= 40
    assert len(read_times(output)) == frames
    assert code in {0, 3}
    assert ("warning" in said.err) == (code == 3)


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory: pytest.TempPathFactory) -> Clip:
    """So long that a run of it can be stopped."""
    path = tmp_path_factory.mktemp("long") / "long.mp4"
    return make_clip(path, count=900, width=320, height=240)


@pytest.mark.long
@pytest.mark.parametrize(("sent", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
@pytest.mark.parametrize("name", ["o.mp4", "o%d.png"])
def test_an_interrupt_leaves_nothing(
    long_clip: Clip, tmp_path: Path, sent: int, code: int, name: str
) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    process = fastvbg_process(
        "run", long_clip.path, "-b", "red", "--mask", "motion", "-o", folder / name
    )
    deadline = time.monotonic() + 60
    while not any(folder.iterdir()) and time.monotonic() < deadline:
        time.sleep(0.01)
    process.send_signal(sent)
    out, err = process.communicate(timeout=60)
    assert process.returncode == code
    assert err == "fastvbg: stopped by a signal; no output was left behind\n"
    assert out == ""
    assert list(folder.iterdir()) == []


def read_to_end(control: int) -> str:
    """What comes to a terminal until nobody has it open any more."""
    shown = b""
    with suppress(OSError):  # Linux says so by an error
        while piece := os.read(control, 4096):
            shown += piece
    os.close(control)
    return shown.decode()


def test_a_terminal_gets_a_bar(clip: Clip, tmp_path: Path) -> None:
    pty = pytest.importorskip("pty")
    control, terminal = pty.openpty()
    process = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "fastvbg",
            "run",
            clip.path,
            "-b",
            "red",
            "--mask",
            "motion",
            "-o",
            tmp_path / "o.mp4",
        ],
        stdout=subprocess.PIPE,
        stderr=terminal,
        env={**os.environ, "TERM": "xterm", "COLUMNS": "100"},
    )
    os.close(terminal)
    shown = read_to_end(control)
    out, _ = process.communicate(timeout=60)
    assert process.returncode == 0
    assert f"{clip.frames}/{clip.frames}" in shown
    assert "frames/s" in shown
    assert out.startswith(b"20 frames in")


@pytest.mark.long
def test_demo_makes_its_files(tmp_path: Path, capfd) -> None:
    folder = tmp_path / "demo"
    assert run_command_line(["demo", str(folder)]) == 0
    out = capfd.readouterr().out
    names = ["source.mp4", "room.png", "background.png", "composited.mp4", "contact_sheet.png"]
    assert sorted(path.name for path in folder.iterdir()) == sorted(names)
    assert all(str(folder / name) in out for name in names)
    assert len(read_times(folder / "composited.mp4")) == len(read_times(folder / "source.mp4"))
    assert cv2.imread(str(folder / "contact_sheet.png")).shape[1] > 1600
    truth, background = list(Scene())[100].truth, cv2.imread(str(folder / "background.png"))
    frames = (read_frames(folder / f"{name}.mp4")[100] for name in ("composited", "source"))
    result, source = (frame.astype(int) for frame in frames)
    for inside, wanted in ((truth == 255, source), (truth == 0, background.astype(int))):
        assert abs(result - wanted)[inside].mean() < 8
    assert run_command_line(["demo", str(folder), "--quiet"]) == 0


def test_demo_folder_that_cannot_be_made(capfd) -> None:
    assert run_command_line(["demo", "/proc/none/demo"]) == 2
    assert "fastvbg: output: cannot make the folder" in capfd.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["run", "-o", "o.mp4"],
        ["preview", "-o", "o.png"],
        ["batch", "-o", "."],
        ["plan", "-o", "o.mp4"],
    ],
    ids=lambda command: command[0],
)
def test_a_background_that_is_missing_is_asked_for(command: list[str], capfd) -> None:
    more = ["--plan", "job.json"] if command[0] == "plan" else []
    assert run_command_line([*command, "clip.mp4", *more]) == 2
    assert capfd.readouterr().err == (
        "fastvbg: background: missing, wanted -b with a picture, a video, a colour such as navy, "
        "blur or transparent\n"
    )


def test_a_background_like_a_colour_is_told_which_there_are(
    clip: Clip, tmp_path: Path, capfd
) -> None:
    out = tmp_path / "o.mp4"
    arguments = ["run", str(clip.path), "--mask", "motion", "-o", str(out), "-b"]
    assert run_command_line([*arguments, "pink"]) == 2
    line = capfd.readouterr().err
    assert "background: no such file: pink, nor such a colour, which are #rrggbb and aqua," in line
    assert not out.exists()


def test_version_and_help(capfd) -> None:
    assert run_command_line(["--version"]) == 0
    assert capfd.readouterr().out == f"fastvbg {fastvbg.__version__}\n"
    for arguments in (["--help"], ["-h"], ["run", "-h"]):
        assert run_command_line(arguments) == 0
        assert "Usage" in capfd.readouterr().out


@pytest.mark.parametrize(
    "arguments", [[], ["demo"], ["run"], ["live"], ["bench", "files"], ["models", "fetch"]]
)
def test_help_shows_no_value_of_flags_and_brackets_once(arguments: list[str], capfd) -> None:
    assert run_command_line([*arguments, "--help"]) == 0
    out = capfd.readouterr().out
    assert "<bool>" not in out
    assert "[[" not in out


def test_no_command_prints_the_help(capfd) -> None:
    assert run_command_line([]) == 2
    assert "Usage" in capfd.readouterr().out


def test_info_names_what_a_bug_report_needs(capfd) -> None:
    assert run_command_line(["info"]) == 0
    out = capfd.readouterr().out
    for word in ("numba", "opencv-python", "cpu", "vector features", "threads", "libx264"):
        assert word in out
    assert re.search(r"kernel cache +\S+", out)
