"""Literal forms serve the first frames, and nobody can tell from the file."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from fastvbg import meanwhile, preparing
from fastvbg.kernels import _cache, _kernel
from fastvbg.kernels._kernel import Kernel
from fastvbg.kernels.refine.plan import guided_scratch
from fastvbg.meanwhile import stand_ins
from fastvbg.reference import guided
from fastvbg.reference.stand_ins import STAND_INS
from tests.support.arrays import random_plane
from tests.support.people import wall, with_person, write_clip

# Runs a mask and tells how many calls literal forms served, and whether the cache has the kernel.
RUN = """
import sys
from fastvbg import meanwhile
from fastvbg.kernels import _cache, _kernel
literal = []
serve = meanwhile._StandIn.__call__
def counted(self, *arguments):
    literal.append(self._kernel.name)
    return serve(self, *arguments)
meanwhile._StandIn.__call__ = counted
meanwhile._WORTH_A_PROCESS = float(sys.argv[1])
from fastvbg.cli import run_command_line
assert run_command_line(sys.argv[2:]) == 0
print(literal.count("refine.guided.smooth"), _cache.keeps("refine.guided.smooth"))
"""


def run(folder: Path, clip: Path, output: Path, patience: float) -> list[str]:
    line = [str(clip), "-b", "navy", "--mask", "adaptive", "-o", str(output)]
    done = subprocess.run(
        [sys.executable, "-c", RUN, str(patience), "run", *line, "-q"],
        env={**os.environ, "NUMBA_CACHE_DIR": str(folder)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.split()


@pytest.mark.long
def test_a_first_run_has_the_bytes_of_later_ones(tmp_path: Path) -> None:
    frames = [with_person(wall(90, 160), 40 + 5 * k, 45) for k in range(6)]
    clip = write_clip(tmp_path / "clip.mp4", frames)
    first, second = tmp_path / "first.y4m", tmp_path / "second.y4m"
    assert run(tmp_path / "cache", clip, first, 1e9) == ["6", "False"]
    # Whether the process was done before the run was is chance.
    assert run(tmp_path / "cache", clip, second, 0.0)[0] in {str(n) for n in range(7)}
    assert first.read_bytes() == second.read_bytes()


@pytest.fixture
def nothing_kept(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> set[str]:
    """Let the cache have only what the set names, whatever it has."""
    kept: set[str] = set()
    monkeypatch.setattr(_cache, "keeps", lambda name: name in kept)
    monkeypatch.setattr(meanwhile, "_WORTH_A_PROCESS", 0.0)
    return kept


class Process:
    """Stands for the process that compiles."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.alive = True

    def ask(self, name: str) -> None:
        self.asked.append(name)

    def is_alive(self) -> bool:
        return self.alive

    def end(self) -> None:
        self.alive = False


def smoothing(kernel: Kernel) -> None:
    """Call a kernel with a small matte, and check its bytes."""
    matte, _, out, *_ = arguments = arguments_of_smoothing()
    kernel.call(*arguments)
    assert np.array_equal(out, guided.smooth_guided(matte, matte, 8, 20, 2))


def stands(kernel: Kernel) -> bool:
    return isinstance(kernel.call, meanwhile._StandIn)


def test_the_names_are_those_of_the_literal_forms() -> None:
    assert set(meanwhile.SLOWEST) == set(STAND_INS)


def test_the_kernel_takes_over_once_it_is_there(nothing_kept, monkeypatch) -> None:
    process = Process()
    monkeypatch.setattr(meanwhile, "Worker", lambda: process)
    kernel = Kernel("refine.guided.smooth")
    with stand_ins():
        smoothing(kernel)
        smoothing(kernel)
        assert stands(kernel)
        assert process.asked == ["refine.guided.smooth"]
        nothing_kept.add("refine.guided.smooth")
        smoothing(kernel)
        assert not stands(kernel)
        smoothing(kernel)
    assert not process.alive


def dead() -> Process:
    process = Process()
    process.alive = False
    return process


def missing() -> Process:
    raise OSError("no memory for another process")


@pytest.mark.parametrize("worker", [dead, missing])
def test_without_a_process_the_kernel_is_compiled_here(nothing_kept, monkeypatch, worker) -> None:
    monkeypatch.setattr(meanwhile, "Worker", worker)
    kernel = Kernel("refine.guided.smooth")
    with stand_ins():
        smoothing(kernel)
        assert not stands(kernel)


def test_afterwards_nothing_stands_in(nothing_kept, monkeypatch) -> None:
    monkeypatch.setattr(meanwhile, "Worker", Process)
    kernel = Kernel("refine.guided.smooth")
    with stand_ins():
        smoothing(kernel)
    assert kernel.call == kernel.first_call
    smoothing(kernel)


def test_two_runs_at_once_end_in_any_order(nothing_kept, monkeypatch) -> None:
    monkeypatch.setattr(meanwhile, "Worker", Process)
    kernel = Kernel("refine.guided.smooth")
    first, second = stand_ins(), stand_ins()
    first.__enter__()
    smoothing(kernel)
    second.__enter__()
    held = kernel.call
    first.__exit__(None, None, None)
    assert not stands(kernel)
    smoothing(kernel)
    assert stands(kernel)
    held(*arguments_of_smoothing())  # by whoever had got hold of it
    assert not stands(kernel)
    second.__exit__(None, None, None)
    smoothing(kernel)
    assert _kernel._offers == []


def arguments_of_smoothing() -> Any:
    matte, out = random_plane(20, 30), np.zeros((20, 30), np.uint8)
    return matte, matte, out, 2, 400, 2, *guided_scratch(20, 30, 2)


def test_a_kernel_that_is_there_is_not_stood_in_for(nothing_kept) -> None:
    kernel = Kernel("refine.guided.smooth")
    kernel.compile()
    kernel.call = kernel.first_call  # as a thread has it that began before
    with stand_ins():
        smoothing(kernel)
        assert not stands(kernel)


def test_the_first_call_asks_the_cache_once(monkeypatch) -> None:
    kernel = Kernel("refine.guided.smooth")
    first = kernel.call
    first(*arguments_of_smoothing())
    monkeypatch.setattr(_cache, "keeps", lambda name: 1 / 0)
    first(*arguments_of_smoothing())
    assert kernel.call != first


@pytest.mark.long
def test_nothing_stands_in_where_no_cache_could_hand_over(nothing_kept, monkeypatch) -> None:
    monkeypatch.setattr(_cache, "folder", lambda: None)
    kernel = Kernel("refine.guided.smooth")
    with stand_ins():
        smoothing(kernel)
        assert not stands(kernel)


def asked(folder: Path, name: str, monkeypatch, **environment: str) -> preparing.Worker:
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(folder))
    for key, value in environment.items():
        monkeypatch.setenv(key, value)
    worker = preparing.Worker()
    worker.ask(name)
    return worker


def test_a_process_compiles_what_it_is_asked_for(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "numpy.py").write_text("raise SystemExit(3)")  # is not on the search path
    worker = asked(tmp_path, "refine.keepdrop.keep", monkeypatch)
    worker._process.stdin.close()
    assert worker._process.wait(60) == 0
    assert not worker.is_alive()
    worker.ask("refine.keepdrop.drop")
    assert [path.name for path in tmp_path.rglob("*.kernel")] == ["refine.keepdrop.keep.kernel"]
    worker.end()


def test_a_process_whose_cache_takes_nothing_ends(tmp_path: Path, monkeypatch, capfd) -> None:
    (tmp_path / "file").touch()
    worker = asked(tmp_path / "file", "refine.keepdrop.keep", monkeypatch)
    assert worker._process.wait(60) == 1
    worker.end()
    assert capfd.readouterr() == ("", "")


def test_an_interrupt_is_not_for_the_process(tmp_path: Path, monkeypatch, capfd) -> None:
    worker = asked(tmp_path, "refine.keepdrop.keep", monkeypatch)
    while not list(tmp_path.rglob("fastvbg")):
        time.sleep(0.01)
    worker._process.send_signal(signal.SIGINT)
    worker.end()  # after the kernel it is at
    assert worker._process.wait(60) == 0
    assert len(list(tmp_path.rglob("*.kernel"))) == 1
    assert capfd.readouterr() == ("", "")


def test_a_team_without_processes_is_one_line(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr(_cache, "read", lambda name: None)
    monkeypatch.setattr(preparing, "_start", lambda **pipes: missing())
    with pytest.raises(preparing.PreparingError, match="ended before its time"):
        preparing.prepare(["refine.keepdrop.keep", "refine.keepdrop.drop"], processes=2)
