"""A library that does not load is one line that says which, why and what to do."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType

import pytest

from fastvbg.errors import MissingLibraryError, OptionError
from fastvbg.libraries import load, not_loaded
from tests.support import faults

TRY = """
import fastvbg
for name in fastvbg.__all__ + ["reference"]:
    try:
        getattr(fastvbg, name)
    except fastvbg.MissingLibraryError as error:
        print(name, error, sep=": ")
"""


def complaints(folder: Path) -> dict[str, str]:
    done = faults.python("-c", TRY, path=folder)
    assert (done.returncode, done.stderr) == (0, "")
    return dict(line.split(": ", 1) for line in done.stdout.splitlines())


def test_each_name_that_needs_opencv_says_the_same(tmp_path: Path) -> None:
    said = complaints(faults.put(tmp_path, cv2=faults.OPENCV))
    assert {"process", "fit_background", "reference", "SubtractorKeyer"} <= set(said)
    assert not {"composite", "motion_mask", "blend", "ShapeError"} & set(said)
    assert len(set(said.values())) == 1
    line = said["process"]
    for word in ("OpenCV", "libGL.so.1", "apt-get install libgl1", "fastvbg doctor --fix"):
        assert word in line


def test_the_others_are_named_too(tmp_path: Path) -> None:
    said = complaints(faults.put(tmp_path / "pyav", av=faults.PYAV))
    assert said["process"].startswith("PyAV does not load: a part of it is missing; '")
    assert "composite" not in said
    said = complaints(faults.put(tmp_path / "pillow", PIL="raise ImportError('no libjpeg')"))
    assert said["process"].startswith("Pillow does not load: no libjpeg; '")
    assert said["process"].endswith("--force-reinstall pillow' installs it anew")
    assert "composite" not in said


FIRST = """
import numpy as np, fastvbg
a = np.full((4, 4, 3), 7, np.uint8)
try:
    print(fastvbg.composite(a, a, a).sum())
except fastvbg.MissingLibraryError as error:
    print(error)
"""


@pytest.mark.long
def test_numba_is_wanted_by_what_has_to_be_compiled_alone(tmp_path: Path) -> None:
    broken, kept = faults.put(tmp_path / "numba", numba=faults.NUMBA), tmp_path / "kept"
    said = faults.python("-c", FIRST, path=broken, NUMBA_CACHE_DIR=str(kept))
    assert said.stdout.startswith("Numba does not load: Numba needs NumPy 9.9 or less")
    assert "-m pip install" in said.stdout
    assert faults.python("-c", FIRST, NUMBA_CACHE_DIR=str(kept)).stdout == f"{7 * 48}\n"
    assert faults.python("-c", FIRST, path=broken, NUMBA_CACHE_DIR=str(kept)).stdout == "336\n"


@pytest.mark.parametrize(
    "command",
    [
        "run in.mp4 -b teal -o out.mp4",
        "matte in.mp4 -o out.mkv",
        "preview in.mp4 -b teal -o out.png",
        "demo",
        "info",
    ],
)
def test_each_command_prints_one_line(tmp_path: Path, command: str) -> None:
    faults.put(tmp_path, cv2=faults.OPENCV)
    done = faults.python("-m", "fastvbg", *command.split(), path=tmp_path)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"fastvbg: OpenCV does not load: {faults.WITHOUT_WINDOWS}")
    assert done.stderr.count("\n") == 1


def test_what_is_not_installed_is_called_so() -> None:
    code = "import sys; sys.modules['av'] = None; from fastvbg.cli import main; main(['demo'])"
    done = faults.python("-c", code)
    assert done.returncode == 2
    assert done.stderr.startswith("fastvbg: PyAV is not installed; '")
    assert done.stderr.endswith("-m pip install --upgrade --force-reinstall av' installs it anew\n")


def test_what_another_package_left_of_opencv_is_not_opencv(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cv2", ModuleType("cv2"))
    with pytest.raises(MissingLibraryError, match=r"cv2 is empty; 'fastvbg doctor --fix'"):
        load("fastvbg.errors")
    with pytest.raises(AttributeError) as caught:
        sys.modules["cv2"].resize  # noqa: B018
    told = not_loaded(caught.value)
    assert told is not None
    assert "OpenCV does not load: module 'cv2' has no attribute 'resize'" in str(told)


@pytest.mark.parametrize(
    "error", [ValueError("x"), ImportError("x", name="fastvbg.nothing"), OptionError("x")]
)
def test_other_errors_are_left_alone(error: Exception) -> None:
    assert not_loaded(error) is None
