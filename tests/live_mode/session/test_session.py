"""A session: what leaves, and what never does."""

from __future__ import annotations

import gc
import threading
import time

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.devices.planar import in_one_piece
from fastvbg.errors import OptionError, SourceError
from fastvbg.live_mode.controls.switches import Switches
from fastvbg.live_mode.making.work import Work
from fastvbg.live_mode.pictures.grab import Grab
from fastvbg.live_mode.session import failing, presence, session
from fastvbg.live_mode.session.session import Session
from fastvbg.live_mode.sources import reader
from fastvbg.media.planes import planes_of
from fastvbg.settings import Settings
from tests.support.live import FakeCamera, Kept
from tests.support.sessions import (
    MOTION,
    WHITE,
    empty_room,
    eventually,
    live_ones,
    running,
    squares,
)


@pytest.fixture(params=["read here", "read by a thread"], autouse=True)
def prompt(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let cameras be read by the thread that works on pictures, or by one of its own."""
    monkeypatch.setattr(FakeCamera, "is_prompt", request.param == "read here")


def test_the_collector_is_spared_what_a_session_finds() -> None:
    with running(FakeCamera(), kept := Kept()):
        assert eventually(lambda: live_ones(kept))
        assert gc.get_freeze_count() > 1000
    assert gc.get_freeze_count() == 0


def test_composites_leave_and_the_room_does_not() -> None:
    camera, kept = FakeCamera(), Kept()
    with running(camera, kept) as (made, _):
        assert eventually(lambda: len(live_ones(kept)) > 20)
        figures = made.figures()
    assert max(map(kept.shows_room, range(len(kept.pictures)))) < 0.2  # where the square was
    assert kept.opened == (96, 64, 100.0)
    assert (camera.opens, camera.closes, kept.closes) == (1, 1, 1)
    assert figures["state"] == "live"
    assert figures["delay_ms"]["p50"] < 1000
    assert figures["source"]["width"] == 96
    assert figures["sinks"] == [{"name": "kept", "watched": True, "status": "", "dropped": 0}]


def test_a_card_leaves_before_anything_else() -> None:
    kept = Kept()
    with running(FakeCamera(), kept):
        assert eventually(lambda: len(kept.pictures) > 3)
    assert 0 not in live_ones(kept)
    assert kept.shows_room(0) < 0.02


def test_matte_and_picture_are_of_one_frame() -> None:
    kept = Kept()
    with running(FakeCamera(), kept, settings=Settings(mask="motion", background="red")):
        assert eventually(lambda: len(live_ones(kept)) > 5)
    for index in live_ones(kept):
        cols = np.flatnonzero(squares(kept.pictures[index]).any(axis=0))
        # Of what moved between two pictures, the newer one's square; the older one's place is room.
        assert cols.max() - cols.min() < 16


@pytest.mark.parametrize("when", ["key", "lay"])
def test_no_room_leaves_when_a_keyer_fails(monkeypatch, when: str) -> None:
    monkeypatch.setattr(failing, "_FIRST_PAUSE", 0.05)
    camera, kept = FakeCamera(), Kept()
    work = Work.__call__
    broken = threading.Event()

    def fails(self, picture, now, wanted):
        if broken.is_set():
            if when == "lay":
                work(self, picture, now, wanted)
            raise RuntimeError("the network\nbroke")
        return work(self, picture, now, wanted)

    monkeypatch.setattr(Work, "__call__", fails)
    with running(camera, kept) as (_, lines):
        assert eventually(lambda: len(live_ones(kept)) > 3)
        broken.set()
        assert eventually(lambda: any("the mask failed" in line for line in lines))
        after = len(kept.pictures)
        assert eventually(lambda: len(kept.pictures) > after + 2)
        shown = range(after, len(kept.pictures))
        assert not set(live_ones(kept)) & set(shown)
        assert all(kept.shows_room(i) < 0.02 for i in shown)
        broken.clear()
        assert eventually(lambda: (live_ones(kept) or [0])[-1] > after)
    assert "the mask failed, so a card is shown: RuntimeError: the network broke" in lines
    assert max(map(kept.shows_room, range(len(kept.pictures)))) < 0.2


@pytest.mark.parametrize("state", ["card", "black", "freeze"])
def test_states(state: str) -> None:
    kept = Kept()
    with running(FakeCamera(), kept) as (made, _):
        assert eventually(lambda: len(live_ones(kept)) > 3)
        made.set_state(state)
        time.sleep(0.1)
        begun = len(kept.pictures)
        assert eventually(lambda: len(kept.pictures) > begun + 2)
        stills = kept.pictures[begun:]
        assert all((still == stills[0]).all() for still in stills)
        if state == "black":
            assert stills[0].max() == 16
        assert (begun in live_ones(kept)) == (state == "freeze")
        made.set_state("live")
        before = len(live_ones(kept))
        assert eventually(lambda: len(live_ones(kept)) > before + 3)
        with pytest.raises(OptionError, match="state: got 'open', wanted one of live, freeze"):
            made.set_state("open")  # type: ignore[arg-type]


def test_nobody_watches(monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.live_mode.session.idle.REST_AFTER", 0.2)
    monkeypatch.setattr("fastvbg.live_mode.session.idle.SLEEP_AFTER", 0.5)
    monkeypatch.setattr(session, "IDLE_RATE", 20.0)
    camera, kept = FakeCamera(), Kept(watched=False)
    with running(camera, kept) as (made, _):
        assert eventually(lambda: not camera.is_open and camera.closes == 1)
        begun = len(kept.pictures)
        assert eventually(lambda: len(kept.pictures) > begun + 2)  # cards go on
        assert not set(live_ones(kept)) & set(range(begun, len(kept.pictures)))
        assert made.figures()["doing"] == "nobody watches: the camera is closed"
        kept.is_watched = True
        before = len(live_ones(kept))
        assert eventually(lambda: len(live_ones(kept)) > before + 3)
        assert camera.opens == 2


def test_always_works_without_watchers(monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.live_mode.session.idle.REST_AFTER", 0.1)
    monkeypatch.setattr("fastvbg.live_mode.session.idle.SLEEP_AFTER", 0.2)
    camera, kept = FakeCamera(), Kept(watched=False)
    with running(camera, kept, switches=Switches(always=True)):
        assert eventually(lambda: len(live_ones(kept)) > 60)
    assert camera.opens == 1


def test_somebody_who_looks_at_previews_watches(monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.live_mode.session.idle.REST_AFTER", 0.1)
    monkeypatch.setattr("fastvbg.live_mode.session.idle.SLEEP_AFTER", 0.2)
    camera, kept = FakeCamera(), Kept(watched=False)
    with running(camera, kept) as (made, _):
        me = object()
        made.look(me, wants=True)
        shown = made.shown(0, 5.0)
        assert shown is not None
        newer = made.shown(shown.number, 5.0)
        assert newer is not None
        assert newer.number > shown.number
        assert newer.source.shape == newer.result.shape == (32, 48, 3)
        assert newer.matte.shape == (32, 48)
        made.look(me, wants=False)
        assert made.shown(0, 0.01) is None
        assert eventually(lambda: not camera.is_open)


def test_an_unplugged_camera_is_opened_again(monkeypatch) -> None:
    monkeypatch.setattr(reader, "_FIRST_WAIT", 0.02)
    monkeypatch.setattr(session, "_GONE_SECONDS", 0.1)
    camera, kept = FakeCamera(), Kept()
    with running(camera, kept) as (_, lines):
        assert eventually(lambda: len(live_ones(kept)) > 3)
        camera.gone.set()
        assert eventually(lambda: len(kept.pictures) - 1 not in live_ones(kept))
        assert "fake: was unplugged; trying again" in lines
        camera.gone.clear()
        before = len(live_ones(kept))
        assert eventually(lambda: len(live_ones(kept)) > before + 3)
    assert camera.opens == 2
    assert camera.closes == 2


def test_a_silent_camera_is_opened_again(monkeypatch) -> None:
    monkeypatch.setattr(reader, "SILENT_SECONDS", 0.1)
    monkeypatch.setattr(reader, "_FIRST_WAIT", 0.02)
    camera, kept = FakeCamera(), Kept()
    with running(camera, kept) as (_, lines):
        assert eventually(lambda: len(live_ones(kept)) > 3)
        camera.silent.set()
        assert eventually(lambda: camera.closes >= 1)
        camera.silent.clear()
        before = len(live_ones(kept))
        assert eventually(lambda: len(live_ones(kept)) > before + 3)
    assert any("no picture for" in line for line in lines)


def test_settings_change_while_it_runs() -> None:
    kept = Kept()
    with running(FakeCamera(), kept) as (made, _):
        assert eventually(lambda: len(live_ones(kept)) > 3)
        made.apply(Settings(mask="motion", background="white"))
        assert made.settings.background == "white"
        assert eventually(lambda: (kept.pictures[-1] > 230).mean() > 0.5)
        assert max(map(kept.shows_room, range(len(kept.pictures)))) < 0.2
        with pytest.raises(OptionError, match="plate: 'auto' needs the clip first; live, wanted"):
            made.apply(Settings(mask="plate", background="white"))
        assert made.settings.background == "white"


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        (Settings(mask="plate"), "plate: 'auto' needs the clip first"),
        (Settings(mask="matte:m.mkv", background="red"), "mask: 'matte' takes what lies beside"),
        (Settings(background="transparent"), "background: a camera's picture has no transparency"),
        (Settings(background="red", background_end="trim"), "background_end: got 'trim', which"),
        (Settings(background="red", start=3), "start: it goes with files"),
        (Settings(background="red", pairing="tutorial"), "pairing, pixel_path: the tutorial's"),
    ],
)
def test_what_needs_a_file_is_refused(settings, message) -> None:
    with pytest.raises(OptionError, match=message):
        Session(FakeCamera(), [], settings, tell=print)


def test_a_sink_that_fails_is_left_out_and_the_last_one_ends_it() -> None:
    one, other = Kept(most=5), Kept()
    with running(FakeCamera(), one, other) as (made, lines):
        assert eventually(lambda: len(other.pictures) > 10)
        assert lines.count("kept: the disk is full") == 1
        assert made.summary()["failed"] == ["kept: the disk is full"]
    assert (one.closes, other.closes) == (2, 1)
    alone = Kept(most=3)
    camera = FakeCamera()
    with running(camera, alone):
        assert eventually(lambda: alone.closes > 0)
        assert eventually(lambda: not camera.is_open)


def test_a_source_that_ends_ends_the_session() -> None:
    camera, kept = FakeCamera(count=8), Kept()
    lines: list[str] = []
    Session(camera, [lambda _: kept], MOTION, tell=lines.append).run()
    assert len(kept.pictures) >= 2
    assert not camera.is_open


def test_frames_in_are_frames_out_and_counted_drops() -> None:
    camera, kept = FakeCamera(count=120), Kept()
    made = Session(camera, [lambda _: kept], MOTION, tell=print)
    made.run()
    figures = made.summary()
    assert figures["frames_out"] + figures["dropped"] == camera.number


def test_flip_mirrors_the_camera_alone() -> None:
    kept, flipped = Kept(), Kept()
    for sink, flip in ((kept, False), (flipped, True)):
        with running(FakeCamera(count=6), sink, switches=Switches(flip=flip)):
            assert eventually(lambda sink=sink: len(live_ones(sink)) > 1)
    first = kept.pictures[live_ones(kept)[0]]
    mirrored = flipped.pictures[live_ones(flipped)[0]]
    assert np.flatnonzero(squares(first).any(axis=0)).mean() < 48
    assert np.flatnonzero(squares(mirrored).any(axis=0)).mean() > 48


def test_nobody_means_a_card(monkeypatch) -> None:
    monkeypatch.setattr(presence, "_NOBODY_SECONDS", 0.1)
    still = FakeCamera()
    still.silent.set()
    empty, kept = empty_room(), Kept()
    with running(empty, kept, switches=Switches(nobody="card"), settings=WHITE):
        assert eventually(lambda: len(kept.pictures) > 30)
        assert kept.pictures[-1].mean() < 60  # the card is dark, the background is not
    with pytest.raises(OptionError, match="nobody: got 'hide', wanted one of keep, card, blur"):
        Session(empty, [], MOTION, tell=print).switch(nobody="hide")  # type: ignore[arg-type]


def test_opencv_has_the_threads_that_were_asked_for_and_then_its_own() -> None:
    before, seen = cv2.getNumThreads(), []
    camera = FakeCamera(5)
    read = camera.read
    camera.read = lambda timeout: seen.append(cv2.getNumThreads()) or read(timeout)  # type: ignore[method-assign]
    for threads in (None, 2):
        with running(camera, Kept(), settings=MOTION.replace(threads=threads)):
            assert eventually(lambda: seen)
        assert cv2.getNumThreads() == before
        assert set(seen) == {threads or 1}
        seen.clear()
        camera.number = 0


def test_composites_lie_in_one_piece() -> None:
    camera, pieces = FakeCamera(), []
    kept = Kept()
    kept.write = lambda planes, captured: pieces.append(in_one_piece(planes))  # type: ignore[method-assign]
    with running(camera, kept):
        assert eventually(lambda: pieces and pieces[-1] is not None)  # a card leaves first


class Flickers(FakeCamera):
    """One that fails now and then, and is there again at once: in another light."""

    lighter = 0

    def read(self, timeout: float) -> Grab | None:
        if self.number == 20 * (self.lighter + 1):
            self.lighter += 1
            raise SourceError("fake: was reset")
        grab = super().read(timeout)
        assert grab is not None
        planes_of(grab.picture)[0][:] += np.uint8(6 * (self.lighter % 2))
        return grab


def test_what_comes_of_a_source_opened_anew_does_not_follow_on_what_was() -> None:
    with running(camera := Flickers(), kept := Kept(), settings=WHITE):
        assert eventually(lambda: camera.lighter >= 5)
        assert eventually(lambda: len(live_ones(kept)) > 60)
    assert camera.opens >= 5
    assert max(map(kept.shows_room, range(len(kept.pictures)))) < 0.5


def test_theempty_room_is_taken(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    camera, kept = empty_room(), Kept()
    with running(camera, kept) as (made, lines):
        made.take_plate(0.1)
        assert made.figures()["countdown"] is not None
        assert eventually(lambda: made.settings.kind.name == "plate", 60)
        assert eventually(lambda: len(lines) > 1)
        plates = list((tmp_path / "fastvbg" / "plates").glob("*.png"))
        assert len(plates) == 1
        assert any(str(plates[0]) in line for line in lines)
        made.settings.save(tmp_path / "s.toml")
        assert str(fastvbg.Settings.load(tmp_path / "s.toml").kind.plate) == str(plates[0])
