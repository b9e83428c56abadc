"""First frames at once: literal forms stand in for kernels that are compiled meanwhile elsewhere.

A run's first frame waits for no kernel that takes long to compile and has a stand-in; those are
then compiled by a process of its own, which fills the cache, while the run goes on. Both give the
same bytes, so nobody can tell afterwards which frame was made how.
"""

from __future__ import annotations

import sys
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastvbg.kernels import _cache
from fastvbg.kernels._kernel import offered
from fastvbg.preparing import Worker

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastvbg.kernels._kernel import Kernel


_WORTH_A_PROCESS = 0.5
"""Seconds that literal forms may take before a process is started, which takes about as long."""


class _StandIn:
    """Does a kernel's work until the cache has it."""

    def __init__(self, kernel: Kernel, literal: Callable[..., None], elsewhere: _Elsewhere) -> None:
        self._kernel, self._literal, self._elsewhere = kernel, literal, elsewhere

    def __call__(self, *arguments: Any) -> None:
        """Do the work, or let the kernel do it if it is there, or never will be."""
        if self._elsewhere.is_making(self._kernel.name):
            start = time.perf_counter()
            self._literal(*arguments)
            self._elsewhere.seconds += time.perf_counter() - start
        else:
            self._kernel.compile()
            self._kernel.call(*arguments)


class _Elsewhere:
    """The process that compiles, and what it has been asked for."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._worker: Worker | None = None
        self._asked: set[str] = set()
        self._standing: list[Kernel] = []

    def offer(self, kernel: Kernel) -> Callable[..., None] | None:
        """Return what stands in for a kernel, if anything does."""
        from fastvbg.reference.stand_ins import STAND_INS

        literal = STAND_INS.get(kernel.name)
        if literal is None:
            return None
        self._standing.append(kernel)
        return _StandIn(kernel, literal, self)

    def is_making(self, name: str) -> bool:
        """Tell whether a kernel is under way, or yet to be; ask for it when it is time to."""
        if self.seconds < _WORTH_A_PROCESS:
            return True
        if _cache.keeps(name):
            return False
        if self._worker is None:
            self._worker = Worker()
        if name not in self._asked:
            self._asked.add(name)
            self._worker.ask(name)
        return self._worker.is_alive()

    def end(self) -> None:
        """Stop, and leave the kernels as they were."""
        for kernel in self._standing:
            if isinstance(kernel.call, _StandIn):
                kernel.call = kernel.first_call
        if self._worker is not None:
            self._worker.end()


@contextmanager
def stand_ins() -> Iterator[None]:
    """Let literal forms stand in, meanwhile, for kernels that the cache does not have."""
    if _cache.folder() is None or getattr(sys, "frozen", False):  # nobody could hand them over
        yield
        return
    elsewhere = _Elsewhere()
    try:
        with offered(elsewhere.offer):
            yield
    finally:
        elsewhere.end()
