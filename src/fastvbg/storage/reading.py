"""Reading an object by pieces, each of which is of the same object and whole."""

from __future__ import annotations

import secrets
import threading
import time
from collections import OrderedDict
from contextlib import nullcontext, suppress
from io import SEEK_CUR, SEEK_END, RawIOBase, UnsupportedOperation
from typing import TYPE_CHECKING, Any

from fastvbg.storage.stores import Store, words

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.urls import Url

# Enough to see what kind of file it is; then pieces so large that a store's 20 to 100 ms a request
# do not matter, and so few that the head, the index at the end and two places between are kept.
_HEAD = 1 << 16
_PIECE = 5 << 20
_KEPT = 6
# Between the attempts at a piece; s3fs has made five of its own by then.
_PAUSES = (0.2, 1.0)
# Files of stores that do one thing at a time may share their place: that of memory:// is one.
_ONE_AT_A_TIME = threading.Lock()


class StoredFile(RawIOBase):
    """An object of a store, open for reading. A context manager.

    What it read is kept as long as it may be needed again. It never ends early: a piece that does
    not come whole is asked for again, and then is an error, as is an object that has been changed.

    Parameters
    ----------
    url, role : Url, str
        As of `Store`.

    Raises
    ------
    SourceError, MissingLibraryError
        It is not there, or cannot be read.
    """

    def __init__(self, url: Url, role: str) -> None:
        super().__init__()
        self._store = store = Store(url, role)
        self._at = 0
        self._pieces: OrderedDict[int, bytes] = OrderedDict()
        self._failure: BaseException | None = None
        self._turn: Any = nullcontext() if store.is_async else _ONE_AT_A_TIME
        try:
            # Stores that know marks demand this one's with each request.
            store.fs.invalidate_cache(store.path)
            with self._turn:
                self._file = store.fs.open(store.path, "rb", block_size=_PIECE, cache_type="none")
        except Exception as error:
            raise store.failed(error) from None
        # Most files know what the store said when they were opened, which saves a request.
        facts = getattr(self._file, "details", None)
        if isinstance(facts, dict) and "size" in facts:
            self._identity = store.identified(facts)
        else:
            self._identity = store.identity()
        self.size = self._identity.size
        """Bytes."""

    def readable(self) -> bool:
        """Tell that it can be read."""
        return True

    def seekable(self) -> bool:
        """Tell that it can be read from any place."""
        return True

    def tell(self) -> int:
        """Return the place of the next byte."""
        return self._at

    def seek(self, offset: int, whence: int = 0) -> int:
        """Go to a place, and return it."""
        base = {SEEK_CUR: self._at, SEEK_END: self.size}.get(whence, 0)
        if base + offset < 0:
            raise UnsupportedOperation("a place before the beginning")
        self._at = base + offset
        return self._at

    def read(self, size: int = -1) -> bytes:
        """Return so many bytes from here on, fewer at the end alone; all with -1.

        Raises
        ------
        SourceError
            They cannot be had, or the object is no longer the one that was opened.
        """
        left = max(0, self.size - self._at)
        stop = self._at + (left if size < 0 else min(size, left))
        parts = []
        while self._at < stop:
            number, start = _piece_at(self._at)
            piece = self._piece(number)
            parts.append(piece[self._at - start : stop - start])
            self._at += len(parts[-1])
        return parts[0] if len(parts) == 1 else b"".join(parts)

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer, and return how many bytes there were."""
        data = self.read(len(buffer))
        buffer[: len(data)] = data
        return len(data)

    def _piece(self, number: int) -> bytes:
        if number not in self._pieces:
            self.check()
            while len(self._pieces) >= _KEPT:
                self._pieces.popitem(last=False)
            try:
                self._pieces[number] = self._fetched(*_bounds(number, self.size))
            except BaseException as error:
                self._failure = error
                raise
        self._pieces.move_to_end(number)
        return self._pieces[number]

    def _fetched(self, start: int, stop: int) -> bytes:
        for pause in (*_PAUSES, None):
            try:
                with self._turn:
                    self._file.seek(start)
                    data = bytes(self._file.read(stop - start))
                if len(data) == stop - start:
                    return data
                why = f"{len(data)} bytes came instead of {stop - start}"
            except Exception as error:  # whatever the store's library raises
                why = words(error)
            if pause is None:
                break
            self.confirm()
            time.sleep(pause)
        raise self._store.refused(f"cannot be read at byte {start}: {why}", colon=True)

    def check(self) -> None:
        """Raise again what went wrong before: FFmpeg's libraries may have taken it for the end."""
        if self._failure is not None:
            raise self._failure

    def confirm(self) -> None:
        """Demand that the object is still the one that was opened.

        Raises
        ------
        SourceError
            It has been changed or removed, or reading has failed before.
        """
        self.check()
        if self._store.identity() != self._identity:
            self._failure = self._store.refused("was changed while it was read")
            raise self._failure

    def close(self) -> None:
        """Give up what is kept, and what the store holds."""
        if not self.closed:
            self._pieces = OrderedDict()
            with suppress(Exception):
                self._file.close()
        super().close()


def _piece_at(place: int) -> tuple[int, int]:
    """Return the number of the piece in which a byte is, and where that begins."""
    if place < _HEAD:
        return 0, 0
    number = (place - _HEAD) // _PIECE
    return number + 1, _HEAD + number * _PIECE


def _bounds(number: int, size: int) -> tuple[int, int]:
    start = 0 if number == 0 else _HEAD + (number - 1) * _PIECE
    return start, min(size, start + (_PIECE if number else _HEAD))


def copied(url: Url, target: Path, role: str) -> None:
    """Copy an object to a file, as `fastvbg.storage.fetch` says."""
    partial = target.with_name(f".fastvbg-{secrets.token_hex(6)}.partial")
    try:
        with StoredFile(url, role) as file, partial.open("wb") as local:
            while data := file.read(_PIECE):
                local.write(data)
            file.confirm()
        partial.replace(target)
    finally:
        partial.unlink(missing_ok=True)
