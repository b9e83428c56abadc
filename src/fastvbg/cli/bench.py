"""`fastvbg bench`, and `fastvbg bench files`, `bench person` and `bench live`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from fastvbg.cli.flags import Command, Group
from fastvbg.cli.options import takes_mask
from fastvbg.cli.streams import printing
from fastvbg.constants import LIVE_JPEG_QUALITY

if TYPE_CHECKING:
    from fastvbg.settings import Settings

Clip: TypeAlias = Annotated[
    Path | None, typer.Argument(metavar="INPUT", help="A video; a generated one by default.")
]
Json: TypeAlias = Annotated[
    Path | None, typer.Option("--json", metavar="FILE", help="Write the figures to a file.")
]

bench_app = typer.Typer(cls=Group, invoke_without_command=True)


@bench_app.callback()
def bench(
    context: typer.Context,
    ops: Annotated[
        str | None,
        typer.Option(
            metavar="NAMES",
            help="Which operations: composite, compositor, motion_mask, blend, blend 256x144, "
            "planar; all by default.",
        ),
    ] = None,
    sizes: Annotated[
        str | None,
        typer.Option(
            metavar="SIZES", help="Which sizes: 480p, 720p, 1080p, 4k, 8k; all by default."
        ),
    ] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Two sizes, under 15 seconds.")] = False,
    json: Json = None,
    plot: Annotated[
        Path | None, typer.Option("--plot", metavar="FILE", help="Draw them: .png or .svg.")
    ] = None,
    compare: Annotated[
        Path | None,
        typer.Option("--compare", metavar="OLD.json", help="Print ratios to an earlier run."),
    ] = None,
) -> None:
    """Time every operation against the roofline, plain Numba, OpenCV and the tutorial's path."""
    if context.invoked_subcommand is not None:
        return
    from fastvbg.cli import benchtable
    from fastvbg.cli.progress import Status
    from fastvbg.measure import bench as measure
    from fastvbg.measure import operations
    from fastvbg.measure import plot as plotting

    names = None if ops is None else measure.parse_names("ops", ops, list(operations.OPERATIONS))
    chosen = None if sizes is None else measure.parse_names("sizes", sizes, list(measure.SIZES))
    old = None if compare is None else measure.read_json(compare)
    if json is not None:
        measure.check_record("json", json)
    if plot is not None:
        plotting.check_plot(plot)
    with Status() as status:
        figures = measure.run_bench(operations=names, sizes=chosen, quick=quick, progress=status)
    if json is not None:
        measure.write_json(figures, json)
    if plot is not None:
        plotting.plot(figures, plot)
    with printing():
        if old is None:
            benchtable.print_table(figures)
        else:
            benchtable.print_comparison(old, figures)


@bench_app.command(cls=Command)
@takes_mask
def files(
    clip: Clip = None,
    background: Annotated[
        str | None,
        typer.Option(
            "--background",
            "-b",
            metavar="BACKGROUND",
            help="As for run; navy for the motion mask, a generated picture for the others.",
        ),
    ] = None,
    preset: Annotated[
        str, typer.Option(metavar="NAME", help="libx264's name for a speed.")
    ] = "ultrafast",
    max_frames: Annotated[
        int | None, typer.Option(metavar="N", help="Take so many frames of the input.")
    ] = None,
    rounds: Annotated[
        int,
        typer.Option(
            metavar="N", min=1, max=100, help="How many times each is measured; medians count."
        ),
    ] = 3,
    json: Json = None,
    *,
    settings: Settings,
) -> None:
    """Time a whole file against the codec alone, libavfilter, cv2 and the tutorial's loop.

    With another mask or background: against the codec alone, with the person mask also against the
    usual Python loop.
    """
    from fastvbg.cli.filetable import print_costs
    from fastvbg.cli.progress import Status
    from fastvbg.measure import files as measure
    from fastvbg.measure.bench import check_record
    from fastvbg.measure.filesetup import FileSetup

    if json is not None:
        check_record("json", json)
    setup = FileSetup(settings.replace(background=background, preset=preset, max_frames=max_frames))
    with Status() as status:
        costs = measure.run_file_bench(clip, setup=setup, rounds=rounds, progress=status)
    if json is not None:
        measure.write_costs(costs, clip, json, setup)
    with printing():
        print_costs(costs, setup)


@bench_app.command(cls=Command)
def person(
    clip: Clip = None,
    rounds: Annotated[
        int,
        typer.Option(metavar="N", min=1, max=100, help="How many times each frame is measured."),
    ] = 3,
    every: Annotated[
        int, typer.Option(metavar="N", help="fastvbg's network looks at each Nth frame.")
    ] = 1,
    runtime: Annotated[
        str, typer.Option(metavar="NAME", help="litert or opencv; by default the faster installed.")
    ] = "auto",
    json: Json = None,
) -> None:
    """Time the person mask on 1080p frames, without codec, against the usual Python code."""
    from fastvbg.cli.persontable import print_person
    from fastvbg.cli.progress import Status
    from fastvbg.measure import person as measure
    from fastvbg.measure.bench import check_record

    if json is not None:
        check_record("json", json)
    with Status() as status:
        figures = measure.run_person_bench(
            clip, rounds=rounds, every=every, runtime=runtime, progress=status
        )
    if json is not None:
        measure.write_person(figures, json)
    with printing():
        print_person(figures)


@bench_app.command(cls=Command)
def live(
    clip: Annotated[
        str | None,
        typer.Argument(metavar="INPUT", help="A video of a person; by default one is drawn."),
    ] = None,
    sizes: Annotated[str, typer.Option(metavar="SIZES", help="360p, 720p, 1080p.")] = "720p,1080p",
    rates: Annotated[str, typer.Option(metavar="RATES", help="Frames a second.")] = "30,60",
    masks: Annotated[str, typer.Option(metavar="KINDS", help="none, motion, person, blur.")] = (
        "none,motion,person,blur"
    ),
    seconds: Annotated[
        float, typer.Option(metavar="SECONDS", help="How long each is measured.")
    ] = 10.0,
    usual: Annotated[
        bool, typer.Option("--usual/--alone", help="Whether the usual loop takes part.")
    ] = True,
    rounds: Annotated[
        int,
        typer.Option(
            metavar="N", help="How often each is measured, in turns; the middle one counts."
        ),
    ] = 1,
    jpeg_quality: Annotated[
        int, typer.Option(metavar="N", help="Of the camera's JPEGs, 1 to 100.")
    ] = LIVE_JPEG_QUALITY,
    json: Json = None,
) -> None:
    """Measure live mode: delay, processor use and lost frames, beside the usual loop in Python."""
    from fastvbg.cli.livetable import print_live
    from fastvbg.cli.progress import Status
    from fastvbg.measure import live as measure
    from fastvbg.measure.bench import check_record, parse_names, write_record

    if json is not None:
        check_record("json", json)
    with Status() as status:
        rows = list(
            measure.run_live_bench(
                sizes=parse_names("sizes", sizes, list(measure.SIZES)),
                rates=measure.parse_rates(rates),
                masks=parse_names("masks", masks, list(measure.MASKS)),
                seconds=seconds,
                clip=clip,
                usual=usual,
                jpeg_quality=jpeg_quality,
                rounds=rounds,
                progress=status,
            )
        )
    if json is not None:
        asked = {"rounds": rounds, "jpeg_quality": jpeg_quality}
        content = {"rows": [row._asdict() for row in rows], **asked, **measure.conditions()}
        write_record(content, json)
    with printing():
        print_live(rows, seconds)
