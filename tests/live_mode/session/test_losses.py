"""What fails in a session is named, and takes nothing else with it."""

from __future__ import annotations

from contextlib import ExitStack
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from fastvbg.errors import OptionError, SinkError, SourceError
from fastvbg.live_mode.api import live
from fastvbg.live_mode.outlets.outlets import Outlets
from fastvbg.live_mode.session.plates import PlateTaking
from fastvbg.live_mode.sources import reader
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.settings import Settings
from tests.support.live import FakeCamera, Kept, room_picture
from tests.support.sessions import MOTION, empty_room, eventually, live_ones, running


@pytest.mark.parametrize(
    ("failure", "told"),
    [
        (OSError("I/O"), "kept: OSError: I/O"),
        (ValueError("library"), "kept: ValueError: library"),
        (MemoryError(), "kept: out of memory"),
        (KeyError(), "kept: KeyError"),
        (SinkError("kept: full"), "kept: full"),
    ],
)
def test_whatever_a_sink_raises_is_its_own_failure(failure: Exception, told: str) -> None:
    def fail(*_: object) -> None:
        raise failure

    one, other = Kept(), Kept()
    one.write = fail  # type: ignore[method-assign]
    with running(FakeCamera(), one, other) as (made, lines):
        assert eventually(lambda: len(live_ones(other)) > 3)
        assert made.summary()["failed"] == [told]
        assert not any("mask failed" in line for line in lines)


def test_a_sink_that_cannot_be_closed_either_is_named_once() -> None:
    def fail(*_: object) -> None:
        raise SinkError("kept: full")

    one, other = Kept(), Kept()
    one.write = one.close = fail  # type: ignore[method-assign]
    with running(FakeCamera(), one, other) as (made, lines):
        assert eventually(lambda: len(live_ones(other)) > 3)
    assert lines.count("kept: full") == 1
    assert made.summary()["failed"] == ["kept: full"]


def test_the_last_sink_is_not_lost_while_another_waits_for_the_mask() -> None:
    def fail(*_: object) -> None:
        raise SinkError("kept: full")

    failing, waiting = Kept(), Kept()
    failing.write = fail  # type: ignore[method-assign]
    waiting.waits = True  # type: ignore[attr-defined]
    outlets = Outlets([lambda _: failing, lambda _: waiting], lambda _: None)
    info = StreamInfo(2, 2, Fraction(30), Fraction(1, 30), None, ColourTags())
    with ExitStack() as stack:
        outlets.open(info, stack, lambda _: None)
        planes: Any = ()
        assert outlets.send(planes, 0.0)
        assert outlets.failed == ["kept: full"]


def test_a_sink_of_which_nobody_can_know_counts_as_watched() -> None:
    one, other = Kept(), Kept()
    outlets = Outlets([lambda _: one, lambda _: other], lambda _: None)
    info = StreamInfo(2, 2, Fraction(30), Fraction(1, 30), None, ColourTags())
    said: list[bool | None] = [False, None]
    one.watched, other.watched = lambda: said[0], lambda: said[1]  # type: ignore[method-assign, assignment, return-value]
    with ExitStack() as stack:
        outlets.open(info, stack, lambda _: None)
        assert outlets.are_watched()
        said[1] = False
        assert not outlets.are_watched()
        said[0] = True
        assert outlets.are_watched()


def test_a_sink_that_fails_at_the_end_is_named() -> None:
    one, other = Kept(), Kept()

    def fail() -> None:
        raise SinkError("kept: cannot be finished")

    one.close = fail  # type: ignore[method-assign]
    with running(FakeCamera(count=4), one, other) as (made, lines):
        assert eventually(lambda: other.closes > 0)
    assert lines.count("kept: cannot be finished") == 1
    assert made.summary()["failed"] == ["kept: cannot be finished"]


def test_whatever_a_source_raises_it_is_opened_again(monkeypatch) -> None:
    monkeypatch.setattr(reader, "_FIRST_WAIT", 0.05)
    camera, kept = FakeCamera(), Kept()
    read, failures = camera.read, [ValueError("library")]

    def failing(timeout: float):
        if camera.number > 5 and failures:
            raise failures.pop()
        return read(timeout)

    camera.read = failing  # type: ignore[method-assign]
    with running(camera, kept) as (_, lines):
        assert eventually(lambda: camera.opens == 2)
        count = len(kept.pictures)
        assert eventually(lambda: len(kept.pictures) > count + 5)
        assert "fake: ValueError: library; trying again" in lines


@pytest.mark.parametrize("state", ["card", "freeze", "black"])
def test_theempty_room_is_taken_behind_a_card(tmp_path, monkeypatch, state) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    with running(empty_room(), Kept()) as (made, _):
        made.set_state(state)
        made.take_plate(0.1)
        assert eventually(lambda: made.settings.kind.name == "plate", 60)


def test_anempty_room_of_another_size_is_refused(tmp_path, monkeypatch) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    info = StreamInfo(48, 32, Fraction(30), Fraction(1, 30), None, ColourTags(6, 1))
    taking = PlateTaking(0.0)
    assert taking.add(room_picture(0), info, 1.0)
    with pytest.raises(SourceError, match="another size now: got 96x64, wanted 48x32"):
        taking.mask(MOTION)


def test_a_folder_forempty_rooms_that_cannot_be_made_is_told(tmp_path, monkeypatch) -> None:
    (tmp_path / "file").write_bytes(b"")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "file"))
    with running(empty_room(), Kept()) as (made, lines):
        made.take_plate(0.0)
        said = "could not be taken: cannot make the folder"
        assert eventually(lambda: any(said in line for line in lines))


@pytest.mark.parametrize(
    ("source", "to", "said"),
    [
        ("demo", ["-", "-"], "to: got '-' twice"),
        ("demo", ["a.mkv", "./a.mkv"], r"to: got '\./a\.mkv' twice"),
        ("a.mkv", ["a.mkv"], "to: 'a.mkv' is the source"),
    ],
)
def test_nothing_is_written_twice(source: str, to: list[str], said: str) -> None:
    with pytest.raises(OptionError, match=said):
        live(source, to, overwrite=True)


@pytest.mark.parametrize("to", [[], (), iter([])])
def test_a_session_goes_somewhere(to: object) -> None:
    with pytest.raises(OptionError, match=r"^to: got no place, wanted one or more, such as"):
        live("demo", to, mask="motion")  # type: ignore[arg-type]


def test_settings_without_a_background_show_no_room(tmp_path: Path) -> None:
    with live(
        "demo", str(tmp_path / "o.mkv"), size="32x32", mask="motion", background="navy"
    ) as session:
        session.apply(Settings(mask="motion"))
        assert session.settings.background == "blur"


def test_the_least_scene_is_drawn(tmp_path: Path) -> None:
    with live(
        "demo", str(tmp_path / "o.mkv"), size="3x3", mask="motion", background="navy"
    ) as session:
        assert session.figures()["source"]["height"] == 2


@pytest.mark.parametrize("kind", ["knn", "mog2"])
def test_a_subtractor_that_knows_nothing_keeps_nothing(kind: str) -> None:
    kept = Kept()
    with running(FakeCamera(), kept, settings=Settings(mask=kind, background="navy")):
        assert eventually(lambda: len(kept.pictures) > 12)
    assert max(kept.shows_room(i) for i in range(len(kept.pictures))) < 0.5
