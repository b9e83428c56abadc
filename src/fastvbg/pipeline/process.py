"""A whole video over another background, or its matte: file to file."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.bands import check_threads
from fastvbg.checks import check_number
from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.media.model import MAX_PIXELS
from fastvbg.pipeline.asked import checked_job
from fastvbg.pipeline.job import Result, run
from fastvbg.sink.encoding import EncodeOptions
from fastvbg.values import check_text, encoder_texts

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from fastvbg._types import File, Frame, Number
    from fastvbg.backgrounds import Fit
    from fastvbg.media.model import PixelPath
    from fastvbg.pipeline.backdrop import BackgroundEnd
    from fastvbg.pipeline.masking.options import MaskOptions
    from fastvbg.pipeline.pairing import PairingName

    Progress = Callable[[int, int | None], None]

__all__ = ["Result", "matte", "process"]


def process(  # noqa: PLR0913
    input: File,
    output: File,
    *,
    background: File | Frame,
    mask: str | MaskOptions = "motion",
    threshold: int = DEFAULT_THRESHOLD,
    light_wrap: int = 0,
    fit: Fit = "stretch",
    pairing: PairingName = "neighbours",
    fps: Number | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    background_end: BackgroundEnd = "loop",
    pixel_path: PixelPath = "native",
    start: Number | None = None,
    end: Number | None = None,
    max_frames: int | None = None,
    scale: tuple[int, int] | str | None = None,
    codec: str | None = None,
    crf: float | None = None,
    preset: str | None = None,
    encoder_options: Mapping[str, str | float] | None = None,
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
    keep_partial: bool = False,
) -> Result:
    """Put what a mask keeps of a video over another background, file to file.

    Sound, subtitles, chapters, times, colour tags and the rest of what came with the video go into
    the output, as far as its kind of file can hold them; the result's warnings say what could not.

    Parameters
    ----------
    input : str or path-like
        A video that FFmpeg's libraries read, `-` for one on standard input, or an image sequence
        such as `dir/in%06d.jpg`, from whatever number it starts.
    output : str or path-like
        A name in .mp4, .mkv or .mov (H.264), .webm (VP9), .gif or .y4m, an image sequence such as
        `out%06d.png`, or `-` for Y4M on standard output.
    background : str, path-like or ndarray of shape (any, any, 3), uint8
        A colour (`#rrggbb` or a basic CSS name), an image file, a picture in BGR, a video or image
        sequence, `blur` or `blur:strength` (percent of the height) for the frame itself blurred, or
        `transparent` for none (.webm, .mov, .mkv or .png). A file called `red` or `blur` is named
        `./red`.
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
    fps : number or str, optional
        Frames a second of an image sequence, 25 when absent: any number, or a text such as
        "30000/1001". 29.97, 23.976 and such stand for television's 30000/1001, 24000/1001.
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
    start, end : number or str, optional
        Seconds from the input's beginning, or a text such as "1:02:03.5"; the output begins where
        the input does.
    max_frames : int, optional
        The output ends after so many frames.
    scale : (int, int) or str, optional
        Width and height to work at, or a text such as "1280x-1"; 0 or -1 for one of them keeps the
        proportions.
    codec : str, optional
        FFmpeg's name of an encoder, such as `libx265` or `ffv1`.
    crf : float, optional
        The encoder's quality number, 0 to 255: lower is better.
    preset : str, optional
        The encoder's name for a speed.
    encoder_options : mapping of str to str or number, optional
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
    job = checked_job(
        input=input,
        output=output,
        background=background,
        fit=fit,
        background_end=background_end,
        mask=mask,
        threshold=threshold,
        light_wrap=light_wrap,
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
            codec=None if codec is None else check_text("codec", codec),
            crf=None if crf is None else check_number("crf", crf, 0, 255),
            preset=None if preset is None else check_text("preset", preset),
            extra=encoder_texts(encoder_options),
            threads=check_threads(threads),
            alpha=isinstance(background, str) and background == "transparent",
        ),
    )
    return run(job)


def matte(  # noqa: PLR0913
    input: File,
    output: File,
    *,
    mask: str | MaskOptions = "motion",
    threshold: int = DEFAULT_THRESHOLD,
    pairing: PairingName = "neighbours",
    fps: Number | None = None,
    overwrite: bool = False,
    progress: Progress | None = None,
    pixel_path: PixelPath = "native",
    start: Number | None = None,
    end: Number | None = None,
    max_frames: int | None = None,
    scale: tuple[int, int] | str | None = None,
    codec: str | None = None,
    threads: int | None = None,
    max_pixels: int = MAX_PIXELS,
) -> Result:
    """Write the matte by which `process` keeps as a gray video: 255 for the frame alone.

    Parameters
    ----------
    input : str or path-like
        As in `process`.
    output : str or path-like
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
    job = checked_job(
        input=input,
        output=output,
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
        encode=EncodeOptions(
            codec=None if codec is None else check_text("codec", codec),
            threads=check_threads(threads),
            lossless=True,
        ),
    )
    return run(job)
