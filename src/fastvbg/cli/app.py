"""The commands and their options. Imports of the library stay inside, so that help is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import fastvbg
from fastvbg.cli.arguments import Quiet
from fastvbg.cli.batch import batch
from fastvbg.cli.bench import bench_app
from fastvbg.cli.doctor import doctor
from fastvbg.cli.farm import merge, plan, segment
from fastvbg.cli.flags import Command, Group
from fastvbg.cli.live import live
from fastvbg.cli.media import matte, preview, run
from fastvbg.cli.models import models_app
from fastvbg.cli.streams import tell

app = typer.Typer(
    name="fastvbg",
    cls=Group,
    help="Put a video over another background, on a plain CPU, at the speed of the memory bus.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        tell(f"fastvbg {fastvbg.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print it and exit."),
    ] = False,
) -> None:
    """Put a video over another background, on a plain CPU, at the speed of the memory bus."""


for command in (run, batch, matte, preview, plan, segment, merge, live, doctor):
    app.command(cls=Command)(command)
app.add_typer(bench_app, name="bench")
app.add_typer(models_app, name="models")


@app.command(cls=Command)
def demo(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="Where the files go.")] = Path(
        "fastvbg-demo"
    ),
    quiet: Quiet = False,
) -> None:
    """Draw a short scene, replace its background, and lay out a contact sheet of two masks."""
    from fastvbg.cli.progress import ProgressLine, report
    from fastvbg.pipeline.demo import run_demo

    with ProgressLine(quiet=quiet) as progress:
        made = run_demo(folder, progress=progress)
    code = report(made.result, quiet=quiet)
    if not quiet:
        tell(f"source clip       {made.source}")
        tell(f"empty room        {made.room}")
        tell(f"background        {made.background}")
        tell(f"composited clip   {made.result.output}")
        tell(f"contact sheet     {made.sheet}")
    raise typer.Exit(code)


@app.command(cls=Command)
def warmup(
    mask: Annotated[
        str | None,
        typer.Option(metavar="KIND", help="What this mask needs alone; everything by default."),
    ] = None,
    jobs: Annotated[
        int | None,
        typer.Option(
            "--jobs", metavar="N", help="Processes at once; as many as there are processors."
        ),
    ] = None,
    quiet: Quiet = False,
) -> None:
    """Compile kernels now, so that no first frame waits for them."""
    from fastvbg.cli.progress import Preparing
    from fastvbg.masks.registry import kind_of
    from fastvbg.measure.cache import cache_state
    from fastvbg.preparing import prepare
    from fastvbg.warmup import all_kernels

    names = all_kernels() if mask is None else list(kind_of(mask).needs())
    with Preparing(quiet=quiet) as told:
        count = prepare(names, told, jobs)
    if not quiet:
        tell(f"{count} of {len(names)} kernels compiled in {told.seconds:.1f} s")
        tell(f"kernel cache       {cache_state()}")


@app.command(cls=Command)
def info() -> None:
    """Print versions, CPU, threads, kernel cache and encoders: what a bug report needs."""
    from fastvbg.masks.registry import brought, own
    from fastvbg.measure.machine import machine_facts
    from fastvbg.models.runtimes import runtime_facts
    from fastvbg.models.store import models_state

    facts: dict[str, Any] = machine_facts()
    facts |= {"model runtimes": runtime_facts(), "person models": models_state()}
    facts |= {"masks": ", ".join(own())}
    for found in brought():
        told = f", which does not load: {found.error}" if found.kind is None else ""
        facts[f"mask {found.name}"] = f"of {found.package}{told}"
    width = max(map(len, facts))
    for name, value in facts.items():
        tell(f"{name:{width}}  {value}")
