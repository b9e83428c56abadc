"""What is behind people's soft edges, by the room that is known: for the foreground's colours."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person.elsewhere import Memory
from fastvbg.keyers.person.uncovering import Uncovering
from fastvbg.reference.keyspace import keyspace
from tests.support.byhand import planes, room, shaken
from tests.support.people import GREEN, use_green_network

SIZE = (360, 640)
MIDDLE = np.array([[1, 0, -0.1 * SIZE[1]], [0, 1, -0.1 * SIZE[0]], [0, 0, 1]])
FORMS = ["bgr", "planes"]


@pytest.fixture(autouse=True)
def runs(monkeypatch):
    return use_green_network(monkeypatch)


def _room(way: Any) -> Any:
    purple = room(1, SIZE) * (1, 0.4, 1)  # nothing in it is green
    seen = cv2.warpPerspective(purple, way @ MIDDLE, SIZE[::-1], flags=cv2.INTER_CUBIC)
    return np.clip(np.rint(seen), 0, 255).astype(np.uint8)


def _keyed(form: str, ways: list[Any], gain: float = 1.0, **options: Any) -> tuple[Any, Any, Any]:
    """Return the keyer, and the last frame's room and matte, of a disc that goes to and fro."""
    keyer = PersonKeyer(**options)
    y, x = np.indices(SIZE)
    for number, way in enumerate(ways):
        seen = _room(way)
        if number == len(ways) - 1:
            seen = np.rint(gain * seen).astype(np.uint8)
        away = np.hypot(x - 320 - 60 * np.sin(number / 6), y - 190)
        share = np.clip((90 - away) / 8 + 0.5, 0, 1)[..., None]
        frame = np.rint(share * np.array(GREEN) + (1 - share) * seen).astype(np.uint8)
        bgr = form == "bgr"
        matte = keyer.key(frame) if bgr else keyer.key_planes(planes(frame))
    return keyer, seen, matte


def _luma(form: str, frame: Any) -> Any:
    return keyspace(frame)[0] if form == "bgr" else frame[0]


def _large(known: Any) -> Any:
    return known.repeat(16, 0).repeat(16, 1)[: SIZE[0], : SIZE[1]] == 1


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("way", ["still", "shaken"])
def test_it_is_the_room_where_it_is_known(form: str, way: str) -> None:
    moves = [np.eye(3)] * 12 + [
        shaken(SIZE, n) if way == "shaken" else np.eye(3) for n in range(28)
    ]
    keyer, seen, matte = _keyed(form, moves)
    found = keyer.behind()
    assert found is not None
    behind, known = found
    assert known.shape == (-(-SIZE[0] // 16), -(-SIZE[1] // 16))
    soft = (matte > 0) & (matte < 255) & _large(known)
    assert np.count_nonzero(soft) > 0.2 * np.count_nonzero((matte > 0) & (matte < 255))
    wanted = _luma(form, seen if form == "bgr" else planes(seen))
    off = np.abs(_luma(form, behind).astype(int) - wanted)[soft]
    assert off.mean() < 3
    if form == "planes":
        assert [plane.shape for plane in behind] == [plane.shape for plane in planes(seen)]
    else:
        assert np.abs(behind.astype(int) - seen)[soft].mean() < 4


@pytest.mark.parametrize("form", FORMS)
def test_it_is_in_the_light_of_the_frame(form: str) -> None:
    keyer, seen, matte = _keyed(form, [np.eye(3)] * 30, gain=0.8)
    found = keyer.behind()
    assert found is not None
    soft = (matte > 0) & (matte < 255) & _large(found[1])
    assert soft.any()
    wanted = _luma(form, seen if form == "bgr" else planes(seen)).astype(int)
    assert np.abs(_luma(form, found[0]) - wanted)[soft].mean() < 3


def test_of_a_first_frame_and_without_a_room_nothing_is_known() -> None:
    assert PersonKeyer().behind() is None
    assert _keyed("planes", [np.eye(3)] * 2)[0].behind() is None
    assert _keyed("planes", [np.eye(3)] * 20, room="off")[0].behind() is None


def test_a_plate_is_known_at_once() -> None:
    empty = _room(np.eye(3))
    keyer, _, matte = _keyed("planes", [np.eye(3)], plate=planes(empty))
    found = keyer.behind()
    assert found is not None
    soft = (matte > 0) & (matte < 255)
    assert _large(found[1])[soft].mean() > 0.9


def test_beside_what_has_changed_nothing_is_known() -> None:
    """A chair that was moved to beside her: behind her edge it may be, too."""
    empty = _room(np.eye(3))
    keyer, _, _ = _keyed("planes", [np.eye(3)], plate=planes(empty))
    frame = empty.copy()
    frame[120:260, 450:520] = 255 - frame[120:260, 450:520]
    y, x = np.indices(SIZE)
    share = np.clip((90 - np.hypot(x - 350, y - 190)) / 8 + 0.5, 0, 1)[..., None]
    shown = np.rint(share * np.array(GREEN) + (1 - share) * frame).astype(np.uint8)
    keyer.key_planes(planes(shown))
    found = keyer.behind()
    assert found is not None
    assert not _large(found[1])[160:220, 432:450].any()
    assert _large(found[1])[160:220, 250:270].any()


def _disc(seen: Any, level: int = 0) -> Any:
    y, x = np.indices(SIZE)
    share = np.clip((90 - np.hypot(x - 350, y - 190)) / 8 + 0.5, 0, 1)[..., None]
    colour = np.array(GREEN, float) - (0, level, 0)
    return np.rint(share * colour + (1 - share) * seen).astype(np.uint8)


def test_what_has_changed_beside_her_is_doubted_until_it_is_seen() -> None:
    """It is the room there soon; behind her edge it was never seen since."""
    empty = _room(np.eye(3))
    keyer = PersonKeyer(plate=planes(empty))
    changed = empty.copy()
    changed[120:260, 430:520] = 255 - changed[120:260, 430:520]
    known = []
    for number in range(30):
        keyer.key_planes(planes(_disc(empty if number < 3 else changed)))
        found = keyer.behind()
        assert found is not None
        known.append(_large(found[1]))
    assert known[2][160:220, 432:448].any()
    for flags in known[3:]:
        assert not flags[160:220, 432:448].any()
        assert flags[160:220, 256:270].any()
    keyer.reset()
    keyer.key_planes(planes(_disc(empty)))
    assert _large(keyer.behind()[1])[160:220, 432:448].any()  # type: ignore[index]


def test_colours_that_no_foreground_nearby_has_are_not_the_rooms_to_tell() -> None:
    """The room known there is of another colour than it is: all that follows from it is wrong."""
    guides: Any = tuple(np.full((40, 60), level, np.uint8) for level in (90, 100, 150))
    guides[1][:, :30], guides[2][:, :30] = 110, 120  # a person at the left
    planes_: Any = tuple(np.zeros((320, 480), np.uint8) for _ in range(3))
    matte = np.zeros((320, 480), np.uint8)
    matte[:, :240], matte[:, 240:248] = 255, 128
    guides[1][:, 30], guides[2][:, 30] = 105, 135  # an edge, half of both
    beside = (
        np.where(np.arange(60) < 29, 255, 0)[None].repeat(40, 0),
        np.where(np.arange(60) < 32, 255, 0)[None].repeat(40, 0),
    )
    free = np.arange(60)[None].repeat(40, 0) > 36
    right = (np.full((40, 60), 90, np.uint8), guides[1].copy(), guides[2].copy())
    right[1][:], right[2][:] = 100, 150
    wrong = right[0], right[1], np.full((40, 60), 220, np.uint8)
    ones, apart = np.ones((40, 60), np.uint8), np.zeros((40, 60), np.uint8)
    some = []
    for small in (right, wrong):
        uncovering = Uncovering((40, 60), 8)
        shown = Memory(planes_, small, ones, ones)
        uncovering.add(shown, apart, free, beside, (guides, matte))
        found = uncovering.known()
        some.append(found is not None and found[1][:, 15].any())
    assert some == [True, False]
