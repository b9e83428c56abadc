"""What the mask `auto` chooses, and what it says of it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.errors import ModelError
from fastvbg.keyers.person import networks
from tests.support.media import Clip, read_frames
from tests.support.people import use_green_network, wall, with_person, write_clip

pytestmark = pytest.mark.chooses
SIZE = (180, 320)
SCREEN = (60, 200, 40)
SKY = (200, 140, 90)


def on_screen(colour: tuple[int, int, int], k: int) -> np.ndarray:
    """Something gray and red that walks before a wall of one colour."""
    picture = np.full((*SIZE, 3), colour, np.uint8)
    cv2.rectangle(picture, (80 + 4 * k, 60), (150 + 4 * k, 180), (90, 90, 160), -1)
    return picture


def chosen(path: Path, **options) -> tuple[str, str]:
    """The kind that is chosen, and the line that says so."""
    lines: list[str] = []
    out = path.with_name("chosen.mkv")
    fastvbg.matte(path, out, mask="auto", tell=lines.append, overwrite=True, **options)
    (line,) = lines
    return line.split()[1].rstrip(","), line


@pytest.fixture
def nobody_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """No model is there, and none can be fetched."""

    def fails(model: object) -> None:
        raise ModelError("models: no network to fetch them by")

    monkeypatch.setattr(networks, "ensure", fails)


def test_a_screen_is_chroma(tmp_path: Path, monkeypatch) -> None:
    use_green_network(monkeypatch)
    clip = write_clip(tmp_path / "c.mp4", [on_screen(SCREEN, k) for k in range(8)])
    kind, line = chosen(clip)
    assert kind == "chroma"
    assert line == (
        "mask: chroma, since 8 of 8 frames show a screen; --mask person or motion chooses otherwise"
    )


def test_a_screen_after_a_slate_is_chroma(tmp_path: Path, monkeypatch) -> None:
    use_green_network(monkeypatch)
    frames = [np.zeros((*SIZE, 3), np.uint8)] * 2 + [on_screen(SCREEN, k) for k in range(10)]
    assert chosen(write_clip(tmp_path / "c.mp4", frames))[0] == "chroma"
    behind_slate = chosen(tmp_path / "c.mp4", end=0.05)
    assert behind_slate[0] != "chroma"


def test_a_sky_is_no_screen(tmp_path: Path, nobody_found) -> None:
    assert chosen(write_clip(tmp_path / "c.mp4", [on_screen(SKY, k) for k in range(8)]))[0] == (
        "motion"
    )


def test_people_are_person(tmp_path: Path, monkeypatch) -> None:
    use_green_network(monkeypatch)
    frames = [with_person(wall(*SIZE), 90 + 9 * k, 90) for k in range(12)]
    kind, line = chosen(write_clip(tmp_path / "c.mp4", frames))
    assert kind == "person"
    assert "since 12 of 12 frames show people, and no screen" in line


def test_people_now_and_then_are_motion(tmp_path: Path, monkeypatch) -> None:
    """On a road the network takes a car for somebody here and there."""
    use_green_network(monkeypatch)
    frames = [wall(*SIZE)] * 10 + [with_person(wall(*SIZE), 90, 90)] * 2
    kind, line = chosen(write_clip(tmp_path / "c.mp4", frames))
    assert kind == "motion"
    assert "since 2 of 12 frames show people" in line


def test_a_range_without_a_frame_is_told_as_such(clip: Clip, tmp_path: Path, capfd) -> None:
    shutil.copyfile(clip.path, tmp_path / "c.mp4")
    arguments = [str(tmp_path / "c.mp4"), "-o", str(tmp_path / "out.mkv"), "--start", "1000"]
    assert run_command_line(["matte", *arguments]) == 2
    first, second = capfd.readouterr().err.splitlines()
    assert "motion, since there is no frame to look at" in first
    assert "has no frame between the start and the end" in second


def test_without_models_it_is_motion_and_says_why(clip: Clip, tmp_path: Path, nobody_found) -> None:
    path = tmp_path / "c.mp4"
    shutil.copyfile(clip.path, path)
    kind, line = chosen(path)
    assert kind == "motion"
    assert "people cannot be looked for (models: no network to fetch them by)" in line


def test_a_picture_is_looked_at(tmp_path: Path, monkeypatch) -> None:
    use_green_network(monkeypatch)
    cv2.imwrite(str(tmp_path / "p.png"), with_person(wall(*SIZE), 90, 90))
    cv2.imwrite(str(tmp_path / "s.png"), on_screen(SCREEN, 0))
    assert chosen(tmp_path / "p.png")[0] == "person"
    assert chosen(tmp_path / "s.png")[0] == "chroma"


def test_numbered_pictures_are_looked_at(tmp_path: Path, monkeypatch) -> None:
    use_green_network(monkeypatch)
    for k in range(6):
        cv2.imwrite(str(tmp_path / f"in{k}.png"), on_screen(SCREEN, k))
    assert chosen(tmp_path / "in%d.png")[0] == "chroma"


def test_its_result_is_that_of_the_kind_it_chose(tmp_path: Path, monkeypatch) -> None:
    use_green_network(monkeypatch)
    clip = write_clip(tmp_path / "c.mp4", [on_screen(SCREEN, k) for k in range(8)])
    fastvbg.matte(clip, tmp_path / "auto.mkv", mask="auto")
    fastvbg.matte(clip, tmp_path / "chroma.mkv", mask="chroma")
    for one, other in zip(
        read_frames(tmp_path / "auto.mkv"), read_frames(tmp_path / "chroma.mkv"), strict=True
    ):
        assert np.array_equal(one, other)


def test_commands_choose_and_say_so_once(tmp_path: Path, monkeypatch, capfd) -> None:
    use_green_network(monkeypatch)
    clip = str(write_clip(tmp_path / "c.mp4", [on_screen(SCREEN, k) for k in range(8)]))
    line = "fastvbg: mask: chroma, since 8 of 8 frames show a screen; --mask person or motion"
    for command, output in (("run", "o.mp4"), ("matte", "m.mkv"), ("preview", "s.png")):
        behind = [] if command == "matte" else ["-b", "navy"]
        arguments = [command, clip, *behind, "-o", str(tmp_path / output)]
        assert run_command_line(arguments) == 0
        told = capfd.readouterr().err
        assert told.startswith(line)
        assert told.count("\n") == 1
        assert run_command_line([*arguments, "--overwrite", "--quiet"]) == 0
        assert capfd.readouterr().err == ""
    assert run_command_line([*arguments, "--overwrite", "--threshold", "9"]) == 0
    assert "mask:" not in capfd.readouterr().err


def test_what_ends_a_run_first_is_the_only_line(tmp_path: Path, monkeypatch, capfd) -> None:
    use_green_network(monkeypatch)
    clip = str(write_clip(tmp_path / "c.mp4", [on_screen(SCREEN, k) for k in range(8)]))
    for more in (["-b", "none.png", "-o", "o.mp4"], ["-b", "navy", "-o", "none/o.mp4"]):
        assert run_command_line(["run", clip, *more]) == 2
        assert capfd.readouterr().err.count("\n") == 1


def test_what_is_read_once_is_not_looked_at(tmp_path: Path, monkeypatch, capfd) -> None:
    use_green_network(monkeypatch)
    code = (
        "from tests.support.people import use_green_network; import pytest; "
        "use_green_network(pytest.MonkeyPatch()); from fastvbg.cli import main; main()"
    )
    clip = write_clip(tmp_path / "c.mkv", [on_screen(SCREEN, k) for k in range(8)])
    command = [sys.executable, "-c", code, "matte", "-", "-o", str(tmp_path / "m.mkv")]
    with clip.open("rb") as pipe:
        done = subprocess.run(command, stdin=pipe, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert "mask: person, since it cannot be looked at beforehand" in done.stderr


@pytest.mark.clips
@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("gt_derived/talk_on_green_640x360.mp4", "chroma"),
        ("greenscreen/plane_green_720p.mp4", "chroma"),
        ("gt_derived/talk_on_plate_640x360.mp4", "person"),
        ("gt_derived/talk_alpha_gray_ffv1.mkv", "motion"),
        ("talking/foreman_cif_300f.264", "person"),
        ("talking/carphone_pristine.mp4", "person"),
        ("talking/Zhling_1280x720.264", "person"),
        ("gt_surveillance/cdnet_highway/highway_full_1700f.avi", "motion"),
    ],
)
def test_real_clips(clips: Path, real_models: Path, tmp_path, monkeypatch, name, kind) -> None:
    monkeypatch.setenv("FASTVBG_MODELS", str(real_models))
    lines: list[str] = []
    fastvbg.matte(clips / name, tmp_path / "m.mkv", mask="auto", max_frames=1, tell=lines.append)
    assert lines[0].split()[1] == f"{kind},"
