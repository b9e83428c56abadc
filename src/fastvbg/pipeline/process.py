"""A whole video over another background, or its matte: file to file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.pipeline.asked import changed, checked_job
from fastvbg.pipeline.job import Result, run

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import File
    from fastvbg.settings import Settings

    Progress = Callable[[int, int | None], None]

__all__ = ["Result", "matte", "process"]


def process(
    input: File,
    output: File,
    settings: Settings | None = None,
    *,
    overwrite: bool = False,
    keep_partial: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
    **changes: Any,
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
    settings : Settings, optional
        What is to be done: mask, background, range, encoder.
    overwrite : bool
        Whether an existing output is replaced.
    keep_partial : bool
        Whether an interrupt leaves what has been written so far as a whole file.
    progress : callable, optional
        Called after each frame with the count so far and the count expected, which may be None.
    tell : callable, optional
        Called with a line that is worth knowing before the end, such as what the mask "auto" chose.
    **changes : object
        Options of `Settings`, which win over those in `settings`; `background` must be in one of
        them.

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
    return run(
        checked_job(
            changed(settings, changes),
            input,
            output,
            overwrite=overwrite,
            keep_partial=keep_partial,
            progress=progress,
            tell=tell,
        )
    )


def matte(
    input: File,
    output: File,
    settings: Settings | None = None,
    *,
    overwrite: bool = False,
    keep_partial: bool = False,
    progress: Progress | None = None,
    tell: Callable[[str], None] | None = None,
    **changes: Any,
) -> Result:
    """Write the matte by which `process` keeps as a gray video: 255 for the frame alone.

    Parameters
    ----------
    input : str or path-like
        As in `process`.
    output : str or path-like
        As in `process`; lossless unless a codec is named: FFV1 in .mkv, H.264 in .mp4 and .mov.
    settings : Settings, optional
        As in `process`; what it says of the background does not matter.
    overwrite, keep_partial, progress, tell : optional
        As in `process`.
    **changes : object
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
    return run(
        checked_job(
            changed(settings, changes),
            input,
            output,
            matte_alone=True,
            overwrite=overwrite,
            keep_partial=keep_partial,
            progress=progress,
            tell=tell,
        )
    )
