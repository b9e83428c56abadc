"""A store in memory, and one that fails when it is told to."""

from __future__ import annotations

from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any

import av
import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

fsspec = pytest.importorskip("fsspec")

from fsspec.implementations.memory import MemoryFileSystem  # noqa: E402

BAD_READS = ("short", "broken")


class Fragile(MemoryFileSystem):  # type: ignore[misc, unused-ignore]
    """The store in memory, whose reads of large pieces and whose writing may fail."""

    protocol = "fragile"
    store = MemoryFileSystem.store
    pseudo_dirs = MemoryFileSystem.pseudo_dirs
    fault = ""
    left = 0

    @classmethod
    def _strip_protocol(cls, path: str) -> str:
        stripped: str = super()._strip_protocol(path.removeprefix("fragile://"))
        return stripped

    def _open(self, path: str, mode: str = "rb", **options: Any) -> Any:
        file = super()._open(path, mode, **options)
        return _Reading(file) if mode == "rb" else file

    @classmethod
    @contextmanager
    def failing(cls, fault: str, times: int) -> Iterator[None]:
        """Fail so many times meanwhile."""
        cls.fault, cls.left = fault, times
        try:
            yield
        finally:
            cls.left = 0


class _Reading:
    def __init__(self, file: Any) -> None:
        self._file = file
        self.seek, self.close = file.seek, lambda: None

    def read(self, size: int) -> bytes:
        data: bytes = self._file.read(size)
        if Fragile.left <= 0:
            return data
        Fragile.left -= 1
        if Fragile.fault == "broken":
            raise ConnectionResetError("the peer is gone from https://u:SECRET@host/x?sig=SECRET")
        return data[: len(data) // 2]


FRAGILE = Fragile
fsspec.register_implementation("fragile", Fragile, clobber=True)


def packets_of(content: bytes) -> list[Any]:
    """Return what is in a file."""
    with av.open(BytesIO(content)) as container:
        return [(p.stream.index, p.pts, p.dts, bytes(p)) for p in container.demux()]


def store_of_memory() -> Any:
    return fsspec.filesystem("memory")


def in_memory(name: Any, protocol: str = "memory") -> Any:
    """Put a file into the store, and return its URL; words that are no files come back."""
    if not isinstance(name, (str, Path)) or not Path(name).is_file():
        return name
    store_of_memory().pipe(f"/in/{Path(name).name}", Path(name).read_bytes())
    return f"{protocol}://in/{Path(name).name}"
