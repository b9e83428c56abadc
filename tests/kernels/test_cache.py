"""Compiled kernels are kept where they can be, and done without where they cannot."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import fastvbg
from fastvbg.kernels import _cache
from fastvbg.kernels._target import TARGET
from tests.support import faults

ROOT = Path(fastvbg.__file__).parent

COMPOSITE = """
import numpy as np, fastvbg
a = np.arange(36, dtype=np.uint8).reshape(3, 4, 3)
print(int(fastvbg.composite(a, a + 9, a).sum()))
"""


def composite_in_a_new_process(**environment: str | None) -> subprocess.CompletedProcess[str]:
    merged = {**os.environ, **environment}
    return subprocess.run(
        [sys.executable, "-c", COMPOSITE],
        env={name: value for name, value in merged.items() if value is not None},
        capture_output=True,
        text=True,
        check=False,
    )


WANTED = str(sum(range(36)) + 9 * 36)


def compiled_files(folder: Path) -> set[Path]:
    return set(folder.rglob("*.kernel"))


@pytest.fixture(scope="module")
def filled_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that a process has filled."""
    folder = tmp_path_factory.mktemp("filled")
    done = composite_in_a_new_process(NUMBA_CACHE_DIR=str(folder))
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")
    assert len(compiled_files(folder)) == 1
    return folder


@pytest.fixture
def filled(filled_once: Path, tmp_path: Path) -> Path:
    """A copy of it, to be changed."""
    return Path(shutil.copytree(filled_once, tmp_path / "filled"))


def test_a_second_process_finds_what_the_first_compiled(filled: Path) -> None:
    kept = compiled_files(filled)
    times = {path: path.stat().st_mtime_ns for path in kept}
    done = composite_in_a_new_process(NUMBA_CACHE_DIR=str(filled))
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")
    assert {path: path.stat().st_mtime_ns for path in compiled_files(filled)} == times


@pytest.mark.parametrize(
    "environment",
    [
        {"NUMBA_CACHE_DIR": "/proc/none"},
        {"NUMBA_CACHE_DIR": None, "HOME": None, "XDG_CACHE_HOME": None, "LOCALAPPDATA": None},
        {"NUMBA_CACHE_DIR": None, "HOME": "/nonexistent/home", "XDG_CACHE_HOME": "/proc/none"},
    ],
    ids=["read-only folder", "no home", "read-only user cache"],
)
def test_an_unwritable_cache_is_done_without_silently(environment: dict[str, str | None]) -> None:
    done = composite_in_a_new_process(**environment)
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")


@pytest.mark.long
def test_damaged_cache_files_are_done_without(filled: Path) -> None:
    (path,) = compiled_files(filled)
    path.write_bytes(path.read_bytes()[:-100])
    done = composite_in_a_new_process(NUMBA_CACHE_DIR=str(filled))
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")


def test_a_file_under_another_kernel_s_name_is_done_without(filled: Path) -> None:
    (path,) = compiled_files(filled)
    names = {"NUMBA_CACHE_DIR": str(filled)}
    path.rename(path.with_name("composite.frames.motion_mask.kernel"))
    done = faults.python("-c", COMPOSITE + "print(fastvbg.motion_mask(a, a + 9).sum())", **names)
    assert (done.stdout.split(), done.stderr) == ([WANTED, str(12 * 255)], "")


@pytest.mark.long
def test_two_processes_may_fill_an_empty_cache_at_once(tmp_path: Path) -> None:
    environment = {**os.environ, "NUMBA_CACHE_DIR": str(tmp_path)}
    racing = [
        subprocess.Popen(
            [sys.executable, "-c", COMPOSITE],
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for _ in range(3)
    ]
    said = [process.communicate(timeout=120) for process in racing]
    assert said == [(f"{WANTED}\n", "")] * 3


def test_the_folder_follows_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NUMBA_CACHE_DIR", "/given")
    assert _cache.preferred_folder().parents[1] == Path("/given/fastvbg")
    monkeypatch.delenv("NUMBA_CACHE_DIR")
    if sys.platform.startswith("linux"):
        monkeypatch.setenv("XDG_CACHE_HOME", "/xdg")
        assert _cache.preferred_folder().parents[1] == Path("/xdg/fastvbg")
        monkeypatch.delenv("XDG_CACHE_HOME")
        monkeypatch.setenv("HOME", "/home/somebody")
        assert _cache.preferred_folder().parents[1] == Path("/home/somebody/.cache/fastvbg")
        monkeypatch.setenv("HOME", "")
        assert _cache.preferred_folder() is None


V3 = {"NUMBA_CPU_NAME": "haswell", "NUMBA_CPU_FEATURES": "+avx2,+fma,+bmi2"}
OTHER_V3 = {"NUMBA_CPU_NAME": "znver3", "NUMBA_CPU_FEATURES": "+avx2,+sse4a,+clzero,+vaes"}
OLDER = {"NUMBA_CPU_NAME": "nehalem", "NUMBA_CPU_FEATURES": "+sse4.2"}


@pytest.mark.long
@pytest.mark.skipif(TARGET.level not in ("avx2", "avx512"), reason="names CPUs unlike this one")
def test_a_cache_serves_all_cpus_of_its_level_and_no_others(tmp_path: Path) -> None:
    kept = {"NUMBA_CACHE_DIR": str(tmp_path), "FASTVBG_KERNELS": "auto"}
    broken = faults.put(tmp_path / "none", numba=faults.NUMBA)
    assert faults.python("-c", COMPOSITE, **kept, **V3).stdout.strip() == WANTED
    first = compiled_files(tmp_path)
    # Numba does not load: whatever runs now has been compiled before.
    assert faults.python("-c", COMPOSITE, path=broken, **kept, **OTHER_V3).stdout.strip() == WANTED
    refused = faults.python("-c", COMPOSITE, path=broken, **kept, **OLDER)
    assert refused.returncode == 1
    assert "MissingLibraryError: Numba does not load" in refused.stderr
    assert compiled_files(tmp_path) == first
    assert faults.python("-c", COMPOSITE, **kept, **OLDER).stdout.strip() == WANTED
    assert len(compiled_files(tmp_path)) == 2 * len(first)


def test_code_for_another_cpu_is_not_loaded(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(_cache, "folder", lambda: tmp_path)
    monkeypatch.setattr(_cache, "TARGET", TARGET._replace(cpu="x86-64-v9"))
    _cache.write("refine.guided.smooth", _cache.Code(b"code", ""))
    assert _cache.read("refine.guided.smooth") == (b"code", "")
    monkeypatch.setattr(_cache, "TARGET", TARGET)
    assert _cache.keeps("refine.guided.smooth")
    assert _cache.read("refine.guided.smooth") is None


@pytest.fixture
def wheel(tmp_path: Path) -> Path:
    """A folder with the package and what `tools/make_kernels.py` would add for this CPU."""
    package = tmp_path / "site" / "fastvbg"
    shutil.copytree(ROOT, package, ignore=shutil.ignore_patterns("__pycache__", "made"))
    composite_in_a_new_process(NUMBA_CACHE_DIR=str(tmp_path / "cache"))
    shutil.copytree(tmp_path / "cache" / "fastvbg", package / "kernels" / "made")
    (package.parent / "numba").mkdir()
    (package.parent / "numba" / "__init__.py").write_text(faults.NUMBA)
    return package


def from_wheel(package: Path, **environment: str | None) -> subprocess.CompletedProcess[str]:
    """Composite in a process that has the wheel's package, and no Numba."""
    return composite_in_a_new_process(PYTHONPATH=str(package.parent), **environment)


@pytest.mark.long
def test_what_a_wheel_brings_is_not_compiled(wheel: Path, tmp_path: Path) -> None:
    done = from_wheel(wheel, NUMBA_CACHE_DIR=str(tmp_path / "empty"))
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")
    assert compiled_files(tmp_path / "empty") == set()
    assert from_wheel(wheel, NUMBA_CACHE_DIR="/proc/none").stdout.strip() == WANTED


@pytest.mark.long
def test_what_a_wheel_brings_for_other_sources_is_left(wheel: Path, tmp_path: Path) -> None:
    with (wheel / "constants.py").open("a") as constants:
        constants.write("# another release\n")
    done = from_wheel(wheel, NUMBA_CACHE_DIR=str(tmp_path / "empty"))
    assert "Numba does not load" in done.stderr


@pytest.mark.long
def test_a_damaged_file_of_a_wheel_is_done_without(wheel: Path, tmp_path: Path) -> None:
    for path in compiled_files(wheel):
        path.write_bytes(path.read_bytes()[:-1])
    done = from_wheel(wheel, NUMBA_CACHE_DIR=str(tmp_path / "empty"))
    assert "Numba does not load" in done.stderr
    shutil.rmtree(wheel.parent / "numba")
    done = from_wheel(wheel, NUMBA_CACHE_DIR=str(tmp_path / "empty"))
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")
