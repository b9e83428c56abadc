"""A whole video over another background, or its matte: file to file."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.backgrounds import FITS, Fit
from fastvbg.bands import check_threads
from fastvbg.checks import check_choice, check_integer, check_threshold
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.errors import OptionError, OptionTypeError, SinkError
from fastvbg.media.model import MAX_PIXELS, PIXEL_PATHS, PixelPath
from fastvbg.media.names import are_same, at_home, checked_name
from fastvbg.pipeline.backdrop import BACKGROUND_ENDS, BackgroundEnd
from fastvbg.pipeline.job import Job, Result, run
from fastvbg.pipeline.masking.options import MaskOptions, mask_options
from fastvbg.pipeline.pairing import PAIRINGS, PairingName
from fastvbg.sink.encoding import EncodeOptions

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from fractions import Fraction

    from fastvbg._types import Frame

    Progress = Callable[[int, int | None], None]

__all__ = ["Result", "matte", "process"]


def process(  # noqa: PLR0913
    input: str | Path,
    output: str | Path,
    *,
    background: str | Path | Frame,
    mask: str | MaskOptions = "motion",
    threshold: int = DEFAULT_THRESHOLD,
    light_wrap: int = 0,
    fit: Fit = "stretch",
    pairing: PairingName = "neighbours",
    fps: Fraction | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    background_end: BackgroundEnd = "loop",
    pixel_path: PixelPath = "native",
    start: Fraction | None = None,
    end: Fraction | None = None,
    max_frames: int | None = None,
    scale: tuple[int, int] | None = None,
    codec: str | None = None,
    crf: float | None = None,
    preset: str | None = None,
    encoder_options: Mapping[str, str] | None = None,
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
    keep_partial: bool = False,
) -> Result:
    """Put what a mask keeps of a video over another background, file to file.

    Sound, subtitles, chapters, times, colour tags and the rest of what came with the video go into
    the output, as far as its kind of file can hold them; the result's warnings say what could not.

    Parameters
    ----------
    input : str or Path
        A video that FFmpeg's libraries read, `-` for one on standard input, or an image sequence
        such as `dir/in%06d.jpg`, from whatever number it starts.
    output : str or Path
        A name in .mp4, .mkv or .mov (H.264), .webm (VP9), .gif or .y4m, an image sequence such as
        `out%06d.png`, or `-` for Y4M on standard output.
    background : str, Path or ndarray of shape (any, any, 3), uint8
        A colour (`#rrggbb` or a basic CSS name), an image file, a picture in BGR, a video or image
        sequence, `blur` or `blur:strength` (percent of the height) for the frame itself blurred, or
        `transparent` for none (.webm, .mov, .mkv or .png).
    mask : str or MaskOptions
        The keyer that makes the mask or matte: "motion" keeps what moves; see `MaskOptions` for
        the others and their options.
    threshold : int, default 3
        Gray difference above which a pixel has moved, 0 to 255; of the mask "motion".
    light_wrap : int, default 0
        How much of the background's light falls around the foreground's edge, 0 (none) to 255; see
        `light_wrap`. Not with `blur` and `transparent`.
    fit : {"stretch", "cover", "contain"}
        How a background of another size is fitted; see `fit_background`.
    pairing : {"neighbours", "tutorial"}
        "neighbours": each frame against the one before it, as many frames out as in; the first
        frame of a scene against the one after it. "tutorial": the tutorial's own sequence, see
        `reference.tutorial_sequence`.
    fps : Fraction, optional
        Frames a second of an image sequence, 25 when absent.
    overwrite : bool
        Whether an existing output is replaced.
    progress : callable, optional
        Called after each frame with the count so far and the count expected, which may be None.
    background_end : {"loop", "hold", "trim"}
        What follows the last frame of a background video: its first, nothing but that one, or the
        output's end.
    pixel_path : {"native", "bgr"}
        "native": frames are worked on as they are decoded, and kept pixels stay as they are.
        "bgr": they are converted to BGR and back, for the tutorial's exact arithmetic.
    start, end : Fraction, optional
        Seconds from the input's beginning; the output begins where the input does.
    max_frames : int, optional
        The output ends after so many frames.
    scale : (int, int), optional
        Width and height to work at; 0 for one of them keeps the proportions.
    codec : str, optional
        FFmpeg's name of an encoder, such as `libx265` or `ffv1`.
    crf : float, optional
        The encoder's quality number: lower is better.
    preset : str, optional
        The encoder's name for a speed.
    encoder_options : mapping of str to str, optional
        Other options of the encoder.
    threads : int, optional
        How many threads decode, composite and encode each, 1 to 256; by default as many as gain.
    max_pixels : int
        Frames of more pixels are refused before any memory is taken for them.
    keep_partial : bool
        Whether an interrupt leaves what has been written so far as a whole file.

    Returns
    -------
    Result
        Frames, seconds, warnings.

    Raises
    ------
    SourceError
        The input or the background cannot be read (also an `OSError`).
    SinkError
        The output exists, is the input, or cannot be written (also an `OSError`). Nothing is left
        under its name then.
    OptionError, OptionTypeError
        An option is none of the above (also a `ValueError` or a `TypeError`).
    """
    check_choice("fit", fit, FITS)
    check_choice("background_end", background_end, BACKGROUND_ENDS)
    if not isinstance(background, np.ndarray):
        background = checked_name(background, "background")
        _refuse_same(background, output, "background")
    job = _checked_job(
        input=input,
        output=output,
        background=background,
        fit=fit,
        background_end=background_end,
        mask=mask,
        threshold=threshold,
        light_wrap=check_integer("light_wrap", light_wrap, 0, 255),
        pairing=pairing,
        fps=fps,
        overwrite=overwrite,
        progress=progress,
        pixel_path=pixel_path,
        start=start,
        end=end,
        max_frames=max_frames,
        scale=scale,
        threads=threads,
        max_pixels=max_pixels,
        keep_partial=keep_partial,
        encode=EncodeOptions(
            codec=codec,
            crf=crf,
            preset=preset,
            extra=dict(encoder_options or {}),
            threads=threads,
            alpha=isinstance(background, str) and background == "transparent",
        ),
    )
    return run(job)


def matte(  # noqa: PLR0913
    input: str | Path,
    output: str | Path,
    *,
    mask: str | MaskOptions = "motion",
    threshold: int = DEFAULT_THRESHOLD,
    pairing: PairingName = "neighbours",
    fps: Fraction | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    pixel_path: PixelPath = "native",
    start: Fraction | None = None,
    end: Fraction | None = None,
    max_frames: int | None = None,
    scale: tuple[int, int] | None = None,
    codec: str | None = None,
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Result:
    """Write the matte by which `process` keeps as a gray video: 255 for the frame alone.

    Parameters
    ----------
    input : str or Path
        As in `process`.
    output : str or Path
        As in `process`; lossless unless a codec is named: FFV1 in .mkv, H.264 in .mp4 and .mov.
    codec : str, optional
        FFmpeg's name of an encoder.
    mask, threshold, pairing, fps, overwrite, progress, pixel_path, start, end : optional
        As in `process`.
    max_frames, scale, threads, max_pixels : optional
        As in `process`.

    Returns
    -------
    Result
        Frames, seconds, warnings.

    Raises
    ------
    SourceError, SinkError, OptionError, OptionTypeError
        As in `process`.
    """
    job = _checked_job(
        input=input,
        output=output,
        background=None,
        mask=mask,
        threshold=threshold,
        pairing=pairing,
        fps=fps,
        overwrite=overwrite,
        progress=progress,
        pixel_path=pixel_path,
        start=start,
        end=end,
        max_frames=max_frames,
        scale=scale,
        threads=threads,
        max_pixels=max_pixels,
        encode=EncodeOptions(codec=codec, threads=threads, lossless=True),
    )
    return run(job)


def _checked_job(**options: Any) -> Job:
    """Return a job whose options are what they may be."""
    options["threshold"] = check_threshold(options["threshold"])
    options["mask"] = mask = mask_options(options["mask"])
    check_choice("pairing", options["pairing"], PAIRINGS)
    if options["pairing"] == "tutorial" and mask.kind != "motion":
        raise OptionError(
            f"pairing: the tutorial's goes with the mask 'motion' only, got {mask.kind!r}"
        )
    check_choice("pixel_path", options["pixel_path"], PIXEL_PATHS)
    check_threads(options["threads"])
    check_integer("max_pixels", options["max_pixels"], 1, 1 << 40)
    if options["max_frames"] is not None:
        check_integer("max_frames", options["max_frames"], 1, 1 << 62)
    if options["scale"] is not None:
        _check_scale(options["scale"])
    start, end = options["start"], options["end"]
    if start is not None and start < 0:
        raise OptionError(f"start: got {start}, wanted 0 or more seconds")
    if end is not None and end <= (start or 0):
        raise OptionError(f"end: got {end}, wanted more seconds than the start's {start or 0}")
    options["input"] = checked_name(options["input"], "input")
    _refuse_same(options["input"], options["output"], "input")
    for role in ("matte", "depth", "plate", "keep_region", "drop_region"):
        name = getattr(mask, role)
        if isinstance(name, (str, Path)):
            _refuse_same(at_home(str(name).removeprefix("stereo:")), options["output"], role)
    return Job(**options)


def _check_scale(scale: object) -> None:
    if not isinstance(scale, tuple) or len(scale) != 2:
        raise OptionTypeError(f"scale: got {scale!r}, wanted (width, height)")
    for name, value in zip(("width", "height"), scale, strict=True):
        check_integer(f"scale {name}", value, 0, 1 << 15)
    if scale == (0, 0):
        raise OptionError("scale: got 0 for both, wanted a width or a height")


def _refuse_same(path: str | Path, output: str | Path, role: str) -> None:
    """Demand that the output is not a file that is read."""
    if are_same(path, output):
        raise SinkError(f"output: {output} is the {role} itself; give it another name")
