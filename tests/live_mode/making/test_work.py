"""What work is done on one picture: whose memory it uses, and what comes of that."""

from __future__ import annotations

import gc
import weakref
from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg.errors import OptionError
from fastvbg.live_mode.making.making import Making
from fastvbg.live_mode.making.work import Wanted, Work, checked_live
from fastvbg.live_mode.pictures.grab import FORM
from fastvbg.masks.adaptive import Adaptive
from fastvbg.masks.plate import Plate
from fastvbg.matting.motion import MotionRun
from fastvbg.matting.plate import PlateRun
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.media.planes import new_picture, planes_of
from fastvbg.settings import Settings

W, H = 96, 64
INFO = StreamInfo(
    W, H, Fraction(30), Fraction(1, 90_000), None, ColourTags(6, 1), pixel_format=FORM
)


@pytest.fixture
def room(tmp_path):
    path = tmp_path / "room.png"
    cv2.imwrite(str(path), np.full((H, W, 3), 60, np.uint8))
    return path


def frames(count=4):
    """A disc with a soft edge that goes through a gray room, as planes in pictures of their own."""
    for k in range(count):
        picture = new_picture(W, H, FORM)
        y, u, v = planes_of(picture)
        disc = np.zeros((H, W), np.uint8)
        cv2.circle(disc, (40 + 3 * k, 30), 18, 255, -1)
        share = cv2.GaussianBlur(disc, (0, 0), 3) / 255
        y[:] = np.rint(68 + share * 140)
        u[:] = v[:] = 128
        y[1::2, ::2] += np.uint8(k % 2)
        yield picture


def copied(picture):
    return [plane.copy() for plane in planes_of(picture)]


def worked(settings, wanted):
    """Return the composites, the frames as they came, and as they were left."""
    work = Work(settings, INFO, lambda _: None)
    made, came, left = [], [], []
    for k, picture in enumerate(frames()):
        came.append(copied(picture))
        made.append(copied(work(picture, k / 30, wanted)[0].picture))
        left.append(copied(picture))
    work.close()
    return made, came, left


def alike(first, second):
    return all(np.array_equal(a, b) for a, b in zip(first, second, strict=True))


@pytest.mark.parametrize("background", ["#2244aa", "blur"])
def test_a_spare_picture_gets_own_colours_in_place(room, background) -> None:
    settings = Settings(mask=Plate(plate=str(room)), background=background)
    made, came, left = worked(settings, Wanted(matte=False, spare=True))
    wanted, _, kept = worked(settings, Wanted(matte=False))
    assert all(map(alike, made, wanted))
    assert all(map(alike, kept, came))
    assert not any(map(alike, left, came))


@pytest.mark.parametrize("why", ["looks back", "shown", "not spare"])
def test_what_is_read_afterwards_stays(room, why, monkeypatch) -> None:
    monkeypatch.setattr(PlateRun, "looks_back", why == "looks back")
    settings = Settings(mask=Plate(plate=str(room)), background="#2244aa")
    wanted = Wanted(matte=why == "shown", spare=why != "not spare")
    _, came, left = worked(settings, wanted)
    assert all(map(alike, left, came))


def test_what_moved_is_told_from_the_frame_before() -> None:
    assert MotionRun.looks_back
    assert not PlateRun.looks_back


def test_what_is_written_at_the_end_of_a_file_is_refused() -> None:
    settings = Settings(mask=Adaptive(save_model="room.npz"), background="navy")
    with pytest.raises(OptionError, match=r"^save_model: got 'room\.npz', which is written at the"):
        checked_live(settings)
    checked_live(Settings(mask=Adaptive(load_model="room.npz"), background="navy"))


@pytest.mark.parametrize("mask", ["motion", "adaptive", "chroma", "knn", "plate"])
def test_what_worked_before_is_let_go_of_at_once(mask, room) -> None:
    """The collector comes by late, and each has pictures and threads of FFmpeg's."""
    gc.collect()
    gc.disable()
    try:
        kind: Any = Plate(plate=str(room)) if mask == "plate" else mask
        pasts = []
        making = Making(Settings(mask=kind, background="navy"), print, lambda _: None)
        making.begin(INFO)
        for number, picture in enumerate(frames()):
            making.apply(Settings(mask=kind, background=("#204060", "blur")[number % 2]))
            making(picture, number / 30, Wanted(matte=bool(number % 2), mirrored=number > 1))
            assert making._work is not None
            pasts.append([weakref.ref(making._work), weakref.ref(making._work.pixels)])
        making.close()
        assert [each() for past in pasts for each in past] == [None] * 8
    finally:
        gc.enable()


def test_a_step_under_load_gives_memory_back(monkeypatch: pytest.MonkeyPatch) -> None:
    """After what worked before is let go of, not while it is there."""
    given = []
    made = Making(Settings(mask="motion", background="navy"), print, lambda _: None)
    made.begin(INFO)
    before = weakref.ref(made._work)  # type: ignore[arg-type]
    monkeypatch.setattr("fastvbg.live_mode.making.making.give_back", lambda: given.append(before()))
    monkeypatch.setattr(made._overload, "add", lambda *_: True)
    made.spent(1.0, 1 / 30, 0.0)
    assert given == [None]
    made.close()
