"""What a part needs to know of frames that are not its own, made once and kept in the folder."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any
from zipfile import BadZipFile

import numpy as np

from fastvbg.farm.cutting.plans import job_of
from fastvbg.matting.run import Run
from fastvbg.pipeline.job import work_through
from fastvbg.pipeline.opening import rate_of
from fastvbg.pipeline.passing import Part
from fastvbg.pixels import make_pixels
from fastvbg.sink.nowhere import Nowhere
from fastvbg.source import open_source

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from fastvbg.farm.parts.folder import Folder


def prepare(folder: Folder) -> None:
    """Make all that parts need, so that they can be made in any order."""
    learned_of(folder)
    if hands_over(folder):
        state_of(folder, len(folder.plan) - 1)


def hands_over(folder: Folder) -> bool:
    """Tell whether parts need what the frames before them left behind."""
    return folder.plan.settings.kind.memory().kind == "snapshot"


def learned_of(folder: Folder) -> Mapping[str, Any] | None:
    """Return what is found out of the job as a whole; None where nothing is to be."""
    if not folder.plan.settings.kind.learns:
        return None
    found = _read(folder.learned)
    if found is None:
        save(folder, folder.learned, _learn(folder))
        found = _read(folder.learned)
    return found


def _learn(folder: Folder) -> dict[str, Any]:
    job = job_of(folder.plan)
    fps = rate_of(job.settings)
    with ExitStack() as stack:
        source = stack.enter_context(open_source(job.input, fps=fps, options=job.reading))
        pixels = make_pixels(source.info, job.settings.threads)
        run = Run(pixels, source.info, job.input, job.reading, stack, fps)
        return job.settings.kind.learn(run)


def state_of(folder: Folder, index: int) -> Mapping[str, Any] | None:
    """Return what the frames before a part left behind; None where it keys from the beginning.

    What is not there is made, from the last one before it that is.
    """
    borders = folder.plan.borders
    if borders[index].keyed is None:
        return None
    found = _read(folder.state(index))
    if found is not None:
        return found
    begin = index - 1
    while borders[begin].keyed is not None and _read(folder.state(begin)) is None:
        begin -= 1
    _go_through(folder, begin, index)
    return _read(folder.state(index))


def _go_through(folder: Folder, begin: int, end: int) -> None:
    """Key the frames from one part's first on, and keep what they leave before those to another's.

    Nothing is composited or encoded.
    """
    plan = folder.plan
    first, last = plan.borders[begin], plan.borders[end]
    numbers = {
        keyed: number
        for number in range(begin + 1, end + 1)
        if (keyed := plan.borders[number].keyed) is not None
    }

    def leave(time: int, state: dict[str, Any]) -> None:
        save(folder, folder.state(numbers[time]), state)

    part = Part(
        first.number,
        plan.origin,
        first.read,
        first.keyed,
        last.keyed,
        last.keyed,
        last.until,
        learned=learned_of(folder),
        state=None if first.keyed is None else _read(folder.state(begin)),
        leaves=tuple(sorted(numbers)),
        leave=leave,
    )
    work_through(job_of(plan), lambda _job, _info: Nowhere(), part)


def save(folder: Folder, path: Path, arrays: Mapping[str, Any]) -> None:
    """Keep arrays in a file of the folder."""

    def write(to: Path) -> None:
        with to.open("wb") as file:  # given a name, NumPy might add to it
            np.savez(file, **arrays)

    folder.publish(path, write)


def _read(path: Path) -> dict[str, Any] | None:
    """Return the arrays of a file; None where it is not there, or damaged."""
    try:
        with np.load(path, allow_pickle=False) as found:
            return dict(found)
    except (OSError, ValueError, BadZipFile, EOFError, KeyError):
        return None
