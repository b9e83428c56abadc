"""An interrupted job goes on where it was, whatever it was that interrupted it."""

from __future__ import annotations

import errno
import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.errors import SinkError
from fastvbg.farm.cutting import planning
from fastvbg.farm.parts import folder as folder_module
from fastvbg.farm.parts import rendering
from fastvbg.farm.parts.folder import Folder
from fastvbg.sink import durable
from tests.support.jobs import ARGUMENTS, FAST, Job, StopError


def test_only_what_is_missing_is_made(job: Job, monkeypatch) -> None:
    job.some(0, 2)
    made = []
    real = folder_module.Folder.record
    monkeypatch.setattr(Folder, "record", lambda *a: made.append(a[1]) or real(*a))
    counts: list[tuple[int, int | None]] = []
    job.go_on(progress=lambda *count: counts.append(count))
    assert made == [1, 3]
    # What was there counts from the beginning.
    borders = job.plan().borders
    assert counts[0] == (borders[0].frames + borders[2].frames, 100)
    assert counts[-1] == (100, 100)
    job.check()


@pytest.mark.parametrize(
    "step", [pytest.param(k, marks=[pytest.mark.long] * (k % 3 > 0)) for k in range(12)]
)
def test_each_step_of_publishing(job: Job, monkeypatch, step: int) -> None:
    left = [step]

    def stop(name: str) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise StopError(name)

    for module, name in ((folder_module, "flush_file"), (folder_module, "flush_folder")):
        real = getattr(module, name)
        monkeypatch.setattr(module, name, lambda path, real=real: (stop("s"), real(path)))
    with pytest.raises(StopError):
        job.go_on()
    monkeypatch.undo()
    assert not job.output.exists()
    job.go_on()
    job.check()


def test_a_stop_while_joining(job: Job, monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.sink.staging.flush", lambda _: (_ for _ in ()).throw(StopError))
    with pytest.raises(StopError):
        job.go_on()
    monkeypatch.undo()
    assert sorted(p.name for p in job.parts.glob("*.part")) == [f"0000{n}.part" for n in range(4)]
    job.go_on()
    job.check()


def test_a_run_that_made_no_part_leaves_no_folder(job: Job, monkeypatch) -> None:
    monkeypatch.setattr(rendering, "part_of", lambda *_: (_ for _ in ()).throw(StopError))
    with pytest.raises(StopError):
        job.go_on()
    assert not job.parts.exists()


def test_what_a_killed_run_left_half_made_is_removed(job: Job) -> None:
    job.some(0)
    half = [job.parts / "00001.part.0a1b.tmp", job.parts / ".fastvbg-0a1b.partial.nut"]
    for path in half:
        path.write_bytes(b"half")
    job.go_on(keep_parts=True)
    assert not [path for path in half if path.exists()]
    assert len(list(job.parts.glob("*.part"))) == 4


def test_a_job_goes_on_where_there_are_more_processors(job: Job, monkeypatch) -> None:
    """How many threads encode belongs to the parts that are there: others make other bytes."""
    usual = {**FAST, "threads": None}
    monkeypatch.setattr(planning, "usable_cpus", lambda: 2)
    plan = fastvbg.plan(job.clip, job.output, seconds=1, **usual)
    fastvbg.render(plan, 0)
    monkeypatch.setattr(planning, "usable_cpus", lambda: 8)
    assert job.go_on(threads=None).frames == 100


def torn(path: Path, other: Path) -> None:
    path.write_bytes(path.read_bytes()[:-100])


def emptied(path: Path, other: Path) -> None:
    path.write_bytes(b"")


def flipped(path: Path, other: Path) -> None:
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 4
    path.write_bytes(bytes(content))


def swapped(path: Path, other: Path) -> None:
    one, two = path.read_bytes(), other.read_bytes()
    path.write_bytes(two)
    other.write_bytes(one)


def gone(path: Path, other: Path) -> None:
    path.unlink()


@pytest.mark.parametrize("suffix", [".part", ".json"])
@pytest.mark.parametrize("damage", [torn, emptied, flipped, swapped, gone])
def test_damaged_parts_are_made_again(job: Job, damage: Any, suffix: str) -> None:
    job.some(0, 1, 2)
    damage(job.parts / f"00001{suffix}", job.parts / f"00002{suffix}")
    job.go_on()
    job.check()


def test_a_full_disk_is_one_line_and_then_it_goes_on(job: Job, monkeypatch) -> None:
    job.some(0)

    def full(_: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(folder_module, "flush_file", full)
    with pytest.raises(SinkError) as caught:
        job.go_on()
    assert "00001.part: No space left on device; the parts are kept" in str(caught.value)
    monkeypatch.undo()
    assert list(job.parts.glob("*.tmp")) == []
    job.go_on()
    job.check()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_disk_that_is_full_for_the_encoder(job: Job, monkeypatch) -> None:
    from fastvbg.sink import part

    real = part.Target

    def target(path: str, *more: Any) -> Any:
        return real(path if path.endswith("null") else "file:/dev/full", *more)

    monkeypatch.setattr(part, "Target", target)
    with pytest.raises(SinkError, match="cannot write part 00000: No space left on device"):
        job.go_on()
    monkeypatch.undo()
    job.go_on()
    job.check()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_may_not_be_written_to(job: Job) -> None:
    job.folder.chmod(0o500)
    try:
        with pytest.raises(SinkError, match="parts: cannot make"):
            job.go_on()
    finally:
        job.folder.chmod(0o700)


def command(job: Job) -> list[str]:
    base = [sys.executable, "-m", "fastvbg", "run", str(job.clip), "-o", str(job.output)]
    return [*base, *ARGUMENTS, "--segments", "1", "-q"]


def killed(job: Job, kills: int) -> int:
    """Kill runs of a job at random moments; return how many there were to kill."""
    rng, count = random.Random(7), 0  # noqa: S311
    start = time.monotonic()
    subprocess.run([*command(job)[:-1], "-q"], check=True)
    whole = time.monotonic() - start
    job.output.unlink()
    while count < kills:
        run = subprocess.Popen(command(job))
        time.sleep(rng.uniform(0.4 * whole, whole))
        if run.poll() is None:
            run.kill()
            count += 1
        run.wait()
        if job.output.exists():
            assert job.output.read_bytes() == job.wanted
            job.output.unlink()
    return count


def finish(job: Job) -> None:
    subprocess.run(command(job), check=True)
    job.check()


@pytest.mark.long
def test_kills_at_random_moments(job: Job) -> None:
    assert killed(job, 2) == 2
    finish(job)


@pytest.mark.long
def test_fifty_kills_at_random_moments(job: Job) -> None:
    assert killed(job, 50) == 50
    finish(job)


def test_an_interrupt_keeps_the_parts_and_says_so(job: Job, capsys, monkeypatch) -> None:
    real = Folder.record

    def record(self: Folder, index: int, data: Any) -> None:
        real(self, index, data)
        if index == 1:
            os.kill(os.getpid(), signal.SIGINT)

    monkeypatch.setattr(Folder, "record", record)
    arguments = ["run", str(job.clip), "-o", str(job.output), *ARGUMENTS, "--segments", "1"]
    assert run_command_line(arguments) == 130
    assert "the parts are kept: run the same command to go on" in capsys.readouterr().err
    assert len(list(job.parts.glob("*.part"))) == 2
    monkeypatch.undo()
    assert run_command_line(arguments) == 0
    job.check()


def test_flushing_is_what_is_called() -> None:
    assert folder_module.flush_file is durable.flush_file
