"""The commands and their options. Imports of the library stay inside, so that help is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

import fastvbg
from fastvbg.cli.media import matte, preview, run

app = typer.Typer(
    name="fastvbg",
    help="Put a video over another background, on a plain CPU, at the speed of the memory bus.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"fastvbg {fastvbg.__version__}")
        raise typer.Exit


@app.callback()
def _root(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Print it and exit."),
    ] = False,
) -> None:
    """Put a video over another background, on a plain CPU, at the speed of the memory bus."""


app.command()(run)
app.command()(matte)
app.command()(preview)


@app.command()
def demo(
    folder: Annotated[Path, typer.Argument(metavar="[DIR]", help="Where the files go.")] = Path(
        "fastvbg-demo"
    ),
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Draw a short scene, replace its background, and lay out a contact sheet."""
    from fastvbg.cli.progress import ProgressLine, report
    from fastvbg.pipeline.demo import run_demo

    with ProgressLine(quiet=quiet) as progress:
        made = run_demo(folder, progress=progress)
    code = report(made.result, quiet=quiet)
    if not quiet:
        typer.echo(f"source clip       {made.source}")
        typer.echo(f"background        {made.background}")
        typer.echo(f"composited clip   {made.result.output}")
        typer.echo(f"contact sheet     {made.sheet}")
    raise typer.Exit(code)


@app.command()
def bench(
    ops: Annotated[
        str | None, typer.Option(help="Which operations, separated by commas; all by default.")
    ] = None,
    sizes: Annotated[
        str | None, typer.Option(help="Which sizes: 480p, 720p, 1080p, 4k, 8k; all by default.")
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Two sizes, under 15 seconds.")] = False,
    json: Annotated[
        Path | None, typer.Option("--json", metavar="FILE", help="Write the figures to a file.")
    ] = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw them: .png or .svg.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="OLD.json", help="Print ratios to an earlier run."),
    ] = None,
) -> None:
    """Time every operation against the roofline, plain Numba, OpenCV and the tutorial's path."""
    from fastvbg.cli import benchtable
    from fastvbg.cli.progress import Status
    from fastvbg.measure import bench as measure
    from fastvbg.measure import operations
    from fastvbg.measure import plot as plotting

    names = None if ops is None else measure.parse_names("ops", ops, list(operations.OPERATIONS))
    chosen = None if sizes is None else measure.parse_names("sizes", sizes, list(measure.SIZES))
    old = None if compare is None else measure.read_json(compare)
    if plot is not None:
        plotting.check_plot(plot)
    with Status() as status:
        figures = measure.run_bench(operations=names, sizes=chosen, quick=quick, progress=status)
    if json is not None:
        measure.write_json(figures, json)
    if plot is not None:
        plotting.plot(figures, plot)
    if old is None:
        benchtable.print_table(figures)
    else:
        benchtable.print_comparison(old, figures)


@app.command()
def warmup(
    quiet: Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")] = False,
) -> None:
    """Compile every kernel now, so that the first frame does not wait for it."""
    from fastvbg.measure.machine import cache_state
    from fastvbg.warmup import warm_up

    def tell(operation: str, seconds: float) -> None:
        if not quiet:
            typer.echo(f"{operation:18} {seconds:6.2f} s")

    warm_up(strided=True, progress=tell)
    if not quiet:
        typer.echo(f"kernel cache       {cache_state()}")


@app.command()
def info() -> None:
    """Print versions, CPU, threads, kernel cache and encoders: what a bug report needs."""
    from fastvbg.measure.machine import machine_facts

    facts: dict[str, Any] = machine_facts()
    width = max(map(len, facts))
    for name, value in facts.items():
        typer.echo(f"{name:{width}}  {value}")
