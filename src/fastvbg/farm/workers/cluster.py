"""Tasks done by a Dask cluster, wherever its scheduler is."""

from __future__ import annotations

import gc
import os
import re
import secrets
import time
from contextlib import ExitStack
from functools import partial
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any

from fastvbg.errors import FastvbgError, MissingLibraryError, OptionError, OptionTypeError, shown
from fastvbg.farm.workers.engine import Died, Event, Finished, Moved, Told
from fastvbg.farm.workers.tasks import Ended

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from typing_extensions import Self

    from fastvbg.farm.workers.tasks import Task

LOCAL = "local"
_ADDRESS = re.compile(
    r"(?:(?:tcp|tls|ws|wss)://)?(?:[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.%]+\]):[0-9]{1,5}"
)
_A_WORKER = 2
"""Tasks that are under way for each worker: one is worked on, one waits beside it."""
_LOOK = 1.0
"""Seconds between two looks at the connection."""
_COUNT = 5.0
"""Seconds between two counts of the workers."""
_GONE = 20.0
"""Seconds after which a lost scheduler is given up."""


class ClusterError(FastvbgError, ConnectionError):
    """A cluster cannot be reached, or is gone, or cannot do what it is to do."""


def check_cluster(cluster: Any) -> Any:
    """Return the address of a scheduler, `local`, or a client of Dask's as it is.

    Raises
    ------
    OptionError, OptionTypeError
        It is none of these.
    """
    if type(cluster).__module__.partition(".")[0] == "distributed":
        if not hasattr(cluster, "submit"):
            raise OptionTypeError(f"cluster: got {shown(cluster)}, wanted a distributed.Client")
        return cluster
    if not isinstance(cluster, str):
        raise OptionTypeError(
            f"cluster: got {shown(cluster)}, wanted a scheduler's address such as tcp://HOST:8786"
        )
    if cluster != LOCAL and not _ADDRESS.fullmatch(cluster):
        raise OptionError(
            f"cluster: got {shown(cluster)}, wanted a scheduler's address such as "
            "tcp://HOST:8786 or tls://HOST:8786, or local"
        )
    return cluster


def distributed() -> Any:
    """Return Dask's library, loaded where it is used.

    Raises
    ------
    MissingLibraryError
        It is not installed.
    """
    try:
        import distributed as library
    except ImportError as error:
        raise MissingLibraryError(
            f"cluster: Dask's distributed does not load ({error}); "
            "pip install 'fastvbg[farm]' brings it"
        ) from None
    return library


class Cluster:
    """A Dask cluster as an engine. A context manager.

    Parameters
    ----------
    cluster : str or distributed.Client
        The address of a scheduler; `local` for one of this machine's own; or a client.
    jobs : int
        How many worker processes a local one has.
    tell : callable
        Gets lines that are worth knowing.
    names : iterable of str
        Files that workers have to see, and folders that they have to write in.
    """

    def __init__(
        self,
        cluster: Any,
        *,
        jobs: int,
        tell: Callable[[str], None],
        names: Iterable[str] = (),
    ) -> None:
        self._given, self._jobs, self._tell = cluster, jobs, tell
        self._names = list(names)
        self._library = distributed()
        self._stack = ExitStack()
        self._client: Any = None
        self._topic = f"fastvbg-{secrets.token_hex(6)}"
        self._events: SimpleQueue[Event] = SimpleQueue()
        self._futures: dict[str, Any] = {}
        self._place = ""
        self._lost: float | None = None
        self._count, self._next_count = 0, 0.0
        self._silent: set[str] = set()

    @property
    def size(self) -> int:
        """Two tasks a worker; with none there yet a few that wait for one."""
        if time.monotonic() >= self._next_count:
            self._count = self._workers()
            self._next_count = time.monotonic() + _COUNT
        return _A_WORKER * max(1, self._count)

    def _workers(self) -> int:
        """Return how many workers there are; as many as before where the scheduler is gone."""
        if not self._is_connected():
            return self._count
        try:  # a scheduler that has just gone would be called for half a minute
            ask = self._client.scheduler.ncores
            return len(self._client.sync(ask, callback_timeout=_COUNT))
        except (OSError, TimeoutError):
            return self._count

    def _is_connected(self) -> bool:
        comm = self._client.scheduler_comm
        return self._client.status == "running" and comm is not None and not comm.comm.closed()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            self._client = self._connected(stack)
            self._client.subscribe_topic(self._topic, self._hear)
            stack.callback(self._forget)
            self._check_workers()
            self._stack = stack.pop_all()
        return self

    def _connected(self, stack: ExitStack) -> Any:
        if not isinstance(self._given, str):
            self._place = "the client's scheduler"
            return self._given
        try:
            address: Any = self._given
            if address == LOCAL:
                address = stack.enter_context(self._local())
            client = stack.enter_context(
                self._library.Client(address, set_as_default=False, timeout=_GONE)
            )
        except Exception as error:  # what it happens to raise where it does not come up
            line = " ".join(str(error).split()) or type(error).__name__
        else:
            self._place = client.scheduler.address
            return client
        # Outside of `except`, whose traceback holds the client that was not made: it ends its
        # loop when it is collected, and would wait for ever if the next one were just starting.
        gc.collect()
        raise ClusterError(f"cluster: cannot reach {self._given}: {line}")

    def _local(self) -> Any:
        """Return a cluster of this machine's own, which nobody else can reach."""
        cluster = self._library.LocalCluster(
            n_workers=self._jobs,
            threads_per_worker=1,
            host="127.0.0.1",
            dashboard_address="127.0.0.1:0" if _has_dashboard() else None,
            silence_logs="ERROR",
        )
        if _has_dashboard():
            self._tell(f"cluster: its dashboard is at {cluster.dashboard_link}")
        return cluster

    def _check_workers(self) -> None:
        """Ask the workers that are there what would keep them from the work."""
        if not self._workers():
            self._tell(f"cluster: {self._place} has no worker yet; the work waits for one")
            return
        from fastvbg import __version__

        try:
            answers = self._client.run(examine, __version__, self._names, on_error="return")
        except OSError as error:
            raise ClusterError(f"cluster: {self._place}: {error}") from None
        for address, answer in answers.items():
            if answer is not None:
                why = "fastvbg does not load there: " if isinstance(answer, Exception) else ""
                raise ClusterError(f"cluster: the worker {address}: {why}{answer}")

    def prepare(self, kernels: Iterable[str]) -> None:
        """Have each worker make kernels before its first task, once a machine; later ones too."""
        from fastvbg.farm.workers.plugin import Kernels

        self._client.register_plugin(Kernels(tuple(kernels)), name="fastvbg-kernels")

    def submit(self, task: Task) -> None:
        """Hand a task to the scheduler."""
        future = self._client.submit(
            do,
            task,
            self._topic,
            key=f"{self._topic}-{task.key}",
            pure=False,
            retries=0,
        )
        self._futures[task.key] = future
        future.add_done_callback(partial(self._ended, task.key))

    def _hear(self, event: tuple[float, Any]) -> None:
        """Take what a worker tells while it works, in a thread of the client's."""
        _, said = event
        if isinstance(said, tuple | list) and len(said) == 3:
            key, worker, what = said
            if isinstance(what, str):
                self._events.put(Told(key, what))
            else:
                self._events.put(Moved(key, worker, *what))

    def _ended(self, key: str, future: Any) -> None:
        """Take what came of a task, in a thread of the client's."""
        if future.status == "finished":
            try:
                self._events.put(Finished(key, future.result(timeout=_GONE)))
            except Exception as error:  # the worker has died with it
                self._events.put(Died(key, f"its result was lost: {error}", sure=False))
        elif future.status == "error":
            self._events.put(self._failed(key, future.exception()))
        elif future.status != "cancelled":  # the worker has died between the end and this call
            self._events.put(Died(key, "its result was lost", sure=False))

    def _failed(self, key: str, error: BaseException) -> Event:
        if isinstance(error, self._library.KilledWorker):
            last = getattr(error.last_worker, "address", error.last_worker)
            times = error.allowed_failures + 1
            return Died(key, f"the last at {last}", sure=False, times=times)
        line = " ".join(f"{type(error).__name__}: {error}".split())
        return Finished(key, Ended(error=line, fault=True))

    def wait(self) -> Event:
        """Return the next thing that happens."""
        while True:
            try:
                event = self._events.get(timeout=_LOOK)
            except Empty:
                self._demand_scheduler()
                self._look_again()
                continue
            if isinstance(event, Finished | Died):
                self._futures.pop(event.key, None)
            return event

    def _look_again(self) -> None:
        """Take what has ended without a word: a result that was lost is told of but once."""
        ended = {key for key, each in self._futures.items() if each.status in {"finished", "error"}}
        for key in ended & self._silent:
            self._ended(key, self._futures[key])
        self._silent = ended

    def _demand_scheduler(self) -> None:
        """Raise once the scheduler has been gone for some time: it remembers nothing."""
        client, now = self._client, time.monotonic()
        if self._is_connected():
            gone = any(each.status in {"cancelled", "lost"} for each in self._futures.values())
            if not gone:
                self._lost = None
                return
        self._lost = self._lost or now
        if client.status == "closed" or now - self._lost > _GONE:
            raise ClusterError(
                f"cluster: {self._place} is gone; what is done is kept, the same command goes on"
            )

    def _forget(self) -> None:
        futures = list(self._futures.values())
        self._futures.clear()
        if self._client.status == "running" and futures:
            self._client.cancel(futures, force=True)

    def __exit__(self, *exception: object) -> None:
        self._stack.close()


def _has_dashboard() -> bool:
    from importlib.util import find_spec

    return find_spec("bokeh") is not None


def do(task: Task, topic: str) -> Ended:
    """Do a task in a worker of Dask's, and say now and then how far it is."""
    from distributed import get_worker

    from fastvbg.farm.workers.guard import Guard
    from fastvbg.farm.workers.tasks import Throttled, perform
    from fastvbg.farm.workers.worker import settle

    worker: Any = get_worker()

    def send(said: Any) -> None:
        worker.log_event(topic, (task.key, worker.address, said))

    settle(task.threads)
    with Guard(task.seconds, None):
        return perform(task, Throttled(send, _LOOK))


def examine(version: str, names: list[str]) -> str | None:
    """Return what keeps a worker from the work; None where nothing does."""
    from fastvbg import __version__
    from fastvbg.media.names import exists

    if version != __version__:
        return f"it has fastvbg {__version__}, wanted {version}"
    for name in names:
        if not exists(name):
            return f"it does not see {name}; all machines must see files under the same names"
        if os.path.isdir(name) and not os.access(name, os.W_OK):  # noqa: PTH112
            return f"it may not write in {name}"
    return None
