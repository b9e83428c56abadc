"""One process of a machine at a time, by a lock that ends with its process."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from fastvbg.kernels import _cache

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def one_at_a_time(name: str) -> Iterator[None]:
    """Wait until no other process of this machine is here; where no lock can be had, go on.

    Parameters
    ----------
    name : str
        What for.
    """
    try:
        import fcntl
    except ImportError:  # Windows: each makes its own, and the last one's stays
        yield
        return
    folder = _cache.folder()
    if folder is None:
        yield
        return
    try:
        lock = (folder / f"{name}.lock").open("w")
    except OSError:
        yield
        return
    with lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
