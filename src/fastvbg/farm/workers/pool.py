"""Tasks done by any executor of `concurrent.futures`' kind: threads, processes, a grid."""

from __future__ import annotations

from concurrent.futures import BrokenExecutor, CancelledError
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError, OptionTypeError, shown
from fastvbg.farm.workers.engine import Event, Finished
from fastvbg.farm.workers.tasks import Ended, Heard, perform

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

    from fastvbg.farm.workers.tasks import Task

_UNDER_WAY = 64
"""Tasks handed out at once, where the executor does not say how many it does at once."""


class ExecutorError(FastvbgError, RuntimeError):
    """An executor does no tasks any more."""


def done(task: Task) -> Ended:
    """Do a task where nobody listens."""
    return perform(task, Heard())


def check_executor(executor: Any) -> Any:
    """Return an executor, or say that it is none."""
    if not callable(getattr(executor, "submit", None)) or isinstance(executor, type):
        raise OptionTypeError(
            f"executor: got {shown(executor)}, wanted one as those of concurrent.futures"
        )
    return executor


class Pool:
    """An executor as an engine. It is not shut down at the end: it belongs to whoever made it.

    Parameters
    ----------
    executor : concurrent.futures.Executor
        Does the tasks, each a call of a function with a task that can be pickled.
    """

    def __init__(self, executor: Any) -> None:
        self._executor = executor
        most = getattr(executor, "_max_workers", None)
        self.size = 2 * most if isinstance(most, int) and most > 0 else _UNDER_WAY
        self._ended: SimpleQueue[tuple[str, Any]] = SimpleQueue()
        self._futures: dict[str, Any] = {}

    def prepare(self, kernels: Iterable[str]) -> None:
        """Have kernels made here: an executor does not say where its workers are."""
        from fastvbg.preparing import prepare

        prepare(kernels)

    def submit(self, task: Task) -> None:
        """Hand a task to the executor."""
        try:
            future = self._executor.submit(done, task)
        except (BrokenExecutor, RuntimeError) as error:
            raise ExecutorError(f"executor: takes no task: {error}") from None
        self._futures[task.key] = future
        future.add_done_callback(lambda _: self._ended.put((task.key, future)))

    def wait(self) -> Event:
        """Return the next task that has ended."""
        key, future = self._ended.get()
        self._futures.pop(key, None)
        try:
            return Finished(key, future.result())
        except (BrokenExecutor, CancelledError) as error:
            raise ExecutorError(f"executor: has broken: {error or type(error).__name__}") from None
        except Exception as error:
            line = " ".join(f"{type(error).__name__}: {error}".split())
            return Finished(key, Ended(error=line, fault=True))

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for future in self._futures.values():
            future.cancel()
