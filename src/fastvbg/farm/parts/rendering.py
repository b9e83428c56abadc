"""One part of a plan: made unless it is there, and there only when it is whole."""

from __future__ import annotations

import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_callable, check_integer
from fastvbg.errors import OptionTypeError, SourceError, shown
from fastvbg.farm.cutting.identity import identity_of
from fastvbg.farm.cutting.plans import Plan, job_of
from fastvbg.farm.parts.before import hands_over, learned_of, save, state_of
from fastvbg.farm.parts.folder import Folder, hashed
from fastvbg.farm.parts.rendered import Rendered
from fastvbg.media.names import suffix_of
from fastvbg.pipeline.job import run, work_through
from fastvbg.pipeline.passing import Part
from fastvbg.sink.part import PartSink

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import File
    from fastvbg.pipeline.job import Job, Result
    from fastvbg.sink import Sink

    Progress = Callable[[int, int | None], None]


def render(
    plan: Plan, index: int, *, work: File | None = None, progress: Progress | None = None
) -> Rendered:
    """Make one part of a plan, unless it is there and whole already.

    Several may make the same part, or different ones, at once: bytes are the same, and what lies in
    the folder is whole.

    Parameters
    ----------
    plan : Plan
        What `plan` gave.
    index : int
        Which part, from 0.
    work : str or path-like, optional
        The folder of the parts; the plan's by default.
    progress : callable, optional
        Called after each frame with the count so far and that of the part.

    Returns
    -------
    Rendered
        What is known of the part.

    Raises
    ------
    SourceError
        An input cannot be read, or is not what it was when the plan was made (also an `OSError`).
    SinkError
        The part cannot be written, or the folder is another job's (also an `OSError`).
    OptionError, OptionTypeError
        There is no such part, or `progress` cannot be called.
    """
    if not isinstance(plan, Plan):
        raise OptionTypeError(f"plan: got {shown(plan)}, wanted fastvbg.Plan")
    index = check_integer("index", index, 0, len(plan) - 1)
    check_callable("progress", progress)
    folder = Folder(plan, work)
    folder.open()
    done = folder.done(index)
    if done is not None:
        return done[0]
    demand_unchanged(plan)
    job = job_of(plan, progress=progress)
    data = _at_once(job) if plan.why else _in_part(folder, index, job)
    if data["missing"]:  # what a flaky disk or store has held back once it may give now
        data = _in_part(folder, index, job)
    demand_unchanged(plan)
    folder.record(index, data)
    known = {name: data[name] for name in ("frames", "digest", "lost", "missing", "seconds")}
    return Rendered(index, bytes=data["bytes"] or 0, warnings=tuple(data["warnings"]), **known)


def demand_unchanged(plan: Plan) -> None:
    """Demand that what a plan reads is what it was.

    Raises
    ------
    SourceError
        It is not.
    """
    for before in plan.inputs:
        now = identity_of(before.role, before.name)
        if now.data() != before.data():
            raise SourceError(
                f"{before.role.replace('_', ' ')}: {before.name} has changed since the plan was "
                "made; wanted a new plan"
            )


def _at_once(job: Job) -> dict[str, Any]:
    """Make the whole output of a job that cannot be cut."""
    result = run(job)
    return {
        "frames": result.frames,
        "bytes": None,
        "digest": "",
        "warnings": result.warnings,
        "lost": result.lost,
        "lost_beside": result.lost_beside,
        "kept": result.kept,
        "missing": 0,
        "seconds": result.seconds,
    }


def _in_part(folder: Folder, index: int, job: Job) -> dict[str, Any]:
    start = time.perf_counter()
    sinks: list[PartSink] = []
    results: list[Result] = []

    def opened_at(path: Path) -> Callable[[Job, Any], Sink]:
        def opened(job: Job, info: Any) -> Sink:
            sinks.append(PartSink(path, suffix_of(job.output), info, job.encode))
            return sinks[-1]

        return opened

    part = part_of(folder, index)
    folder.publish(
        folder.part(index),
        lambda path: results.append(work_through(job, opened_at(path), part)),
    )
    (sink,), (result,) = sinks, results
    size, digest = hashed(folder.part(index))
    return {
        "frames": len(sink.moments),
        "bytes": size,
        "digest": digest,
        "format": sink.format,
        "unit": str(sink.unit),
        "extradata": sink.extradata.hex(),
        "moments": [list(moment) for moment in sink.moments],
        "warnings": result.warnings,
        "lost": result.lost,
        "lost_beside": result.lost_beside,
        "kept": result.kept,
        "missing": max(0, folder.plan.borders[index].frames - result.frames),
        "seconds": time.perf_counter() - start,
    }


def part_of(folder: Folder, index: int) -> Part:
    """Return what the pipeline is told of a part; what it needs is made where it is not there."""
    plan = folder.plan
    border = plan.borders[index]
    chained = hands_over(folder)
    after = plan.borders[index + 1].keyed if index + 1 < len(plan) else None

    def leave(_time: int, state: dict[str, Any]) -> None:
        save(folder, folder.state(index + 1), state)

    return Part(
        border.number,
        plan.origin,
        border.read,
        border.keyed,
        border.first,
        border.end,
        border.until,
        learned=learned_of(folder),
        state=state_of(folder, index) if chained else None,
        leaves=(after,) if chained and after is not None else (),
        leave=leave,
    )
