"""Kernels compiled at once, in processes of their own that fill the cache for all others."""

from __future__ import annotations

import subprocess
import sys
import threading
from contextlib import suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from fastvbg.bands import usable_cpus
from fastvbg.checks import check_integer
from fastvbg.errors import FastvbgError
from fastvbg.kernels import _cache
from fastvbg.kernels._kernel import named

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    Heard = Callable[[str, int, int], None]

_WORKER = "from fastvbg.preparing import serve; serve()"


class PreparingError(FastvbgError, RuntimeError):
    """A process that compiles has ended before its time."""


def prepare(names: Iterable[str], heard: Heard | None = None, processes: int | None = None) -> int:
    """Compile kernels that the cache does not have; return how many there were.

    Parameters
    ----------
    names : iterable of str
        Of the kernels, such as `refine.guided.smooth`.
    heard : callable, optional
        Called after each with its name, how many are done, and how many there are.
    processes : int, optional
        How many at once; by default as many as there are processors.

    Raises
    ------
    OptionError, OptionTypeError
        That is no number of processes.
    PreparingError
        A process has died, for instance for lack of memory.
    """
    if processes is not None:
        processes = check_integer("jobs", processes, 1, 256)
    missing = [name for name in dict.fromkeys(names) if not _cache.keeps(name)]
    count = min(processes or usable_cpus(), len(missing))
    if count < 2 or _cache.folder() is None or getattr(sys, "frozen", False):
        for number, name in enumerate(missing, 1):
            named(name).compile(fallback=True)
            if heard is not None:
                heard(name, number, len(missing))
        return len(missing)
    _Team(missing, heard).work(count)
    return len(missing)


class Worker:
    """A process that compiles what it is asked for, one kernel after the other."""

    def __init__(self) -> None:
        command = [sys.executable, "-c", _WORKER]
        pipes: dict[str, Any] = {"stdin": subprocess.PIPE, "stdout": subprocess.DEVNULL}
        self._process = subprocess.Popen(command, text=True, bufsize=1, **pipes)

    def ask(self, name: str) -> None:
        """Have a kernel compiled, in its turn."""
        assert self._process.stdin is not None  # noqa: S101
        with suppress(OSError):  # it has died, as `is_alive` tells
            self._process.stdin.write(f"{name}\n")

    def is_alive(self) -> bool:
        """Tell whether it goes on."""
        return self._process.poll() is None

    def end(self) -> None:
        """Stop it at once."""
        self._process.kill()
        with suppress(OSError):
            self._process.communicate()


class _Team:
    """Processes that take one name after another, until none is left."""

    def __init__(self, names: list[str], heard: Heard | None) -> None:
        self._left: SimpleQueue[str] = SimpleQueue()
        for name in names:
            self._left.put(name)
        self._heard, self._count = heard, len(names)
        self._done: SimpleQueue[str | None] = SimpleQueue()

    def work(self, processes: int) -> None:
        """Let so many processes do it all."""
        threads = [threading.Thread(target=self._member, daemon=True) for _ in range(processes)]
        for thread in threads:
            thread.start()
        for number in range(1, self._count + 1):
            name = self._done.get()
            if name is None:
                raise PreparingError(
                    "warmup: a process that compiles has ended before its time; "
                    "wanted more memory, or --jobs 1"
                )
            if self._heard is not None:
                self._heard(name, number, self._count)
        for thread in threads:
            thread.join()

    def _member(self) -> None:
        command = [sys.executable, "-c", _WORKER]
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
        with subprocess.Popen(command, text=True, bufsize=1, **pipes) as member:  # type: ignore[call-overload]
            assert member.stdin is not None  # noqa: S101
            assert member.stdout is not None  # noqa: S101
            while True:
                try:
                    name = self._left.get_nowait()
                except Empty:
                    member.stdin.close()
                    return
                try:
                    member.stdin.write(f"{name}\n")
                    answer = member.stdout.readline().strip()
                except OSError:
                    answer = ""
                self._done.put(name if answer == name else None)
                if answer != name:
                    return


def serve() -> None:
    """Compile the kernels whose names come on standard input, and answer each with its name."""
    for line in sys.stdin:
        name = line.strip()
        named(name).compile(fallback=True)
        print(name, flush=True)  # noqa: T201  (to the process that asked)
