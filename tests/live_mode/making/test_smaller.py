"""Overload's half size: what settings say in pixels goes along, so no room is shown by it."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastvbg.errors import ShapeError
from fastvbg.live_mode import running
from fastvbg.live_mode.making.overload import Overload, Reduced
from fastvbg.live_mode.making.smaller import smaller
from fastvbg.masks.person import Person
from fastvbg.masks.plate import Plate
from fastvbg.settings import Settings

WHOLE, HALF = (640, 360), (320, 180)


def test_a_region_in_pixels_is_as_large_in_half_the_size() -> None:
    left = "0,0 321,0 321,360 0,360"
    made = smaller(Settings(keep_region=left, drop_region=left, background="red"), WHOLE, HALF)
    keep: Any = made.keep_region
    drop: Any = made.drop_region
    assert keep.shape == drop.shape == (180, 320)
    # Column 160 is half inside: it is not kept, and it is dropped.
    assert keep[:, :160].all()
    assert not keep[:, 160:].any()
    assert drop[:, :161].all()
    assert not drop[:, 161:].any()


def test_a_region_thinner_than_a_pixel_still_is_one() -> None:
    made = smaller(Settings(keep_region="101,0 102,0 102,360 101,360"), WHOLE, HALF)
    keep: Any = made.keep_region
    assert keep[:, 50].all()
    assert keep.sum() == 180 * 255


@pytest.mark.parametrize("kind", [Plate, Person])
def test_a_plate_goes_along(kind) -> None:
    plate = np.zeros((360, 640, 3), np.uint8)
    plate[:, 320:] = 200
    whole = (1280, 720)
    big = plate.repeat(2, 0).repeat(2, 1)
    made: Any = smaller(Settings(mask=kind(plate=big)), whole, WHOLE).kind
    assert isinstance(made, kind)
    np.testing.assert_array_equal(made.plate, plate)
    with pytest.raises(ShapeError, match="plate: got 640x360, wanted 1280x720"):
        smaller(Settings(mask=kind(plate=plate)), whole, WHOLE)


def test_people_in_frames_too_small_for_a_room_have_no_plate() -> None:
    plate = np.zeros((360, 640, 3), np.uint8)
    made: Any = smaller(Settings(mask=Person(plate=plate)), WHOLE, HALF).kind
    assert made.plate is None


def test_settings_without_pixels_stay_as_they_are() -> None:
    settings = Settings(mask="motion", background="navy")
    assert smaller(settings, WHOLE, HALF) == settings


def _busy(overload: Overload, seconds: float, start: float, period: float = 0.033) -> float:
    for k in range(200):
        if overload.add(seconds, period, start + k * period):
            return start + k * period
    raise AssertionError("nothing changed")


def test_what_cannot_be_given_up_is_not_tried_again() -> None:
    overload = Overload(network=False)
    now = _busy(overload, 1.0, 0.0)
    assert overload.reduced == Reduced(1, 2)
    overload.refuse()
    assert overload.reduced == Reduced()
    for k in range(400):
        assert not overload.add(1.0, 0.033, now + k * 0.033)


@pytest.mark.parametrize(
    ("there", "wanted"), [(["loopback"], ["loopback"]), (["pipewire"], []), (["window"], [])]
)
def test_a_page_goes_with_a_virtual_camera_that_is_there(there, wanted, monkeypatch) -> None:
    monkeypatch.setattr(running, "default_sinks", lambda: there)
    assert running.page_sinks() == wanted
