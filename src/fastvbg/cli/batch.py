"""`fastvbg batch`."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fastvbg.cli.arguments import KeepParts, Quiet, Restart
from fastvbg.cli.options import takes_settings

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg.settings import Settings

_PANEL = "Workers"


@takes_settings("mask", "background", "range", "encoder", "work")
def batch(  # noqa: PLR0913, PLR0917  (an option each)
    inputs: Annotated[
        list[str],
        typer.Argument(
            metavar="INPUTS...",
            help="Videos, folders of videos, patterns such as 'talks/**/*.mp4', @list.txt for a "
            "file with one of these a line, addresses.",
        ),
    ],
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FOLDER",
            help="A folder, or a name such as out/{stem}.mp4 with {stem}, {name}, {suffix}, "
            "{folder} and {number} of each input.",
        ),
    ],
    jobs: Annotated[
        int | None,
        typer.Option(
            metavar="N",
            help="Worker processes; by default as many as there are processors for.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="A Dask scheduler whose workers do it, tcp://HOST:8786 or tls://HOST:8786; or "
            "local.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    retries: Annotated[
        int,
        typer.Option(
            metavar="N",
            help="How often a piece of work is done again that failed by no fault of its input.",
            rich_help_panel=_PANEL,
        ),
    ] = 2,
    frame_timeout: Annotated[
        str,
        typer.Option(
            metavar="SECONDS",
            help="What a frame may take on the average; five minutes beyond, the work is done "
            "again.",
            rich_help_panel=_PANEL,
        ),
    ] = "2",
    memory_limit: Annotated[
        str | None,
        typer.Option(
            metavar="SIZE",
            help="Memory of each process, such as 2G; 0 for no limit; by default its share.",
            rich_help_panel=_PANEL,
        ),
    ] = None,
    segments: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="Work in parts of about so long (20 by default), in files of more than two; 0 "
            "for none.",
            rich_help_panel="Parts",
        ),
    ] = None,
    restart: Restart = False,
    keep_parts: KeepParts = False,
    report: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write what became of each file, in .json or .csv."),
    ] = None,
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="Make outputs anew that are there already.")
    ] = False,
    quiet: Quiet = False,
    *,
    settings: Settings,
) -> None:
    """Replace the background of many INPUTS, by several processes or machines.

    What is there already is skipped, and a file that fails does not stop the others. The exit code
    is the worst of all.
    """
    from fastvbg.cli.batchprogress import BatchProgress, print_outcomes
    from fastvbg.cli.gathering import demand_background
    from fastvbg.farm.batches.batch import run_batch
    from fastvbg.farm.batches.outcome import worst
    from fastvbg.farm.batches.ways import Ways
    from fastvbg.farm.workers.engines import check_where

    demand_background(settings)
    ways = Ways.checked(
        check_where(None, cluster, jobs, memory_limit),
        overwrite=overwrite,
        retries=retries,
        frame_timeout=frame_timeout,
        report=report,
        segments=segments,
        restart=restart,
        keep_parts=keep_parts,
    )
    with BatchProgress(quiet=quiet) as progress, _kept():
        outcomes = run_batch(inputs, output, settings, ways, progress, progress.tell)
    print_outcomes(outcomes, quiet=quiet)
    raise typer.Exit(worst(outcomes))


@contextmanager
def _kept() -> Iterator[None]:
    """Let an interrupt say that what is done is kept."""
    from fastvbg.cli.stopping import Stopped

    try:
        yield
    except Stopped as stop:
        stop.left = "what is done is kept: run the same command to go on"
        raise


def spread_over(
    cluster: str,
    input: str,
    output: str,
    settings: Settings,
    given: dict[str, Any],
    *,
    quiet: bool,
) -> int:
    """Make one file by the workers of a cluster, and return the exit code."""
    from fastvbg.cli.batchprogress import BatchProgress
    from fastvbg.cli.progress import report
    from fastvbg.cli.streams import say
    from fastvbg.farm.batches.spreading import spread
    from fastvbg.farm.batches.ways import Ways
    from fastvbg.farm.workers.engines import check_where
    from fastvbg.pipeline.job import Result

    start = time.perf_counter()
    ways = replace(Ways.checked(check_where(None, cluster, None, None), **given), always=True)
    with BatchProgress(quiet=quiet) as progress, _kept():
        outcome = spread(input, output, settings, ways, progress, progress.tell)
    if outcome.error is not None:
        if quiet:
            say(f"fastvbg: {outcome.error}")
        return outcome.code
    seconds = time.perf_counter() - start
    result = Result(outcome.output, outcome.frames, seconds, outcome.warnings, outcome.lost)
    return report(result, quiet=quiet)
