"""The commands that read and write videos: run, matte, preview."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from fastvbg.cli.arguments import Input, KeepParts, Overwrite, PartsFolder, Quiet, Restart
from fastvbg.cli.options import takes_settings
from fastvbg.cli.streams import tell
from fastvbg.urls import Url

if TYPE_CHECKING:
    from fastvbg.settings import Settings


@takes_settings("mask", "background", "range", "encoder", "work")
def run(  # noqa: PLR0913, PLR0917  (an option each)
    input: Input,
    output: Annotated[
        str,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="A name in .mp4, .mkv, .mov, .webm, .gif or .y4m, also as a URL such as "
            "s3://BUCKET/NAME, an image sequence out%06d.png, of a photo out.png, or - for Y4M on "
            "standard output.",
        ),
    ],
    keep_partial: Annotated[
        bool, typer.Option("--keep-partial", help="On an interrupt, keep what there is.")
    ] = False,
    overwrite: Overwrite = False,
    resume: Annotated[
        bool,
        typer.Option(
            "--resume",
            help="Work in parts and go on where an interrupted run of this command was.",
            rich_help_panel="Parts",
        ),
    ] = False,
    segments: Annotated[
        float | None,
        typer.Option(
            metavar="SECONDS",
            help="How long parts are, about (20 by default); implies --resume.",
            rich_help_panel="Parts",
        ),
    ] = None,
    work: PartsFolder = None,
    restart: Restart = False,
    keep_parts: KeepParts = False,
    cluster: Annotated[
        str | None,
        typer.Option(
            metavar="ADDRESS",
            help="A Dask scheduler whose workers share the parts, tcp://HOST:8786 or "
            "tls://HOST:8786; or local.",
            rich_help_panel="Parts",
        ),
    ] = None,
    quiet: Quiet = False,
    *,
    settings: Settings,
) -> None:
    """Replace the background of INPUT: keep what the mask keeps."""
    from fastvbg.cli.gathering import demand_background

    demand_background(settings)
    if cluster is not None:
        from fastvbg.cli.batch import spread_over

        ways: dict[str, Any] = {"overwrite": overwrite, "segments": segments, "restart": restart}
        ways |= {"keep_parts": keep_parts, "work": work}
        raise typer.Exit(spread_over(cluster, input, output, settings, ways, quiet=quiet))
    from fastvbg.cli.progress import ProgressLine, report
    from fastvbg.cli.stopping import Stopped
    from fastvbg.farm.parts.resuming import process

    before = _stamp(output)
    with ProgressLine(quiet=quiet) as progress:
        try:
            result = process(
                input,
                output,
                settings,
                overwrite=overwrite,
                keep_partial=keep_partial,
                resume=resume or restart,
                segments=segments,
                work=work,
                restart=restart,
                keep_parts=keep_parts,
                progress=progress,
                tell=progress.tell,
            )
        except Stopped as stop:
            stop.kept = _stamp(output) != before
            if has_parts(output, work):
                stop.left = "the parts are kept: run the same command to go on"
            raise
    raise typer.Exit(report(result, quiet=quiet))


def has_parts(output: str, work: Path | None = None) -> bool:
    """Tell whether parts of an output are kept in a folder, or where they are by default."""
    from fastvbg.farm.cutting.plans import parts_of
    from fastvbg.media.names import checked_name

    return (work or parts_of(checked_name(output, "output"))).is_dir()


def _stamp(output: str) -> Any:
    """Return what changes when another file takes the output's name."""
    from fastvbg.errors import FastvbgError
    from fastvbg.media.names import checked_name, read_numbering
    from fastvbg.storage import identity, is_stored

    path = checked_name(output, "output")
    if isinstance(path, Url):
        with suppress(FastvbgError):  # the run will tell
            return identity(path) if is_stored(path) else None
        return None
    numbering = read_numbering(path)
    if numbering is not None:
        numbers = numbering.existing()
        path = numbering.path(numbers[0]) if numbers else path
    try:
        found = Path(path).stat()
    except (OSError, ValueError):
        return None
    return found.st_ino, found.st_mtime_ns


@takes_settings("mask", "range", "encoder", "work")
def matte(
    input: Input,
    output: Annotated[
        str,
        typer.Option(
            "--output", "-o", metavar="FILE", help="As for run; lossless unless --codec is given."
        ),
    ],
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    *,
    settings: Settings,
) -> None:
    """Write the matte of INPUT alone: a gray video, white where run keeps the frame."""
    from fastvbg.cli.progress import ProgressLine, report
    from fastvbg.pipeline.process import matte as write_matte

    with ProgressLine(quiet=quiet) as progress:
        result = write_matte(
            input,
            output,
            settings,
            overwrite=overwrite,
            progress=progress,
            tell=progress.tell,
        )
    raise typer.Exit(report(result, quiet=quiet))


@takes_settings("mask", "background", "range")
def preview(
    input: Input,
    output: Annotated[
        str, typer.Option("--output", "-o", metavar="FILE", help="The picture: sheet.png")
    ],
    times: Annotated[
        int, typer.Option(metavar="N", help="How many rows, evenly spaced over the video.")
    ] = 4,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    *,
    settings: Settings,
) -> None:
    """Draw a contact sheet of what run makes of INPUT: source, matte and result."""
    from fastvbg.cli.gathering import demand_background
    from fastvbg.cli.progress import ProgressLine
    from fastvbg.media.names import refuse_used
    from fastvbg.pipeline.preview import preview as draw
    from fastvbg.sink.staging import check_output
    from fastvbg.sink.still import write_still
    from fastvbg.values import check_path

    demand_background(settings)
    name = check_path("output", output)
    path = name if isinstance(name, Url) else Path(name)
    check_output(path, overwrite=overwrite)
    refuse_used(path, "output", (("input", input), *settings.files()))
    with ProgressLine(quiet=quiet) as progress:
        sheet = draw(input, settings, times=times, tell=progress.tell)
    write_still(path, sheet, overwrite=overwrite)
    if not quiet:
        tell(f"contact sheet: {path}")
