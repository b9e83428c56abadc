"""Many files by the same settings, over processes and machines."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_callable
from fastvbg.errors import OptionError
from fastvbg.farm.batches.board import Board
from fastvbg.farm.batches.filejob import FileJob
from fastvbg.farm.batches.inputs import expand, lists_among, names_of
from fastvbg.farm.batches.naming import outputs
from fastvbg.farm.batches.outcome import Outcome
from fastvbg.farm.batches.places import placed, whole_name
from fastvbg.farm.batches.report import write_report
from fastvbg.farm.batches.ways import Terms, Ways
from fastvbg.farm.batches.works import standing_at, stored_at
from fastvbg.farm.workers.engines import check_where
from fastvbg.farm.workers.queue import Queue
from fastvbg.media.names import refuse_used
from fastvbg.pipeline.asked import changed, checked_job
from fastvbg.sink.staging import check_folder

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import File
    from fastvbg.farm.batches.board import Standing
    from fastvbg.settings import Settings
    from fastvbg.urls import Url


def batch(  # noqa: PLR0913  (an option each)
    inputs: Any,
    output: File,
    settings: Settings | None = None,
    *,
    executor: Any = None,
    cluster: Any = None,
    jobs: int | None = None,
    overwrite: bool = False,
    retries: int = 2,
    frame_timeout: float = 2.0,
    memory_limit: int | str | None = None,
    report: File | None = None,
    segments: float | None = None,
    restart: bool = False,
    keep_parts: bool = False,
    progress: Callable[[int, int | None], None] | None = None,
    tell: Callable[[str], None] | None = None,
    **changes: Any,
) -> list[Outcome]:
    """Put what a mask keeps of many videos over another background, by several processes.

    A file that fails does not stop the others. A worker that dies costs what it was at, which is
    done again. A file whose output is there already is skipped.

    Parameters
    ----------
    inputs : str, path-like, or iterable of these
        Files, folders, of which all videos are meant, patterns such as `talks/**/*.mp4`,
        `@list.txt` for a file with one of these on each line, addresses.
    output : str or path-like
        A folder, or a name such as `out/{stem}.mp4`, with `{stem}`, `{name}`, `{suffix}`,
        `{folder}` and `{number}` of each input.
    settings : Settings, optional
        As in `process`. Where they do not say how many threads, each worker has one.
    executor : concurrent.futures.Executor, optional
        Does the work instead of processes of our own.
    cluster : str or distributed.Client, optional
        A Dask cluster does the work: the address of its scheduler, `local` for one of this machine
        alone, or a client.
    jobs : int, optional
        How many processes here, 1 to 1024; by default as many as there are processors for.
    overwrite : bool, default False
        Whether existing outputs are made anew.
    retries : int, default 2
        How often a piece of work that fails by no error of fastvbg's own is done again.
    frame_timeout : float, default 2.0
        Seconds that a frame may take on the average; a piece of work that takes five minutes longer
        hangs, and is done again.
    memory_limit : int or str, optional
        Bytes that each process here may take, such as "2G"; 0 for no limit; by default its share
        of nine tenths of what there is.
    report : str or path-like, optional
        A file in .json or .csv to be written with what became of each input.
    segments : float, optional
        Files of more than twice so many seconds, 20 by default, are made in parts about that long:
        several workers share them, and the same call goes on where one was interrupted. 0 makes
        every file whole.
    restart : bool, default False
        Whether parts of another job beside an output are removed; else its file fails.
    keep_parts : bool, default False
        Whether parts stay when their output is whole.
    progress : callable, optional
        Called with the frames done over all files, and those expected, which may be None.
    tell : callable, optional
        Called with lines that are worth knowing before the end, the input's name before each.
    **changes : object
        As in `process`.

    Returns
    -------
    list of Outcome
        In the order of the inputs.

    Raises
    ------
    SourceError, SinkError, OptionError, OptionTypeError
        What was asked for cannot be: nothing has been done then (also an `OSError`, a `ValueError`
        or a `TypeError`). What goes wrong with a file is in its outcome.
    MissingLibraryError
        A cluster is asked for, and Dask's distributed is not installed.
    """
    progress = check_callable("progress", progress)
    ways = Ways.checked(
        check_where(executor, cluster, jobs, memory_limit),
        overwrite=overwrite,
        retries=retries,
        frame_timeout=frame_timeout,
        report=report,
        segments=segments,
        restart=restart,
        keep_parts=keep_parts,
    )

    def show(standing: Standing) -> None:
        if progress is not None:
            progress(standing.frames, standing.expected)

    return run_batch(
        inputs, output, changed(settings, changes), ways, show, check_callable("tell", tell)
    )


def run_batch(
    inputs: Any,
    output: Any,
    settings: Settings,
    ways: Ways,
    show: Callable[[Standing], None] | None,
    tell: Callable[[str], None] | None,
) -> list[Outcome]:
    """Do as `batch`; what is shown is all of where things stand."""
    inputs = names_of(inputs)
    names = expand(inputs)
    paths = outputs(names, output)
    if ways.report is not None:
        refuse_used(ways.report, "report", used(inputs, output, settings))
    settings = settings.replace(threads=settings.threads or 1)
    terms = Terms.of(ways, settings)
    skipped = {} if ways.overwrite else _skipped(names, paths)
    _check(names, paths, settings, skipped, ways)
    left = [
        (number, name, path)
        for number, (name, path) in enumerate(zip(names, paths, strict=True))
        if number not in skipped
    ]
    done = skipped
    try:
        if left:
            work_off(left, terms, done, show, tell or _unheard)
    finally:
        outcomes = [done[number] for number in sorted(done)]
        if ways.report is not None:
            write_report(ways.report, outcomes)
    return outcomes


def used(inputs: Any, output: Any, settings: Settings) -> list[tuple[str, str | Path]]:
    """Return what messages call each file that a batch reads or writes, and its name."""
    named = names_of(inputs)
    names = expand(named)
    return [
        *(("list", path) for path in lists_among(named)),
        *(("input", name) for name in names),
        *(("output", path) for path in outputs(names, output)),
        *settings.files(),
    ]


def work_off(
    left: list[tuple[int, str | Path, Path | Url]],
    terms: Terms,
    done: dict[int, Outcome],
    show: Callable[[Standing], None] | None,
    tell: Callable[[str], None],
) -> None:
    """Do files, and note what becomes of each, also of those before an interrupt."""
    where = terms.ways.where
    if where.elsewhere:
        terms = replace(terms, settings=placed(terms.settings))
    board = Board(show)
    files = [FileJob(*each, terms, board, tell, away=where.elsewhere) for each in left]
    folders = [path.parent for _, _, path in left if isinstance(path, Path)]
    places = {str(whole_name(folder)) for folder in folders}
    engine = where.engine(terms.threads, tell, sorted(places))
    try:
        with engine:
            kind = terms.settings.kind
            engine.prepare((*kind.needs(terms.settings.refine), *kind.uses()))
            queue = Queue(engine, retries=terms.ways.retries)
            for file in files:
                queue.add(file, file.begin())
            queue.run()
    finally:
        for file in files:
            file.release()
            if file.outcome is not None:
                done[file.number] = file.outcome


def _unheard(_line: str) -> None:
    """Tell nobody."""


def _skipped(names: list[str | Path], paths: list[Path | Url]) -> dict[int, Outcome]:
    """Return what is done already: the output is there. One older than its input is told of."""
    found = {}
    for number, (name, path) in enumerate(zip(names, paths, strict=True)):
        there = standing_at(path)
        if there is None and stored_at(path) is None:
            continue
        warnings = []
        input = standing_at(name)
        if there and input and input.stat().st_mtime_ns > there.stat().st_mtime_ns:
            warnings.append(f"{path} is older than its input; --overwrite makes it anew")
        found[number] = Outcome(name, path, "skipped", warnings=warnings)
    return found


def _check(
    names: list[str | Path],
    paths: list[Path | Url],
    settings: Settings,
    skipped: dict[int, Outcome],
    ways: Ways,
) -> None:
    """Demand, before anything begins, that nothing that is read is written over."""
    for number, (name, path) in enumerate(zip(names, paths, strict=True)):
        if number not in skipped:
            if isinstance(path, Path):
                check_folder(path.parent)
            checked_job(settings, name, path, overwrite=ways.overwrite)
    if len(names) > 1 and any(name == "save_model" for name, _ in settings.files()):
        raise OptionError(
            f"save_model: got it for {len(names)} inputs, of which only the last would be kept"
        )
