"""One file of a batch: which pieces of work it takes, and what became of it."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError
from fastvbg.farm.batches.outcome import Outcome, about
from fastvbg.farm.batches.places import whole_name
from fastvbg.farm.batches.works import Join, Look, Looked, Part, Planning, Ready, Whole, stamp
from fastvbg.farm.cutting.plans import parts_of
from fastvbg.farm.parts.before import hands_over
from fastvbg.farm.parts.folder import Folder
from fastvbg.farm.parts.resuming import held
from fastvbg.farm.workers.tasks import Task
from fastvbg.media.names import as_path

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg.farm.batches.board import Board
    from fastvbg.farm.batches.ways import Terms
    from fastvbg.farm.cutting.plans import Plan
    from fastvbg.farm.parts.rendered import Rendered
    from fastvbg.farm.workers.tasks import Ended
    from fastvbg.pipeline.job import Result
    from fastvbg.settings import Settings
    from fastvbg.urls import Url

_SOON, _RENDER = 0, 1
_WORTH_PARTS = 2
"""A file of fewer parts than this is made whole."""


class FileJob:
    """One file. What it tells comes with its name before it.

    Parameters
    ----------
    number : int
        Its place in the batch.
    input, output : str or Path
        Its names.
    terms : Terms
        What goes for all files.
    board : Board
        Gets how far it is.
    tell : callable
        Gets lines that are worth knowing before the end.
    away : bool
        Whether workers may begin in another folder than this process.
    """

    def __init__(
        self,
        number: int,
        input: str | Path,
        output: Path | Url,
        terms: Terms,
        board: Board,
        tell: Callable[[str], None],
        *,
        away: bool = False,
    ) -> None:
        self.number, self.input, self.output = number, input, output
        self._read = whole_name(input) if away else input
        self._written = as_path(whole_name(output)) if away else output
        self.outcome: Outcome | None = None
        self._terms, self._board, self._say = terms, board, tell
        self._seconds = 0.0
        self._looked = Looked(None, Fraction(25), 0)
        self._before = stamp(output)
        self._folder: Folder | None = None
        self._holding = ExitStack()
        self._left = 0

    @property
    def over(self) -> bool:
        """Whether it is known what became of it."""
        return self.outcome is not None

    def begin(self) -> list[Task]:
        """Return what is to be done first."""
        work = Look(self._read, self._terms.settings)
        return [self._task("look", work, 0, rank=(_SOON, self.number))]

    def follow(self, task: Task, ended: Ended) -> list[Task]:
        """Take what came of a task, and return what is to be done then."""
        self._seconds += ended.seconds
        work = task.work
        try:
            if isinstance(work, Look):
                return self._after_look(ended.value)
            if isinstance(work, Planning):
                return self._after_planning(ended.value)
            if isinstance(work, Ready):
                return self._parts(work.plan)
            if isinstance(work, Part):
                return self._after_part(task, work.plan, ended.value)
            self._done(ended.value)
        except FastvbgError as error:
            self.fail(task, str(error), "", fault=False)
        return []

    def _after_look(self, looked: Looked) -> list[Task]:
        self._looked = looked
        self._board.expect(self.number, looked.frames)
        terms, lasts = self._terms, looked.seconds
        long = lasts is None or lasts > _WORTH_PARTS * terms.segments
        if not terms.segments or not (long or terms.ways.always):
            return [self._whole()]
        work = Planning(self._read, self._written, terms.settings, terms.segments, terms.ways.work)
        return [self._task("plan", work, looked.frames)]

    def _whole(self, settings: Settings | None = None) -> Task:
        terms = self._terms
        settings = settings or terms.settings
        work = Whole(self._read, self._written, settings, terms.ways.overwrite, self._before)
        return self._task("whole", work, self._looked.frames)

    def _after_planning(self, plan: Plan) -> list[Task]:
        if plan.why:
            if self._terms.ways.always:
                self.tell(f"in one piece, since {plan.why}")
            return [self._whole(plan.settings)]
        self._folder = Folder(plan)
        self._holding.enter_context(held(self._folder, restart=self._terms.ways.restart))
        self._board.expect(self.number, plan.frames)
        if plan.settings.kind.learns or hands_over(self._folder):
            return [self._task("ready", Ready(plan), plan.frames)]
        return self._parts(plan)

    def _parts(self, plan: Plan) -> list[Task]:
        self._left = len(plan)
        return [
            self._task(f"{index}", Part(plan, index), border.frames, part=index)
            for index, border in enumerate(plan.borders)
        ]

    def _after_part(self, task: Task, plan: Plan, part: Rendered) -> list[Task]:
        self._left -= 1
        if part.found:
            self._board.found(self.number, part.frames)
        else:
            self._board.ended(self.number, task.label, part.frames)
        if self._left:
            return []
        work = Join(plan, self._terms.ways.overwrite, self._before)
        return [self._task("join", work, plan.frames, rank=(_SOON, self.number))]

    def _task(
        self,
        name: str,
        work: Any,
        frames: int | None,
        *,
        rank: tuple[int, ...] | None = None,
        part: int | None = None,
    ) -> Task:
        """Return a task; unless something else is said, those of the longest files come first."""
        size = (self._looked.frames or 0) * self._looked.pixels
        return Task(
            f"{self.number}-{name}",
            f"{self.input}" if part is None else f"{self.input}, part {part}",
            work,
            frames,
            rank or (_RENDER, -size, self.number, part or 0),
            self._terms.limit(frames),
            self._terms.threads,
            self._written,
        )

    def _done(self, result: Result) -> None:
        if self._folder is not None and not self._terms.ways.keep_parts:
            self._folder.clear()
        self._close(
            Outcome(
                self.input,
                self.output,
                "done",
                result.frames,
                self._seconds,
                list(result.warnings),
                result.lost,
            )
        )

    def fail(self, task: Task, line: str, log: str, *, fault: bool) -> None:
        """Take that a task cannot be done."""
        if isinstance(task.work, Part):
            line = f"part {task.work.index}: {line}"
        if log:
            line = f"{line}{self._kept(log)}"
        if self._folder is not None:
            line = f"{line}; the parts are kept: the same again goes on"
        outcome = Outcome(
            self.input, self.output, "failed", seconds=self._seconds, error=line, fault=fault
        )
        self._close(outcome)
        self._say(about(self.input, line))

    def _close(self, outcome: Outcome) -> None:
        self.outcome = outcome
        self.release()
        self._board.closed(self.number, outcome.frames)

    def release(self) -> None:
        """Hold the folder of the parts no longer."""
        self._holding.close()

    def _kept(self, log: str) -> str:
        """Keep what workers printed before they died, and say where."""
        path = parts_of(self.output).with_name(f"{self.output.name}.log")
        try:
            path.write_text(log, "utf-8")
        except OSError:
            return ""
        return f" (what they printed: {path})"

    def tell(self, line: str) -> None:
        """Take a line that one of the tasks had to say."""
        self._say(about(self.input, line))

    def moved(self, task: Task, worker: str, frames: int, expected: int | None) -> None:
        """Take how far a task is; of a part it is known better how many frames it has."""
        whole = task.frames or expected
        self._board.moved(self.number, task.label, worker, frames, whole)
