"""An interrupted job goes on where it was, whatever it was that interrupted it."""

from __future__ import annotations

import errno
import json
import os
import random
import signal
import subprocess
import sys
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import pytest

import fastvbg
from fastvbg.cli import run_command_line
from fastvbg.errors import OptionError, OptionTypeError, SinkError, SourceError
from fastvbg.farm.cutting import planning
from fastvbg.farm.parts import folder as folder_module
from fastvbg.farm.parts import rendering
from fastvbg.farm.parts.folder import Folder
from fastvbg.sink import durable
from tests.support.farm import MOTION
from tests.support.numbered import make_numbered

FAST: dict[str, Any] = {**MOTION, "preset": "ultrafast", "threads": 1}
ARGUMENTS = ["-b", "navy", "--mask", "motion", "--preset", "ultrafast", "--threads", "1"]


class Job:
    """A clip, what one go makes of it, and the job that is interrupted."""

    def __init__(self, folder: Path) -> None:
        self.clip = make_numbered(folder / "in.mp4", sound="aac", g="25", bf="2")
        self.output, self.folder = folder / "out.mp4", folder
        self.parts = folder / ".out.mp4.parts"
        fastvbg.process(self.clip, folder / "once.mp4", segments=1, **FAST)
        self.wanted = (folder / "once.mp4").read_bytes()

    def go_on(self, **more: Any) -> Any:
        return fastvbg.process(self.clip, self.output, **{"segments": 1, **FAST, **more})

    def plan(self, **more: Any) -> fastvbg.Plan:
        return fastvbg.plan(self.clip, self.output, seconds=1, **{**FAST, **more})

    def some(self, *numbers: int) -> None:
        for number in numbers:
            fastvbg.render(self.plan(), number)

    def check(self) -> None:
        assert self.output.read_bytes() == self.wanted
        left = {path.name for path in self.folder.iterdir()}
        assert left == {"in.mp4", "once.mp4", "out.mp4"}


@pytest.fixture
def job(tmp_path: Path) -> Job:
    return Job(tmp_path)


class StopError(Exception):
    """Stands for whatever ends a process."""


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


def test_parts_of_another_job_are_refused_and_named(job: Job) -> None:
    job.some(0)
    with pytest.raises(SinkError, match=r"another job \(crf was not said, is 30.*--restart"):
        job.go_on(crf=30)
    before = (job.parts / "00000.part").stat()
    with pytest.raises(SinkError, match="background was navy, is red"):
        job.go_on(background="red")
    with pytest.raises(SinkError, match=r"seconds a segment was 1.0, is 2.0"):
        job.go_on(segments=2)
    assert (job.parts / "00000.part").stat() == before
    job.go_on()
    job.check()


def test_a_restart_begins_anew(job: Job) -> None:
    fastvbg.render(job.plan(crf=40), 0)
    (job.parts / "mine.txt").write_text("not a part")
    job.go_on(restart=True)
    assert job.output.read_bytes() == job.wanted
    # What is none of ours stays, and so does the folder.
    assert [path.name for path in job.parts.rglob("*")] == ["mine.txt"]


def test_an_input_that_has_changed(job: Job) -> None:
    plan = job.plan()
    fastvbg.render(plan, 0)
    os.utime(job.clip, ns=(1, 1))
    with pytest.raises(SourceError, match=r"input: .*in.mp4 has changed since the plan was made"):
        fastvbg.render(plan, 1)
    with pytest.raises(SinkError, match="another job"):
        job.go_on()


def test_a_second_run_is_refused_with_the_pid(job: Job) -> None:
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(job.parts)], stdout=subprocess.PIPE, text=True
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == "held\n"
        with pytest.raises(SinkError, match=f"worked on by process {holder.pid} on"):
            job.go_on()
        holder.kill()
    job.go_on()
    job.check()


HOLD = """
import sys, time, pathlib
from fastvbg.farm.parts.locking import locked
pathlib.Path(sys.argv[1]).mkdir()
with locked(pathlib.Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


NOBODY = 1 << 22
"""A number above those of processes."""


@pytest.mark.parametrize(
    "content",
    [
        "",
        "{",
        json.dumps({"pid": NOBODY, "host": "HERE"}),
        # The number is another process's by now, which began at another time.
        '{"pid": OURS, "host": "HERE", "began": "another boot 5"}',
    ],
)
def test_a_lock_that_nobody_holds_is_taken(job: Job, content: str) -> None:
    import platform

    job.parts.mkdir()
    (job.parts / "lock").write_text(
        content.replace("HERE", platform.node()).replace("OURS", str(os.getpid()))
    )
    job.go_on()
    job.check()


def test_a_lock_of_another_machine_is_heeded(job: Job) -> None:
    job.parts.mkdir()
    (job.parts / "lock").write_text(json.dumps({"pid": NOBODY, "host": "elsewhere"}))
    with pytest.raises(SinkError, match=f"process {NOBODY} on elsewhere"):
        job.go_on()


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


def test_a_manifest_that_is_none(job: Job) -> None:
    job.parts.mkdir()
    (job.parts / "manifest.json").write_text("[]")
    with pytest.raises(SinkError, match="none that fastvbg wrote"):
        job.go_on()


def test_parts_stay_where_that_is_asked_for(job: Job) -> None:
    job.go_on(keep_parts=True)
    assert len(list(job.parts.glob("*.part"))) == 4
    assert not (job.parts / "lock").exists()
    with pytest.raises(SinkError, match="exists"):
        job.go_on()
    job.go_on(overwrite=True)
    job.check()


@pytest.mark.long
@pytest.mark.parametrize("mask", ["motion", "adaptive"])
def test_an_executor_gives_the_same_bytes(job: Job, mask: str) -> None:
    settings = {**FAST, "mask": mask}
    alone = job.folder / "alone.mp4"
    fastvbg.process(job.clip, alone, segments=1, **settings)
    pools = [ThreadPoolExecutor(2)]
    if mask == "adaptive":
        pools.append(ProcessPoolExecutor(2, mp_context=get_context("spawn")))  # type: ignore[arg-type]
    for pool in pools:
        counts: list[tuple[int, int | None]] = []
        with pool:
            job.go_on(
                mask=mask,
                executor=pool,
                overwrite=True,
                progress=lambda *count, counts=counts: counts.append(count),
            )
        assert job.output.read_bytes() == alone.read_bytes()
        assert counts[-1] == (100, 100)


def test_states_are_made_in_any_order(job: Job) -> None:
    plan = job.plan(mask="adaptive")
    for number in (3, 1, 0, 2):
        fastvbg.render(plan, number)
    fastvbg.merge(plan)
    fastvbg.process(job.clip, job.folder / "x.mp4", segments=1, **{**FAST, "mask": "adaptive"})
    assert job.output.read_bytes() == (job.folder / "x.mp4").read_bytes()


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


def test_by_hand(job: Job, capsys) -> None:
    plan = job.folder / "job.json"
    planned = ["plan", str(job.clip), "-o", str(job.output), *ARGUMENTS, "--plan", str(plan)]
    assert run_command_line([*planned, "--segments", "1"]) == 0
    assert fastvbg.Plan.load(plan) == job.plan()
    assert run_command_line(["merge", str(plan)]) == 2
    assert "lacks 0, 1, 2, 3 of 4" in capsys.readouterr().err
    for number in ("3", "1", "0", "2", "2"):
        assert run_command_line(["segment", str(plan), number]) == 0
    assert "was there" in capsys.readouterr().out
    assert run_command_line(["segment", str(plan), "4"]) == 2
    assert run_command_line(["merge", str(plan)]) == 0
    plan.unlink()
    job.check()


def test_rates_are_refused(job: Job) -> None:
    for options in ({"b": "1M"}, {"maxrate": "2M", "bufsize": "4M"}, {"x264-params": "bitrate=9"}):
        with pytest.raises(OptionError, match="parts of a job each begin anew with a rate"):
            job.go_on(encoder_options=options)


def test_arguments_that_are_none(job: Job) -> None:
    with pytest.raises(OptionTypeError, match="executor"):
        job.go_on(executor=3)
    with pytest.raises(OptionTypeError, match="resume"):
        job.go_on(resume="yes")
    with pytest.raises(OptionError, match="seconds"):
        job.go_on(segments=0)


def test_damage_is_told_as_in_one_run(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "c.mp4", g="25", bf="0", preset="ultrafast")
    content = bytearray(clip.read_bytes())
    content[len(content) * 4 // 10 : len(content) * 4 // 10 + 9000] = bytes(9000)
    clip.write_bytes(bytes(content))
    plain = fastvbg.process(clip, tmp_path / "a.mkv", **FAST)
    parts = fastvbg.process(clip, tmp_path / "b.mkv", segments=1, **FAST)
    assert plain.lost > 0
    assert parts.lost > 0
    assert abs(parts.frames - plain.frames) <= plain.lost


def test_a_file_that_ends_early_is_told_as_in_one_run(tmp_path: Path) -> None:
    muxer = {"movflags": "faststart"}
    clip = make_numbered(tmp_path / "c.mp4", g="25", bf="0", preset="ultrafast", muxer=muxer)
    clip.write_bytes(clip.read_bytes()[: clip.stat().st_size * 6 // 10])
    plain = fastvbg.process(clip, tmp_path / "a.mkv", **FAST)
    parts = fastvbg.process(clip, tmp_path / "b.mkv", segments=1, **FAST)
    assert (plain.frames, plain.lost) == (parts.frames, parts.lost)
    assert any("ends early" in line for line in parts.warnings)


def test_flushing_is_what_is_called() -> None:
    assert folder_module.flush_file is durable.flush_file
