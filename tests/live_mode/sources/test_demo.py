"""A generated scene as a source, and when it takes a camera's place."""

from __future__ import annotations

import time
from fractions import Fraction
from types import SimpleNamespace

import pytest

from fastvbg.errors import FastvbgError
from fastvbg.live_mode.asking import choosing
from fastvbg.live_mode.asking.choosing import has_camera, make_source
from fastvbg.live_mode.sources import demo
from fastvbg.media.planes import planes_of
from tests.support.command import fastvbg_process


def test_it_moves_at_its_pace_and_counts_what_was_late() -> None:
    source = make_source("demo", size=(97, 65))
    source.open()
    assert (source.width, source.height, source.rate) == (96, 64, 30.0)
    begun = time.monotonic()
    grabs = [source.read(1.0) for _ in range(4)]
    assert time.monotonic() - begun > 2.5 / 30
    assert all(grabs)
    assert [round(30 * (g.captured - grabs[0].captured)) for g in grabs if g] == [0, 1, 2, 3]
    assert planes_of(grabs[0].picture)[0].shape == (64, 96)
    time.sleep(0.1)
    assert source.read(0.0) is not None
    assert source.dropped >= 2
    assert source.read(0.0) is None
    source.close()
    source.open()
    assert source.read(1.0) is not None


def test_it_begins_again_and_somebody_is_in_it() -> None:
    source = make_source("demo", size=(64, 36))
    source.open()
    source._next, source._start = 119, time.monotonic() - 119 / 30
    last, first = source.read(1.0), source.read(1.0)
    assert last is not None
    assert first is not None
    # The room alone, before who is in the last picture comes in.
    assert (planes_of(last.picture)[0] != planes_of(first.picture)[0]).mean() > 0.2


@pytest.mark.parametrize("there", [True, False])
def test_no_camera_is_told_from_one_that_does_not_open(monkeypatch, there: bool) -> None:
    from fastvbg.devices.errors import NoCameraError
    from fastvbg.devices.v4l2 import naming

    def none(*_: object) -> None:
        if there:
            raise FastvbgError("camera: in use by another program")
        raise NoCameraError("camera: there is none")

    monkeypatch.setattr(choosing.sys, "platform", "linux")
    monkeypatch.setattr(naming, "find_camera", none)
    assert has_camera() is there


def test_a_page_shows_it_where_there_is_no_camera() -> None:
    if has_camera():
        pytest.skip("there is a camera here, which would be opened")
    pytest.importorskip("aiohttp")
    process = fastvbg_process(
        "live", "--page", "--mask", "motion", "-b", "navy", "--seconds", "0.2", "--size", "64x36"
    )
    _, said = process.communicate(timeout=60)
    assert process.returncode == 0
    assert "camera: there is none; a generated scene is shown in its place" in said
    assert "page: http://127.0.0.1:" in said


@pytest.mark.parametrize(("rate", "drawn"), [(15, [0, 2, 4, 6]), (60, [0, 0, 1, 1, 2])])
def test_it_goes_at_a_rate_that_is_asked_for(monkeypatch, rate: int, drawn: list[int]) -> None:
    """At the scene's own pace: of half the rate every second picture is shown."""
    now = [100.0]
    clock = SimpleNamespace(
        monotonic=lambda: now[0], sleep=lambda wait: now.append(now.pop() + wait + 1e-6)
    )
    monkeypatch.setattr(demo, "time", clock)
    source = make_source("demo", size=(64, 36), fps=Fraction(rate))
    assert source.rate == rate
    source.open()
    grabs = [source.read(5.0) for _ in drawn]
    places = {id(picture): k for k, picture in enumerate(source._pictures)}
    assert [places[id(grab.picture)] for grab in grabs if grab] == drawn
    times = [grab.captured - 100 for grab in grabs if grab]
    assert times == pytest.approx([k / rate for k in range(len(drawn))])
    assert source.dropped == 0


def test_the_first_picture_does_not_wait_for_the_others() -> None:
    source, whole = (make_source("demo", size=(64, 36)) for _ in range(2))
    source.open()
    assert len(source._pictures) == 1
    whole.open()
    whole._draw(demo._FRAMES)
    shown = [source.read(1.0) for _ in range(5)]
    assert len(source._pictures) < 20  # ahead by what the time between them allows, at most
    places = {id(picture): k for k, picture in enumerate(source._pictures)}
    for grab in shown:
        assert grab is not None
        got = planes_of(grab.picture)
        wanted = planes_of(whole._pictures[places[id(grab.picture)]])
        assert all((a == b).all() for a, b in zip(got, wanted, strict=True))


def test_drawing_takes_none_of_the_scenes_time(monkeypatch) -> None:
    """Where each picture takes longer to draw than it is shown, none is left out."""
    source = make_source("demo", size=(64, 36))
    now = [100.0]
    clock = SimpleNamespace(
        monotonic=lambda: now[0], sleep=lambda wait: now.append(now.pop() + wait + 1e-6)
    )
    monkeypatch.setattr(demo, "time", clock)
    convert = source._convert

    def slow(frame):
        now[0] += 0.2
        return convert(frame)

    source._convert = slow
    source.open()
    for _ in range(10):
        assert source.read(1.0) is not None
    assert source.dropped == 0
