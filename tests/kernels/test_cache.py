"""Compiled kernels are kept where they can be, and done without where they cannot."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from fastvbg.kernels import _cache

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


def test_a_second_process_finds_what_the_first_compiled(tmp_path: Path) -> None:
    done = composite_in_a_new_process(NUMBA_CACHE_DIR=str(tmp_path))
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")
    kept = compiled_files(tmp_path)
    assert kept
    times = {path: path.stat().st_mtime_ns for path in kept}
    done = composite_in_a_new_process(NUMBA_CACHE_DIR=str(tmp_path))
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")
    assert {path: path.stat().st_mtime_ns for path in compiled_files(tmp_path)} == times


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


def test_damaged_cache_files_are_done_without(tmp_path: Path) -> None:
    composite_in_a_new_process(NUMBA_CACHE_DIR=str(tmp_path))
    for path in [*tmp_path.rglob("*.kernel"), *tmp_path.rglob("*.nbi")]:
        path.write_bytes(path.read_bytes()[:100])
    done = composite_in_a_new_process(NUMBA_CACHE_DIR=str(tmp_path))
    assert (done.stdout.strip(), done.stderr) == (WANTED, "")


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
