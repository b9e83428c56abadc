"""The parts of a job, made in any order by whoever."""

from __future__ import annotations

from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from multiprocessing import get_context

import pytest

import fastvbg
from fastvbg.cli import run_command_line
from tests.support.jobs import ARGUMENTS, FAST, Job


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
