"""What a run is asked for, checked before a file opens: names, flags, and what is written over."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_callable, check_flag
from fastvbg.errors import OptionTypeError, SinkError, shown
from fastvbg.masks.registry import kinds, nearest, owners_of
from fastvbg.media.names import refuse_used
from fastvbg.pipeline.job import Job
from fastvbg.settings import Settings
from fastvbg.values import check_path
from fastvbg.values.pictures import check_background

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence


def changed(settings: object, changes: Mapping[str, Any]) -> Settings:
    """Return settings with some of their options changed.

    Raises
    ------
    OptionError, OptionTypeError, DTypeError, ShapeError
        They are none, or there is no such option, or it is not what it may be.
    """
    if settings is None:
        settings = Settings()
    if not isinstance(settings, Settings):
        raise OptionTypeError(f"settings: got {shown(settings)}, wanted fastvbg.Settings")
    known = Settings.options()
    for name in changes:
        if name not in known:
            owners = owners_of(name)
            if owners:
                raise OptionTypeError(_of_mask(name, owners, changes.get("mask")))
            raise OptionTypeError(
                f"{name}: no such option{nearest(name, known)} (fastvbg.Settings has them all)"
            )
    return settings.replace(**changes) if changes else settings


def _of_mask(name: str, owners: Sequence[str], mask: object) -> str:
    """Return how an option of some kinds of mask is said, such as the kind that was named."""
    several = "masks" if len(owners) > 1 else "mask"
    kind = kinds()[str(mask) if str(mask) in owners else owners[0]]
    return (
        f"{name}: an option of the {several} {', '.join(owners)}, wanted it with the mask, as "
        f"in mask=fastvbg.masks.{kind.__name__}({name}=...)"
    )


def checked_job(settings: Settings, input: object, output: object, **more: Any) -> Job:
    """Return a job whose parts go together.

    Parameters
    ----------
    settings : Settings
        What is to be done.
    input, output : str or path-like
        As a user gave them.
    **more
        Of `Job`.

    Raises
    ------
    OptionError, OptionTypeError
        One is not what it may be.
    SinkError
        The output is a file that is read.
    """
    for name in ("overwrite", "keep_partial"):
        more[name] = check_flag(name, more.get(name, False))
    for name in ("progress", "tell"):
        more[name] = check_callable(name, more.get(name))
    job = Job(check_path("input", input), check_path("output", output), settings, **more)
    if not job.matte_alone and settings.background is None:
        check_background(None)
    _keep_apart(job)
    return job


def _keep_apart(job: Job) -> None:
    """Demand that nothing that is read is written over."""
    files = [("input", job.input), *job.settings.files()]
    read = [(name, path) for name, path in files if name != "save_model"]
    refuse_used(job.output, "output", read)
    for name, path in files:
        if name == "save_model":
            # One that goes on with what it has learned may read and write the same file.
            others = [each for each in read if each[0] != "load_model"]
            refuse_used(path, name, [*others, ("output", job.output)])
            _check_model_name(str(path))


def _check_model_name(path: str) -> None:
    """Demand that what is learned can be kept: the end of a long run would be late to say so."""
    folder = os.path.dirname(path) or os.curdir  # noqa: PTH120  # Path's tests may raise
    if os.path.isdir(path):  # noqa: PTH112
        raise SinkError(f"save_model: {path} is a folder, wanted a file name")
    if not os.path.isdir(folder):  # noqa: PTH112
        raise SinkError(f"save_model: no such folder: {folder}; make it first")
