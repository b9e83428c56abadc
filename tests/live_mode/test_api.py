"""Live mode in Python, by hands that do not read."""

from __future__ import annotations

import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import av
import pytest

import fastvbg
from fastvbg.errors import FastvbgError
from fastvbg.live_mode.making.work import Work
from tests.support.programs import wait_for


def test_paths_are_names(tmp_path: Path) -> None:
    with fastvbg.live("demo", tmp_path / "a.mkv", mask="motion", background="navy") as made:
        wait_for(lambda: made.figures()["frames_out"] > 0)
    places = [tmp_path / "b.mkv", str(tmp_path / "c.mkv")]
    with fastvbg.live(tmp_path / "a.mkv", places, mask="motion", background="navy") as made:
        made.wait(60)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.mkv", "b.mkv", "c.mkv"]


def test_it_may_be_ended_by_what_it_tells(tmp_path: Path, monkeypatch) -> None:
    given: list[fastvbg.Live] = []
    begun, told = threading.Event(), list[Any]()

    def tell(line: str) -> None:
        if "the mask failed" in line:
            assert begun.wait(20)
            told.append(given[0].end())

    def fails(*_: object) -> None:
        raise FastvbgError("no")

    monkeypatch.setattr(Work, "__call__", fails)
    to = tmp_path / "a.mkv"
    given.append(fastvbg.live("demo", to, mask="motion", background="navy", tell=tell))
    begun.set()
    assert given[0].wait(20)
    assert told[0]["frames_out"] == 0
    assert given[0].end()["frames_out"] == 0


@pytest.mark.parametrize("how", ["", "raise SystemExit(3)"])
def test_a_program_that_does_not_end_it_keeps_its_recording(tmp_path: Path, how: str) -> None:
    code = f"""
import fastvbg
made = fastvbg.live("demo", "a.mkv", mask="motion", background="navy")
made.wait(1.5)
{how}
"""
    subprocess.run([sys.executable, "-c", code], cwd=tmp_path, check=False, timeout=60)
    assert [path.name for path in tmp_path.iterdir()] == ["a.mkv"]
    with av.open(str(tmp_path / "a.mkv")) as clip:
        assert sum(1 for _ in clip.decode(video=0)) > 3


def test_what_is_over_is_not_changed(tmp_path: Path) -> None:
    made = fastvbg.live("demo", tmp_path / "a.mkv", mask="motion", background="navy")
    assert "demo" in repr(made)
    assert "live" in repr(made)
    made.end()
    settings = made.settings
    for change in (
        lambda: made.apply(background="blur"),
        lambda: made.set_state("card"),
        lambda: made.switch(flip=True),
        lambda: made.take_plate(0),
    ):
        with pytest.raises(fastvbg.EndedError, match="the session has ended"):
            change()
    assert made.settings is settings
    assert made.figures()["doing"] == "ended"
    assert made.wait(0)
    assert "ended" in repr(made)


def test_what_is_over_says_what_ended_it(tmp_path: Path, monkeypatch) -> None:
    def fails(*_: object) -> None:
        raise MemoryError

    made = fastvbg.live("demo", tmp_path / "a.mkv", mask="motion", background="navy")
    monkeypatch.setattr("fastvbg.live_mode.session.session.Session._composite", fails)
    made._over.wait(20)
    with pytest.raises(fastvbg.EndedError) as told:
        made.set_state("black")
    assert isinstance(told.value.__cause__, MemoryError)
    with pytest.raises(MemoryError):
        made.end()
