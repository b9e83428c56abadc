"""A decoder that never comes back ends in a line, wherever it is waited for."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from fastvbg import SourceError
from fastvbg.pipeline.process import process
from fastvbg.source import watch as watch_module
from fastvbg.source.alpha import Decoder
from fastvbg.source.watch import Watch
from tests.support.numbered import Seen, make_numbered


@pytest.fixture
def stuck(monkeypatch) -> Iterator[dict[str, Any]]:
    """Decoding that waits for ever from some packet on."""
    wanted: dict[str, Any] = {"from": 0}
    released, decode = threading.Event(), Decoder.decode
    count: dict[Decoder, int] = {}

    def waiting(self: Decoder, packet: Any) -> Any:
        count[self] = count.get(self, 0) + 1
        if count[self] > wanted["from"]:
            released.wait(30)
            return []
        return decode(self, packet)

    monkeypatch.setattr(Decoder, "decode", waiting)
    monkeypatch.setattr(watch_module, "_MOST_POLLS", 3)
    monkeypatch.setattr(watch_module, "_JOIN_SECONDS", 0.1)
    monkeypatch.setattr("fastvbg.threads.overlap._JOIN_SECONDS", 0.1)
    yield wanted
    released.set()


WORDS = "is damaged so that its decoder never comes back; in one thread"


@pytest.mark.parametrize("after", [0, 12])
def test_a_run_ends_with_a_line(tmp_path: Path, stuck, after: int) -> None:
    clip = make_numbered(tmp_path / "in.mp4", count=40, preset="ultrafast")
    stuck["from"] = after
    with pytest.raises(SourceError) as error:
        process(clip, tmp_path / "o.mp4", background="navy")
    assert str(error.value) == f"input: {clip} {WORDS} (--threads 1) it may"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["in.mp4"]


def test_a_slow_decoder_is_waited_for() -> None:
    watch = Watch("too slow")
    for _ in range(5):
        with watch:
            for _ in range(600):
                watch.poll()
    for _ in range(2000):
        watch.poll()
    with watch:
        for _ in range(601):
            watch.poll()
        with pytest.raises(SourceError, match="too slow"):
            watch.poll()


def test_what_the_first_frame_costs_is_raised_as_it_is(tmp_path: Path) -> None:
    clip = make_numbered(tmp_path / "a.mp4", count=4, preset="ultrafast")
    with pytest.raises(SourceError, match="wanted at most 100 pixels"):
        Seen(clip, max_pixels=100)
    assert Seen(clip).numbers == [0, 1, 2, 3]
