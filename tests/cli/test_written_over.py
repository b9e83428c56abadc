"""Nothing that a command reads is written over, whatever is written and by whichever name."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from fastvbg.cli import run_command_line

if TYPE_CHECKING:
    from pathlib import Path

    from tests.support.media import Clip

RUN = ["run", "in.mp4", "-b", "bg.png", "-o", "out.mp4", "--overwrite"]
PLATE = ["--mask", "plate", "--plate", "plate.png"]
PLAN = ["plan", "in.mp4", "-b", "bg.png", "-o", "out.mp4", "--mask", "motion", "--overwrite"]
BATCH = ["batch", "-b", "bg.png", "-o", "o-{name}", "--mask", "motion"]
REFUSED = {
    "a sheet over the background": (
        ["preview", "in.mp4", "-b", "bg.png", "-o", "bg.png", "--mask", "motion", "--overwrite"],
        "output: bg.png is the background itself",
    ),
    "a sheet over the plate": (
        ["preview", "in.mp4", "-b", "navy", "-o", "plate.png", *PLATE, "--overwrite"],
        "output: plate.png is the plate itself",
    ),
    "a plan over the input": ([*PLAN, "--plan", "in.mp4"], "plan: in.mp4 is the input itself"),
    "a plan over the background": (
        [*PLAN, "--plan", "bg.png"],
        "plan: bg.png is the background itself",
    ),
    "a plan under the output's name": (
        [*PLAN, "--plan", "out.mp4"],
        "plan: out.mp4 is the output itself",
    ),
    "a model over the background": (
        [*RUN, "--mask", "adaptive", "--save-model", "bg.png"],
        "save_model: bg.png is the background itself",
    ),
    "settings over the input, by a link": (
        [*RUN, "--mask", "motion", "--save-settings", "link.toml"],
        "settings: link.toml is the input itself",
    ),
    "settings over a batch's input": (
        [*BATCH, "in.mp4", "--overwrite", "--save-settings", "in.mp4"],
        "settings: in.mp4 is the input itself",
    ),
    "settings over a batch's output": (
        [*BATCH, "in.mp4", "--overwrite", "--save-settings", "o-in.mp4"],
        "settings: o-in.mp4 is the output itself",
    ),
    "a report over the list": (
        [*BATCH, "@list.csv", "--report", "list.csv"],
        "report: list.csv is the list itself",
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_read_is_not_written_over(
    name: str, clip: Clip, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys
) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copy(clip.path, "in.mp4")
    cv2.imwrite("bg.png", np.full((8, 8, 3), 90, np.uint8))
    cv2.imwrite("plate.png", np.full((8, 8, 3), 90, np.uint8))
    (tmp_path / "list.csv").write_text("in.mp4\n")
    (tmp_path / "link.toml").symlink_to("in.mp4")
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    line, words = REFUSED[name]
    assert run_command_line([*line, "-q"]) == 2
    assert capsys.readouterr().err == f"fastvbg: {words}; give it another name\n"
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_what_was_learned_may_be_kept_where_it_came_from(clip: Clip, tmp_path: Path) -> None:
    line = ["run", str(clip.path), "-b", "navy", "-o", str(tmp_path / "o.mp4"), "-q", "--overwrite"]
    line += ["--mask", "adaptive", "--save-model", str(tmp_path / "m.npz")]
    assert run_command_line(line) == 0
    assert run_command_line([*line, "--load-model", str(tmp_path / "m.npz")]) == 0


def test_a_plan_tells_of_an_output_that_is_there(clip: Clip, tmp_path: Path, capsys) -> None:
    out, line = tmp_path / "out.mp4", ["plan", str(clip.path), "-b", "navy", "--mask", "motion"]
    out.touch()
    line += ["--plan", str(tmp_path / "job.json"), "-q"]
    assert run_command_line([*line, "-o", str(out)]) == 0
    words = f"{out} exists; merge replaces it only with --overwrite"
    assert capsys.readouterr().err == f"fastvbg: warning: {words}\n"
    assert run_command_line([*line, "-o", str(tmp_path / "no" / "out.mp4"), "--overwrite"]) == 2
    assert "output: no such folder" in capsys.readouterr().err
