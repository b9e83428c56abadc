"""What Dask's workers do when they begin: kernels are made, once a machine."""

from __future__ import annotations

import asyncio
from typing import Any

from distributed import WorkerPlugin

from fastvbg.farm.workers.turns import one_at_a_time


class Kernels(WorkerPlugin):  # type: ignore[misc]  # Dask's classes have no types
    """Makes kernels before a worker's first task.

    Parameters
    ----------
    names : tuple of str
        Of the kernels.
    """

    def __init__(self, names: tuple[str, ...]) -> None:
        self._names = names

    async def setup(self, worker: Any) -> None:  # noqa: ARG002
        """Make them, in a thread: the worker goes on answering its scheduler meanwhile."""
        await asyncio.to_thread(make, self._names)


def make(names: tuple[str, ...]) -> None:
    """Make kernels; of several workers of a machine one does, and the others wait."""
    from fastvbg.preparing import prepare

    with one_at_a_time("kernels"):
        prepare(names)
