"""Who reads a source, and when: the thread that works on pictures, or one of its own."""

from __future__ import annotations

import threading
import time

import pytest

from fastvbg.live_mode.pictures.grab import Grab
from fastvbg.live_mode.pictures.slot import Slot
from fastvbg.live_mode.sources import reader
from fastvbg.live_mode.sources.headroom import Headroom
from fastvbg.live_mode.sources.reader import Reader
from tests.support.live import FakeCamera
from tests.support.programs import wait_for


class Prompt(FakeCamera):
    """One that may be read where its pictures are worked on, and knows by which thread it is."""

    is_prompt = True

    def __init__(self, count: int | None = None) -> None:
        super().__init__(count)
        self.readers: list[int] = []
        self.open()

    def read(self, timeout: float) -> Grab | None:
        self.readers.append(threading.get_ident())
        return super().read(timeout)


def take_some(made: Reader, count: int) -> list[Grab]:
    """Take so many pictures."""
    taken: list[Grab] = []
    until = time.monotonic() + 20
    while len(taken) < count and time.monotonic() < until:
        grab = made.take(0.1)
        taken += [] if grab is None else [grab]
    assert len(taken) == count
    return taken


def test_who_works_on_pictures_reads_them() -> None:
    with Reader(camera := Prompt(), print, print) as made:
        wait_for(lambda: made._lent)
        take_some(made, 5)
    assert set(camera.readers) == {threading.get_ident()}
    assert camera.closes == 1


def test_a_source_that_may_wait_is_read_by_a_thread_of_its_own() -> None:
    camera = Prompt()
    camera.is_prompt = False
    with Reader(camera, print, print) as made:
        take_some(made, 5)
    assert threading.get_ident() not in camera.readers


def test_it_is_read_ahead_while_time_is_tight() -> None:
    here = threading.get_ident()
    with Reader(camera := Prompt(), print, print) as made:
        wait_for(lambda: made._lent)
        take_some(made, 2)
        for _ in range(20):
            made.spent(0.95 / camera.rate)
        begun = len(camera.readers)
        take_some(made, 3)
        assert here not in camera.readers[begun:]
        for _ in range(40):
            made.spent(0.2 / camera.rate)
        wait_for(lambda: made._lent)
        take_some(made, 3)
        assert camera.readers[-1] == here


def test_who_waits_while_it_is_lent_does_not_wait_in_vain() -> None:
    with Reader(camera := Prompt(), print, print) as made:
        wait_for(lambda: made._lent)
        for _ in range(20):
            made.spent(0.95 / camera.rate)
        camera.silent.set()
        wait_for(lambda: made.take(0) is None and not made.slot.is_full)
        begun = time.monotonic()
        threading.Timer(0.1, lambda: setattr(made._headroom, "is_tight", False)).start()
        assert made.take(60) is None
        assert time.monotonic() - begun < 30
        assert made._lent


def lines_of_a_loss(made: Reader, lines: list[str], lose: threading.Event) -> list[str]:
    """Take pictures until the source is lost; return what is told of it."""
    take_some(made, 3)
    lose.set()
    wait_for(lambda: made.take(0.01) is None and lines)
    return lines


@pytest.mark.parametrize("lent", [True, False])
def test_a_source_that_goes_is_opened_again(monkeypatch, lent: bool) -> None:
    monkeypatch.setattr(reader, "_FIRST_WAIT", 0.02)
    camera, lines = Prompt(), []
    camera.is_prompt = lent
    with Reader(camera, lines.append, lines.append) as made:
        said = lines_of_a_loss(made, lines, camera.gone)
        assert said[0] == "fake: was unplugged; trying again"
        assert not made.is_open
        camera.gone.clear()
        take_some(made, 3)
        assert lines[1:] == ["fake: open, fake 96x64"]
    assert (camera.opens, camera.closes) == (2, 2)


@pytest.mark.parametrize("lent", [True, False])
def test_a_silent_source_counts_as_gone(monkeypatch, lent: bool) -> None:
    monkeypatch.setattr(reader, "SILENT_SECONDS", 0.1)
    camera, lines = Prompt(), []
    camera.is_prompt = lent
    with Reader(camera, lines.append, lines.append) as made:
        said = lines_of_a_loss(made, lines, camera.silent)
    assert said[0] == "fake: no picture for 0.1 s; trying again"


def test_who_was_busy_does_not_take_a_source_for_silent(monkeypatch) -> None:
    monkeypatch.setattr(reader, "SILENT_SECONDS", 0.2)
    camera, lines = Prompt(), []
    with Reader(camera, lines.append, lines.append) as made:
        wait_for(lambda: made._lent)
        take_some(made, 1)
        time.sleep(0.4)
        camera.silent.set()
        assert made.take(0.01) is None
        camera.silent.clear()
        take_some(made, 1)
    assert not lines


def test_the_end_of_a_source_is_the_end() -> None:
    with Reader(Prompt(count=4), print, print) as made:
        wait_for(lambda: made.take(0.01) is None and made.over)
        assert made.take(60) is None


def test_it_is_closed_while_nobody_wants_pictures() -> None:
    with Reader(camera := Prompt(), print, print) as made:
        take_some(made, 3)
        made.want(wanted=False)
        wait_for(lambda: not camera.is_open)
        assert made.take(0) is None
        made.want(wanted=True)
        take_some(made, 3)
    assert camera.opens == 2


def test_time_is_tight_from_three_quarters_of_a_period_to_half_of_one() -> None:
    headroom = Headroom()
    for share, tight in ((0.7, False), (0.85, True), (0.55, True), (0.4, False), (0.7, False)):
        for _ in range(40):
            headroom.add(share / 30, 1 / 30)
        assert headroom.is_tight is tight


def test_one_late_frame_alone_does_not_make_it_tight() -> None:
    headroom = Headroom()
    for _ in range(40):
        headroom.add(0.3 / 30, 1 / 30)
    headroom.add(10.0, 1 / 30)
    assert not headroom.is_tight


def test_a_slot_lets_go_of_who_waits() -> None:
    slot: Slot[int] = Slot()
    slot.wake()
    assert slot.take(60) is None
    slot.put(1)
    slot.wake()
    assert slot.is_full
    assert slot.take(60) == 1
    assert not slot.is_full
    assert slot.take(0.01) is None
