"""Kinds of mask from other packages: the example's, one that does not load, and strangers."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

import fastvbg
from tests.support.media import make_clip, read_frames

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

EXAMPLE = Path(__file__).parents[2] / "examples" / "bright"
Command = Callable[..., "subprocess.CompletedProcess[str]"]


def install(folder: Path, name: str, version: str, points: dict[str, str]) -> None:
    """Write what an installer writes of a package's entry points."""
    facts = folder / f"{name.replace('-', '_')}-{version}.dist-info"
    facts.mkdir(parents=True)
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n")
    lines = [f"{point} = {value}" for point, value in points.items()]
    (facts / "entry_points.txt").write_text("\n".join(["[fastvbg.masks]", *lines, ""]))


@pytest.fixture(scope="module")
def command(tmp_path_factory: pytest.TempPathFactory) -> Command:
    """Runs fastvbg where the example is installed, and packages whose kinds are of no use."""
    folder = tmp_path_factory.mktemp("site")
    project = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())["project"]
    points = project["entry-points"]["fastvbg.masks"]
    install(folder, project["name"], project["version"], points)
    (folder / "fastvbg_bright.py").write_text((EXAMPLE / "fastvbg_bright.py").read_text())
    install(
        folder,
        "strangers",
        "3.0",
        {
            "broken": "strangers_none:Kind",
            "loud": "strangers:Loud",
            "taken": "strangers:Taken",
            "reserved": "strangers:Reserved",
            "number": "strangers:NUMBER",
        },
    )
    (folder / "strangers.py").write_text(
        "from dataclasses import dataclass\n"
        "from fastvbg.masks import Flag, Integer, Mask, option\n"
        "NUMBER = 3\n"
        "@dataclass(frozen=True)\n"
        "class Taken(Mask):\n"
        "    name = 'chroma'\n"
        "@dataclass(frozen=True)\n"
        "class Reserved(Mask):\n"
        "    name = 'reserved'\n"
        "    output: int = option(1, Integer('Theirs.', 0, 9))\n"
        "@dataclass(frozen=True)\n"
        "class Loud(Mask):\n"
        "    name = 'loud'\n"
        "    tolerance: bool = option(False, Flag('Another meaning.'))\n"
    )
    source = Path(fastvbg.__file__).parents[1]
    paths = os.pathsep.join([str(folder), str(source)])

    def run(*arguments: str, status: int = 0) -> subprocess.CompletedProcess[str]:
        done = subprocess.run(
            [sys.executable, "-m", "fastvbg", *arguments],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": paths, "COLUMNS": "120"},
        )
        assert done.returncode == status, done.stderr
        return done

    return run


def test_the_example_is_listed_and_what_does_not_load_is_named(command: Command) -> None:
    lines = [line.split(maxsplit=2) for line in command("info").stdout.splitlines()]
    told = {parts[1]: parts[2] for parts in lines if parts[0] == "mask" and len(parts) == 3}
    assert told["bright"] == "of fastvbg-bright 0.1.0"
    assert "strangers 3.0, which does not load: ModuleNotFoundError" in told["broken"]
    assert "there is a mask 'chroma' already" in told["taken"]
    assert "the option 'output' means something else already" in told["reserved"]
    assert "the option 'tolerance' means something else already" in told["loud"]
    assert "wanted a subclass of fastvbg.masks.Mask" in told["number"]


def test_the_example_is_in_the_help(command: Command) -> None:
    told = command("run", "--help").stdout
    assert "Mask bright" in told
    assert "--level" in told
    assert "Luma from which a pixel is kept (0..255; 128 by default)." in told


@pytest.mark.parametrize("pixel_path", ["native", pytest.param("bgr", marks=pytest.mark.long)])
def test_the_example_runs_and_is_kept_in_settings(command: Command, tmp_path, pixel_path) -> None:
    make_clip(tmp_path / "clip.mp4", count=4, width=64, height=48)
    clip, one, other, path = (
        str(tmp_path / name) for name in ("clip.mp4", "a.mkv", "b.mkv", "s.toml")
    )
    asked = ["--mask", "bright", "--level", "90", "--refine", "none", "--pixel-path", pixel_path]
    command("matte", clip, *asked, "-o", one, "--save-settings", path)
    assert '[mask]\nkind = "bright"\nlevel = 90\n' in Path(path).read_text()
    command("matte", clip, "--settings", path, "-o", other)
    mattes = read_frames(Path(one))
    assert all(np.array_equal(a, b) for a, b in zip(mattes, read_frames(Path(other)), strict=True))
    assert set(np.unique(mattes)) == {0, 255}
    for matte, frame in zip(mattes, read_frames(Path(clip)), strict=True):
        luma = frame @ [0.114, 0.587, 0.299]
        assert (matte[luma > 110] == 255).all()
        assert (matte[luma < 70] == 0).all()


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--mask", "bright", "--level", "256"], "level: got 256, wanted an integer in 0..255"),
        (["--mask", "motion", "--level", "9"], "level: the mask 'motion' does not have it; it"),
        (["--mask", "broken"], "mask: 'broken' of strangers 3.0 does not load: ModuleNotFound"),
        (["--mask", "brigth"], "did you mean 'bright'?"),
    ],
)
def test_what_is_wrong_is_one_line(command: Command, tmp_path, arguments, words) -> None:
    line = ["run", "none.mp4", "-b", "navy", "-o", str(tmp_path / "o.mp4"), *arguments]
    told = command(*line, status=2).stderr
    assert words in told
    assert told.count("\n") == 1
