"""Kernels compiled at once, in processes of their own that fill the cache for all others."""

from __future__ import annotations

import os
import signal
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
_LOW = 10
"""Of the system's 20 steps below the usual priority."""
_finishing: list[subprocess.Popen[str]] = []  # they end by themselves, and are looked at again


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
        A process cannot be started, or has died, for instance for lack of memory.
    """
    if processes is not None:
        processes = check_integer("jobs", processes, 1, 256)
    missing = [name for name in dict.fromkeys(names) if _cache.read(name) is None]
    count = min(processes or usable_cpus(), len(missing))
    if count < 2 or not can_hand_over():
        for number, name in enumerate(missing, 1):
            named(name).compile(fallback=True)
            if heard is not None:
                heard(name, number, len(missing))
        return len(missing)
    _Team(missing, heard).work(count)
    return len(missing)


def can_hand_over() -> bool:
    """Tell whether another process could compile for this one."""
    return bool(_cache.folder() and sys.executable) and not getattr(sys, "frozen", False)


def _start(**pipes: Any) -> subprocess.Popen[str]:
    """Start a process that serves, with this one's search path: a script's folder is not on it."""
    command = [sys.executable, "-c", f"import sys; sys.path[:] = {sys.path!r}; {_WORKER}"]
    shown = None if os.environ.get("FASTVBG_TRACEBACK") == "1" else subprocess.DEVNULL
    return subprocess.Popen(
        command, stdin=subprocess.PIPE, stderr=shown, text=True, bufsize=1, **pipes
    )


class Worker:
    """A process that compiles what it is asked for, one kernel after the other.

    Parameters
    ----------
    gently : bool
        Whether all others go before it.

    Raises
    ------
    OSError
        It cannot be started.
    """

    def __init__(self, *, gently: bool = False) -> None:
        self._process = _start(stdout=subprocess.DEVNULL)
        if gently and sys.platform != "win32":
            with suppress(OSError):
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _LOW)

    def ask(self, name: str) -> None:
        """Have a kernel compiled, in its turn."""
        assert self._process.stdin is not None  # noqa: S101
        with suppress(OSError, ValueError):  # it has died, as `is_alive` tells
            self._process.stdin.write(f"{name}\n")

    def no_more(self) -> None:
        """Let it end by itself once it has done what it was asked for."""
        assert self._process.stdin is not None  # noqa: S101
        with suppress(OSError):
            self._process.stdin.close()

    def is_alive(self) -> bool:
        """Tell whether it goes on."""
        return self._process.poll() is None

    def end(self) -> None:
        """Let it stop after the kernel it is at, so that many short runs get somewhere, too."""
        self.no_more()
        self._process.terminate()
        _finishing[:] = [each for each in (*_finishing, self._process) if each.poll() is None]


class _Team:
    """Processes that take one name after another, until none is left."""

    def __init__(self, names: list[str], heard: Heard | None) -> None:
        self._left: SimpleQueue[str] = SimpleQueue()
        for name in names:
            self._left.put(name)
        self._heard, self._count = heard, len(names)
        self._done: SimpleQueue[str | None] = SimpleQueue()
        self._members: list[subprocess.Popen[str]] = []

    def work(self, processes: int) -> None:
        """Let so many processes do it all."""
        threads = [threading.Thread(target=self._lead, daemon=True) for _ in range(processes)]
        for thread in threads:
            thread.start()
        try:
            self._wait()
        except BaseException:
            for member in self._members:
                member.kill()
            raise
        for thread in threads:
            thread.join()

    def _wait(self) -> None:
        for number in range(1, self._count + 1):
            name = self._done.get()
            if name is None:
                raise PreparingError(
                    "warmup: a process that compiles has ended before its time; "
                    "wanted more memory, or room on the disk, or --jobs 1"
                )
            if self._heard is not None:
                self._heard(name, number, self._count)

    def _lead(self) -> None:
        try:
            self._member()
        except OSError:
            self._done.put(None)

    def _member(self) -> None:
        with _start(stdout=subprocess.PIPE) as member:
            self._members.append(member)
            assert member.stdin is not None  # noqa: S101
            assert member.stdout is not None  # noqa: S101
            while True:
                try:
                    name = self._left.get_nowait()
                except Empty:
                    return
                member.stdin.write(f"{name}\n")
                answer = member.stdout.readline().strip()
                self._done.put(name if answer == name else None)
                if answer != name:
                    return


def serve() -> None:
    """Compile the kernels whose names come on standard input, and answer each with its name.

    Ends where the cache did not take one: nobody would find it.
    """
    over: list[int] = []
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # whoever has started it decides
    signal.signal(signal.SIGTERM, lambda number, _frame: over.append(number))
    with suppress(BrokenPipeError):
        for line in sys.stdin:
            name = line.strip()
            named(name).compile(fallback=True)
            if not _cache.keeps(name):
                raise SystemExit(1)
            print(name, flush=True)  # noqa: T201  (to the process that asked)
            if over:
                return
