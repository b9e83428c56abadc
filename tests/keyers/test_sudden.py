"""What a look loses or finds of a sudden, and what other looks say of it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person import networks
from fastvbg.keyers.person.network import Network
from fastvbg.keyers.person.sudden import found, given_back, lost, taken_back
from tests.support.people import GreenNetwork, disc, use_green_network, wall, with_person

SHAPE = 90, 160
BODY, LEGS = disc(SHAPE, 80, 30, 20), disc(SHAPE, 80, 64, 16)
WHOLE = np.maximum(BODY, LEGS)
LAMP = 330, 60
BLUE = 250, 90, 90


def test_what_is_lost() -> None:
    gone = lost(BODY, WHOLE)
    assert gone is not None
    assert gone[56:74, 78:82].all()
    assert (gone & (WHOLE == 0)).mean() < 0.01
    assert (gone & (BODY > 0)).mean() < 0.01
    assert lost(WHOLE, WHOLE) is None
    assert lost(WHOLE, BODY) is None  # more is nothing lost
    assert lost(BODY, np.zeros_like(BODY)) is None
    assert lost(np.zeros_like(BODY), disc(SHAPE, 80, 30, 3)) is None  # too small to tell


@pytest.mark.parametrize("by", [(6, 0), (-5, 4), (0, -6)])
def test_who_moves_as_a_whole_is_not_lost(by) -> None:
    shift = np.array([[1, 0, by[0]], [0, 1, by[1]]], np.float32)
    moved, without = (cv2.warpAffine(each, shift, SHAPE[::-1]) for each in (WHOLE, BODY))
    assert lost(moved, WHOLE) is None
    gone = lost(without, WHOLE)
    assert gone is not None
    legs = cv2.warpAffine(LEGS, shift, SHAPE[::-1]) > 0  # where they would be now
    assert np.count_nonzero(gone & legs) > 0.8 * np.count_nonzero(gone)


def test_what_is_given_back_is_about_what_is_lost() -> None:
    gone = lost(BODY, WHOLE)
    assert gone is not None
    statue = disc(SHAPE, 20, 60, 15)
    given = given_back(BODY, np.maximum(WHOLE, statue), gone)
    assert given is not None
    assert not given[:, :40].any()
    assert np.count_nonzero(given != WHOLE) < 0.02 * np.count_nonzero(WHOLE)
    assert given_back(BODY, statue, gone) is None
    assert given_back(BODY, BODY, gone) is None


PATCH = disc(SHAPE, 130, 50, 14)
LUMA = np.random.default_rng(5).integers(40, 200, SHAPE).astype(np.uint8)


def test_what_is_found_where_nothing_moved() -> None:
    new = found(np.maximum(WHOLE, PATCH), WHOLE, LUMA, LUMA)
    assert new is not None
    assert new[44:56, 124:136].all()
    assert not new[:, :110].any()
    assert found(WHOLE, WHOLE, LUMA, LUMA) is None
    assert found(WHOLE, np.maximum(WHOLE, PATCH), LUMA, LUMA) is None
    assert found(PATCH, np.zeros_like(PATCH), LUMA, LUMA) is None  # nobody was there to go with it
    wider = cv2.dilate(WHOLE, np.ones((5, 5), np.uint8))
    assert found(wider, WHOLE, LUMA, LUMA) is None  # an edge alone


def test_what_has_moved_is_believed() -> None:
    then = np.where(PATCH > 0, 255 - LUMA // 2, LUMA).astype(np.uint8)
    assert found(np.maximum(WHOLE, PATCH), WHOLE, LUMA, then) is None


def test_what_is_taken_back_is_about_what_is_new() -> None:
    both = np.maximum(WHOLE, PATCH)
    new = found(both, WHOLE, LUMA, LUMA)
    assert new is not None
    np.testing.assert_array_equal(taken_back(both, BODY, new), WHOLE)  # legs are far from there
    assert taken_back(both, both, new) is None


class OneSided(GreenNetwork):
    """With a lamp in the right half of its input it sees no legs, which are blue.

    And with a yellow one there a red wall is a person.
    """

    def __call__(self):
        found = super().__call__()
        red, green, blue = (self.input[..., c] for c in range(3))
        right = slice(red.shape[1] // 2, None)
        dazzled = ((red - green > 0.4) & (blue < 0.1))[:, right].any()
        fooled = ((green - blue > 0.6) & (red - blue > 0.6))[:, right].any()
        legs = np.clip((blue - np.maximum(red, green) - 0.1) * 4, 0, 1) * (not dazzled)
        patch = ((red - green > 0.15) & (blue > 0.25)) * fooled
        others = np.maximum(legs, patch)
        return np.maximum(found, others[None, :, :, None]).astype(np.float32)


@pytest.fixture
def one_sided(monkeypatch) -> None:
    use_green_network(monkeypatch)

    def opened(self, spec):
        return Network(OneSided(spec.height, spec.width), self._scale, self._space)

    monkeypatch.setattr(networks.Networks, "_open", opened)


def scene(index: int, *, legs: bool, lamp: bool) -> np.ndarray:
    frame = with_person(wall(360, 640), 240 + 4 * index, 100, 50)
    if legs:
        cv2.circle(frame, (240 + 4 * index, 190), 40, BLUE, -1)
    if lamp:
        cv2.circle(frame, LAMP, 9, (0, 0, 255), -1)
    return frame


def of_legs(matte: np.ndarray, index: int) -> float:
    return float(matte[disc(matte.shape, 240 + 4 * index, 196, 30) > 0].mean())


def test_legs_that_a_look_misses_stay(one_sided) -> None:
    keyer = PersonKeyer()
    fast = PersonKeyer(quality="fast")
    for index in range(12):
        frame = scene(index, legs=True, lamp=index >= 4)
        matte, without = keyer.key(frame), fast.key(frame)
        assert of_legs(matte, index) > 240
    assert of_legs(without, index) < 40


def test_what_no_look_sees_is_gone_at_once(one_sided) -> None:
    keyer = PersonKeyer()
    looks = []
    for index in range(12):
        matte = keyer.key(scene(index, legs=index < 4, lamp=False))
        looks.append(keyer.looks)
        if index > 4:
            assert of_legs(matte, index) < 16
    assert looks[-1] - looks[6] <= 4  # and is not looked for again and again


def walled(index: int, *, lamp: bool) -> np.ndarray:
    """A person who sways a little, so that a red wall beside is within what is looked at."""
    x = 236 + 8 * (index % 2)
    frame = with_person(wall(360, 640), x, 100, 50)
    cv2.circle(frame, (x, 190), 40, BLUE, -1)
    cv2.rectangle(frame, (300, 150), (326, 240), (100, 100, 170), -1)
    if lamp:
        cv2.circle(frame, (316, 50), 9, (0, 255, 255), -1)
    return frame


def test_a_wall_that_becomes_a_person_without_moving_stays_a_wall(one_sided) -> None:
    fine, fast = PersonKeyer(), PersonKeyer(quality="fast")
    for index in range(14):
        for keyer in (fine, fast):
            matte = keyer.key(walled(index, lamp=index >= 3))
            assert matte[190, 240] == 255
    believed = {keyer: keyer._looking.raw[80:115, 153:160].mean() for keyer in (fine, fast)}
    assert believed[fine] < 16
    assert believed[fast] > 200
