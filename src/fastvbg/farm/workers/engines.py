"""Which engine does a batch: processes of this machine, a cluster, or an executor that is given."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from fastvbg.bands import usable_cpus
from fastvbg.checks import check_integer
from fastvbg.errors import OptionError, OptionTypeError, shown
from fastvbg.farm.workers.cluster import Cluster, check_cluster
from fastvbg.farm.workers.guard import memory_there
from fastvbg.farm.workers.pool import Pool, check_executor
from fastvbg.farm.workers.workers import Workers

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from fastvbg.farm.workers.engine import Engine

MOST_JOBS = 1024
_LEAST_MEMORY = 64 << 20
_MOST_MEMORY = 1 << 50
_SIZE = re.compile(r"([0-9]{1,15})([KMGT]?)")
_UNITS = {"": 0, "K": 10, "M": 20, "G": 30, "T": 40}
_SHARE = 0.9
"""Of the memory there is, that all workers together may take."""


@dataclass(frozen=True)
class Where:
    """Who is to do it: of executor and cluster at most one."""

    executor: Any = None
    cluster: Any = None
    jobs: int | None = None
    memory: int | None = None

    @property
    def elsewhere(self) -> bool:
        """Whether those who do it may begin in another folder than this process."""
        return self.executor is not None or self.cluster is not None

    def engine(self, threads: int, tell: Callable[[str], None], names: Iterable[str]) -> Engine:
        """Return the engine, not yet begun.

        Parameters
        ----------
        threads : int
            As many as each task uses.
        tell : callable
            Gets lines that are worth knowing.
        names : iterable of str
            Files that workers elsewhere have to see, and folders that they have to write in.
        """
        jobs = self.jobs or max(1, usable_cpus() // threads)
        if self.executor is not None:
            return Pool(self.executor)
        if self.cluster is not None:
            return Cluster(self.cluster, jobs=jobs, tell=tell, names=names)
        memory = int(memory_there() * _SHARE) // jobs if self.memory is None else self.memory
        return Workers(jobs, memory or None)


def check_where(executor: Any, cluster: Any, jobs: Any, memory_limit: Any) -> Where:
    """Return who is to do a batch.

    Raises
    ------
    OptionError, OptionTypeError
        It is not what it may be, or an executor and a cluster are given.
    """
    if executor is not None:
        executor = check_executor(executor)
    if cluster is not None:
        cluster = check_cluster(cluster)
    if executor is not None and cluster is not None:
        raise OptionError("executor: got one and a cluster, wanted one of them")
    if jobs is not None:
        jobs = check_integer("jobs", jobs, 1, MOST_JOBS)
    return Where(executor, cluster, jobs, check_memory(memory_limit))


def check_memory(limit: Any) -> int | None:
    """Return the bytes that a worker may take, from a number or a text such as `2G`.

    None where nothing is said; 0 for no limit.
    """
    if limit is None:
        return None
    if isinstance(limit, str):
        match = _SIZE.fullmatch(limit.strip().upper().removesuffix("B").removesuffix("I"))
        if match is None:
            raise OptionError(f"memory_limit: got {shown(limit)}, wanted a size such as 800M or 2G")
        limit = int(match[1]) << _UNITS[match[2]]
    elif isinstance(limit, float):
        raise OptionTypeError(f"memory_limit: got {shown(limit)}, wanted bytes, or a text as 2G")
    size: int = check_integer("memory_limit", limit, 0, _MOST_MEMORY)
    if 0 < size < _LEAST_MEMORY:
        raise OptionError(f"memory_limit: got {size} bytes, wanted 64M at least, or 0 for none")
    return size
