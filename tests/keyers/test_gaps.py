"""Gaps within people: opened where one look sees them and colours agree."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person import networks
from fastvbg.keyers.person.agreeing import Sight
from fastvbg.keyers.person.gaps import gaps_opened
from fastvbg.keyers.person.network import Network
from tests.support.people import GreenNetwork, disc, use_green_network, wall, with_person

SHAPE = 90, 160
PERSON, GAP = disc(SHAPE, 80, 45, 36), disc(SHAPE, 80, 45, 6)
WITH_GAP = np.minimum(PERSON, 255 - GAP)


def guides_of(gap_is: tuple[int, int, int]):
    """Luma and chroma of a dark person before a bright wall, the gap of a colour."""
    rng = np.random.default_rng(2)
    planes = []
    for k, (wall_is, person_is) in enumerate(((200, 40), (110, 130), (140, 126))):
        plane = np.where(PERSON > 0, person_is, wall_is)
        plane = np.where(GAP > 0, gap_is[k], plane) + rng.integers(-3, 4, SHAPE)
        planes.append(plane.astype(np.uint8))
    return tuple(planes)


WALL, CLOTHES = (200, 110, 140), (40, 130, 126)


def sight(matte) -> Sight:
    return Sight(matte, (0, 0, *SHAPE[::-1]))


def test_what_one_look_sees_is_opened_if_it_has_the_walls_colour() -> None:
    sights = [sight(PERSON), sight(WITH_GAP), sight(PERSON)]
    opened = gaps_opened(PERSON, sights, guides_of(WALL), 1)
    np.testing.assert_array_equal(opened, WITH_GAP)


def test_a_shade_of_the_wall_is_still_nearer_to_it() -> None:
    opened = gaps_opened(PERSON, [sight(WITH_GAP)], guides_of((180, 100, 146)), 1)
    np.testing.assert_array_equal(opened, WITH_GAP)


@pytest.mark.parametrize("colour", [CLOTHES, (120, 120, 133), (90, 60, 220)])
def test_clothes_that_one_look_does_not_know_stay(colour) -> None:
    opened = gaps_opened(PERSON, [sight(WITH_GAP), sight(PERSON)], guides_of(colour), 1)
    np.testing.assert_array_equal(opened, PERSON)


def test_what_no_look_sees_stays() -> None:
    opened = gaps_opened(PERSON, [sight(PERSON)], guides_of(WALL), 1)
    np.testing.assert_array_equal(opened, PERSON)


def test_a_notch_is_no_gap() -> None:
    notch = np.minimum(PERSON, 255 - disc(SHAPE, 80, 8, 6))
    planes = [np.where(notch > 0, person, back) for back, person in zip(WALL, CLOTHES, strict=True)]
    guides = tuple(plane.astype(np.uint8) for plane in planes)
    opened = gaps_opened(PERSON, [sight(notch)], guides, 1)
    np.testing.assert_array_equal(opened, PERSON)


def test_a_look_that_has_not_found_the_people_does_not_count() -> None:
    ring = np.minimum(disc(SHAPE, 80, 45, 12), 255 - GAP)
    opened = gaps_opened(PERSON, [sight(ring)], guides_of(WALL), 1)
    np.testing.assert_array_equal(opened, PERSON)


def test_without_background_nearby_nothing_is_opened() -> None:
    full = np.full(SHAPE, 255, np.uint8)
    seen = np.minimum(full, 255 - GAP)
    opened = gaps_opened(full, [sight(seen)], guides_of(WALL), 1)
    np.testing.assert_array_equal(opened, full)


class Filling(GreenNetwork):
    """It sees a gap in people who fill its input, and fills it in smaller ones."""

    def __call__(self):
        found = super().__call__()[0, :, :, 0]
        if (found > 0.5).mean() < 0.6:
            body = cv2.morphologyEx(found, cv2.MORPH_CLOSE, np.ones((61, 61), np.uint8))
            found = np.maximum(found, 0.95 * body)
        return found[None, :, :, None]


def test_a_keyer_opens_a_gap_at_a_first_frame_and_keeps_it(monkeypatch) -> None:
    use_green_network(monkeypatch)

    def opened(self, spec):
        return Network(Filling(spec.height, spec.width), self._scale, self._space)

    monkeypatch.setattr(networks.Networks, "_open", opened)
    room = wall(240, 320)
    frames = []
    for k in range(5):
        frame = with_person(room, 160, 120, 80)
        gap = disc(frame.shape, 160, 66, 12) > 0
        frame[gap] = room[gap]
        frame[:20, :20] = 40 * k
        frames.append(frame)
    middle = disc(frames[0].shape, 160, 66, 7) > 0
    fine, fast = (PersonKeyer(quality=quality) for quality in ("fine", "fast"))
    for frame in frames:
        assert fine.key(frame)[middle].mean() < 60
        assert fast.key(frame)[middle].mean() > 180
