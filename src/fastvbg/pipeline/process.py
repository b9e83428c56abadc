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


_TOLD = ("overwrite", "keep_partial", "progress", "tell")


def process(input: File, output: File, settings: Settings | None = None, **given: Any) -> Result:
    """Do what `fastvbg.process` does, in one piece; parameters and errors are the same."""
    told = {name: given.pop(name) for name in _TOLD if name in given}
    return run(checked_job(changed(settings, given), input, output, **told))


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
