"""Bands of rows over a pool of threads of our own.

Kernels release the GIL, so plain threads run them side by side. The caller works too and takes
every band that no worker has taken yet: a busy pool costs speed, never progress, however many
threads call at once and from wherever they do.
"""

from __future__ import annotations

import os
import threading
from queue import SimpleQueue
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_integer
from fastvbg.errors import OptionError, shown

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from fastvbg.kernels._kernel import Kernel

    BandWork = Callable[[int, int], None]

MAX_THREADS = 256

# One thread of explicit vectors nearly fills a memory bus by itself. Measured on 2 cores of Zen 4,
# a second one made composite 0.87 times as fast at 1080p (25 MB of traffic), 1.17 at 4K (100 MB)
# and 1.14 at 8K (400 MB), and planar composite 1.07 at 1080p (12 MB) and 1.5 at 4K (50 MB).
_BYTES_A_THREAD = 24 << 20

_ENVIRONMENT = "FASTVBG_THREADS"


def usable_cpus() -> int:
    """Return how many processors this process may run on."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def check_threads(threads: object) -> int | None:
    """Return a thread count of 1 or more, or None for as many as the frame is worth."""
    return None if threads is None else check_integer("threads", threads, 1, MAX_THREADS)


def _wanted_by_environment() -> int | None:
    text = os.environ.get(_ENVIRONMENT, "").strip()
    if not text:
        return None
    few = text.isdecimal() and len(text) < 10  # Python itself refuses thousands of digits
    if not few or not 1 <= int(text) <= MAX_THREADS:
        raise OptionError(
            f"{_ENVIRONMENT}: got {shown(text)}, wanted an integer in 1..{MAX_THREADS}"
        )
    return int(text)


def thread_count(threads: int | None, traffic: int) -> int:
    """Return how many threads to use for work that reads and writes `traffic` bytes."""
    if threads is not None:
        return threads
    if traffic < 2 * _BYTES_A_THREAD:
        return 1
    wanted = _wanted_by_environment()
    return wanted if wanted is not None else min(usable_cpus(), traffic // _BYTES_A_THREAD)


def alone_below(threads: object) -> int:
    """Return what kernels of frames take for `whole` to check what they are given themselves.

    Minus the bytes read and written from which on more than one thread does it.
    """
    if threads is None:
        return -2 * _BYTES_A_THREAD
    return -(1 << 60) if type(threads) is int and threads == 1 else -1


class _Job:
    """Bands of one call: each is taken once, by a worker or by the caller."""

    def __init__(self, work: BandWork, edges: list[int]) -> None:
        self._work = work
        self._edges = edges
        self._lock = threading.Lock()
        self._next = 0
        self._left = len(edges) - 1
        self._done = threading.Event()
        self._error: BaseException | None = None

    def help(self) -> None:
        """Work through bands until none is left to take."""
        while True:
            with self._lock:
                band, self._next = self._next, self._next + 1
            if band >= len(self._edges) - 1:
                return
            try:
                self._work(self._edges[band], self._edges[band + 1])
            except BaseException as error:
                self._error = error
            with self._lock:
                self._left -= 1
                if not self._left:
                    self._done.set()

    def finish(self) -> None:
        """Wait for the bands that others have taken, and raise what went wrong in any."""
        self._done.wait()
        if self._error is not None:
            raise self._error


class _Pool:
    """Threads that wait for jobs; they are started when first wanted and never ended."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._jobs: SimpleQueue[_Job] = SimpleQueue()
        self._workers = 0

    def run(self, job: _Job, helpers: int) -> None:
        with self._lock:
            while self._workers < helpers:
                threading.Thread(target=self._serve, name="fastvbg", daemon=True).start()
                self._workers += 1
        for _ in range(helpers):
            self._jobs.put(job)
        job.help()
        job.finish()

    def _serve(self) -> None:
        while True:
            self._jobs.get().help()


_pool = _Pool()


def _forget_pool() -> None:
    global _pool  # noqa: PLW0603
    _pool = _Pool()


if hasattr(os, "register_at_fork"):
    # A forked child has none of the parent's threads, and maybe a lock that nobody will release.
    os.register_at_fork(after_in_child=_forget_pool)


def run_in_bands(work: BandWork, rows: int, threads: int, *, multiple: int = 1) -> None:
    """Call `work(first, end)` for bands of rows that cover 0..rows, on several threads.

    Parameters
    ----------
    work : callable
        Does the rows from `first` up to, not with, `end`.
    rows : int
        How many rows there are.
    threads : int
        How many threads work at once, the caller among them.
    multiple : int
        Bands begin at multiples of this many rows.
    """
    bands = min(threads, -(-rows // multiple))
    if bands <= 1:
        work(0, rows)
        return
    units = -(-rows // multiple)
    edges = [min(rows, units * band // bands * multiple) for band in range(bands)] + [rows]
    _pool.run(_Job(work, edges), bands - 1)


def call_in_bands(
    kernel: Kernel, threads: int, arrays: tuple[npt.NDArray[Any], ...], *rest: Any
) -> None:
    """Call a kernel whose arrays all have the frame's rows, on bands of them.

    Parameters
    ----------
    kernel : Kernel
        Takes the arrays, then `rest`, then how many rows the whole frame has.
    threads : int
        How many threads work at once.
    arrays : tuple of ndarrays
        Inputs and output, all of as many rows.
    *rest
        Passed on as it is.
    """
    rows = arrays[0].shape[0]
    if threads == 1:
        kernel.call(*arrays, *rest, rows)
        return

    def band(first: int, end: int) -> None:
        kernel.call(*(array[first:end] for array in arrays), *rest, rows)

    run_in_bands(band, rows, threads)
