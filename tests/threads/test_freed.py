"""Memory that is given back to the system."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path

import numpy as np
import pytest

from fastvbg.threads import freed


def held() -> int:
    """Return the megabytes of this process that are in memory, but for files'."""
    lines = Path("/proc/self/status").read_text(encoding="utf-8").splitlines()
    (found,) = (line for line in lines if line.startswith("RssAnon"))
    return int(found.split()[1]) >> 10


@pytest.mark.skipif(
    sys.platform != "linux" or not hasattr(ctypes.CDLL(None), "malloc_trim"),
    reason="the C library is not glibc",
)
def test_what_is_free_between_what_is_not_is_given_back() -> None:
    arrays = [np.ones(100_000, np.uint8) for _ in range(1000)]
    arrays = arrays[::100]
    before = held()
    freed.give_back()
    assert held() < before - 50
    assert all(array[0] == 1 for array in arrays)


def test_it_does_nothing_where_that_goes_by_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    freed._trim.cache_clear()
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", asked.append)
    freed.give_back()
    monkeypatch.undo()
    freed._trim.cache_clear()
    assert asked == []
