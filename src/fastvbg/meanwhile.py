"""First frames at once: literal forms stand in for kernels that are compiled meanwhile elsewhere.

A run's first frame waits for no kernel that takes long to compile and has a stand-in; those are
then compiled by a process of its own, which fills the cache, while the run goes on. Both give the
same bytes, so nobody can tell afterwards which frame was made how.
"""

from __future__ import annotations

import threading
import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastvbg.kernels import _cache
from fastvbg.kernels._kernel import offered
from fastvbg.preparing import Worker, can_hand_over

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastvbg.kernels._kernel import Kernel


_WORTH_A_PROCESS = 0.5
"""Seconds that literal forms may take before a process is started, which takes about as long."""


SLOWEST = (
    "composite.apart.i420",
    "composite.planar.blend_i420",
    "composite.planar.composite_i420",
    "foreground.colours.estimate",
    "foreground.plate.uncover",
    "person.colourfit.fit",
    "person.discriminant.separate",
    "person.edges.apply",
    "person.edges.composite_planes",
    "refine.guided.smooth",
    "refine.regions.drop_specks",
    "refine.regions.fill_holes",
    "refine.regions.hysteresis",
)
"""The kernels that something stands in for, known without loading it.

`apart` is quick to make, and no run's first frame needs it.
"""


class _StandIn:
    """Does a kernel's work until the cache has it."""

    def __init__(self, kernel: Kernel, literal: Callable[..., Any], elsewhere: _Elsewhere) -> None:
        self._kernel, self._literal, self._elsewhere = kernel, literal, elsewhere

    def __call__(self, *arguments: Any) -> Any:
        """Do the work, or let the kernel do it if it is there, or never will be."""
        if self._elsewhere.is_making(self._kernel.name):
            start = time.perf_counter()
            done = self._literal(*arguments)
            self._elsewhere.seconds += time.perf_counter() - start
            return done
        self._kernel.compile()
        return self._kernel.call(*arguments)

    def give_up(self) -> None:
        """Stand in no longer."""
        self._kernel.no_longer(self)


class _Elsewhere:
    """The process that compiles, and what it has been asked for."""

    def __init__(self) -> None:
        self.seconds = 0.0
        self._lock = threading.Lock()
        self._worker: Worker | None = None
        self._asked: set[str] = set()
        self._standing: list[_StandIn] = []
        self._is_over = False

    def offer(self, kernel: Kernel) -> Callable[..., Any] | None:
        """Return what stands in for a kernel, if anything does."""
        if kernel.name not in SLOWEST:
            return None
        from fastvbg.reference.stand_ins import STAND_INS

        stand_in = _StandIn(kernel, STAND_INS[kernel.name], self)
        self._standing.append(stand_in)
        return stand_in

    def is_making(self, name: str) -> bool:
        """Tell whether a kernel is under way, or yet to be; ask for it when it is time to."""
        with self._lock:
            if self._is_over:
                return False
            if self.seconds < _WORTH_A_PROCESS:
                return True
            return not _cache.keeps(name) and self._is_asked(name)

    def _is_asked(self, name: str) -> bool:
        """Ask for a kernel, once; return whether somebody is at it."""
        if self._worker is None:
            try:
                self._worker = Worker()
            except OSError:  # no memory for another process, say
                self._is_over = True
                return False
        if name not in self._asked:
            self._asked.add(name)
            self._worker.ask(name)
        return self._worker.is_alive()

    def end(self) -> None:
        """Stop, and leave the kernels as they were."""
        with self._lock:
            self._is_over = True
        for stand_in in self._standing:
            stand_in.give_up()
        if self._worker is not None:
            self._worker.end()


def stands_in_for(name: str) -> bool:
    """Tell whether a run's first frame does not wait for a kernel."""
    return name in SLOWEST and can_hand_over()


@contextmanager
def stand_ins() -> Iterator[None]:
    """Let literal forms stand in, meanwhile, for kernels that the cache does not have."""
    if not can_hand_over():  # each kernel is compiled where it is called
        yield
        return
    elsewhere = _Elsewhere()
    try:
        with offered(elsewhere.offer):
            yield
    finally:
        elsewhere.end()
