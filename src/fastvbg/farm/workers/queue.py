"""The queue that all files of a batch share: what is done next, again, or not at all."""

from __future__ import annotations

import heapq
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Protocol

from fastvbg.farm.workers.engine import Died, Engine, Event, Finished, Moved, Told

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastvbg.farm.workers.tasks import Ended, Task

MOST_DEATHS = 4
"""A task that has ended so many workers is done no more."""


class Owner(Protocol):
    """Whose tasks they are."""

    def follow(self, task: Task, ended: Ended) -> Iterable[Task]:
        """Take what came of a task, and return what is to be done then."""

    def fail(self, task: Task, line: str, log: str, *, fault: bool) -> None:
        """Take that a task cannot be done: none of its tasks is done any more."""

    def tell(self, line: str) -> None:
        """Take a line that one of the tasks had to say."""

    def moved(self, task: Task, worker: str, frames: int, expected: int | None) -> None:
        """Take how far a task is."""

    @property
    def over(self) -> bool:
        """Whether nothing more is to be done."""


@dataclass
class _Entry:
    """A task, whose it is, and how often it has been tried."""

    task: Task
    owner: Owner
    failures: int = 0
    deaths: int = 0
    logs: list[str] = field(default_factory=list)


class Queue:
    """Has tasks done in the order of their rank, few at a time.

    Parameters
    ----------
    engine : Engine
        What does them.
    retries : int
        How often what failed by no error of fastvbg's own is done again.
    """

    def __init__(self, engine: Engine, *, retries: int = 2) -> None:
        self._engine, self._retries = engine, retries
        self._waiting: list[tuple[tuple[int, ...], int, _Entry]] = []
        self._suspects: list[_Entry] = []
        self._running: dict[str, _Entry] = {}
        self._count = 0

    def add(self, owner: Owner, tasks: Iterable[Task]) -> None:
        """Take tasks."""
        for task in tasks:
            self._put(_Entry(task, owner))

    def _put(self, entry: _Entry) -> None:
        self._count += 1
        heapq.heappush(self._waiting, (entry.task.rank, self._count, entry))

    def run(self) -> None:
        """Have everything done."""
        while True:
            self._fill()
            if not self._running:
                return
            self._heed(self._engine.wait())

    def _fill(self) -> None:
        """Hand out tasks; those that may have ended a worker alone, when nothing else is left."""
        while self._waiting and len(self._running) < self._engine.size:
            _, _, entry = heapq.heappop(self._waiting)
            self._start(entry)
        while self._suspects and not self._running:
            self._start(self._suspects.pop(0))

    def _start(self, entry: _Entry) -> None:
        if entry.owner.over:
            return
        # Another name each time: what an engine remembers of the last time is of no use.
        self._count += 1
        task = replace(entry.task, key=f"{entry.task.key}-{self._count}")
        self._running[task.key] = entry
        self._engine.submit(task)

    def _heed(self, event: Event) -> None:
        entry = self._running.get(event.key)
        if entry is None:
            return  # of a task that has been given up
        if isinstance(event, Moved):
            entry.owner.moved(entry.task, event.worker, event.frames, event.expected)
        elif isinstance(event, Told):
            entry.owner.tell(event.line)
        elif isinstance(event, Finished):
            del self._running[event.key]
            self._finished(entry, event.ended)
        else:
            del self._running[event.key]
            self._died(entry, event)

    def _finished(self, entry: _Entry, ended: Ended) -> None:
        if entry.owner.over:
            return
        if ended.error is None:
            self.add(entry.owner, entry.owner.follow(entry.task, ended))
        elif ended.fault and entry.failures < self._retries:
            entry.failures += 1
            self._put(entry)
        else:
            entry.owner.fail(entry.task, ended.error, "", fault=ended.fault)

    def _died(self, entry: _Entry, event: Died) -> None:
        if entry.owner.over:
            return
        before = entry.deaths
        entry.deaths += event.times
        entry.logs.append(f"{event.why}\n{event.log}")
        if not event.sure and before == 0:
            self._suspects.append(entry)
        elif entry.deaths < MOST_DEATHS:
            self._put(entry)
        else:
            line = f"{entry.deaths} workers died of it; the last: {event.why}"
            entry.owner.fail(entry.task, line, "\n".join(entry.logs), fault=True)
