"""Worker processes of this machine: each does one task at a time, and may die of it."""

from __future__ import annotations

import os
import pickle
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from fastvbg.errors import SinkError
from fastvbg.farm.workers.engine import Died, Event, Finished, Moved, Told
from fastvbg.farm.workers.guard import TOO_LARGE, TOO_LONG
from fastvbg.farm.workers.tasks import Ended
from fastvbg.sink.staging import remove_left

if TYPE_CHECKING:
    from collections.abc import Iterable

    from typing_extensions import Self

    from fastvbg.farm.workers.tasks import Task

_WORKER = "from fastvbg.farm.workers.worker import serve; serve"
_GRACE = 10.0
"""Seconds that workers have to clean up after an interrupt."""
_WHY = {
    TOO_LONG: "it took too long",
    TOO_LARGE: "it took too much memory",
}
_POOLS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")


class _Member:
    """One worker process, and the thread that reads what it answers."""

    def __init__(self, memory: int | None, answers: SimpleQueue[tuple[_Member, Any]]) -> None:
        self.task: Task | None = None
        self._answers = answers
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  (open as long as the process)
        self._begun = 0
        self._writer = secrets.token_hex(8)
        command = [sys.executable, "-c", _program(memory, self._writer)]
        environment = dict.fromkeys(_POOLS, "1") | os.environ
        try:
            self.process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                env=environment,
            )
        except OSError as error:
            raise SinkError(f"jobs: cannot start a worker: {error.strerror or error}") from None
        threading.Thread(target=self._read, daemon=True).start()

    @property
    def name(self) -> str:
        """The name of the worker for people."""
        return f"worker {self.process.pid}"

    def give(self, task: Task) -> None:
        """Have it do a task."""
        self.task = task
        self._begun = self._log.seek(0, os.SEEK_END)
        assert self.process.stdin is not None  # noqa: S101
        with suppress(OSError, ValueError):  # it has died, as its answers' end tells
            self.process.stdin.write(pickle.dumps(task))
            self.process.stdin.flush()

    def _read(self) -> None:
        assert self.process.stdout is not None  # noqa: S101
        with suppress(EOFError, OSError, ValueError, pickle.UnpicklingError):
            while True:
                self._answers.put((self, pickle.load(self.process.stdout)))  # noqa: S301
        self._answers.put((self, None))

    def died(self, key: str) -> Died:
        """Return what is to be said of its death."""
        code = self.process.wait()
        self._log.seek(self._begun)
        log = self._log.read().decode(errors="replace")
        self.close()
        if self.task is not None and isinstance(self.task.output, Path):
            remove_left(self.task.output, self._writer)
        return Died(key, _why(code), log)

    def ask_to_end(self) -> None:
        """Let it clean up and end."""
        assert self.process.stdin is not None  # noqa: S101
        with suppress(OSError):
            self.process.stdin.close()
        if self.task is not None:
            self.process.terminate()

    def close(self) -> None:
        """End it at once, unless it has."""
        try:
            self.process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        for stream in (self.process.stdin, self.process.stdout, self._log):
            assert stream is not None  # noqa: S101
            with suppress(OSError):
                stream.close()


def _program(memory: int | None, writer: str) -> str:
    """Return what a worker runs, with this process's search path: a script's folder is not on it.

    It does not import the script that asks, so that needs no guard of its main part.
    """
    return f"import sys; sys.path[:] = {sys.path!r}; {_WORKER}({memory!r}, {writer!r})"


def _why(code: int) -> str:
    if code in _WHY:
        return _WHY[code]
    if code < 0:
        with suppress(ValueError):
            return f"it was ended by {signal.Signals(-code).name}"
    return f"it ended with exit code {code}"


class Workers:
    """Processes of this machine, started as they are needed, and anew where one has died.

    Parameters
    ----------
    jobs : int
        How many at most.
    memory : int, optional
        How many bytes each may take.
    """

    def __init__(self, jobs: int, memory: int | None = None) -> None:
        self.size = jobs
        self._memory = memory
        self._members: list[_Member] = []
        self._answers: SimpleQueue[tuple[_Member, Any]] = SimpleQueue()

    def prepare(self, kernels: Iterable[str]) -> None:
        """Have kernels made before the first task, by as many processes as there are to be."""
        from fastvbg.preparing import prepare

        prepare(kernels, processes=self.size)

    def submit(self, task: Task) -> None:
        """Give a task to a worker that has none."""
        idle = next((member for member in self._members if member.task is None), None)
        if idle is None:
            idle = _Member(self._memory, self._answers)
            self._members.append(idle)
        idle.give(task)

    def wait(self) -> Event:
        """Return the next thing that happens."""
        while True:
            member, answer = self._answers.get()
            event = self._event(member, answer)
            if event is not None:
                return event

    def _event(self, member: _Member, answer: Any) -> Event | None:
        task = member.task
        if answer is None:
            self._members.remove(member)
            died = member.died("" if task is None else task.key)
            return None if task is None else died
        if task is None:
            return None
        if isinstance(answer, Ended):
            member.task = None
            return Finished(task.key, answer)
        if isinstance(answer, str):
            return Told(task.key, answer)
        return Moved(task.key, member.name, *answer)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        for member in self._members:
            member.ask_to_end()
        for member in self._members:
            member.close()
        self._members.clear()
