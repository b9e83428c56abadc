"""The commands of one job in parts, for farms of any kind: plan, segment, merge."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from fastvbg.cli.arguments import Input, Overwrite, Quiet
from fastvbg.cli.options import takes_settings
from fastvbg.cli.streams import tell

if TYPE_CHECKING:
    from fastvbg.settings import Settings

PlanFile: TypeAlias = Annotated[
    Path, typer.Argument(metavar="PLAN", help="A file that the command plan wrote.")
]
Work: TypeAlias = Annotated[
    Path | None,
    typer.Option("--work", metavar="FOLDER", help="Where the parts are, if not as planned."),
]


@takes_settings("mask", "background", "range", "encoder", "work")
def plan(
    input: Input,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="As for run: .mp4, .mkv, .mov or .webm."
        ),
    ],
    plan: Annotated[Path, typer.Option("--plan", metavar="FILE", help="The plan: job.json")],
    segments: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long parts are, about.")
    ] = 20.0,
    work: Annotated[
        Path | None,
        typer.Option(
            "--work",
            metavar="FOLDER",
            help="Where the parts will be; .NAME.parts beside the output by default.",
        ),
    ] = None,
    overwrite: Annotated[bool, typer.Option("--overwrite", help="Replace the plan.")] = False,
    quiet: Quiet = False,
    *,
    settings: Settings,
) -> None:
    """Plan run of INPUT in parts, which segment renders on any machine and merge joins."""
    from fastvbg.cli.gathering import demand_background
    from fastvbg.cli.progress import ProgressLine
    from fastvbg.cli.streams import say
    from fastvbg.farm.cutting.planning import plan as planned
    from fastvbg.media.names import is_address, refuse_used
    from fastvbg.sink.staging import check_folder, refuse_existing, standing

    demand_background(settings)
    check_folder(plan.parent)
    refuse_used(plan, "plan", (("input", input), ("output", output), *settings.files()))
    refuse_existing(plan, overwrite=overwrite)
    with ProgressLine(quiet=quiet) as progress:
        made = planned(input, output, settings, seconds=segments, work=work, tell=progress.tell)
    stands = not is_address(made.output) and standing(Path(made.output)) is not None
    made.save(plan, overwrite=overwrite)
    if stands:
        say(f"fastvbg: warning: {output} exists; merge replaces it only with --overwrite")
    if quiet:
        return
    if made.why:
        tell(f"one part, since {made.why}: {plan}")
    else:
        tell(f"parts 0 to {len(made) - 1}, {made.frames} frames: {plan}")


def segment(
    plan: PlanFile,
    number: Annotated[int, typer.Argument(metavar="N", help="Which part, from 0.")],
    work: Work = None,
    quiet: Quiet = False,
) -> None:
    """Render part N of PLAN, unless it is there: for SLURM arrays, GNU parallel and such."""
    from fastvbg.cli import EXIT_DAMAGED
    from fastvbg.cli.progress import ProgressLine
    from fastvbg.cli.streams import say
    from fastvbg.farm.cutting.plans import Plan
    from fastvbg.farm.parts.rendering import render

    made = Plan.load(plan)
    with ProgressLine(quiet=quiet) as progress:
        part = render(made, number, work=work, progress=progress)
    for warning in part.warnings:
        say(f"fastvbg: warning: {warning}")
    if not quiet:
        how = "was there" if part.found else f"in {part.seconds:.2f} s"
        tell(f"part {number}: {part.frames} frames, {how}")
    raise typer.Exit(EXIT_DAMAGED if part.lost else 0)


def merge(
    plan: PlanFile,
    work: Work = None,
    overwrite: Overwrite = False,
    keep_parts: Annotated[
        bool, typer.Option("--keep-parts", help="Keep the parts when the output is whole.")
    ] = False,
    quiet: Quiet = False,
) -> None:
    """Join the parts of PLAN, with the sound of its input, and remove them."""
    from fastvbg.cli.progress import report
    from fastvbg.farm.cutting.plans import Plan
    from fastvbg.farm.parts.merging import merge as joined

    result = joined(Plan.load(plan), work=work, overwrite=overwrite, keep_parts=keep_parts)
    raise typer.Exit(report(result, quiet=quiet))
