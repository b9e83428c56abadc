"""Kernels made ahead: which a mask needs, in processes at once, and what is said meanwhile."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

import fastvbg
from fastvbg import preparing
from fastvbg.cli import run_command_line
from fastvbg.kernels import _cache, _compile, _kernel
from fastvbg.masks.registry import own
from fastvbg.warmup import all_kernels
from tests.support.people import wall, with_person, write_clip

# Runs a command with a network made for tests, and prints the kernels that it calls.
CALLS = """
import sys, pytest
from fastvbg import meanwhile
from fastvbg.kernels import _kernel
meanwhile.can_hand_over = lambda: False  # so that nothing stands in for a kernel
from tests.support.people import use_green_network
load = _kernel.load
names = []
def noted(name, machine):
    names.append(name)
    return load(name, machine)
_kernel.load = noted
use_green_network(pytest.MonkeyPatch())
from fastvbg.cli import run_command_line
assert run_command_line(sys.argv[1:]) == 0
print(*sorted(names))
"""


def child(code: str, *arguments: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-c", code, *arguments],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, **env},
    )


@pytest.mark.parametrize(
    ("kind", "more"),
    [
        ("motion", []),
        ("plate", ["--plate", "first:0.2"]),
        ("adaptive", []),
        ("chroma", ["--key", "#5afa5a"]),
        ("person", []),
        ("mog2", []),
    ],
)
def test_a_mask_needs_what_its_runs_call(kind: str, more: list[str], tmp_path: Path) -> None:
    frames = [with_person(wall(180, 320), 90 + 9 * k, 90) for k in range(8)]
    clip = write_clip(tmp_path / "clip.mp4", frames)
    line = ["run", str(clip), "-b", "navy", "-o", str(tmp_path / "o.mkv"), "-q"]
    done = child(CALLS, *line, "--mask", kind, *more)
    assert done.returncode == 0, done.stderr
    called, needs = set(done.stdout.split()), set(own()[kind].needs())
    assert called <= needs
    # A scene that stands still has one light; so small a room is not remembered, nor its texture.
    rooms = "person.room", "person.texture", "person.elsewhere"
    spared = {name for name in needs if name.startswith(rooms)}
    if kind == "person":
        spared.add("foreground.plate.uncover")  # nor are colours taken from it
    assert needs - called <= {"keying.plate.light", "keying.shift.shift_plane", *spared}


def test_a_person_with_a_plate_takes_what_its_runs_call(tmp_path: Path) -> None:
    room = wall(360, 640)
    cv2.imwrite(str(tmp_path / "plate.png"), room)
    frames = [with_person(room, 290 + 9 * k, 180, 60) for k in range(8)]
    clip = write_clip(tmp_path / "clip.mp4", frames)
    line = ["run", str(clip), "-b", "navy", "-o", str(tmp_path / "o.mkv"), "-q"]
    done = child(CALLS, *line, "--mask", "person", "--plate", str(tmp_path / "plate.png"))
    assert done.returncode == 0, done.stderr
    called, kind = set(done.stdout.split()), own()["person"](plate=room)
    assert called <= {*kind.needs(), *kind.uses()}
    assert "keying.soft_edges.decide" in called & set(kind.uses())
    assert "foreground.colours.estimate" in called
    assert own()["person"]().uses() == ()


def test_every_name_is_a_kernel() -> None:
    names = {name for kind in own().values() for name in kind.needs()}
    for name in names | set(all_kernels()):
        assert _kernel.named(name).definition.signature


def test_every_kernel_that_is_called_by_its_name_is_made_ahead() -> None:
    called = set()
    for path in Path(fastvbg.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        for variable, module in re.findall(r'^(\w+) = Module\("([\w.]+)"\)$', text, re.MULTILINE):
            names = re.findall(rf"\b{variable}\.(\w+)\.call\b", text)
            called |= {f"{module}.{name}" for name in names}
    assert len(called) > 50
    assert called <= set(all_kernels())


def test_a_cache_is_filled_by_several_processes(tmp_path: Path) -> None:
    names = ["refine.keepdrop.keep", "refine.keepdrop.drop", "refine.temporal.hold"]
    code = (
        "from fastvbg.preparing import prepare; "
        f"print(prepare({names}, lambda *told: print(*told), 2)); print(prepare({names}))"
    )
    done = child(code, NUMBA_CACHE_DIR=str(tmp_path))
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert sorted(line.split()[0] for line in lines[:3]) == sorted(names)
    assert [line.split()[1:] for line in lines[:3]] == [[f"{k}", "3"] for k in (1, 2, 3)]
    assert lines[3:] == ["3", "0"]
    assert len(list(tmp_path.rglob("*.kernel"))) == 3


def test_a_process_that_dies_is_one_line(monkeypatch, tmp_path: Path, capfd) -> None:
    monkeypatch.setattr(preparing, "_WORKER", "raise SystemExit(9)")
    monkeypatch.setattr(_cache, "keeps", lambda name: False)
    monkeypatch.setattr(_cache, "folder", lambda: tmp_path)
    assert run_command_line(["warmup", "--mask", "plate", "--jobs", "2"]) == 2
    error = capfd.readouterr().err
    assert error.startswith("fastvbg: warmup: a process that compiles has ended before its time")
    assert error.count("\n") == 1


def test_listeners_hear_what_is_compiled_and_how_many_there_will_be(monkeypatch) -> None:
    told: list[tuple[str, int, int]] = []
    ready = {"refine.guided.smooth"}
    monkeypatch.setattr(_cache, "keeps", lambda name: name in ready)
    monkeypatch.setattr(
        _cache, "read", lambda name: _cache.Code(b"", "") if name in ready else None
    )
    monkeypatch.setattr(_cache, "write", lambda name, code: None)
    monkeypatch.setattr(_compile, "machine_code", lambda definition, name: b"")
    monkeypatch.setattr(_kernel, "load", lambda name, machine: lambda: None)
    guided, light, hold = (
        _kernel.Kernel(name)
        for name in ("refine.guided.smooth", "composite.light.weigh", "refine.temporal.hold")
    )
    with _kernel.listening(lambda *each: told.append(each)):
        _kernel.expect([guided.name, light.name, "refine.feather.box"])
        for kernel in (guided, light, hold, hold):
            kernel.call()
    assert told == [(light.name, 1, 2), (hold.name, 2, 3)]


def test_a_warm_up_says_how_much_it_was(capfd) -> None:
    fastvbg.warm_up("composite_planar")
    assert run_command_line(["warmup", "--mask", "motion"]) == 0
    out = capfd.readouterr().out
    assert "of 2 kernels compiled in " in out
    assert run_command_line(["warmup", "--mask", "motion", "--quiet"]) == 0
    assert capfd.readouterr() == ("", "")
    assert run_command_line(["warmup", "--mask", "magic"]) == 2
    assert "mask: got 'magic', wanted one of" in capfd.readouterr().err
