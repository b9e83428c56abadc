"""How long a film or an archive takes on so many machines: `python -m tools.farm_arithmetic`.

The queue is the package's own; workers and time are made up. Assumed: one worker a machine, alike,
none dies, and each has the files at the speed of its own work; kernels are compiled once a machine;
the pieces that one worker alone does (the plan, what masks with a memory learn first, joining and
uploading) take their time in the same queue. Seconds a frame are those measured for 720p,
`--mask motion`, libx264 veryfast, one thread, on 2 cores of an AMD EPYC; others by options.
"""

from __future__ import annotations

import argparse
import heapq
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastvbg.farm.workers.engine import Event, Finished
from fastvbg.farm.workers.queue import Queue
from fastvbg.farm.workers.tasks import Ended, Task

if TYPE_CHECKING:
    from collections.abc import Iterable

MACHINES = (1, 2, 4, 10, 30, 100)


@dataclass(frozen=True)
class Costs:
    """Seconds that pieces of work take; `_frame` for each frame."""

    start: float = 3.0
    """A worker's own, before its first task: the interpreter, libraries, kernels from the cache."""
    look: float = 0.1
    plan_frame: float = 0.00002
    """Indexing, which demuxes."""
    ready_frame: float = 0.0
    """What goes over all frames before any part: 0 but for masks with a memory."""
    part: float = 0.33
    """Opening, seeking, flushing the encoder, the disk."""
    frame: float = 0.0083
    join_frame: float = 0.00006
    upload: float = 0.0
    """Of a whole output, for each of its seconds."""
    rate: float = 30.0
    segment: float = 20.0


class Simulated:
    """An engine in which tasks take their time, but none of ours.

    Parameters
    ----------
    machines : int
        How many.
    costs : Costs
        What they take.
    """

    def __init__(self, machines: int, costs: Costs) -> None:
        self.size = 2 * machines
        self.now = 0.0
        self._costs = costs
        self._free = [costs.start] * machines
        self._ends: list[tuple[float, str]] = []
        self._seconds: dict[str, float] = {}

    def prepare(self, kernels: Iterable[str]) -> None:
        """Nothing: it is in the start."""

    def submit(self, task: Task) -> None:
        """Let the machine that is free first do a task."""
        begin = max(heapq.heappop(self._free), self.now)
        seconds: Any = task.work
        heapq.heappush(self._free, begin + seconds)
        heapq.heappush(self._ends, (begin + seconds, task.key))

    def wait(self) -> Event:
        """Go on to the next end."""
        self.now, key = heapq.heappop(self._ends)
        return Finished(key, Ended())

    def __enter__(self) -> Simulated:
        return self

    def __exit__(self, *exception: object) -> None:
        pass


class Film:
    """A file whose pieces take what they cost; as `FileJob` orders them.

    Parameters
    ----------
    number : int
        Its place.
    seconds : float
        How long it is.
    costs : Costs
        What its pieces take.
    """

    over = False

    def __init__(self, number: int, seconds: float, costs: Costs) -> None:
        self._number, self._costs = number, costs
        self._frames = round(seconds * costs.rate)
        self._parts = max(1, round(seconds / costs.segment))
        self._left = self._parts

    def begin(self) -> list[Task]:
        """Return the first look."""
        return [self._task("look", self._costs.look, (0, self._number))]

    def _task(self, name: str, seconds: Any, rank: tuple[int, ...]) -> Task:
        return Task(f"{self._number}-{name}", name, seconds, rank=rank)

    def follow(self, task: Task, ended: Ended) -> list[Task]:  # noqa: ARG002
        """Return what comes after a piece."""
        costs, place = self._costs, (1, -self._frames, self._number)
        if task.label == "look":
            return [self._task("plan", costs.plan_frame * self._frames, place)]
        if task.label == "plan" and costs.ready_frame:
            return [self._task("ready", costs.ready_frame * self._frames, place)]
        if task.label in {"plan", "ready"}:
            frames = self._frames / self._parts
            each = costs.part + costs.frame * frames
            return [self._task(f"part{n}", each, (*place, n)) for n in range(self._parts)]
        if not task.label.startswith("part"):
            return []
        self._left -= 1
        if self._left:
            return []
        seconds = costs.join_frame * self._frames + costs.upload * self._frames / costs.rate
        return [self._task("join", seconds, (0, self._number))]

    def fail(self, task: Task, line: str, log: str, *, fault: bool) -> None:
        """Nothing fails."""

    def tell(self, line: str) -> None:
        """Nothing is told."""

    def moved(self, task: Task, worker: str, frames: int, expected: int | None) -> None:
        """Nothing is shown."""


def hours(machines: int, films: list[float], costs: Costs) -> float:
    """Return how many hours films of so many seconds take."""
    engine = Simulated(machines, costs)
    queue = Queue(engine)
    for number, seconds in enumerate(films):
        film = Film(number, seconds, costs)
        queue.add(film, film.begin())
    queue.run()
    return engine.now / 3600


def table(films: list[float], costs: Costs) -> list[str]:
    """Return lines: machines, hours, how many times as fast as one, share of what they could do."""
    one = hours(1, films, costs)
    lines = [
        "| machines | hours | times as fast | of what they could do |",
        "|---:|---:|---:|---:|",
    ]
    for machines in MACHINES:
        took = hours(machines, films, costs)
        gain = one / took
        lines.append(f"| {machines} | {took:.3g} | {gain:.1f} | {gain / machines:.0%} |")
    return lines


def main(arguments: list[str] | None = None) -> int:
    """Print a table for one film, and one for an archive."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--films", type=int, default=1, help="how many")
    parser.add_argument("--length", type=float, default=3 * 3600.0, help="seconds of each")
    for name, value in vars(Costs()).items():
        parser.add_argument(f"--{name.replace('_', '-')}", type=float, default=value)
    asked = vars(parser.parse_args(arguments))
    films = [asked.pop("length")] * asked.pop("films")
    sys.stdout.write("\n".join(table(films, Costs(**asked))) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
