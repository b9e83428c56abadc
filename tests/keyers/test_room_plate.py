"""A plate from which the person keyer knows the room: where it lies, and what it decides."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg import OptionError, PersonKeyer
from fastvbg.errors import OptionTypeError, ShapeError
from tests.support.byhand import by_hand, off, planes, room
from tests.support.people import GREEN, use_green_network

SIZE = (360, 640)


@pytest.fixture(autouse=True)
def runs(monkeypatch):
    return use_green_network(monkeypatch)


def _view(homography: Any, seed: int = 1) -> Any:
    wide = room(seed, SIZE)
    middle = np.array([[1, 0, -0.1 * SIZE[1]], [0, 1, -0.1 * SIZE[0]], [0, 0, 1]])
    seen = cv2.warpPerspective(wide, homography @ middle, SIZE[::-1], flags=cv2.INTER_CUBIC)
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def _frame(room_seen: Any) -> tuple[Any, Any]:
    """Return a frame with a green disc of soft edges, and how much of each pixel it covers."""
    y, x = np.indices(SIZE)
    share = np.clip((90 - np.hypot(x - 330, y - 190)) / 8 + 0.5, 0, 1)[..., None]
    shown = share * np.array(GREEN) + (1 - share) * room_seen
    return np.rint(shown).astype(np.uint8), share[..., 0]


def _error(matte: Any, share: Any) -> float:
    soft = (share > 0) & (share < 1)
    return float(np.abs(matte[soft] / 255 - share[soft]).mean())


@pytest.mark.parametrize("form", ["frames", "planes"])
def test_the_first_frame_has_the_room_already(form) -> None:
    empty = _view(np.eye(3))
    frame, share = _frame(empty)
    if form == "planes":
        with_it = PersonKeyer(plate=planes(empty)).key_planes(planes(frame))
        without = PersonKeyer().key_planes(planes(frame))
    else:
        with_it, without = PersonKeyer(plate=empty).key(frame), PersonKeyer().key(frame)
    assert _error(with_it, share) < 0.75 * _error(without, share)


@pytest.mark.parametrize("form", ["frames", "planes"])
def test_a_plate_by_hand_is_registered(form) -> None:
    moved = by_hand(SIZE, (5.3, 3.1), 0.3, 1.003)
    plate = np.rint(_view(np.linalg.inv(moved)) * 0.9).astype(np.uint8)
    frame, share = _frame(_view(np.eye(3)))
    if form == "planes":
        keyer = PersonKeyer(plate=planes(plate))
        without = PersonKeyer()
        mattes = keyer.key_planes(planes(frame)), without.key_planes(planes(frame))
    else:
        keyer, without = PersonKeyer(plate=plate), PersonKeyer()
        mattes = keyer.key(frame), without.key(frame)
    assert keyer.plate is not None
    assert not keyer.plate.waits
    found = keyer.plate.registration
    assert found is not None
    assert off(found.homography, moved, SIZE) < 0.3
    assert _error(mattes[0], share) < 0.9 * _error(mattes[1], share)
    assert keyer._room is not None
    assert not keyer._room.known[:, 0].any()  # beyond the plate
    assert keyer._room.known[20:60, 20:60].all()


def test_what_stands_elsewhere_in_the_room_is_none_of_hers() -> None:
    empty = _view(np.eye(3))
    frame, _ = _frame(empty)
    frame[20:70, 520:600] = (40, 60, 200)
    assert not PersonKeyer(plate=empty).key(frame)[15:75, 515:605].any()


def test_another_room_is_refused_in_one_line() -> None:
    keyer = PersonKeyer(plate=_view(np.eye(3), seed=2))
    frame, _ = _frame(_view(np.eye(3)))
    with pytest.raises(OptionError, match="plate: got .* details .* it shows another room"):
        keyer.key(frame)
    matte = keyer.key(frame)  # goes on without it
    without = PersonKeyer()
    without.key(frame)
    np.testing.assert_array_equal(matte, without.key(frame))
    assert keyer._room is not None
    assert not keyer._room.known.any()


def test_the_room_is_yet_to_be_seen_in_black() -> None:
    keyer = PersonKeyer(plate=_view(np.eye(3)))
    keyer.key(np.zeros((*SIZE, 3), np.uint8))
    assert keyer.plate is not None
    assert keyer.plate.waits


def test_after_a_cut_the_plate_is_known_again_where_it_is_of_that_room() -> None:
    empty = _view(np.eye(3))
    frame, _ = _frame(empty)
    other, _ = _frame(_view(np.eye(3), seed=2))
    keyer = PersonKeyer(plate=empty)
    known = []
    for shown in (frame, other, frame):
        keyer.reset()
        keyer.key(shown)
        assert keyer._room is not None
        known.append(keyer._room.known.mean())
    assert known[0] > 0.7
    assert known[1] == 0
    assert known[2] > 0.7


def test_a_plate_has_to_fit() -> None:
    empty = _view(np.eye(3))
    with pytest.raises(OptionError, match="plate: got room 'off', wanted"):
        PersonKeyer(plate=empty, room="off")
    with pytest.raises(ShapeError, match="the plate"):
        PersonKeyer(plate=empty[:-2]).key(empty)
    with pytest.raises(OptionTypeError, match="plate: is a BGR frame, wanted"):
        PersonKeyer(plate=empty).key_planes(planes(empty))
    with pytest.raises(OptionError, match="plate: got an empty one"):
        PersonKeyer(plate=empty[:0])


def _at_the_border(room_seen: Any) -> Any:
    """Return a frame with a green disc whose edge lies within what a moved plate does not reach."""
    y, x = np.indices(SIZE)
    share = np.clip((80 - np.hypot(x - 520, y - 190)) / 3 + 0.5, 0, 1)[..., None]
    return np.rint(share * np.array(GREEN) + (1 - share) * room_seen).astype(np.uint8), share[
        ..., 0
    ]


@pytest.mark.parametrize("form", ["frames", "planes"])
def test_where_a_plate_by_hand_does_not_reach_the_network_tells(form) -> None:
    frame, share = _at_the_border(_view(np.eye(3)))
    plate = _view(np.linalg.inv(by_hand(SIZE, (-50, 0), 0.0, 1.0)))
    given = (planes(plate), planes(frame)) if form == "planes" else (plate, frame)
    keyer, without = PersonKeyer(plate=given[0]), PersonKeyer()
    keyed = keyer.key_planes if form == "planes" else keyer.key
    bare = without.key_planes if form == "planes" else without.key
    matte, other = keyed(given[1]), bare(given[1])
    assert keyer.plate is not None
    assert keyer.plate.serves
    assert keyer.plate.registration is not None
    np.testing.assert_array_equal(matte[:, 595:], other[:, 595:])
    assert (share[:, 595:] > 0).any()
    assert matte[190, 635] < 64
    assert _error(matte[:, :580], share[:, :580]) < 0.9 * _error(other[:, :580], share[:, :580])


def _turning(number: int) -> Any:
    """Return what a camera that is turned has of the room: four pixels a frame, from the 3rd on."""
    way = np.eye(3)
    way[0, 2] = -4.0 * max(0, number - 2)
    return way


def test_where_a_camera_has_turned_away_from_the_plate_the_network_tells() -> None:
    keyer, without = PersonKeyer(plate=_view(np.eye(3))), PersonKeyer(room="off")
    for number in range(16):
        frame, _ = _at_the_border(_view(_turning(number)))
        matte, other = keyer.key(frame), without.key(frame)
    assert keyer.plate is not None
    assert keyer.plate.serves
    np.testing.assert_array_equal(matte[:, 596:], other[:, 596:])
    assert matte[190, 597] == 255
    assert matte[190, 635] < 64


def test_a_plate_that_a_frame_does_not_show_decides_nothing_there() -> None:
    """It is found again, and decides again."""
    keyer = PersonKeyer(plate=_view(np.eye(3)))
    served = []
    for number in range(24):
        view = _view(_turning(number))
        if number in (20, 21):
            view = cv2.GaussianBlur(view, (0, 0), 30)
        frame, _ = _frame(view)
        matte = keyer.key(frame)
        assert keyer.plate is not None
        served.append(keyer.plate.serves)
        if number == 21:
            before = matte.copy()
            keyer.plate.decide_edges(frame, matte, np.full((90, 160), 255, np.uint8))
            np.testing.assert_array_equal(matte, before)
    assert served[:20] == [True] * 20
    assert served[20:] == [False, False, True, True]
