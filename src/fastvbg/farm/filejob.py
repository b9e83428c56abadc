"""One file of a batch: which pieces of work it takes, and what became of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastvbg.farm.outcome import Outcome
from fastvbg.farm.tasks import Task
from fastvbg.farm.works import Look, Looked, Whole, stamp

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from fastvbg.farm.board import Board
    from fastvbg.farm.tasks import Ended
    from fastvbg.pipeline.job import Result
    from fastvbg.settings import Settings

_LOOK, _RENDER = 0, 1
_FIXED_SECONDS = 300.0
"""That any piece of work may take, besides what its frames do: opening, a first pass, kernels."""


@dataclass(frozen=True)
class Terms:
    """What goes for all files of a batch."""

    settings: Settings
    overwrite: bool = False
    frame_seconds: float = 2.0
    """How long a frame may take on the average before its task is taken to hang."""

    def limit(self, frames: int | None) -> float | None:
        """Return how long a task of so many frames may take; None for any time."""
        return None if frames is None else _FIXED_SECONDS + self.frame_seconds * frames

    @property
    def threads(self) -> int:
        """As many as each task uses."""
        return self.settings.threads or 1


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
    """

    def __init__(
        self,
        number: int,
        input: str | Path,
        output: Path,
        terms: Terms,
        board: Board,
        tell: Callable[[str], None],
    ) -> None:
        self.number, self.input, self.output = number, input, output
        self.outcome: Outcome | None = None
        self._terms, self._board, self._say = terms, board, tell
        self._seconds = 0.0
        self._looked = Looked(None, 1, 0)  # type: ignore[arg-type]

    @property
    def over(self) -> bool:
        """Whether it is known what became of it."""
        return self.outcome is not None

    def begin(self) -> list[Task]:
        """Return what is to be done first."""
        work = Look(self.input, self._terms.settings)
        return [self._task("look", f"{self.input}", work, 0, rank=(_LOOK, self.number))]

    def _task(
        self, name: str, label: str, work: Any, frames: int | None, rank: tuple[int, ...]
    ) -> Task:
        seconds = self._terms.limit(frames)
        key = f"{self.number}-{name}"
        return Task(key, label, work, frames, rank, seconds, self._terms.threads)

    def follow(self, task: Task, ended: Ended) -> list[Task]:
        """Take what came of a task, and return what is to be done then."""
        self._seconds += ended.seconds
        if isinstance(task.work, Look):
            return self._after_look(ended.value)
        self._done(ended.value)
        return []

    def _after_look(self, looked: Looked) -> list[Task]:
        self._looked = looked
        self._board.expect(self.number, looked.frames)
        return [self._whole()]

    @property
    def _rank(self) -> tuple[int, ...]:
        """The longest files come first."""
        return _RENDER, -(self._looked.frames or 0) * self._looked.pixels, self.number

    def _whole(self) -> Task:
        terms = self._terms
        work = Whole(self.input, self.output, terms.settings, terms.overwrite, stamp(self.output))
        return self._task("whole", f"{self.input}", work, self._looked.frames, self._rank)

    def _done(self, result: Result) -> None:
        self.outcome = Outcome(
            self.input,
            self.output,
            "done",
            result.frames,
            self._seconds,
            list(result.warnings),
            result.lost,
        )
        self._board.closed(self.number, result.frames)

    def fail(self, task: Task, line: str, log: str, *, fault: bool) -> None:
        """Take that a task cannot be done."""
        if log:
            line = f"{line}{self._kept(log)}"
        if task.label != str(self.input):
            line = f"{task.label}: {line}"
        self.outcome = Outcome(
            self.input, self.output, "failed", seconds=self._seconds, error=line, fault=fault
        )
        self._board.closed(self.number, 0)
        self._say(f"{self.input}: {line}")

    def _kept(self, log: str) -> str:
        """Keep what workers printed before they died, and say where."""
        path = self.output.with_name(f"{self.output.name}.log")
        try:
            path.write_text(log, "utf-8")
        except OSError:
            return ""
        return f" (what they printed: {path})"

    def tell(self, line: str) -> None:
        """Take a line that one of the tasks had to say."""
        self._say(f"{self.input}: {line}")

    def moved(self, task: Task, worker: str, frames: int, expected: int | None) -> None:
        """Take how far a task is."""
        self._board.moved(self.number, task.label, worker, frames, expected)
