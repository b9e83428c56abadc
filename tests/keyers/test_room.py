"""The room that is remembered behind people: what is learned, what it decides, when it is lost."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from fastvbg.compositing.frames import blend
from fastvbg.compositing.planar import I420, blend_planar
from fastvbg.errors import OptionError
from fastvbg.keyers.person.guides import Guides
from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.keyers.person.room import Room
from tests.support.people import disc, to_planes, use_green_network, wall, with_person

_SHAPE, _CANVAS, _FACTOR = (128, 192), (32, 48), 4
_ENOUGH = 12
"""Frames after which what was always free is known."""
_PERSON = np.s_[8:24, 16:32]


@pytest.fixture
def runs(monkeypatch):
    return use_green_network(monkeypatch)


def _planes(luma: Any) -> Any:
    y = np.broadcast_to(np.asarray(luma, np.uint8), _SHAPE).copy()
    return y, *np.full((2, _SHAPE[0] // 2, _SHAPE[1] // 2), 128, np.uint8)


def _guides(planes: Any) -> Any:
    return planes[0][::4, ::4].copy(), planes[1][::2, ::2].copy(), planes[2][::2, ::2].copy()


def _room() -> Room:
    return Room(_SHAPE, (1, 1), Guides(_CANVAS, _FACTOR))


def _shown(room: Room, planes: Any, seen: Any, matte: Any = None) -> Any:
    """Return the matte that the room makes of one."""
    whole = np.repeat(np.repeat(seen, _FACTOR, 0), _FACTOR, 1) if matte is None else matte.copy()
    room.decide(whole, planes, _guides(planes), seen, seen)
    return whole


def _empty() -> Any:
    return np.zeros(_CANVAS, np.uint8)


def _learned(planes: Any, frames: int = _ENOUGH) -> Room:
    room = _room()
    for _ in range(frames):
        _shown(room, planes, _empty())
    return room


def _before_room(level: int, edge: int) -> tuple[Any, Any, Any]:
    """Return planes, what the network sees, and a matte, of a bright person with a soft edge."""
    planes = _planes(60)
    planes[0][32:96, 64:128] = 220
    planes[0][32:96, 128:132] = level
    seen = _empty()
    seen[_PERSON] = 255
    seen[8:24, 32] = edge
    return planes, seen, np.repeat(np.repeat(seen, _FACTOR, 0), _FACTOR, 1)


def test_what_is_free_for_some_frames_is_known() -> None:
    assert not _learned(_planes(60), 5).known.any()
    assert _learned(_planes(60)).known.all()


def test_nothing_is_learned_of_a_person_nor_beside_her() -> None:
    planes, seen, _ = _before_room(60, 0)
    room = _room()
    for _ in range(_ENOUGH):
        _shown(room, planes, seen)
    assert not room.known[5:27, 13:35].any()
    assert room.known[:4].all()


@pytest.mark.parametrize(("level", "wanted"), [(60, 0), (140, 128), (220, 255)])
@pytest.mark.parametrize("edge", [60, 190])
def test_coverage_lies_between_the_room_and_the_person(level, wanted, edge) -> None:
    planes, seen, matte = _before_room(level, edge)
    shown = _shown(_learned(_planes(60)), planes, seen, matte)
    assert abs(int(shown[64, 130]) - wanted) < 0.7 * abs(edge - wanted)
    assert (shown[40:88, 70:120] == 255).all()
    assert not shown[:24].any()


def test_without_a_known_room_the_matte_stays() -> None:
    planes, seen, matte = _before_room(140, 190)
    np.testing.assert_array_equal(_shown(_room(), planes, seen, matte), matte)


def test_noise_lets_the_room_decide_less() -> None:
    rng = np.random.default_rng(3)
    noisy = _planes(60)
    room = _room()
    for _ in range(3 * _ENOUGH):
        noisy[0][...] = rng.integers(48, 73, _SHAPE)
        _shown(room, noisy, _empty())
    planes, seen, matte = _before_room(60, 190)
    calm = int(_shown(_learned(_planes(60)), planes, seen, matte)[64, 130])
    assert calm < int(_shown(room, planes, seen, matte)[64, 130]) < 190


@pytest.mark.parametrize(("rows", "decides"), [(8, True), (32, False)])
def test_a_room_much_of_which_has_changed_decides_nothing(rows: int, decides: bool) -> None:
    planes, seen, matte = _before_room(60, 190)
    room = _learned(_planes(60))
    planes[0][-rows:] = 120  # as where the camera moves; too little of it to forget all
    shown = _shown(room, planes, seen, matte)
    assert room.known.any()
    assert (int(shown[64, 130]) < 150) is decides
    assert np.array_equal(shown, matte) is not decides


def test_a_room_that_changes_as_a_whole_is_forgotten(rng) -> None:
    room = _learned(_planes(60))
    _shown(room, _planes(rng.integers(20, 220, _SHAPE)), _empty())
    assert not room.known.any()


def test_a_thing_that_was_moved_is_learned_anew() -> None:
    room = _learned(_planes(60))
    moved = _planes(60)
    moved[0][:40, :40] = 150
    for _ in range(4):
        _shown(room, moved, _empty())
    assert room.known.all()
    np.testing.assert_array_equal(room.planes[0], moved[0])


def test_light_that_changes_is_followed_and_kept_once_it_stays() -> None:
    room = _learned(_planes(60))
    for level in range(60, 80):
        _shown(room, _planes(level), _empty())
        assert room.known.all()
    for _ in range(40):
        _shown(room, _planes(79), _empty())
    np.testing.assert_array_equal(room.planes[0], 79)


def test_a_person_taken_for_room_is_forgotten() -> None:
    planes, seen, _ = _before_room(60, 0)
    room = _learned(planes)
    _shown(room, planes, seen)
    assert not room.known[10:22, 18:30].any()
    assert room.known[:4].all()


def _walk(keyer: PersonKeyer, frames: int = 24) -> list[Any]:
    mattes = []
    for k in range(frames):
        planes = to_planes(with_person(wall(360, 640), 160 + 12 * k, 180, 80))
        mattes.append(keyer.key_planes(planes))
    return mattes


def test_a_keyer_remembers_unless_it_is_told_not_to(runs) -> None:
    keyer, without = PersonKeyer(), PersonKeyer(room="off")
    there, gone = _walk(keyer), _walk(without)
    assert keyer._room is not None
    assert keyer._room.known.any()
    assert without._room is None
    truth = disc((360, 640), 160 + 12 * 23, 180, 80)
    off = [np.abs(each[-1].astype(int) - truth).mean() for each in (there, gone)]
    assert off[0] < off[1]


def test_bgr_frames_have_a_room_of_any_size(runs) -> None:
    shape, off = (120, 200), {"remembered": [], "off": []}
    for room, errors in off.items():
        keyer = PersonKeyer(room=room)
        for k in range(24):
            matte = keyer.key(with_person(wall(*shape), 50 + 6 * k, 60, 30))
            errors.append(np.abs(matte.astype(int) - disc(shape, 50 + 6 * k, 60, 30)).mean())
        assert keyer.remembers == (room == "remembered")
    assert np.mean(off["remembered"]) < np.mean(off["off"]) / 2


def test_small_planes_have_one_where_chroma_is_whole(runs) -> None:
    halved, whole = PersonKeyer(), PersonKeyer()
    frame = with_person(wall(180, 320), 160, 90, 40)
    halved.key_planes(to_planes(frame))
    whole.key_planes(tuple(np.ascontiguousarray(frame[..., k]) for k in range(3)))
    assert (halved.remembers, whole.remembers) == (False, True)


def test_bgr_frames_are_laid_by_that_matte_too(runs) -> None:
    keyer, other = PersonKeyer(), PersonKeyer()
    behind = wall(360, 640)[:, ::-1].copy()
    for k in range(16):
        frame = with_person(wall(360, 640), 160 + 12 * k, 180, 80)
        wanted = blend(frame, other.key(frame), behind)
        np.testing.assert_array_equal(keyer.composite(frame, behind), wanted)


def test_a_strided_result_is_that_of_a_packed_one(runs) -> None:
    keyer, other = PersonKeyer(), PersonKeyer()
    out = np.zeros((360, 1280), np.uint8)[:, ::2]
    for k in range(16):
        planes = to_planes(with_person(wall(360, 640), 160 + 12 * k, 180, 80))
        np.testing.assert_array_equal(keyer.key_planes(planes, out=out), other.key_planes(planes))


def test_the_fast_quality_has_no_memory(runs) -> None:
    keyer = PersonKeyer(quality="fast")
    assert not keyer.remembers
    _walk(keyer, 2)
    assert keyer._room is None


def test_another_scene_begins_with_nothing_known(runs) -> None:
    keyer = PersonKeyer()
    _walk(keyer)
    assert keyer._room is not None
    keyer.reset()
    assert keyer._room.known.any()  # what is looked at ahead does not touch frames before it
    _walk(keyer, 1)
    assert not keyer._room.known.any()


def test_frames_are_laid_by_the_matte_that_the_room_decides(runs) -> None:
    keyer, other = PersonKeyer(), PersonKeyer()
    behind = to_planes(wall(360, 640)[:, ::-1])
    for k in range(16):
        planes = to_planes(with_person(wall(360, 640), 160 + 12 * k, 180, 80))
        wanted = blend_planar(I420(*planes), other.key_planes(planes), I420(*behind))
        for got, plane in zip(keyer.composite_planes(planes, behind), wanted, strict=True):
            np.testing.assert_array_equal(got, plane)


def test_a_room_is_remembered_or_not() -> None:
    with pytest.raises(OptionError, match="room: got 'kept', wanted"):
        PersonKeyer(room="kept")
