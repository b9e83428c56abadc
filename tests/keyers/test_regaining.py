"""People of the frame before whom a look misses, and another one sees."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person import networks
from fastvbg.keyers.person.network import Network
from fastvbg.keyers.person.regaining import given_back, lost
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


class OneSided(GreenNetwork):
    """With a lamp in the right half of its input it sees no legs, which are blue."""

    def __call__(self):
        found = super().__call__()
        red, green, blue = (self.input[..., c] for c in range(3))
        dazzled = (red - green > 0.4)[:, red.shape[1] // 2 :].any()
        legs = np.clip((blue - np.maximum(red, green) - 0.1) * 4, 0, 1) * (not dazzled)
        return np.maximum(found, legs[None, :, :, None]).astype(np.float32)


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
