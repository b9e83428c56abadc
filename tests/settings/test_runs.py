"""Runs and the command line by settings: the same run again, and what is kept of it."""

from __future__ import annotations

import inspect
import re
import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import OptionTypeError, Settings
from fastvbg.cli import run_command_line
from fastvbg.masks.registry import kinds
from fastvbg.options import Described
from tests.support.media import Clip, read_frames


def test_a_run_by_a_settings_file_is_the_run_that_wrote_it(clip: Clip, tmp_path, capfd) -> None:
    one, other, path = (str(tmp_path / name) for name in ("a.mkv", "b.mkv", "s.toml"))
    asked = ["--mask", "adaptive", "--tolerance", "9", "--warm-up", "4", "--refine", "feather=2"]
    line = ["run", str(clip.path), "-b", "navy", *asked, "-o", one, "--codec", "ffv1"]
    assert run_command_line([*line, "--save-settings", path]) == 0
    assert run_command_line(["run", str(clip.path), "--settings", path, "-o", other]) == 0
    for left, right in zip(read_frames(Path(one)), read_frames(Path(other)), strict=True):
        assert np.array_equal(left, right)
    assert (
        run_command_line(["matte", str(clip.path), "--settings", path, "-o", one[:-4] + "m.mkv"])
        == 0
    )
    sheet = str(tmp_path / "s.png")
    assert run_command_line(["preview", str(clip.path), "--settings", path, "-o", sheet]) == 0
    assert Path(sheet).exists()


def test_settings_are_kept_only_of_a_run_that_was_done(clip: Clip, tmp_path, capfd) -> None:
    path = tmp_path / "s.toml"
    line = ["run", str(clip.path), "-b", "navy", "-o", str(tmp_path / "o.mkv")]
    assert run_command_line([*line, "--plate", "none.png", "--save-settings", str(path)]) == 2
    assert list(tmp_path.iterdir()) == []
    path.write_text("mine")
    assert run_command_line([*line, "--save-settings", str(path)]) == 2
    assert "exists; --overwrite replaces it" in capfd.readouterr().err
    assert path.read_text() == "mine"
    assert not (tmp_path / "o.mkv").exists()
    assert run_command_line([*line, "--save-settings", str(path), "--overwrite"]) == 0
    assert Settings.load(path).background == "navy"


def test_settings_and_changes_make_a_run(clip: Clip, tmp_path: Path) -> None:
    settings = Settings(background="navy", codec="ffv1", max_frames=5)
    result = fastvbg.process(clip.path, tmp_path / "a.mkv", settings, max_frames=3)
    assert result.frames == 3
    assert fastvbg.matte(clip.path, tmp_path / "m.mkv", settings).frames == 5
    of_masks = (
        r"^tolerance: an option of the masks adaptive, chroma, plate, wanted it with the mask"
    )
    for mask, name in (("chroma", "Chroma"), ("plate", "Plate"), ("person", "Adaptive")):
        with pytest.raises(OptionTypeError, match=rf"{of_masks}.* mask=fastvbg.masks.{name}\(tol"):
            fastvbg.process(clip.path, tmp_path / "b.mkv", settings, mask=mask, tolerance=3)
    with pytest.raises(OptionTypeError, match=r"^backgroud: no such option; did you mean 'backg"):
        fastvbg.process(clip.path, tmp_path / "b.mkv", backgroud="navy")
    with pytest.raises(OptionTypeError, match=r"^settings: got 'navy', wanted fastvbg.Settings"):
        fastvbg.process(clip.path, tmp_path / "b.mkv", "navy")


def test_every_option_is_on_the_command_line_with_its_help(capsys) -> None:
    assert run_command_line(["run", "--help"]) == 0
    help_text = re.sub(r"[^\w%,.:;#/=<>()' -]|\s+", " ", capsys.readouterr().out)
    help_text = re.sub(r"\s+", " ", help_text)
    described: list[type[Described]] = [Settings, *kinds().values()]
    for owner in described:
        for name, option in owner.options().items():
            flag = {"encoder_options": "encoder-option"}.get(name, name.replace("_", "-"))
            assert f"--{flag} " in help_text, flag
            first = re.split(r"[^\w ]", option.help)[0]
            assert name == "mask" or first in help_text, (name, first)


@pytest.mark.parametrize("name", ["input", "output", "region"])
def test_settings_are_not_kept_over_a_file_of_the_run(name, clip: Clip, tmp_path, capfd) -> None:
    files = {kind: tmp_path / f"{kind}.mp4" for kind in ("input", "output")}
    files["region"] = tmp_path / "region.png"
    shutil.copy(clip.path, files["input"])
    cv2.imwrite(str(files["region"]), np.full((8, 8), 255, np.uint8))
    before = {path: path.read_bytes() for path in tmp_path.iterdir()}
    line = ["run", str(files["input"]), "-b", "navy", "-o", str(files["output"]), "--overwrite"]
    line += ["--keep-region", str(files["region"]), "--save-settings", str(files[name])]
    assert run_command_line([*line, "--mask", "motion", "-q"]) == 2
    wanted = {"region": "keep region"}.get(name, name)
    assert f"is the {wanted} itself; give it another name" in capfd.readouterr().err
    assert {path: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_no_plug_in_may_have_an_option_of_a_command() -> None:
    from fastvbg.cli import app
    from fastvbg.cli.options import every_option
    from fastvbg.masks import registry

    typers = [app.app, *(group.typer_instance for group in app.app.registered_groups)]
    commands = [each.callback for one in typers for each in one.registered_commands]
    names = {name for each in commands for name in inspect.signature(each).parameters}
    assert len(names) > 30
    assert (names | set(Settings.options())) - set(every_option()) <= registry._RESERVED
