"""What a run is asked for: every option is made what it may be, or refused, before a file opens."""

from __future__ import annotations

import os
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.backgrounds import FITS
from fastvbg.bands import check_threads
from fastvbg.checks import (
    check_callable,
    check_choice,
    check_flag,
    check_frame,
    check_integer,
    check_threshold,
)
from fastvbg.errors import OptionError, OptionTypeError, ShapeError, SinkError, shown
from fastvbg.media.model import PIXEL_PATHS
from fastvbg.media.names import are_same, at_home
from fastvbg.pipeline.backdrop import BACKGROUND_ENDS
from fastvbg.pipeline.job import Job
from fastvbg.pipeline.masking.options import mask_options
from fastvbg.pipeline.pairing import PAIRINGS
from fastvbg.values import check_path, parse_rate, parse_scale, parse_seconds

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastvbg._types import Frame

    Check = Callable[[Any], Any]


def check_background(background: object) -> str | Path | Frame:
    """Return a background as a text, a file or a picture.

    Parameters
    ----------
    background : str, path-like or ndarray of shape (H, W, 3), uint8
        What the user gave.

    Raises
    ------
    OptionError, OptionTypeError, DTypeError, ShapeError
        It is none of these.
    """
    if isinstance(background, np.ndarray):
        if 0 in check_frame("background", background):
            raise ShapeError(f"background: got an empty picture of shape {background.shape}")
        return background
    if not isinstance(background, (str, os.PathLike)):
        raise OptionTypeError(
            f"background: got {shown(background)}, wanted the name of a file, a picture as an "
            'array, or a colour such as "#00ff00" or "navy"'
        )
    return check_path("background", background)


_CHECKS: dict[str, Check] = {
    "background": check_background,
    "input": partial(check_path, "input"),
    "output": partial(check_path, "output"),
    "fit": partial(check_choice, "fit", choices=FITS),
    "background_end": partial(check_choice, "background_end", choices=BACKGROUND_ENDS),
    "light_wrap": partial(check_integer, "light_wrap", low=0, high=255),
    "threshold": check_threshold,
    "mask": mask_options,
    "pairing": partial(check_choice, "pairing", choices=PAIRINGS),
    "pixel_path": partial(check_choice, "pixel_path", choices=PIXEL_PATHS),
    "overwrite": partial(check_flag, "overwrite"),
    "keep_partial": partial(check_flag, "keep_partial"),
    "progress": partial(check_callable, "progress"),
    "threads": check_threads,
    "max_pixels": partial(check_integer, "max_pixels", low=1, high=1 << 40),
}
_CHECKS_IF_GIVEN: dict[str, Check] = {
    "fps": parse_rate,
    "start": partial(parse_seconds, "start"),
    "end": partial(parse_seconds, "end"),
    "max_frames": partial(check_integer, "max_frames", low=1, high=1 << 62),
    "scale": parse_scale,
}
_READ_BY_MASKS = ("plate", "matte", "depth", "keep_region", "drop_region", "model", "load_model")


def checked_job(**options: Any) -> Job:
    """Return a job whose options are what they may be.

    Parameters
    ----------
    **options
        Of `Job`, as a user gave them; those that are absent have its defaults.

    Raises
    ------
    OptionError, OptionTypeError, DTypeError, ShapeError
        One is not what it may be, or does not go with another.
    SinkError
        The output is a file that is read.
    """
    for name, check in _CHECKS.items():
        if name in options:
            options[name] = check(options[name])
    for name, check in _CHECKS_IF_GIVEN.items():
        if options[name] is not None:
            options[name] = check(options[name])
    job = Job(**{"background": None, **options})
    if job.pairing == "tutorial" and job.mask.kind != "motion":
        raise OptionError(
            f"pairing: the tutorial's goes with the mask 'motion' only, got {job.mask.kind!r}"
        )
    start = job.start or 0
    if job.end is not None and job.end <= start:
        raise OptionError(
            f"end: got {float(job.end):g}, wanted more seconds than the start's {float(start):g}"
        )
    _keep_apart(job)
    return job


def _keep_apart(job: Job) -> None:
    """Demand that nothing that is read is written over."""
    _refuse_same(job.input, job.output, "input")
    _refuse_same(job.background, job.output, "background")
    for name in _READ_BY_MASKS:
        file = getattr(job.mask, name)
        if isinstance(file, str):
            file = at_home(file.removeprefix("stereo:"))
        _refuse_same(file, job.output, name.replace("_", " "))
    if job.mask.save_model is not None:
        _check_model_name(job, job.mask.save_model)


def _check_model_name(job: Job, path: str | os.PathLike[str]) -> None:
    """Demand that what is learned can be kept: the end of a long run would be late to say so."""
    name = os.fspath(path)
    if are_same(name, job.input) or are_same(name, job.output):
        raise SinkError(f"save_model: {path} is the input or the output; give it another name")
    folder = os.path.dirname(path) or os.curdir  # noqa: PTH120  # Path's tests may raise
    if os.path.isdir(path):  # noqa: PTH112
        raise SinkError(f"save_model: {path} is a folder, wanted a file name")
    if not os.path.isdir(folder):  # noqa: PTH112
        raise SinkError(f"save_model: no such folder: {folder}; make it first")


def _refuse_same(path: object, output: str | Path, role: str) -> None:
    if isinstance(path, (str, os.PathLike)) and are_same(os.fspath(path), output):
        raise SinkError(f"output: {output} is the {role} itself; give it another name")
