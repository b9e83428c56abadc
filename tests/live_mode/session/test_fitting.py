"""A plate that does not fit the camera's picture: a card leaves, and no room."""

from __future__ import annotations

from fractions import Fraction

import cv2
import numpy as np
import pytest

from fastvbg.errors import OptionError
from fastvbg.live_mode.making.work import Wanted, Work
from fastvbg.live_mode.pictures.grab import FORM
from fastvbg.live_mode.session import fitting
from fastvbg.live_mode.session.fitting import ASTRAY, Fitting
from fastvbg.masks.plate import Plate
from fastvbg.media.colour import ColourTags, FromBGR
from fastvbg.media.model import StreamInfo
from fastvbg.settings import Settings
from tests.support.byhand import room
from tests.support.live import FakeCamera, Kept
from tests.support.sessions import WHITE, eventually, live_ones, running

SIZE = (180, 320)
INFO = StreamInfo(
    SIZE[1], SIZE[0], Fraction(30), Fraction(1, 90_000), None, ColourTags(6, 1), pixel_format=FORM
)


def picture(seed: int):
    """What a camera sees of a room."""
    scene = np.clip(np.rint(room(seed, SIZE)), 0, 255)[: SIZE[0], : SIZE[1]].astype(np.uint8)
    return scene, FromBGR(INFO.colour, FORM)(np.ascontiguousarray(scene))


@pytest.mark.parametrize("matte", [True, False])
@pytest.mark.parametrize("forgets", [True, False])
def test_another_room_does_not_fit(tmp_path, matte, forgets) -> None:
    (scene, here), (_, there) = picture(1), picture(2)
    cv2.imwrite(str(tmp_path / "room.png"), scene)
    settings = Settings(mask=Plate(plate=tmp_path / "room.png"), background="navy")
    work = Work(settings, INFO, lambda _: None)
    fits = []
    for number, shown in enumerate([here, here, there, there, here, here, here, here, here]):
        if forgets and number == 2:
            work.forget()
        work(shown, number / 30, Wanted(matte))
        fits.append(work.fits)
    assert fits[:4] == [True, True, False, False]
    assert fits[-1]
    work.close()


def test_a_room_that_is_shown_as_it_is_need_not_fit(tmp_path) -> None:
    (scene, _), (_, there) = picture(1), picture(2)
    cv2.imwrite(str(tmp_path / "room.png"), scene)
    work = Work(Settings(mask=Plate(plate=tmp_path / "room.png")), INFO, lambda _: None)
    with pytest.raises(OptionError):
        work(there, 0.0, Wanted(matte=True))
    work(there, 0.0, Wanted(matte=False))
    assert work.fits
    work.close()


def test_what_does_not_fit_for_long_is_made_anew() -> None:
    known = Fitting()
    assert known.check(fits=True, now=0.0)
    assert not known.check(fits=False, now=1.0)
    assert known.check(fits=True, now=5.0)
    assert not known.check(fits=False, now=6.0)
    assert not known.check(fits=False, now=7.0)
    with pytest.raises(OptionError, match="^plate: the camera shows something else than"):
        known.check(fits=False, now=7.1)
    assert not known.check(fits=False, now=9.0)


def test_a_card_leaves_while_nothing_fits(monkeypatch) -> None:
    monkeypatch.setattr(fitting, "_SEEK_SECONDS", 60.0)
    with running(FakeCamera(), kept := Kept()) as (made, _):
        assert eventually(lambda: live_ones(kept))
        monkeypatch.setattr(Work, "fits", False)
        assert eventually(lambda: made.figures()["doing"] == ASTRAY)
        assert made.figures()["shown"] == "card"
        begun = len(kept.pictures)
        assert eventually(lambda: len(kept.pictures) > begun + 20)
        made.set_state("freeze")  # the card: nothing that came after the last composite
        assert eventually(lambda: len(kept.pictures) > begun + 25)
        assert not [i for i in live_ones(kept) if i >= begun]
        made.set_state("live")
        monkeypatch.setattr(Work, "fits", True)
        assert eventually(lambda: live_ones(kept)[-1] > begun)


def test_a_mask_is_made_anew_where_nothing_fits(monkeypatch) -> None:
    monkeypatch.setattr(fitting, "_SEEK_SECONDS", 0.1)
    with running(FakeCamera(), kept := Kept(), settings=WHITE) as (made, lines):
        assert eventually(lambda: live_ones(kept))
        first = made._making._work
        monkeypatch.setattr(Work, "fits", False)
        assert eventually(lambda: any("something else than the plate" in line for line in lines))
        monkeypatch.setattr(Work, "fits", True)
        begun = len(kept.pictures)
        assert eventually(lambda: live_ones(kept)[-1] > begun)
        assert made._making._work is not first
