"""A remembered room that follows a camera: by hand, turned, nudged; it stays while that stands."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import cv2
import numpy as np
import pytest

from fastvbg.keyers.person.camera import Lies, RoomCamera
from fastvbg.keyers.person.elsewhere import Elsewhere, Memory
from fastvbg.keyers.person.guides import Guides
from fastvbg.keyers.person.room import Room
from fastvbg.reference.keyspace import keyspace
from tests.support.byhand import by_hand, noisy, off, planes, room, shaken, turned

SIZE, FACTOR = (360, 640), 2
CANVAS = SIZE[0] // FACTOR, SIZE[1] // FACTOR
ROOM = room(4, SIZE, 1.6)
MIDDLE = np.array([[1, 0, -0.3 * SIZE[1]], [0, 1, -0.3 * SIZE[0]], [0, 0, 1]])
_PERSON = np.s_[40:, 120:200]
"""On the canvas, as all that follows."""
_HALF_SEEN = np.s_[60:100, 230:290]
"""A part of the room that a network half believes in."""
_ENOUGH = 24


def _view(homography: np.ndarray, number: int = 0, *, person: bool = True) -> Any:
    """Planes of what a camera sees that has moved so, with somebody before it."""
    rng = np.random.default_rng(number)
    size = SIZE[::-1]
    view = cv2.warpPerspective(ROOM, homography @ MIDDLE, size, flags=cv2.INTER_CUBIC)
    if person:
        rows, cols = (slice(s.start * FACTOR, s.stop and s.stop * FACTOR) for s in _PERSON)
        view[rows, cols] = 20, 20, 235
    return planes(noisy(view, rng))


def _shaken(number: int) -> np.ndarray:
    return shaken(SIZE, number - 12)


def _turned(number: int) -> np.ndarray:
    return turned(SIZE, number)


def _nudged(number: int) -> np.ndarray:
    k = float(np.clip((number - 18) / 4, 0, 1))
    return by_hand(SIZE, (12 * k, -5 * k), 0.4 * k)


def _stands(number: int) -> np.ndarray:
    return np.eye(3)


class _Run:
    """A room, and what it makes of frames of which a network sees the person, and half a part."""

    def __init__(self, *, whole: bool = False) -> None:
        self._whole = whole
        chroma = (0, 0) if whole else (1, 1)
        self.guides = Guides(CANVAS, FACTOR, means=whole)
        self.room = Room(SIZE, chroma, self.guides)

    def show(self, number: int, way: Any, *, half: bool = False) -> Any:
        frame = _view(way(number), number)
        if self._whole:
            big = [cv2.resize(each, SIZE[::-1], interpolation=cv2.INTER_LINEAR) for each in frame]
            frame = big[0], big[1], big[2]
        return self.decide(frame, half=half)

    def decide(self, frame: Any, *, half: bool = False) -> Any:
        seen = np.zeros(CANVAS, np.uint8)
        seen[_PERSON] = 255
        if half:
            seen[_HALF_SEEN] = 120
        matte = np.repeat(np.repeat(seen, FACTOR, 0), FACTOR, 1)
        self.room.decide(matte, frame, self.guides.of(frame), seen, seen)
        return matte[::FACTOR, ::FACTOR]

    @property
    def camera(self) -> RoomCamera:
        return self.room._camera


@pytest.mark.parametrize("way", [_shaken, _turned, _nudged])
@pytest.mark.parametrize("whole", [False, True])
def test_what_looks_as_the_room_is_the_room_also_where_the_camera_moves(way, whole, monkeypatch):
    run = _Run(whole=whole)
    kept = []
    for number in range(60):
        half = number >= _ENOUGH
        matte = run.show(number, way, half=half)
        if half:
            kept.append((matte[_HALF_SEEN] > 60).mean())
            assert (matte[_PERSON][4:, 4:-4] > 250).mean() > 0.99
    assert np.mean(kept) < 0.12
    monkeypatch.setattr(RoomCamera, "look", lambda *_: Lies.KEPT)
    left = _Run(whole=whole)
    for number in range(_ENOUGH + 4):
        matte = left.show(number, way, half=number >= _ENOUGH)
    assert (matte[_HALF_SEEN] > 60).mean() > 0.6


def test_the_room_of_a_camera_that_stands_is_as_without_one(monkeypatch):
    run = _Run()
    followed = [run.show(number, _stands, half=number % 5 == 4) for number in range(44)]
    monkeypatch.setattr(RoomCamera, "look", lambda *_: Lies.KEPT)
    left = _Run()
    for number, matte in enumerate(followed):
        np.testing.assert_array_equal(left.show(number, _stands, half=number % 5 == 4), matte)
    for one, two in zip(run.room.planes, left.room.planes, strict=True):
        np.testing.assert_array_equal(one, two)


def test_frames_may_lie_in_the_same_memory():
    run, same = _Run(), _Run()
    memory = tuple(np.empty_like(each) for each in _view(np.eye(3)))
    for number in range(40):
        frame = _view(_shaken(number), number)
        for to, each in zip(memory, frame, strict=True):
            to[:] = each
        half = number >= _ENOUGH
        np.testing.assert_array_equal(same.decide(memory, half=half), run.decide(frame, half=half))
    assert off(run.camera.homography, _shaken(39), SIZE) < 0.5


def test_a_nudge_is_seen_in_the_frame_that_shows_it():
    run = _Run()
    for number in range(18):
        run.show(number, _nudged)
    known = run.room.known.mean()
    run.show(18, lambda _: by_hand(SIZE, (15.0, 6.0)))
    assert off(run.camera.homography, by_hand(SIZE, (15.0, 6.0)), SIZE) < 0.5
    assert run.room.known.mean() >= known > 0.6


def test_a_camera_that_stands_again_is_no_longer_followed():
    run = _Run()
    for number in range(70):
        run.show(number, _nudged)
    assert run.camera.homography is None
    frame = _view(_nudged(70), 70)
    known = np.repeat(np.repeat(run.room.known, FACTOR, 0), FACTOR, 1) > 0
    known &= np.pad(np.ones((SIZE[0] - 32, SIZE[1] - 32), bool), 16)
    assert known.mean() > 0.5
    apart = cv2.absdiff(run.room.planes[0], frame[0])[known]
    assert apart.mean() < 3


def test_a_turn_goes_on_with_what_is_still_seen():
    run = _Run()
    shares = [
        run.show(number, _turned) is not None and run.room.known.mean() for number in range(140)
    ]
    assert min(shares[20:]) > 0.4
    assert off(run.camera.homography, np.eye(3), SIZE) < 0.3 * SIZE[1]


def _other(number: int) -> Any:
    """Another room each time, which no cut announces."""
    other = room(50 + number, SIZE, 1.0)[: SIZE[0], : SIZE[1]]
    return np.ascontiguousarray(keyspace(other.clip(0, 255).astype(np.uint8))[0])


def test_who_cannot_be_followed_is_given_up_for_longer_each_time():
    camera = RoomCamera(SIZE)
    near = np.zeros(CANVAS, np.uint8)
    for number in range(9):
        assert camera.look(_view(_turned(number), number, person=False)[0], near) is not Lies.LOST
    found = [camera.look(_other(number), near) for number in range(3)]
    assert found == [Lies.MISSED, Lies.MISSED, Lies.LOST]
    waits = []
    for _ in range(5):
        camera.give_up()
        waits.append(0)
        while camera._follower is None:
            camera.look(_other(0), near)
            waits[-1] += 1
    assert waits == [8, 16, 32, 64, 64]


def test_who_was_followed_for_long_is_missed_for_longer():
    camera = RoomCamera(SIZE)
    near = np.zeros(CANVAS, np.uint8)
    for number in range(30):
        camera.look(_view(_turned(number), number, person=False)[0], near)
    found = [camera.look(_other(number), near) for number in range(12)]
    assert found == [*[Lies.MISSED] * 11, Lies.LOST]


def test_nothing_is_decided_nor_learned_while_the_room_is_not_found():
    run = _Run()
    for number in range(30):
        run.show(number, _shaken)
    before = [each.copy() for each in (*run.room.planes, run.room.known)]
    luma = _other(0)
    frame = luma, *(np.full((SIZE[0] // 2, SIZE[1] // 2), 128, np.uint8) for _ in range(2))
    matte = run.decide(frame, half=True)
    assert (matte[_HALF_SEEN] == 120).all()
    for one, two in zip(before, (*run.room.planes, run.room.known), strict=True):
        np.testing.assert_array_equal(one, two)


@pytest.mark.parametrize("size", [(1, 1), (3, 5), (16, 17)])
def test_frames_too_small_to_show_corners_stand(size):
    camera = RoomCamera(size)
    near = np.zeros(size, np.uint8)
    rng = np.random.default_rng(0)
    for _ in range(40):
        assert camera.look(rng.integers(0, 256, size, np.uint8), near) is Lies.KEPT
    assert not camera.look_again(rng.integers(0, 256, size, np.uint8))


def test_a_room_that_is_known_from_a_picture_is_followed_from_its_frame_on():
    run = _Run()
    plate = _view(_turned(0), 99, person=False)
    frame = _view(_turned(0), 0)
    run.room.know(plate, run.guides.of(plate), np.ones(CANVAS, np.uint8), frame)
    for number in range(12):
        run.show(number, _turned)
    assert off(run.camera.homography, _turned(11), SIZE) < 0.5
    assert run.room.known.mean() > 0.9


def test_light_that_stays_does_not_settle_a_room_that_is_not_found(monkeypatch):
    run = _Run()
    for number in range(30):
        run.show(number, _shaken)
    monkeypatch.setattr(run.room._light, "_same_for", 99)
    before = [each.copy() for each in run.room.planes]
    luma = _other(0)
    run.decide((luma, *(np.full((SIZE[0] // 2, SIZE[1] // 2), 128, np.uint8) for _ in range(2))))
    assert run.camera.homography is not None
    for one, two in zip(before, run.room.planes, strict=True):
        np.testing.assert_array_equal(one, two)


def _memory() -> tuple[Memory, Elsewhere]:
    guides = Guides(CANVAS, FACTOR)
    whole = _view(np.eye(3), person=False)
    known = np.ones(CANVAS, np.uint8)
    known[50:60, 50:60] = 0
    noise = np.full(CANVAS, 9, np.uint8)
    return Memory(whole, guides.of(whole), known, noise), Elsewhere(guides, (1, 1))


def test_what_is_known_lies_where_the_frame_has_it():
    memory, elsewhere = _memory()
    shown = elsewhere.of_room(memory, by_hand(SIZE, (20.0, 8.0)))
    found = elsewhere.planes_of(shown, np.ones(CANVAS, np.uint8))
    for k, step in ((0, 1), (1, 2), (2, 2)):
        across, down = 20 // step, 8 // step
        np.testing.assert_array_equal(found[k][down:, across:], memory.planes[k][:-down, :-across])
    np.testing.assert_array_equal(shown.small[0][4:, 10:], memory.small[0][:-4, :-10])
    wanted = np.zeros(CANVAS, np.uint8)
    wanted[4:, 10:] = memory.known[:-4, :-10]
    np.testing.assert_array_equal(shown.known, wanted)
    assert (shown.noise[4:, 10:] == 9).all()


def test_a_cell_is_known_only_where_all_of_it_is():
    memory, elsewhere = _memory()
    shown = elsewhere.of_room(memory, by_hand(SIZE, (21.0, 8.0)))
    assert not shown.known[54:64, 60:71].any()
    assert shown.known[54:64, 72:].all()
    assert not shown.known[:, :10].any()


def test_beyond_a_frame_all_is_covered():
    memory, elsewhere = _memory()
    near = np.zeros(CANVAS, np.uint8)
    covered, cells = elsewhere.cells(near, memory.noise, by_hand(SIZE, (-20.0, 0.0)), 255)
    assert (covered[:, :10] == 255).all()
    assert (covered[:, 11:] == 0).all()
    assert not cells[:, :10].any()
    assert (cells[:, 10:] == 9).all()


def test_it_settles_as_the_frame_shows_it():
    memory, elsewhere = _memory()
    there = by_hand(SIZE, (20.0, 8.0))
    shown = elsewhere.of_room(memory, there)
    planes = elsewhere.planes_of(shown, np.ones(CANVAS, np.uint8))
    small = Guides(CANVAS, FACTOR).of(planes)
    wanted = [each.copy() for each in (*planes, *small, shown.known, shown.noise)]
    free_for = np.full(CANVAS, 5, np.uint8)
    elsewhere.settle(memory, free_for, shown)
    found = *memory.planes, *memory.small, memory.known, memory.noise
    for one, two in zip(wanted, found, strict=True):
        np.testing.assert_array_equal(one, two)
    assert (free_for[4:, 10:] == 5).all()
    assert not free_for[:4].any()


@pytest.mark.parametrize("way", [_shaken, _turned, _nudged])
def test_what_is_learned_shows_in_the_next_frame(way, monkeypatch):
    run, plain, calls = _Run(), Elsewhere.of_room, []

    def of_room(self: Elsewhere, memory: Memory, there: np.ndarray) -> Memory:
        found = plain(self, memory, there)
        fresh = plain(Elsewhere(run.guides, (1, 1)), memory, there)
        calls.append(memory.planes[0].copy())
        np.testing.assert_array_equal(found.small[0], fresh.small[0])
        return found

    monkeypatch.setattr(Elsewhere, "of_room", of_room)
    for number in range(40):
        if number == 30:
            plate = _view(way(number), 99, person=False)
            known = np.ones(CANVAS, np.uint8)
            run.room.know(plate, run.guides.of(plate), known, _view(way(number), number))
        run.show(number, way)
    assert any((one != two).any() for one, two in pairwise(calls))


@pytest.mark.parametrize("size", [(360, 640), (357, 643), (1079, 1913)])
@pytest.mark.parametrize("shifts", [(1, 1), (1, 0), (0, 0)])
def test_a_frame_is_brought_to_the_room_where_that_is_asked_for(size, shifts, rng) -> None:
    factor = 2 if size[0] < 400 else 8
    canvas = -(-size[0] // factor), -(-size[1] // factor)
    halves = tuple(side + odd >> odd for side, odd in zip(size, shifts[::-1], strict=True))
    frame = tuple(rng.integers(0, 256, each, np.uint8) for each in (size, halves, halves))
    guides = Guides(canvas, factor)
    none = np.zeros(canvas, np.uint8)
    shown = Memory(frame, (none, none, none), none, none, by_hand(size, (7.3, -4.6), 0.4))
    cells = (rng.random(canvas) < 0.02).astype(np.uint8)
    whole, small = Elsewhere(guides, shifts).of_frame(frame, shown, np.ones(canvas, np.uint8))
    part, some = Elsewhere(guides, shifts).of_frame(frame, shown, cells)
    asked = cells.repeat(factor, 0).repeat(factor, 1)[: size[0], : size[1]]
    for k, step in enumerate(((0, 0), shifts, shifts)):
        where = asked[:: 1 << step[1], :: 1 << step[0]] > 0
        np.testing.assert_array_equal(part[k][where], whole[k][where])
        np.testing.assert_array_equal(some[k][cells > 0], small[k][cells > 0])


@pytest.mark.parametrize("way", [_shaken, _turned])
def test_no_cell_is_learned_that_was_not_asked_for(way, monkeypatch):
    run, plain, asked = _Run(), Elsewhere.of_frame, []
    for number in range(40):
        run.show(number, way, half=number >= _ENOUGH)

    def of_frame(self: Elsewhere, planes: Any, shown: Memory, cells: np.ndarray) -> Any:
        asked.append(cells.mean())
        return plain(self, planes, shown, np.ones_like(cells))

    monkeypatch.setattr(Elsewhere, "of_frame", of_frame)
    other = _Run()
    for number in range(40):
        other.show(number, way, half=number >= _ENOUGH)
    assert 0 < np.mean(asked) < 0.9
    np.testing.assert_array_equal(run.room.known, other.room.known)
    for one, two in zip(run.room.planes, other.room.planes, strict=True):
        np.testing.assert_array_equal(one, two)
