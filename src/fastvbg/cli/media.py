"""The commands that read and write videos: run, matte, preview."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, TypeAlias

import typer

from fastvbg.cli.masks import takes_mask
from fastvbg.cli.streams import tell

if TYPE_CHECKING:
    from fastvbg.pipeline.masking.options import MaskOptions

Input: TypeAlias = Annotated[
    str,
    typer.Argument(
        metavar="INPUT", help="A video, an image sequence dir/in%06d.jpg, or - for standard input."
    ),
]
Background: TypeAlias = Annotated[
    str,
    typer.Option(
        "--background",
        "-b",
        help="An image, a video, a colour (#rrggbb or a CSS name), blur[:strength], transparent.",
    ),
]
Threshold: TypeAlias = Annotated[
    int, typer.Option(help="Gray difference above which a pixel has moved, 0..255; of motion.")
]
FitName: TypeAlias = Annotated[
    str, typer.Option(help="How the background is fitted: stretch, cover or contain.")
]
Pairing: TypeAlias = Annotated[
    str,
    typer.Option(
        help="neighbours: each frame against the one before it. "
        "tutorial: the sequence of the tutorial that fastvbg began as."
    ),
]
PixelPathName: TypeAlias = Annotated[
    str,
    typer.Option(
        help="native: work on frames as they are decoded. bgr: the tutorial's exact arithmetic."
    ),
]
Fps: TypeAlias = Annotated[
    str | None, typer.Option(help="Frames a second of an image sequence: 25, 29.97, 30000/1001.")
]
Start: TypeAlias = Annotated[
    str | None, typer.Option(metavar="TIME", help="Begin there: seconds, or 1:02:03.5.")
]
End: TypeAlias = Annotated[str | None, typer.Option(metavar="TIME", help="End before that.")]
MaxFrames: TypeAlias = Annotated[
    int | None, typer.Option(metavar="N", help="End after so many frames.")
]
Scale: TypeAlias = Annotated[
    str | None, typer.Option(metavar="WxH", help="Size to work at; -1 keeps the proportions.")
]
Codec: TypeAlias = Annotated[
    str | None,
    typer.Option(help="FFmpeg's name of an encoder: libx265, ffv1, h264_nvenc, ..."),
]
Threads: TypeAlias = Annotated[
    int | None,
    typer.Option(metavar="N", help="Threads that decode, composite and encode each."),
]
MaxPixels: TypeAlias = Annotated[
    int, typer.Option(metavar="N", help="Refuse frames of more pixels than this.")
]
Overwrite: TypeAlias = Annotated[bool, typer.Option("--overwrite", help="Replace the output.")]
Quiet: TypeAlias = Annotated[bool, typer.Option("--quiet", "-q", help="Print errors only.")]

_MAX_PIXELS = 1 << 28


@takes_mask
def run(  # noqa: PLR0913, PLR0917
    input: Input,
    background: Background,
    output: Annotated[
        Path,
        typer.Option(
            "--output",
            "-o",
            help="A name in .mp4, .mkv, .mov, .webm, .gif or .y4m, an image sequence out%06d.png, "
            "or - for Y4M on standard output.",
        ),
    ],
    threshold: Threshold = 3,
    light_wrap: Annotated[
        int,
        typer.Option(
            metavar="N", help="Light of the background around the foreground's edge, 0..255."
        ),
    ] = 0,
    fit: FitName = "stretch",
    background_end: Annotated[
        str, typer.Option(help="After a background video's last frame: loop, hold or trim.")
    ] = "loop",
    pairing: Pairing = "neighbours",
    pixel_path: PixelPathName = "native",
    fps: Fps = None,
    start: Start = None,
    end: End = None,
    max_frames: MaxFrames = None,
    scale: Scale = None,
    codec: Codec = None,
    crf: Annotated[
        float | None, typer.Option(help="The encoder's quality number; lower is better.")
    ] = None,
    preset: Annotated[str | None, typer.Option(help="The encoder's name for a speed.")] = None,
    encoder_option: Annotated[
        list[str] | None,
        typer.Option(metavar="KEY=VALUE", help="Another option of the encoder; may be repeated."),
    ] = None,
    threads: Threads = None,
    max_pixels: MaxPixels = _MAX_PIXELS,
    keep_partial: Annotated[
        bool, typer.Option("--keep-partial", help="On an interrupt, keep what there is.")
    ] = False,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    *,
    mask: MaskOptions,
) -> None:
    """Replace the background of INPUT: keep what the mask keeps, by default what moves."""
    from fastvbg.cli import Stopped
    from fastvbg.cli.progress import ProgressLine, report
    from fastvbg.pipeline.process import process
    from fastvbg.values import parse_pairs

    before = _stamp(output)
    with ProgressLine(quiet=quiet) as progress:
        try:
            result = process(
                input,
                output,
                background=background,
                mask=mask,
                threshold=threshold,
                light_wrap=light_wrap,
                fit=fit,  # type: ignore[arg-type]  # checked there
                background_end=background_end,  # type: ignore[arg-type]
                pairing=pairing,  # type: ignore[arg-type]
                pixel_path=pixel_path,  # type: ignore[arg-type]
                fps=fps,
                start=start,
                end=end,
                max_frames=max_frames,
                scale=scale,
                codec=codec,
                crf=crf,
                preset=preset,
                encoder_options=parse_pairs("encoder-option", encoder_option or []),
                threads=threads,
                max_pixels=max_pixels,
                keep_partial=keep_partial,
                overwrite=overwrite,
                progress=progress,
            )
        except Stopped as stop:
            stop.kept = _stamp(output) != before
            raise
    raise typer.Exit(report(result, quiet=quiet))


def _stamp(output: Path) -> tuple[int, int] | None:
    """Return what changes when another file takes the output's name."""
    from fastvbg.media.names import read_numbering

    numbering = read_numbering(output)
    if numbering is not None:
        numbers = numbering.existing()
        output = numbering.path(numbers[0]) if numbers else output
    try:
        found = output.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns


@takes_mask
def matte(  # noqa: PLR0913, PLR0917
    input: Input,
    output: Annotated[
        Path,
        typer.Option("--output", "-o", help="As for run; lossless unless --codec is given."),
    ],
    threshold: Threshold = 3,
    pairing: Pairing = "neighbours",
    pixel_path: PixelPathName = "native",
    fps: Fps = None,
    start: Start = None,
    end: End = None,
    max_frames: MaxFrames = None,
    scale: Scale = None,
    codec: Codec = None,
    threads: Threads = None,
    max_pixels: MaxPixels = _MAX_PIXELS,
    overwrite: Overwrite = False,
    quiet: Quiet = False,
    *,
    mask: MaskOptions,
) -> None:
    """Write the matte of INPUT alone: a gray video, white where run keeps the frame."""
    from fastvbg.cli.progress import ProgressLine, report
    from fastvbg.pipeline.process import matte as write_matte

    with ProgressLine(quiet=quiet) as progress:
        result = write_matte(
            input,
            output,
            mask=mask,
            threshold=threshold,
            pairing=pairing,  # type: ignore[arg-type]  # checked there
            pixel_path=pixel_path,  # type: ignore[arg-type]
            fps=fps,
            start=start,
            end=end,
            max_frames=max_frames,
            scale=scale,
            codec=codec,
            threads=threads,
            max_pixels=max_pixels,
            overwrite=overwrite,
            progress=progress,
        )
    raise typer.Exit(report(result, quiet=quiet))


@takes_mask
def preview(
    input: Input,
    background: Background,
    output: Annotated[Path, typer.Option("--output", "-o", help="The picture: sheet.png")],
    threshold: Threshold = 3,
    fit: FitName = "stretch",
    times: Annotated[int, typer.Option(help="How many rows, evenly spaced over the video.")] = 4,
    overwrite: Overwrite = False,
    *,
    mask: MaskOptions,
) -> None:
    """Draw a contact sheet of what run makes of INPUT: source, matte and result."""
    from fastvbg.pipeline.preview import preview as draw
    from fastvbg.sink.staging import check_folder, refuse_existing
    from fastvbg.sink.still import write_still

    check_folder(output.parent)
    refuse_existing(output, overwrite=overwrite)
    sheet = draw(
        input,
        background=background,
        mask=mask,
        threshold=threshold,
        fit=fit,  # type: ignore[arg-type]  # checked there
        times=times,
    )
    write_still(output, sheet, overwrite=overwrite)
    tell(f"contact sheet: {output}")
