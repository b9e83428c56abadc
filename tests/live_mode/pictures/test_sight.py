"""How the camera's picture is shown: keyed as it was taken, then cropped and mirrored."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg.live_mode.making.work import Wanted, Work
from fastvbg.live_mode.pictures.framing import WHOLE, Box, Sight
from fastvbg.live_mode.pictures.grab import FORM, seen_as
from fastvbg.live_mode.session import session
from fastvbg.masks.adaptive import Adaptive
from fastvbg.masks.motion import Motion
from fastvbg.masks.plate import Plate
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.media.planes import new_picture, planes_of
from fastvbg.settings import Settings
from tests.support.live import FakeCamera, Kept
from tests.support.sessions import eventually, running

W, H = 320, 180
INFO = StreamInfo(
    W, H, Fraction(30), Fraction(1, 90_000), None, ColourTags(6, 1), pixel_format=FORM
)
HALF = Box(0.25, 0.125, 0.5, 0.5)


def test_a_crop_is_the_part_enlarged() -> None:
    plane = np.tile(np.arange(0, 240, 2, dtype=np.uint8), (90, 1))
    out = Sight(Box(0.25, 0.25, 0.5, 0.5)).show(plane, np.empty_like(plane))
    assert abs(int(out[45, 60]) - int(plane[45, 60])) <= 2
    assert abs(int(out[45, 0]) - int(plane[45, 30])) <= 2


@pytest.mark.parametrize("crop", [WHOLE, HALF])
@pytest.mark.parametrize("shape", [(90, 160), (91, 161), (1, 1)])
def test_mirrored_is_what_is_shown_left_for_right(crop: Box, shape: tuple[int, int]) -> None:
    plane = np.random.default_rng(1).integers(0, 256, shape, np.uint8)
    plain = Sight(crop).show(plane, np.empty_like(plane))
    mirrored = Sight(crop, mirrored=True).show(plane, np.empty_like(plane))
    off = np.abs(mirrored[:, ::-1].astype(int) - plain)
    assert off.max(initial=0) <= (0 if crop == WHOLE else 16)  # weights are in parts of 1/32
    assert Sight(crop, mirrored=True).changes
    assert Sight(crop).changes == (crop != WHOLE)


def _room() -> Any:
    small = np.random.default_rng(3).integers(60, 220, (12, 20, 3), np.uint8)
    return cv2.resize(small, (W, H), interpolation=cv2.INTER_CUBIC)


def _picture(bgr: Any) -> Any:
    flat = cv2.cvtColor(bgr, cv2.COLOR_BGR2YUV_I420).ravel()
    result = new_picture(W, H, FORM)
    for plane in planes_of(result):
        plane[:] = flat[: plane.size].reshape(plane.shape)
        flat = flat[plane.size :]
    return result


def _with_disc(room: Any) -> Any:
    y, x = np.indices((H, W))
    share = np.clip((30 - np.hypot(x - 90, y - 80)) / 8 + 0.5, 0, 1)[..., None]
    return np.rint(share * np.array((90, 250, 90)) + (1 - share) * room).astype(np.uint8)


def _made(work: Work, picture: Any, number: int, **wanted: Any) -> Any:
    made, _ = work(picture, number / 30, Wanted(matte=True, **wanted))
    return [plane.copy() for plane in planes_of(made.picture)], np.array(made.matte)


@pytest.mark.parametrize("kind", ["plate", "motion", "adaptive"])
def test_mirroring_shows_nothing_of_the_room(kind: str, tmp_path) -> None:
    """What is known of the room is known of it as the camera takes it."""
    room = _room()
    cv2.imwrite(str(tmp_path / "room.png"), room)
    masks: Any = {"plate": Plate(plate=str(tmp_path / "room.png")), "motion": Motion()}
    mask = masks.get(kind, Adaptive(warm_up=4))
    work = Work(Settings(mask=mask, background="#000000"), INFO, lambda _: None)
    for number in range(16):
        (y, *_), _ = _made(work, _picture(room), number, mirrored=number >= 10)
        assert number < 6 or y.max() <= 20
    work.close()


@pytest.mark.parametrize("background", ["#000000", "blur", None])
def test_mirrored_is_the_person_over_the_background_as_it_is(background: Any, tmp_path) -> None:
    room = _room()
    cv2.imwrite(str(tmp_path / "room.png"), room)
    settings = Settings(mask=Plate(plate=str(tmp_path / "room.png")), background=background)
    results = []
    for mirrored in (False, True):
        work = Work(settings, INFO, lambda _: None)
        for number in range(3):
            shown = _made(work, _picture(_with_disc(room)), number, mirrored=mirrored)
        made, _ = work(_picture(_with_disc(room)), 0.2, Wanted(matte=False, mirrored=mirrored))
        alone = [plane.copy() for plane in planes_of(made.picture)]
        assert all(np.array_equal(*pair) for pair in zip(alone, shown[0], strict=True))
        work.close()
        results.append(shown)
    (plain, matte), (mirror, other) = results
    np.testing.assert_array_equal(other, matte[:, ::-1])
    for one, two in zip(plain, mirror, strict=True):
        assert np.abs(two[:, ::-1].astype(int) - one).max() <= (3 if background == "blur" else 0)


def test_a_region_stays_where_it_is_before_the_camera(tmp_path) -> None:
    room = _room()
    settings = Settings(mask=Motion(), background="#000000", keep_region="0,0 160,0 160,180 0,180")
    work = Work(settings, INFO, lambda _: None)
    _, left = _made(work, _picture(room), 0)
    _, right = _made(work, _picture(room), 1, mirrored=True)
    work.close()
    assert left[:, :150].min() == 255
    assert right[:, 170:].min() == 255
    assert not right[:, :150].any()


def test_colours_from_the_room_are_those_of_the_whole_picture(tmp_path) -> None:
    """Before a room of stripes the crop of the composite is the composite of the crop."""
    room = np.zeros((H, W, 3), np.uint8)
    room[:] = np.where((np.arange(W) // 6 % 2)[None, :, None] > 0, (200, 60, 40), (40, 60, 200))
    cv2.imwrite(str(tmp_path / "room.png"), room)
    mask = Plate(plate=str(tmp_path / "room.png"))
    work = Work(Settings(mask=mask, background="#5afa5a"), INFO, lambda _: None)
    whole, _ = _made(work, _picture(_with_disc(room)), 0)
    work.follow(wanted=True)
    for number in range(1, 200):
        near, _ = _made(work, _picture(_with_disc(room)), number, follows=True)
    assert work.sight.crop.width < 0.7
    wanted = work.sight.show(whole[0], np.empty_like(whole[0]))
    assert np.abs(near[0].astype(int) - wanted).max() < 24
    work.close()


def test_who_asks_in_between_is_told_how_the_last_picture_was_shown(tmp_path) -> None:
    """Figures are read while a picture is being keyed."""
    room = _room()
    cv2.imwrite(str(tmp_path / "room.png"), room)
    mask = Plate(plate=str(tmp_path / "room.png"))
    work = Work(Settings(mask=mask, background="#5afa5a"), INFO, lambda _: None)
    work.follow(wanted=True)
    keyed, told = work.keying.masker, []

    class Asking:
        looks_back = keyed.looks_back
        is_hard, foreground, finish = keyed.is_hard, keyed.foreground, keyed.finish

        def __call__(self, *pair: Any) -> Any:
            told.append(work.sight)
            return keyed(*pair)

    work.keying.masker = Asking()  # type: ignore[assignment]
    after = [Sight()]
    for number in range(60):
        _made(work, _picture(_with_disc(room)), number, follows=True, mirrored=True)
        after.append(work.sight)
    work.close()
    assert told == after[:-1]
    assert after[-1].crop.width < 1


def test_the_preview_shows_the_camera_as_it_is_framed() -> None:
    picture = _picture(_room())
    assert seen_as(picture, Sight()) is picture
    mirrored = seen_as(picture, Sight(mirrored=True))
    for one, two in zip(planes_of(picture), planes_of(mirrored), strict=True):
        np.testing.assert_array_equal(two, one[:, ::-1])


class Dimming(FakeCamera):
    """A still room, whose light may change."""

    gain = 1.0

    def read(self, timeout: float) -> Any:
        grab = super().read(timeout)
        if grab is not None:
            y, *_ = planes_of(grab.picture)
            rows = np.indices(y.shape).sum(0) % 60
            y[:] = np.rint(self.gain * (120 + rows))
        return grab


@pytest.mark.parametrize("way", ["card", "nobody watches"])
@pytest.mark.parametrize("mask", [Motion(), Adaptive(warm_up=4)])
def test_after_a_pause_nothing_follows_on_what_was_before(mask, way, monkeypatch) -> None:
    monkeypatch.setattr("fastvbg.live_mode.session.idle.REST_AFTER", 0.1)
    monkeypatch.setattr(session, "IDLE_RATE", 50.0)
    camera, kept = Dimming(), Kept()
    settings = Settings(mask=mask, background="#000000")
    with running(camera, kept, settings=settings) as (made, _):
        assert eventually(lambda: made.figures()["frames_out"] > 30)
        if way == "card":
            made.set_state("card")
        else:
            kept.is_watched = False
        assert eventually(lambda: made.figures()["shown"] == "card")
        camera.gain = 0.6
        before = len(kept.pictures)
        assert eventually(lambda: len(kept.pictures) > before + 2)
        made.set_state("live")
        kept.is_watched = True
        assert eventually(lambda: made.figures()["shown"] == "live")
        begun = len(kept.pictures)
        assert eventually(lambda: len(kept.pictures) > begun + 20)
    for picture in kept.pictures[before:]:
        assert (picture[:, ::2] > 60).mean() < 0.5  # a card has a line of text, at most
