"""What the queue has its tasks done by: processes here, a cluster, or any executor."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

    from fastvbg.farm.workers.tasks import Ended, Task


@dataclass(frozen=True)
class Moved:
    """A task goes on."""

    key: str
    worker: str
    frames: int
    expected: int | None


@dataclass(frozen=True)
class Told:
    """A task has something to say."""

    key: str
    line: str


@dataclass(frozen=True)
class Finished:
    """A task has come to an end of its own."""

    key: str
    ended: Ended


@dataclass(frozen=True)
class Died:
    """A task's worker has died; whoever asked for the task has to ask again."""

    key: str
    why: str
    log: str = ""
    """What the worker printed."""
    sure: bool = True
    """Whether it was at this very task; else it may have been at another that it had as well."""
    times: int = 1
    """How many workers have died."""


Event: TypeAlias = Moved | Told | Finished | Died


class Engine(Protocol):
    """Does tasks. A context manager, in which it works; leaving it ends what is under way."""

    @property
    def size(self) -> int:
        """How many tasks to have under way, waiting ones included; may change."""

    def prepare(self, kernels: Iterable[str]) -> None:
        """Have kernels made, once a machine, before the first task."""

    def submit(self, task: Task) -> None:
        """Take a task; there are fewer than `size` under way."""

    def wait(self) -> Event:
        """Return the next thing that happens; raise where nothing ever will."""

    def __enter__(self) -> Self:
        """Begin."""

    def __exit__(self, *exception: object) -> None:
        """End."""
