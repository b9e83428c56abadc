"""An output in a store: made as a local file, then sent, and there whole or not at all.

Nothing is written to an open remote file: one that is left by an error publishes what there is.
"""

from __future__ import annotations

import inspect
import secrets
import shutil
import tempfile
import threading
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastvbg.errors import SinkError
from fastvbg.storage import is_stored
from fastvbg.storage.stores import Store, words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastvbg.urls import Url

    Hear = Callable[[str, int, int], None]

# How soon an interrupt is heeded, and how long the store may take to forget what was sent.
_POLL_SECONDS = 0.1
_GRACE_SECONDS = 60.0
# So much is in memory at once; ten thousand parts, S3's most, are 160 GB.
_PART, _PARTS_AT_ONCE, _MOST_PARTS = 16 << 20, 4, 10_000

_hearing: ContextVar[tuple[Hear, ...]] = ContextVar("hearing", default=())


@contextmanager
def listening(hear: Hear) -> Iterator[None]:
    """Tell meanwhile of what this thread sends to stores.

    Parameters
    ----------
    hear : callable
        Called ten times a second with the object's name, the bytes that are sent and those there
        are. What it raises ends the sending, and nothing is left in the store.
    """
    token = _hearing.set((*_hearing.get(), hear))
    try:
        yield
    finally:
        _hearing.reset(token)


class Destination:
    """A place in a store where an output may go.

    Parameters
    ----------
    url : Url
        The object's.
    overwrite : bool
        Whether an object that stands there is replaced.

    Raises
    ------
    SinkError
        It exists, there is no such bucket, or the store cannot be written to in this way.
    MissingLibraryError
        fsspec, or what it needs for this kind of store, is not installed.
    """

    def __init__(self, url: Url, *, overwrite: bool) -> None:
        if not is_stored(url):
            raise SinkError(
                f"output: {url} cannot be written to; wanted the name of a file, or a URL of a "
                "store such as s3://BUCKET/NAME"
            )
        self._store = Store(url, "output", SinkError)
        self._overwrite = overwrite
        self._stood = self._store.exists()
        if self._stood and not overwrite:
            raise self._exists("exists")
        if not self._stood:
            self._demand_bucket()

    def _exists(self, verb: str) -> BaseException:
        return self._store.refused(f"{verb}; --overwrite replaces it")

    def _demand_bucket(self) -> None:
        """Demand that the bucket exists, as far as one may ask: the end would be late to say so."""
        bucket, slash, _ = self._store.path.lstrip("/").partition("/")
        if not self._store.is_async or not slash:
            return
        missing = False
        with suppress(Exception):  # who may write need not be allowed to look
            missing = not self._store.fs.exists(bucket)
        if missing:
            raise self._store.refused(f"no such bucket: {bucket}", colon=True)

    def put(self, file: Path) -> None:
        """Send a finished file; see `fastvbg.storage.publish`."""
        # Stores that cannot be asked to do so while they write are asked before.
        if not self._overwrite and self._store.exists():
            raise self._exists("exists by now")
        sending = _Sending(self._store, file, create=not self._overwrite)
        try:
            sending.wait()
        except Exception as error:
            if not sending.broken:
                raise
            if not self._overwrite and self._now_exists():
                raise self._exists("exists by now") from None
            raise self._store.refused(f"cannot be written: {words(error)}", colon=True) from None
        finally:
            if sending.stopped and sending.done and not self._stood:
                with suppress(Exception):
                    self._store.fs.rm_file(self._store.path)
        size = self._store.identity().size
        if size != sending.size:
            raise self._store.refused(f"holds {size} bytes instead of {sending.size}")

    def _now_exists(self) -> bool:
        with suppress(SinkError):
            return self._store.exists()
        return False


class _StopError(Exception):
    """Raised in the thread that sends, so that the store forgets what has come."""


class _Sending:
    """A file on its way, sent by a thread of its own: an interrupt would leave the store's going.

    Parameters
    ----------
    store : Store
        Where it goes.
    file : Path
        What goes.
    create : bool
        Whether the store is to refuse it where something stands, if it can.
    """

    def __init__(self, store: Store, file: Path, *, create: bool) -> None:
        self._store, self._file = store, file
        self.size = file.stat().st_size
        self._sent = 0
        self.stopped = self.done = False
        self._create = create
        self._error: BaseException | None = None
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._work, name="fastvbg upload", daemon=True)

    @property
    def broken(self) -> bool:
        """Whether it was the sending that failed."""
        return self._error is not None and not self.stopped

    def wait(self) -> None:
        """Send the file, and tell who listens; raise what went wrong."""
        self._thread.start()
        try:
            # Not `Thread.join`: left by a signal's exception, it takes the thread for finished.
            while not self._over.wait(_POLL_SECONDS):
                for hear in _hearing.get():
                    hear(self._store.url.name, self._sent, self.size)
        except BaseException:
            self.stopped = True
            self._over.wait(_GRACE_SECONDS)
            raise
        if self._error is not None:
            raise self._error

    def _work(self) -> None:
        try:
            if self._store.is_async:
                self._put_whole()
            else:
                self._put_and_rename()
            self.done = True
        except BaseException as error:  # raised where it is waited for
            self._error = error
        finally:
            self._over.set()

    def _count(self, more: int) -> None:
        self._sent += more
        if self.stopped and self._sent < self.size:
            raise _StopError

    def _put_whole(self) -> None:
        """Let the store take the file as it does: in parts that become an object at the end."""
        fs = self._store.fs
        wanted = {
            "mode": "create" if self._create else "overwrite",
            "overwrite": not self._create,
            "chunksize": max(_PART, -(-self.size // (_MOST_PARTS - 1))),
            "max_concurrency": _PARTS_AT_ONCE,
        }
        taken = inspect.signature(getattr(fs, "_put_file", fs.put_file)).parameters
        given = {name: value for name, value in wanted.items() if name in taken}
        fs.put_file(str(self._file), self._store.path, callback=self._callback(), **given)

    def _put_and_rename(self) -> None:
        """Send the file to a name that nobody looks for, and move it when it is complete."""
        fs, path = self._store.fs, self._store.path
        folder, _, _ = path.rpartition("/")
        partial = f"{folder}/.fastvbg-{secrets.token_hex(6)}.partial"
        try:
            fs.put_file(str(self._file), partial, callback=self._callback())
            if not self._create and fs.exists(path):
                fs.rm_file(path)  # some do not move over what is there
            fs.mv(partial, path)
        finally:
            with suppress(Exception):
                if fs.exists(partial):
                    fs.rm_file(partial)

    def _callback(self) -> Any:
        from fsspec.callbacks import Callback

        count = self._count

        class Counting(Callback):  # type: ignore[misc, unused-ignore]
            """Counts what is sent."""

            def relative_update(self, inc: int = 1) -> None:
                """Count more bytes."""
                super().relative_update(inc)
                count(inc)

        return Counting()


class Outgoing:
    """A local file on its way to a store: where it is made, and what becomes of it.

    Parameters
    ----------
    url : Url
        Where it goes.
    overwrite : bool
        As for `Destination`.

    Raises
    ------
    SinkError, MissingLibraryError
        As for `Destination`, or there is no room for it here.
    """

    def __init__(self, url: Url, *, overwrite: bool) -> None:
        self._destination = Destination(url, overwrite=overwrite)
        try:
            self._folder: Path | None = Path(tempfile.mkdtemp(prefix="fastvbg-"))
        except OSError as error:
            raise SinkError(f"output: no temporary folder for {url}: {words(error)}") from None
        self.local = self._folder / f"output{url.suffix}"
        """Where the file is made."""

    def send(self) -> None:
        """Send the file. One that cannot be sent is kept: it may be a night's work."""
        try:
            self._destination.put(self.local)
        except SinkError as error:
            self._folder = None
            raise SinkError(f"{error}; the finished file is kept as {self.local}") from None

    def drop(self) -> None:
        """Remove what there is of it here."""
        folder, self._folder = self._folder, None
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)
