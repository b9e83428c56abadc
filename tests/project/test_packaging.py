"""The package runs from an archive, from compiled modules alone, and whatever Numba is told."""

from __future__ import annotations

import compileall
import inspect
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

import fastvbg
from fastvbg.kernels import _cache
from tests.support import faults

PACKAGE = Path(fastvbg.__file__).parent
PROJECT = Path(__file__).parents[2]

COMPOSITE = """
import numpy as np, fastvbg
from fastvbg.measure.cache import cache_state
a = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
print(fastvbg.__file__, int(fastvbg.composite(a, a + 9, a).sum()), cache_state(), sep="|")
"""
WANTED = str(sum(range(36)) + 9 * 36)


def archive(folder: Path) -> Path:
    path = folder / "app.zip"
    with zipfile.ZipFile(path, "w") as file:
        for source in PACKAGE.rglob("*.py"):
            file.write(source, source.relative_to(PACKAGE.parent))
    return path


def compiled(folder: Path) -> Path:
    shutil.copytree(PACKAGE, folder / "fastvbg", ignore=shutil.ignore_patterns("__pycache__"))
    assert compileall.compile_dir(folder, quiet=1, legacy=True)
    for source in folder.rglob("*.py"):
        source.unlink()
    return folder


@pytest.mark.parametrize("form", [archive, compiled])
def test_without_source_files_it_runs_and_keeps_no_kernels(tmp_path: Path, form) -> None:
    (tmp_path / "app").mkdir()
    where = form(tmp_path / "app")
    kept = tmp_path / "kept"
    done = faults.python("-c", COMPOSITE, path=where, NUMBA_CACHE_DIR=str(kept))
    assert done.stderr == ""
    file, total, cache = done.stdout.strip().split("|")
    assert file.startswith(str(where))
    assert total == WANTED
    assert cache == "none: the package has no source files (an archive, or compiled modules only)"
    assert not kept.exists()
    done = faults.python("-m", "fastvbg", "--version", path=where)
    assert (done.stdout, done.stderr) == (f"fastvbg {fastvbg.__version__}\n", "")


TOLD = (
    {"NUMBA_DISABLE_JIT": "1", "FASTVBG_KERNELS": "portable"},
    {"NUMBA_OPT": "0", "PYTHONWARNINGS": "error"},
    {"NUMBA_BOUNDSCHECK": "1", "NUMBA_DEBUGINFO": "1"},
    {"NUMBA_DEBUGINFO": "1", "FASTVBG_KERNELS": "portable"},
)


@pytest.mark.parametrize(
    "environment",
    [
        {"NUMBA_DISABLE_JIT": "1"},
        {"NUMBA_OPT": "0"},
        *(pytest.param(each, marks=pytest.mark.long) for each in TOLD),
    ],
    ids=str,
)
def test_what_numba_is_told_changes_nothing(tmp_path: Path, environment: dict[str, str]) -> None:
    done = faults.python("-c", COMPOSITE, NUMBA_CACHE_DIR=str(tmp_path), **environment)
    assert done.stderr == ""
    assert done.stdout.split("|")[1] == WANTED


def test_ones_own_functions_stay_as_numba_was_told() -> None:
    code = COMPOSITE + "import numba; print(type(numba.njit(lambda: 0)).__name__)"
    done = faults.python("-c", code, NUMBA_DISABLE_JIT="1")
    assert done.stdout.splitlines()[-1] == "function"


def test_a_relative_cache_folder_stays_where_it_was(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "kept")
    monkeypatch.chdir(tmp_path)
    assert _cache.preferred_folder().parents[1] == tmp_path / "kept" / "fastvbg"


@pytest.mark.skipif(sys.platform == "win32", reason="a folder in use cannot go away there")
def test_a_relative_cache_folder_of_nowhere_is_none(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.setenv("NUMBA_CACHE_DIR", "kept")
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert _cache.preferred_folder() is None


def test_types_are_published() -> None:
    assert (PACKAGE / "py.typed").exists()


@pytest.mark.parametrize(
    ("function", "first"), [(fastvbg.blend_planar, "frame"), (fastvbg.composite_planar, "prev")]
)
def test_a_result_in_planes_has_the_type_of_its_input(function, first: str) -> None:
    signature = inspect.signature(function)
    types = {signature.parameters[name].annotation for name in (first, "bg")}
    assert types == {signature.return_annotation}


def test_the_lowest_versions_are_those_of_the_project() -> None:
    done = subprocess.run(
        [sys.executable, PROJECT / "tools" / "lowest.py", "test"],
        capture_output=True,
        text=True,
        check=True,
    )
    pinned = done.stdout.split()
    assert all(re.fullmatch(r"[\w-]+==[\d.]+", pin) for pin in pinned)
    names = {pin.partition("==")[0] for pin in pinned}
    assert {"numpy", "numba", "opencv-python", "av", "typer", "rich", "pytest"} <= names
    assert "onnxruntime" not in names
