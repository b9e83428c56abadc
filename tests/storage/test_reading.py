"""Reading an object by pieces: which are kept, and that all of them are of one object."""

from __future__ import annotations

from typing import Any

import pytest

from fastvbg.errors import SourceError
from fastvbg.storage import reading
from fastvbg.storage.reading import StoredFile
from fastvbg.urls import Url
from tests.storage.support import FRAGILE, store_of_memory

CONTENT = bytes(range(100))


@pytest.fixture
def file(monkeypatch: pytest.MonkeyPatch) -> Any:
    """An object in pieces of ten bytes, of which three are kept."""
    for name in ("_HEAD", "_PIECE"):
        monkeypatch.setattr(reading, name, 10)
    monkeypatch.setattr(reading, "_KEPT", 3)
    monkeypatch.setattr(reading, "_PAUSES", (0.0,))
    store_of_memory().store.clear()
    store_of_memory().pipe("/in/a", CONTENT)
    with StoredFile(Url("fragile://in/a"), "input") as opened:
        yield opened
    store_of_memory().store.clear()


def test_what_was_needed_last_is_kept(file: StoredFile, monkeypatch: pytest.MonkeyPatch) -> None:
    fetched: list[int] = []
    fetch = file._fetched

    def noted(start: int, stop: int) -> bytes:
        fetched.append(start)
        return fetch(start, stop)

    monkeypatch.setattr(file, "_fetched", noted)
    for place in (0, 10, 20, 0, 30, 0, 10):
        file.seek(place)
        assert file.read(10) == CONTENT[place : place + 10]
    assert fetched == [0, 10, 20, 30, 10]


def test_a_piece_that_is_asked_for_again_is_of_the_same_object(file: StoredFile) -> None:
    store_of_memory().pipe("/in/a", CONTENT[::-1])
    with (
        FRAGILE.failing("short", times=1),
        pytest.raises(SourceError, match="was changed while it was read"),
    ):
        file.read(10)
