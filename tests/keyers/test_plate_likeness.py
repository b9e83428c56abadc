"""A plate whose room is there, but blurred, compressed or in uneven light: it is told."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import PlateKeyer
from fastvbg.errors import OptionTypeError, ShapeError
from fastvbg.keyers.plate.likeness import share_of_details
from tests.support.byhand import planes, room
from tests.support.people import write_clip

SIZE = (720, 1280)
FINE = np.random.default_rng(3).normal(0, 14, (*SIZE, 1))
ROOM = np.clip(np.rint(room(7, SIZE, 1.0) + FINE), 0, 255).astype(np.uint8)


def seen(number: int) -> np.ndarray:
    """The room with a thing before a fifth of it, as a camera has it."""
    frame = ROOM.astype(np.float64)
    frame[240:, 480:840] = np.where(np.arange(480)[:, None, None] // 9 % 2, (30, 20, 235), 20)
    noise = np.random.default_rng(number).normal(0, 1, frame.shape)
    return np.clip(np.rint(frame + noise), 0, 255).astype(np.uint8)


def as_it_is(plate: np.ndarray) -> np.ndarray:
    return plate


def blurred(plate: np.ndarray) -> np.ndarray:
    return cv2.GaussianBlur(plate, (0, 0), 3)


def compressed(plate: np.ndarray) -> np.ndarray:
    return cv2.imdecode(cv2.imencode(".jpg", plate, [cv2.IMWRITE_JPEG_QUALITY, 8])[1], 1)


def lit_from_the_left(plate: np.ndarray) -> np.ndarray:
    return np.rint(plate * np.linspace(1, 0.4, SIZE[1])[:, None]).astype(np.uint8)


BAD = [blurred, compressed, lit_from_the_left]


@pytest.mark.parametrize("planar", [False, True], ids=["frames", "planes"])
@pytest.mark.parametrize("spoil", [as_it_is, *BAD])
def test_details_of_the_room_in_the_matte_are_counted(spoil, planar):
    plate, frame = spoil(ROOM), seen(1)
    if planar:
        plate, frame = planes(plate), planes(frame)
    keyer, other = PlateKeyer(plate), PlateKeyer(plate)
    for each in (keyer, other):
        each.key_planes(frame) if planar else each.key(frame)
    share = keyer.mistaken(frame)
    assert share >= 0.05 if spoil in BAD else share < 0.01
    # It is a look only: the next matte is what it would be without.
    one, two = (each.key_planes(frame) if planar else each.key(frame) for each in (keyer, other))
    np.testing.assert_array_equal(one, two)


def test_of_few_details_nothing_is_told():
    plate = np.full((64, 64, 3), 90, np.uint8)
    keyer = PlateKeyer(plate)
    frame = np.full((64, 64, 3), 160, np.uint8)
    keyer.key(frame)
    assert keyer.mistaken(frame) == 0.0


def test_another_picture_is_refused():
    keyer = PlateKeyer(ROOM)
    with pytest.raises(ShapeError):
        keyer.mistaken(ROOM[:-1])
    with pytest.raises(OptionTypeError):
        keyer.mistaken(planes(ROOM))


@pytest.mark.parametrize("made", ["matte", "run"])
@pytest.mark.parametrize("spoil", [as_it_is, blurred, compressed])
def test_a_run_tells_it(spoil, made, tmp_path):
    write_clip(tmp_path / "in.mkv", [seen(number) for number in range(3)])
    mask = fastvbg.masks.Plate(plate=spoil(ROOM))
    if made == "matte":
        result = fastvbg.matte(tmp_path / "in.mkv", tmp_path / "out.mkv", mask=mask)
    else:
        result = fastvbg.process(
            tmp_path / "in.mkv", tmp_path / "out.mkv", background="#306090", mask=mask
        )
    told = [line for line in result.warnings if "are taken for foreground" in line]
    assert len(told) == (spoil in BAD)


def test_of_a_tiny_picture_no_share_of_details_is_told(rng) -> None:
    assert share_of_details(rng.integers(0, 256, (24, 30), np.uint8)) == 0
    assert share_of_details(rng.integers(0, 256, (240, 320), np.uint8)) == 1
    assert share_of_details(np.full((240, 320), 90, np.uint8)) == 0
