"""Keys in the terminal as what they ask of a session."""

from __future__ import annotations

import os
import time
from types import SimpleNamespace

import pytest

from fastvbg.errors import SinkError
from fastvbg.live_mode import keys

pty = pytest.importorskip("pty")


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch):
    other, own = pty.openpty()
    monkeypatch.setattr("sys.stdin", SimpleNamespace(fileno=lambda: own))
    yield other
    os.close(other)
    os.close(own)


@pytest.mark.parametrize("in_front", [True, False])
def test_what_goes_wrong_meanwhile_is_raised(terminal, monkeypatch, in_front: bool) -> None:
    """Our errors are the system's as well, so nothing may be suppressed around them."""
    monkeypatch.setattr(keys, "_is_in_front", lambda _: in_front)

    def fail() -> None:
        with keys._keys(lambda _: None):
            raise SinkError("the disk is full")

    with pytest.raises(SinkError, match="the disk is full"):
        fail()


def test_keys_are_heard_in_front_only(terminal, monkeypatch) -> None:
    for in_front, wanted in ((True, ["c", "l"]), (False, [])):
        monkeypatch.setattr(keys, "_is_in_front", lambda _, front=in_front: front)
        heard: list[str] = []
        with keys._keys(heard.append):
            os.write(terminal, b"cl")
            end = time.monotonic() + (5 if wanted else 0.5)
            while heard != ["c", "l"] and time.monotonic() < end:
                time.sleep(0.01)
        assert heard == wanted
