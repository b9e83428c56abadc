"""The empty room, taken live: whose plate it is from then on."""

from __future__ import annotations

from fractions import Fraction

import av
import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg.constants import ROOM_SIDE
from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.live_mode.pictures.grab import FORM
from fastvbg.live_mode.session.plates import PlateTaking
from fastvbg.masks.model import Model
from fastvbg.masks.motion import Motion
from fastvbg.masks.person import Person
from fastvbg.masks.plate import Plate
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.media.planes import new_picture, planes_of
from tests.support.people import use_green_network


def test_frames_of_the_countdown_are_not_the_empty_room(tmp_path, monkeypatch) -> None:
    """Whoever asked for it is still in the picture then."""
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    info = StreamInfo(64, 36, Fraction(30), Fraction(1, 30), None, ColourTags(), pixel_format=FORM)
    taking = PlateTaking(5.0)

    def frame(level: int) -> av.VideoFrame:
        picture = new_picture(64, 36, FORM)
        for plane, value in zip(planes_of(picture), (level, 128, 128), strict=True):
            plane[:] = value
        return picture

    assert not any(taking.add(frame(220), info, 4.9) for _ in range(100))
    while not taking.add(frame(60), info, 5.0):
        pass
    assert cv2.imread(str(taking.mask(Plate()).plate)).max() < 100


@pytest.mark.parametrize(
    ("mask", "size", "kept"),
    [
        (Person(every=2), (480, 270), "person"),
        (Model(model="own.tflite"), (270, 480), "model"),
        (Person(), (478, 270), "plate"),
        (Person(quality="fast"), (640, 360), "plate"),
        (Person(room="off"), (640, 360), "plate"),
        (Plate(plate="old.png", tolerance=9), (64, 36), "plate"),
        (Motion(), (640, 360), "plate"),
    ],
)
def test_a_mask_of_people_stays_one_by_the_empty_room(
    tmp_path, monkeypatch, mask, size, kept
) -> None:
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    width, height = size
    info = StreamInfo(
        width, height, Fraction(30), Fraction(1, 30), None, ColourTags(), pixel_format=FORM
    )
    taking = PlateTaking(0.0)
    picture = new_picture(width, height, FORM)
    for plane, level in zip(planes_of(picture), (90, 128, 128), strict=True):
        plane[:] = level
    while not taking.add(picture, info, 1.0):
        pass
    kind = taking.mask(fastvbg.Settings(mask=mask).kind)
    assert kind.name == kept
    still = cv2.imread(str(kind.plate))
    assert still.shape == (height, width, 3)
    for name in ("every", "tolerance", "model"):
        if kind.name == mask.name and hasattr(mask, name):
            assert getattr(kind, name) == getattr(mask, name)


@pytest.mark.parametrize("side", [ROOM_SIDE, ROOM_SIDE - 2])
def test_frames_that_have_a_room_are_as_the_keyer_takes_them(side, monkeypatch) -> None:
    use_green_network(monkeypatch)
    keyer = PersonKeyer()
    planes = tuple(np.zeros(shape, np.uint8) for shape in [(64, side), *[(32, side // 2)] * 2])
    keyer.key_planes(planes)
    assert keyer.remembers is Person().knows((side, 64))
