"""A whole video as `pipeline.process` makes it; in parts where that is asked for."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.checks import check_callable, check_flag
from fastvbg.errors import OptionTypeError, SinkError, SourceError, shown
from fastvbg.farm.cutting.planning import SECONDS, plan
from fastvbg.farm.cutting.plans import parts_of
from fastvbg.farm.parts.before import prepare
from fastvbg.farm.parts.folder import Folder
from fastvbg.farm.parts.locking import locked
from fastvbg.farm.parts.rendering import render
from fastvbg.farm.parts.whole import joined
from fastvbg.media.names import as_path
from fastvbg.pipeline import process as plain
from fastvbg.sink.staging import check_output
from fastvbg.values import check_path

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Executor

    from fastvbg._types import File
    from fastvbg.farm.cutting.plans import Plan
    from fastvbg.pipeline.job import Result
    from fastvbg.settings import Settings

    Progress = Callable[[int, int | None], None]


class _Told(NamedTuple):
    """What `process` is told of a run, parts or none."""

    overwrite: Any
    keep_partial: Any
    progress: Any
    tell: Any


class _Way(NamedTuple):
    """How a job is done in parts."""

    seconds: float
    work: File | None
    executor: Executor | None
    restart: bool
    keep_parts: bool


def process(  # noqa: PLR0913  (what each is for is told by its name)
    input: File,
    output: File,
    settings: Settings | None = None,
    *,
    overwrite: bool = False,
    keep_partial: bool = False,
    resume: bool = False,
    segments: float | None = None,
    work: File | None = None,
    executor: Executor | None = None,
    restart: bool = False,
    keep_parts: bool = False,
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
    overwrite : bool, default False
        Whether an existing output is replaced.
    keep_partial : bool, default False
        Whether an interrupt leaves what has been written so far as a whole file.
    resume : bool, default False
        Whether the job is done in parts, kept in a folder beside the output until it is whole: the
        same call goes on where one was interrupted, by whatever it was.
    segments : float, optional
        How many seconds parts have, about, 20 by default; implies `resume`.
    work : str or path-like, optional
        The folder of the parts, `.NAME.parts` beside the output by default; implies `resume`.
    executor : concurrent.futures.Executor, optional
        Makes the parts, several at once; implies `resume`.
    restart : bool, default False
        Whether parts of another job in that folder are removed; else they are refused.
    keep_parts : bool, default False
        Whether the parts stay when the output is whole.
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
        under its name then. Or the folder of parts is another job's, or a run is at work there.
    OptionError, OptionTypeError
        An option is none of the above (also a `ValueError` or a `TypeError`).
    """
    flags = {"resume": resume, "restart": restart, "keep_parts": keep_parts}
    flags = {name: check_flag(name, value) for name, value in flags.items()}
    if executor is not None and not callable(getattr(executor, "submit", None)):
        raise OptionTypeError(
            f"executor: got {shown(executor)}, wanted one of concurrent.futures, with submit"
        )
    told = _Told(overwrite, keep_partial, progress, tell)
    asked = segments is not None or work is not None or executor is not None
    if not (flags["resume"] or asked):
        return plain.process(input, output, settings, **told._asdict(), **changes)
    seconds = SECONDS if segments is None else segments
    way = _Way(seconds, work, executor, flags["restart"], flags["keep_parts"])
    return _in_parts(input, output, settings, way, told, changes)


def _in_parts(
    input: File,
    output: File,
    settings: Settings | None,
    way: _Way,
    told: _Told,
    changes: dict[str, Any],
) -> Result:
    start = time.perf_counter()
    overwrite = check_flag("overwrite", told.overwrite)
    progress, tell = check_callable("progress", told.progress), check_callable("tell", told.tell)
    target = as_path(check_path("output", output))
    if str(target) != "-":
        check_output(target, overwrite=overwrite)
    work = parts_of(target) if way.work is None else Path(check_path("work", way.work))
    threads = None if way.restart else _threads_before(work)
    made = plan(
        input,
        output,
        settings,
        seconds=way.seconds,
        work=way.work,
        encoder_threads=threads,
        tell=tell,
        **changes,
    )
    if made.why:
        if tell is not None:
            tell(f"in one piece, since {made.why}")
        return plain.process(input, output, made.settings, **told._asdict())
    folder = Folder(made)
    with held(folder, restart=way.restart):
        try:
            _make_all(folder, way.executor, progress)
            result = joined(
                made,
                overwrite=overwrite,
                keep_parts=way.keep_parts,
                progress=progress,
                tell=tell,
            )
        except (SinkError, SourceError) as error:
            raise type(error)(f"{error}; the parts are kept: the same again goes on") from None
    return replace(result, seconds=time.perf_counter() - start)


def _threads_before(folder: Path) -> int | None:
    """Return how many threads encode the parts that are there: another number is another job's."""
    try:
        manifest = Folder.manifest_of(folder)
    except SinkError:
        return None
    threads = None if manifest is None else manifest["facts"].get("encoder threads")
    return threads if isinstance(threads, int) else None


@contextmanager
def held(folder: Folder, *, restart: bool) -> Iterator[None]:
    """Hold the folder of a job, and leave none that is empty."""
    folder.make()
    try:
        with locked(folder.path):
            if restart:
                folder.clear()
            folder.open(ours=True)
            folder.sweep()
            try:
                yield
            finally:
                if not folder.has_parts:
                    folder.clear()
    finally:
        folder.leave()


def _make_all(folder: Folder, executor: Executor | None, progress: Progress | None) -> None:
    """Make the parts that are not there."""
    made, whole = folder.plan, folder.plan.frames
    left = []
    done = 0
    for index in range(len(made)):
        found = folder.done(index)
        if found is None:
            left.append(index)
        else:
            done += found[0].frames
    if progress is not None and done:
        progress(done, whole)
    if executor is None:
        for index in left:
            part = render(made, index, progress=_counted(progress, done, whole))
            done += part.frames
        return
    _share(folder, executor, left, lambda frames: _add(progress, frames, whole), done)


def _counted(progress: Progress | None, before: int, whole: int) -> Progress | None:
    if progress is None:
        return None
    return lambda frames, _expected: progress(before + frames, whole)


def _add(progress: Progress | None, frames: int, whole: int) -> None:
    if progress is not None:
        progress(frames, whole)


def _share(
    folder: Folder,
    executor: Executor,
    left: list[int],
    told: Callable[[int], None],
    done: int,
) -> None:
    """Let an executor make parts; what is not begun when one fails is not begun any more."""
    from concurrent.futures import as_completed

    if left:
        executor.submit(prepare_all, folder.plan, str(folder.path)).result()
    futures = [executor.submit(render, folder.plan, n, work=str(folder.path)) for n in left]
    try:
        for future in as_completed(futures):
            done += future.result().frames
            told(done)
    finally:
        for future in futures:
            future.cancel()


def prepare_all(made: Plan, work: str) -> None:
    """Make what the parts of a plan need of one another, so that they can be made in any order."""
    prepare(Folder(made, work))
