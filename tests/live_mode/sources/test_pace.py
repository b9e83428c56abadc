"""Sources whose pictures come seldom: silence says nothing of them, a failure does."""

from __future__ import annotations

import threading
from fractions import Fraction
from types import SimpleNamespace
from typing import TYPE_CHECKING

import cv2
import numpy as np
import pytest

from fastvbg.errors import SourceError
from fastvbg.live_mode.pictures.grab import Grab
from fastvbg.live_mode.session import session
from fastvbg.live_mode.session.session import Session
from fastvbg.live_mode.sources import files, reader
from fastvbg.live_mode.sources.demo import DemoSource
from fastvbg.live_mode.sources.files import FileSource
from fastvbg.live_mode.sources.reader import Reader
from fastvbg.settings import Settings
from tests.support.live import FakeCamera, Kept
from tests.support.programs import wait_for

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg.live_mode.pictures.grab import Source

NAVY = Settings(mask="motion", background="navy")


def played(source: Source, seconds: float) -> tuple[Kept, list[str], set[str]]:
    """Run a session; return what left, what was told, and what the session did meanwhile."""
    kept, lines, did = Kept(), [], set()
    made = Session(source, [lambda _: kept], NAVY, tell=lines.append, seconds=seconds)
    write = kept.write

    def seen(planes: object, captured: float) -> None:
        did.add(made.figures()["doing"])
        write(planes, captured)

    kept.write = seen  # type: ignore[method-assign]
    made.run()
    return kept, lines, did


@pytest.fixture(autouse=True)
def _hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(session, "_GONE_SECONDS", 0.05)


def test_a_file_whose_frames_come_seldom_plays_to_its_end(tmp_path: Path) -> None:
    for number in range(1, 5):
        picture = np.full((32, 48, 3), 50 * number, np.uint8)
        cv2.imwrite(str(tmp_path / f"{number:02}.png"), picture)
    source = FileSource(str(tmp_path / "%02d.png"), fps=Fraction(2))
    kept, lines, did = played(source, 20.0)
    assert not lines
    assert not any("waiting" in each for each in did)
    times = [each for each in kept.captured if each > kept.captured[0]]
    assert [round(2 * (each - times[-4])) for each in times[-4:]] == [0, 1, 2, 3]


def test_so_does_the_generated_scene() -> None:
    kept, lines, did = played(DemoSource((64, 36), rate=Fraction(2)), 2.0)
    assert not lines
    assert not any("waiting" in each for each in did)
    assert kept.pictures


@pytest.mark.parametrize(("late", "left_out"), [(0.55, 5), (30.0, 0)])
def test_a_clock_that_stood_still_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, late: float, left_out: int
) -> None:
    """Else all that a pipe gives at its own pace is late for ever."""
    for number in range(20):
        cv2.imwrite(str(tmp_path / f"{number:02}.png"), np.full((32, 48, 3), number, np.uint8))
    now = [1000.0]
    monkeypatch.setattr(files, "time", SimpleNamespace(monotonic=lambda: now[0]))
    source = FileSource(str(tmp_path / "%02d.png"), fps=Fraction(10))
    source.open()
    assert source.read(5.0) is not None
    now[0] += 0.1 + late
    grab = source.read(0.0)
    assert grab is not None
    assert source.dropped == left_out
    assert now[0] - grab.captured == pytest.approx(0.05 if left_out else 0.0)
    source.close()


class Unwell(FakeCamera):
    """A file that gives one picture each time it is opened, and then fails or hangs."""

    is_paced = True

    def __init__(self, *, hangs: bool = False) -> None:
        super().__init__()
        self.hangs, self.let_go, self.has_given = hangs, threading.Event(), False

    def open(self) -> None:
        super().open()
        self.has_given = False

    def read(self, timeout: float) -> Grab | None:
        if not self.has_given:
            self.has_given = True
            return super().read(timeout)
        if self.hangs:
            self.let_go.wait()
            return super().read(timeout)
        raise SourceError("fake: Input/output error")


def begun(source: Unwell, kept: Kept, lines: list[str]) -> tuple[Session, threading.Thread]:
    made = Session(source, [lambda _: kept], NAVY, tell=lines.append)
    thread = threading.Thread(target=made.run, daemon=True)
    thread.start()
    return made, thread


def is_card(made: Session) -> bool:
    figures = made.figures()
    return figures["shown"] == "card" and figures["doing"] == "waiting for the file"


def test_a_file_that_cannot_be_read_is_a_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reader, "_FIRST_WAIT", 0.2)
    source, kept, lines = Unwell(), Kept(), list[str]()
    made, thread = begun(source, kept, lines)
    wait_for(lambda: source.opens == 4 and is_card(made))
    made.end()
    thread.join(20)
    assert lines == ["fake: Input/output error; trying again"]
    assert not any(kept.shows_room(index) > 0.9 for index in range(len(kept.pictures)))


def test_a_file_that_does_not_answer_is_a_card_until_it_does() -> None:
    source, kept, lines = Unwell(hangs=True), Kept(), list[str]()
    made, thread = begun(source, kept, lines)
    wait_for(lambda: is_card(made))
    assert lines == ["fake: no picture for 0.1 s; waiting"]
    source.let_go.set()
    source.hangs = source.has_given = False
    wait_for(lambda: made.figures()["frames_out"] > 1)
    made.end()
    thread.join(20)
    assert source.closes == source.opens


def test_what_hangs_holds_up_no_end() -> None:
    source = Unwell(hangs=True)
    with Reader(source, print, print) as made:
        wait_for(lambda: made.take(0.01) is None and made.is_gone)
        source.close()  # only the thread that hangs would else
    assert made._thread.is_alive()
    source.let_go.set()
    made._thread.join(20)


def test_waits_grow_while_a_source_fails_again_and_again(monkeypatch: pytest.MonkeyPatch) -> None:
    waits: list[float] = []
    lines: list[str] = []
    source = Unwell()
    made = Reader(source, lines.append, lines.append)
    monkeypatch.setattr(made._ended, "wait", waits.append)
    for _ in range(6):
        made._gave = True
        made._lose(SourceError("gone"))
        made._reopen()
    assert waits == [0.5, 1.0, 2.0, 4.0, 5.0]
    assert lines == ["gone; trying again", "fake: open, fake 96x64"]
    monkeypatch.setattr(reader, "_WELL_SECONDS", -1.0)
    made._lose(SourceError("gone"))
    assert len(waits) == 5
    assert lines[2:] == ["gone; trying again"]
