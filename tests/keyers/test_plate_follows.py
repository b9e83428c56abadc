"""A plate that follows a camera: by hand and turned; it stays as it is while the camera stands."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import PlateKeyer, blend
from fastvbg.keyers.plate import following
from fastvbg.keyers.plate.following import CameraFollower
from fastvbg.keyers.plate.matching import corners
from fastvbg.reference.keyspace import keyspace
from tests.support import byhand
from tests.support.byhand import by_hand, off, planes, room

SIZE = (360, 640)
ROOM = room(4, SIZE, 1.3)
MIDDLE = np.array([[1, 0, -0.15 * SIZE[1]], [0, 1, -0.15 * SIZE[0]], [0, 0, 1]])
PERSON = np.zeros(SIZE, bool)
PERSON[60:, 220:400] = True
STRIPES = np.where(np.arange(SIZE[0])[:, None, None] // 14 % 2, (30, 20, 235), (235, 225, 20))


def seen(homography: np.ndarray, number: int = 0, *, person: bool = True) -> np.ndarray:
    """What a camera sees that has moved so, with somebody before it who does not move with it."""
    rng = np.random.default_rng(number)
    view = cv2.warpPerspective(ROOM, homography @ MIDDLE, SIZE[::-1], flags=cv2.INTER_CUBIC)
    if person:
        view = np.where(PERSON[..., None], STRIPES, view)
    return np.clip(np.rint(view + rng.normal(0, 1, view.shape)), 0, 255).astype(np.uint8)


def shaken(number: int) -> np.ndarray:
    """A hand, after 20 frames in which it is still."""
    return byhand.shaken(SIZE, number - 20)


def turned(number: int) -> np.ndarray:
    """A slow turn on a tripod."""
    return byhand.turned(SIZE, number)


def share(matte: np.ndarray, where: np.ndarray) -> float:
    return float((matte[where] >= 128).mean())


@pytest.mark.parametrize("way", [shaken, turned])
@pytest.mark.parametrize("form", ["frames", "planes"])
def test_a_camera_that_moves_is_followed(form, way):
    plate = seen(np.eye(3), 99, person=False)
    keyers = [
        PlateKeyer(plate if form == "frames" else planes(plate), follow=follow)
        for follow in (True, False)
    ]
    wrong = []
    for number in range(52):
        frame = seen(way(number), number)
        mattes = [
            keyer.key(frame) if form == "frames" else keyer.key_planes(planes(frame))
            for keyer in keyers
        ]
        if number >= 34:
            assert off(keyers[0].motion, way(number), SIZE) < 0.7
            assert share(mattes[0], PERSON) > 0.97
            wrong.append([share(matte, ~PERSON) for matte in mattes])
    followed, left = np.mean(wrong, axis=0)
    assert followed < 0.03
    assert left > 5 * followed
    assert not keyers[0].lost


@pytest.mark.parametrize("form", ["frames", "planes"])
def test_a_camera_that_stands_changes_nothing(form):
    plate = seen(np.eye(3), 99, person=False)
    one, two = (
        PlateKeyer(plate if form == "frames" else planes(plate), follow=follow)
        for follow in (True, False)
    )
    for number in range(36):
        frame = seen(np.eye(3), number)
        if form == "frames":
            np.testing.assert_array_equal(one.key(frame), two.key(frame))
        else:
            np.testing.assert_array_equal(
                one.key_planes(planes(frame)), two.key_planes(planes(frame))
            )
        assert one.motion is None


@pytest.mark.parametrize("order", ["bgr", "rgb"])
def test_composite_is_key_then_blend_while_it_follows(order):
    way = 1 if order == "bgr" else -1
    plate = np.ascontiguousarray(seen(np.eye(3), 99, person=False)[..., ::way])
    one, two = (PlateKeyer(plate, follow=True, order=order) for _ in range(2))
    behind = np.full_like(plate, 77)
    for number in range(36):
        frame = np.ascontiguousarray(seen(turned(number), number)[..., ::way])
        wanted = blend(frame, one.key(frame), behind)
        np.testing.assert_array_equal(two.composite(frame, behind), wanted)
    assert one.motion is not None


def test_a_plate_by_hand_follows_too():
    first = by_hand(SIZE, (7.0, -5.0), 0.5)
    # The plate was taken from where `first` takes it to the first frame.
    plate = seen(np.linalg.inv(first), 99, person=False)
    keyer = PlateKeyer(plate, register=True, follow=True)
    for number in range(40):
        matte = keyer.key(seen(shaken(number), number))
    assert off(keyer.registration.homography, first, SIZE) < 0.3
    assert off(keyer.motion, shaken(39), SIZE) < 0.7
    assert share(matte, PERSON) > 0.97
    assert share(matte, ~PERSON) < 0.03


def test_reset_lets_the_camera_stand():
    keyer = PlateKeyer(seen(np.eye(3), 99, person=False), follow=True)
    for number in range(36):
        keyer.key(seen(turned(number), number))
    keyer.reset()
    assert keyer.motion is None
    frame = seen(np.eye(3), 1)
    fresh = PlateKeyer(seen(np.eye(3), 99, person=False), follow=True)
    np.testing.assert_array_equal(keyer.key(frame), fresh.key(frame))


def test_a_camera_that_turns_away_is_lost():
    plate = keyspace(seen(np.eye(3), 99, person=False))[0]
    follower = CameraFollower(plate, corners(SIZE))
    for number in range(30):
        follower.look((keyspace(seen(turned(number), number))[0],) * 3)
    assert follower.homography is not None
    assert not follower.lost
    for _ in range(20):
        follower.look((keyspace(room(5, SIZE, 1.0).clip(0, 255).astype(np.uint8))[0],) * 3)
    assert follower.lost


@pytest.mark.parametrize("size", [(0, 4), (1, 1), (3, 5)])
def test_small_pictures_are_not_followed(size):
    picture = np.random.default_rng(2).integers(0, 256, (*size, 3), np.uint8)
    keyer = PlateKeyer(picture, follow=True)
    for _ in range(3):
        np.testing.assert_array_equal(keyer.key(picture), PlateKeyer(picture).key(picture))


@pytest.mark.parametrize("form", ["frames", "planes"])
def test_a_camera_that_is_bumped_is_followed_at_once(form):
    """Not only where every 16th frame is looked at: what no longer fits the plate says so."""
    plate = seen(np.eye(3), 99, person=False)
    keyer = PlateKeyer(plate if form == "frames" else planes(plate), follow=True)
    for number in range(9):
        way = by_hand(SIZE, (7.0, -4.0) if number >= 5 else (0.0, 0.0))
        frame = seen(way, number)
        matte = keyer.key(frame) if form == "frames" else keyer.key_planes(planes(frame))
        assert (keyer.motion is not None) == (number >= 5)
        assert share(matte, ~PERSON) < 0.05  # 0.4 without
        assert share(matte, PERSON) > 0.9


@pytest.mark.parametrize("light", [0.4, 1.6])
def test_a_camera_that_is_bumped_in_another_light(light):
    """Corners are followed by how bright they are, so that no more than one of both was found."""
    keyer = PlateKeyer(seen(np.eye(3), 99, person=False), follow=True)
    for number in range(6):
        keyer.key(seen(np.eye(3), number))
    bumped = by_hand(SIZE, (9.0, -5.0))
    frame = np.clip(np.rint(seen(bumped, 6) * light), 0, 255).astype(np.uint8)
    matte = keyer.key(frame)
    assert off(keyer.motion, bumped, SIZE) < 0.7
    assert share(matte, PERSON) > 0.97
    assert share(matte, ~PERSON) < 0.03


@pytest.mark.parametrize("step", [1, 7, 8])
def test_what_is_reached_is_what_is_not_left_to_another(step):
    follower = CameraFollower(ROOM[: SIZE[0], : SIZE[1], 1].copy(), corners(SIZE))
    assert follower.reached(step).all()
    follower.homography = by_hand(SIZE, (41.3, -22.6), 1.0, 1.01)
    matte = np.zeros(SIZE, np.uint8)
    follower.leave(matte, np.full(SIZE, 255, np.uint8))
    np.testing.assert_array_equal(follower.reached(step), matte[::step, ::step] == 0)
    assert 0.02 < (matte > 0).mean() < 0.2
    follower.decide(matte)
    assert not matte.any()


def _looks_of(monkeypatch, frames) -> tuple[CameraFollower, list[list[int]]]:
    """Return a follower, and of each frame the levels at which corners were looked for."""
    looks: list[list[int]] = []
    track = following._tracked

    def noted(first, second, points, guess, levels):
        looks[-1].append(levels)
        return track(first, second, points, guess, levels)

    monkeypatch.setattr(following, "_tracked", noted)
    follower = CameraFollower(seen(np.eye(3), person=False)[..., 1].copy(), corners(SIZE))
    for frame in frames:
        looks.append([])
        follower.look(np.ascontiguousarray(frame[..., 1]))
    return follower, looks


def test_frames_that_do_not_show_the_plate_cost_a_look_or_two(monkeypatch):
    shown = [seen(by_hand(SIZE, (3 * k, 0)), k, person=False) for k in range(1, 20)]
    noise = np.random.default_rng(1).integers(0, 256, (9, *SIZE, 3), np.uint8)
    follower, looks = _looks_of(monkeypatch, [*shown, *noise])
    assert follower.misses == 9
    assert looks[17] == looks[18] == [1]
    assert looks[19] == [1, 4, 1, 4]  # near and far, as they are and made even
    assert looks[20:24] == [[4]] * 3 + [[4, 4]]


def test_what_found_the_last_frame_is_tried_first(monkeypatch):
    """Light that falls: pictures made even show the plate, and do from then on."""
    frames = [seen(by_hand(SIZE, (3 * k, 0)), k, person=False) for k in range(1, 24)]
    frames[18:] = [np.rint(0.5 * frame).astype(np.uint8) for frame in frames[18:]]
    follower, looks = _looks_of(monkeypatch, frames)
    assert off(follower.homography, by_hand(SIZE, (3 * 23, 0)), SIZE) < 0.7
    assert looks[18] == [1, 4, 1]
    assert looks[19:] == [[1]] * 4


@pytest.mark.parametrize("anew", [False, True])
@pytest.mark.parametrize("form", ["frames", "planes"])
def test_a_plate_that_does_not_fit_says_so_at_once(form, anew):
    elsewhere = by_hand(SIZE, (170, 60), 9)
    way = [np.eye(3)] * 5 + [elsewhere] * 6 + [np.eye(3)] * 8
    frames = [seen(where, number) for number, where in enumerate(way)]
    as_given = planes if form == "planes" else np.ascontiguousarray
    keyer = PlateKeyer(as_given(seen(np.eye(3), 99, person=False)), follow=True)
    fits = []
    for number, frame in enumerate(map(as_given, frames)):
        if anew and number == 5:
            keyer.reset()
        keyer.key(frame) if form == "frames" else keyer.key_planes(frame)
        fits.append(keyer.fits)
    assert fits[:5] == [True] * 5
    assert fits[5:11] == [False] * 6
    assert fits[-4:] == [True] * 4


def test_a_plate_does_not_fit_what_looks_like_it_in_no_light():
    """There are no corners on a bare wall, which tell nothing of a camera."""
    rng = np.random.default_rng(5)
    wall = np.clip(rng.normal(120, 1, (*SIZE, 3)), 0, 255).astype(np.uint8)
    keyer = PlateKeyer(wall, follow=True)
    keyer.key(wall)
    assert keyer.fits
    keyer.key(seen(np.eye(3)))
    assert not keyer.fits


def test_a_plate_by_hand_fits_once_it_is_registered():
    keyer = PlateKeyer(seen(by_hand(SIZE, (40, 10)), 99, person=False), register=True)
    keyer.key(np.full((*SIZE, 3), 128, np.uint8))
    assert not keyer.fits
    keyer.key(seen(np.eye(3)))
    assert keyer.fits
