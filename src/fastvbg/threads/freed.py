"""Memory that was let go: given back to the system, where the C library keeps it by itself."""

from __future__ import annotations

import ctypes
import sys
from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable


def give_back() -> None:
    """Give back to the system what nobody uses any more; nothing where that goes by itself.

    glibc takes large arrays from a heap of its own once some of their size were let go, and keeps
    what becomes free between two that stay. It takes some milliseconds: for when much was let go.
    """
    trim = _trim()
    if trim is not None:
        trim(0)


@cache
def _trim() -> Callable[[int], int] | None:
    """Return what the C library has for it: glibc's, which is Linux's alone."""
    if sys.platform != "linux":
        return None
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim.argtypes, trim.restype = (ctypes.c_size_t,), ctypes.c_int
    return trim
