"""A window as a sink: its keys, and machines without a screen."""

from __future__ import annotations

import sys
from types import SimpleNamespace

import cv2
import pytest

from fastvbg.errors import SinkError
from fastvbg.live_mode.outlets import window
from fastvbg.live_mode.outlets.window import Window
from fastvbg.live_mode.terminal.keys import heed
from fastvbg.media.colour import ColourTags
from fastvbg.media.planes import planes_of
from tests.support.live import HEIGHT, WIDTH, FakeCamera, room_picture
from tests.support.sessions import running

TAGS = ColourTags(6, 1)


@pytest.fixture
def screen(monkeypatch: pytest.MonkeyPatch) -> SimpleNamespace:
    """A screen of memory: the key that is pressed next, and whether the window is there."""
    state = SimpleNamespace(key=0xFF, there=1.0, shown=0)

    def show(*_: object) -> None:
        state.shown += 1

    monkeypatch.setattr(window, "_demand_screen", lambda: None)
    for name in ("namedWindow", "resizeWindow", "destroyWindow"):
        monkeypatch.setattr(cv2, name, lambda *_: None)
    monkeypatch.setattr(cv2, "imshow", show)
    monkeypatch.setattr(cv2, "waitKey", lambda _: state.key)
    monkeypatch.setattr(cv2, "getWindowProperty", lambda *_: state.there)
    return state


@pytest.mark.parametrize(("key", "there"), [(ord("q"), 1.0), (0xFF, 0.0)])
def test_q_and_its_cross_end_the_session(screen: SimpleNamespace, key: int, there: float) -> None:
    camera = FakeCamera()
    with running(camera, Window(TAGS)) as (made, _):
        made.started.wait(10)
        screen.key, screen.there = key, there
        assert made._ended.wait(10)
        assert made.summary()["failed"] == []


def test_its_keys_are_those_of_the_terminal(screen: SimpleNamespace) -> None:
    pressed: list[str] = []
    sink, session = Window(TAGS), SimpleNamespace(set_state=pressed.append)
    heed(sink, session)  # type: ignore[arg-type]
    sink.open(WIDTH, HEIGHT, 30)
    screen.key = ord("c")
    sink.write(planes_of(room_picture(0)), 0.0)
    assert pressed == ["card"]


def test_what_opencv_says_is_one_line(screen: SimpleNamespace, monkeypatch) -> None:
    def fail(*_: object) -> None:
        raise cv2.error("the screen\nhas gone")

    monkeypatch.setattr(cv2, "imshow", fail)
    sink = Window(TAGS)
    sink.open(WIDTH, HEIGHT, 30)
    with pytest.raises(SinkError, match="window: the screen has gone"):
        sink.write(planes_of(room_picture(0)), 0.0)


@pytest.mark.skipif(sys.platform in ("darwin", "win32"), reason="Linux's windows are Qt's")
@pytest.mark.parametrize("code", ["import os; os.abort()", "raise SystemExit(1)"])
def test_without_a_screen_nothing_is_aborted(monkeypatch, code: str) -> None:
    monkeypatch.setattr(window, "_PROBE", code)
    with pytest.raises(SinkError, match="window: OpenCV opens none here"):
        Window(TAGS).open(WIDTH, HEIGHT, 30)
