"""A browser's camera as a source, fed by hand; and the scene in its place."""

from __future__ import annotations

import time

import numpy as np
import pytest

from fastvbg.live_mode.asking.choosing import make_source, stand_in
from fastvbg.live_mode.sources import browser
from fastvbg.live_mode.sources.browser import BrowserSource, Fit, covering
from fastvbg.media.planes import new_picture, planes_of
from tests.support.command import fastvbg_process
from tests.support.live import Kept, room_picture
from tests.support.sessions import MOTION, eventually, running

GREEN = 145, 54, 34


def flat(width: int = 64, height: int = 36, values=GREEN, form: str = "yuv420p"):
    picture = new_picture(width, height, form)
    for plane, value in zip(planes_of(picture), values, strict=True):
        plane[:] = value
    return picture


def is_green(picture) -> bool:
    return all((p == value).all() for p, value in zip(planes_of(picture), GREEN, strict=True))


@pytest.fixture
def source() -> BrowserSource:
    made = make_source("browser", size=(64, 36))
    assert isinstance(made, BrowserSource)
    made.open()
    return made


def test_the_scene_is_shown_until_a_camera_is_given(source: BrowserSource) -> None:
    assert (source.name, source.width, source.height, source.rate) == ("browser", 64, 36, 30.0)
    assert (source.colour.matrix, source.colour.range) == (5, 1)
    assert "generated scene, 64x36 at 30 frames/s, until the page gives" in source.told
    scene = source.read(1.0)
    assert scene is not None
    assert scene.scene == 0
    source.offer(flat(), 3)
    given = source.read(1.0)
    assert given is not None
    assert given.scene == 3
    assert is_green(given.picture)
    assert 0 <= time.monotonic() - given.captured < 1
    # What is handed back is written to by nobody: pictures of the scene are shown again.
    source.recycle(scene.picture)
    assert source.pool is None


def test_the_newest_frame_is_given_and_others_are_counted(source: BrowserSource) -> None:
    for value in (10, 20, 30):
        source.offer(flat(values=(value, 128, 128)), 1)
    grab = source.read(1.0)
    assert grab is not None
    assert (planes_of(grab.picture)[0] == 30).all()
    assert source.dropped == 2
    assert source.read(0.01) is None  # it is awaited, and the scene is not shown in between


def test_a_silent_camera_gives_way_to_the_scene(source: BrowserSource, monkeypatch) -> None:
    monkeypatch.setattr(browser, "_SILENT_SECONDS", 0.05)
    source.offer(flat(), 1)
    assert source.read(1.0) is not None
    time.sleep(0.3)
    before = source.dropped
    grab = source.read(1.0)
    assert grab is not None
    assert grab.scene == 0
    assert not is_green(grab.picture)
    assert source.dropped == before  # of the scene nothing was dropped meanwhile


def test_an_old_frame_is_not_shown(source: BrowserSource, monkeypatch) -> None:
    assert browser._SILENT_SECONDS < browser.OLDEST_SECONDS == 2.0
    monkeypatch.setattr(browser, "OLDEST_SECONDS", 0.02)
    source.offer(flat(), 1)
    time.sleep(0.05)
    assert source.read(0.0) is None
    assert source.dropped == 1


@pytest.mark.parametrize("how", ["leave", "close"])
def test_nothing_of_a_camera_stays(source: BrowserSource, how: str) -> None:
    source.offer(flat(), 1)
    getattr(source, how)()
    if how == "close":
        source.offer(flat(), 1)  # while nobody watches
        source.open()
    grabs = [source.read(1.0) for _ in range(3)]
    assert [grab.scene for grab in grabs if grab] == [0, 0, 0]
    source.offer(flat(), 1)
    again = source.read(1.0)
    assert again is not None
    assert again.scene == 1


def test_a_frame_that_cannot_be_scaled_is_dropped(source: BrowserSource) -> None:
    def refuse(*_: object) -> None:
        raise ValueError("no such format")

    source._fit = refuse
    source.offer(flat(), 1)
    assert source.read(0.1) is None
    assert source.dropped == 1


@pytest.mark.parametrize("width", [1, 2, 63, 64, 65, 640])
@pytest.mark.parametrize("height", [1, 2, 35, 36, 37, 2000])
def test_frames_of_every_size_fill_the_picture(width: int, height: int) -> None:
    picture = Fit(64, 36)(flat(width, height))
    assert (picture.width, picture.height, picture.format.name) == (64, 36, "yuv420p")
    assert is_green(picture)


def test_what_is_too_high_is_cut_off_above_and_below() -> None:
    frame = flat(400, 300, (100, 128, 128))
    y = planes_of(frame)[0]
    y[:30], y[-30:] = 20, 20  # of 120 rows the first and last 14 or 16 are cut, of these 12 each
    y[:, :100] = np.minimum(y[:, :100], 60)
    luma = planes_of(Fit(160, 90)(frame))[0]
    assert luma.min() >= 58
    assert (luma[:, :38] == 60).all()
    assert (luma[:, 42:] == 100).all()


def test_what_is_too_wide_is_cut_off_left_and_right() -> None:
    frame = flat(640, 360, (100, 128, 128))
    y, u, _ = planes_of(frame)
    y[:, :70], y[:, -70:], u[:, :35], u[:, -35:] = 20, 20, 40, 40
    y, u, _ = planes_of(Fit(240, 180)(frame))
    assert (y == 100).all()
    assert (u == 128).all()


def test_proportions_are_kept() -> None:
    assert covering(640, 480, 640, 360) == (640, 480)
    assert covering(1280, 720, 640, 360) == (640, 360)
    assert covering(360, 640, 640, 360) == (640, 1138)
    assert covering(1920, 800, 640, 360) == (864, 360)
    # But of a strip, which would take any memory.
    assert covering(2, 16384, 640, 360) == (640, 1440)
    assert covering(16384, 2, 640, 360) == (2560, 360)


def test_range_and_matrix_are_those_of_the_source() -> None:
    y, _, _ = planes_of(Fit(64, 36)(flat(values=(255, 128, 128), form="yuvj420p")))
    assert (y == 235).all()
    tagged = flat(values=(100, 90, 200))
    tagged.colorspace = 1  # BT.709; by its weights, then by those of BT.601
    red, blue = 1.5748 * 72 * 255 / 224, 1.8556 * -38 * 255 / 224
    green = 84 * 255 / 219 + (-0.1873 * -38 - 0.4681 * 72) * 255 / 224
    red, blue = red + 84 * 255 / 219, blue + 84 * 255 / 219
    gray = 0.299 * red + 0.587 * green + 0.114 * blue
    wanted = (
        16 + gray * 219 / 255,
        *(128 + part * 224 / 255 for part in ((blue - gray) / 1.772, (red - gray) / 1.402)),
    )
    got = [float(plane.mean()) for plane in planes_of(Fit(64, 36)(tagged))]
    assert np.abs(np.array(got) - wanted).max() < 1.5
    nearly = Fit(64, 36)(flat(values=GREEN, form="yuv444p"))
    assert is_green(nearly)


def test_no_room_leaves_where_a_camera_takes_over(monkeypatch) -> None:
    """To a mask of what changed, the first frame of another scene is all new."""
    monkeypatch.setattr(browser, "_SILENT_SECONDS", 0.2)
    source, kept = BrowserSource((96, 64)), Kept()
    with running(source, kept, settings=MOTION) as (made, _):
        assert made.source is source  # to which a page gives frames
        for camera in (1, 2, 3):
            assert eventually(lambda: made.figures()["fps_out"] > 1)
            begun = len(kept.pictures)
            for number in range(12):
                source.offer(room_picture(number), camera)
                time.sleep(0.02)
            assert eventually(lambda begun=begun: len(kept.pictures) > begun + 5)
            if camera == 2:  # 1 gave way to 2 at once, 2 to the scene
                time.sleep(0.4)
    assert max(map(kept.shows_room, range(len(kept.pictures)))) < 0.25


@pytest.mark.parametrize("there", [True, False])
def test_what_a_page_has_without_a_camera(monkeypatch, there: bool) -> None:
    from fastvbg.live_mode.asking import choosing

    monkeypatch.setattr(choosing, "find_spec", lambda _: object() if there else None)
    source, showing = stand_in()
    assert source == ("browser" if there else "demo")
    assert showing.startswith("a generated scene is shown in its place")


def test_without_a_page_there_is_no_browser() -> None:
    process = fastvbg_process("live", "browser", "--to", "out.mkv")
    _, said = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "source: a browser gives its camera by the page; wanted browser --page" in said
    assert len(said.splitlines()) == 1
