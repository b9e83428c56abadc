"""Whose parts those in a folder are: of this job, of another, of a run at work on them."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

import fastvbg
from fastvbg.errors import OptionError, OptionTypeError, SinkError, SourceError
from tests.support.jobs import Job


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
