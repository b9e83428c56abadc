"""Squares about people, where a matte is not sure, and what they draw it to."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person import further
from fastvbg.keyers.person.agreeing import Sight
from fastvbg.keyers.person.nearer import drawn_nearer, squares
from tests.support.people import disc, use_green_network, wall, with_person

SHAPE = 90, 160
PERSON = disc(SHAPE, 80, 45, 36)
BOX = 176, 36, 288, 288
"""About the person, a canvas pixel being four of the frame's."""
SIZE = 640, 360


def unsure(left: int, top: int, level: int = 100):
    matte = PERSON.copy()
    matte[top : top + 8, left : left + 8] = level
    return matte


def sight(matte) -> Sight:
    return Sight(matte, (0, 0, *SIZE))


def test_a_matte_that_is_sure_is_not_looked_at_again() -> None:
    assert squares(PERSON, BOX, SIZE, 4) == []


def test_squares_are_where_it_is_not_sure() -> None:
    matte = unsure(60, 41)
    found = squares(matte, BOX, SIZE, 4)
    assert found
    assert len(set(found)) == len(found)
    for left, top, width, height in found:
        assert (width, height) in ((144, 144), (216, 216))
        assert left >= 0
        assert top >= 0
        assert left + width <= SIZE[0]
        assert top + height <= SIZE[1]
        assert (left < 4 * 68) & (left + width > 4 * 60)
        assert (top < 4 * 49) & (top + height > 4 * 41)
    sides = {width for _, _, width, _ in found}
    assert sides == {144, 216}


def test_there_are_few_and_those_first_that_show_most() -> None:
    matte = np.full(SHAPE, 100, np.uint8)
    assert len(squares(matte, BOX, SIZE, 4)) == 12
    matte = unsure(60, 41)
    matte[70:84, 70:96] = 100
    shown = [
        np.count_nonzero(matte[y // 4 : (y + h) // 4, x // 4 : (x + w) // 4] == 100)
        for x, y, w, h in squares(matte, BOX, SIZE, 4)
    ]
    assert len(shown) < 12
    assert shown[0] == max(shown) > min(shown) > 0


def test_each_unsure_pixel_is_seen_in_three_squares() -> None:
    count = np.zeros(SHAPE, int)
    for x, y, w, h in squares(unsure(76, 41), BOX, SIZE, 4):
        count[y // 4 : (y + h) // 4, x // 4 : (x + w) // 4] += 1
    assert count[41:49, 76:84].min() >= 3


@pytest.mark.parametrize("size", [(640, 100), (90, 360), (60, 60), (1, 1)])
def test_squares_are_within_a_narrow_frame(size) -> None:
    matte = np.full((-(-size[1] // 4), -(-size[0] // 4)), 100, np.uint8)
    for left, top, width, height in squares(matte, (0, 0, *size), size, 4):
        assert 0 <= left <= left + width <= size[0]
        assert 0 <= top <= top + height <= size[1]
        assert width > 0
        assert height > 0


def test_people_of_few_pixels_are_not_looked_at_from_nearer_than_a_network_sees() -> None:
    matte = np.full((90, 90), 100, np.uint8)
    found = squares(matte, (20, 20, 40, 40), (90, 90), 1)
    assert found == [(0, 0, 90, 90)]


def test_what_is_not_sure_is_drawn_to_what_a_square_sees() -> None:
    matte = unsure(76, 41)
    drawn = drawn_nearer(matte, [sight(PERSON)] * 3, 4)
    assert (drawn[41:49, 76:84] > 200).all()
    np.testing.assert_array_equal(drawn == matte, (matte != 100) | (matte == drawn))


def test_what_is_sure_stays() -> None:
    hole = np.minimum(PERSON, 255 - disc(SHAPE, 80, 45, 6))
    matte = unsure(60, 41)
    drawn = drawn_nearer(matte, [sight(hole)] * 3, 4)
    sure = matte != 100
    np.testing.assert_array_equal(drawn[sure], matte[sure])


def test_a_square_that_does_not_know_who_is_there_counts_nothing() -> None:
    matte = unsure(76, 41)
    blind = np.zeros(SHAPE, np.uint8), np.full(SHAPE, 255, np.uint8), 255 - PERSON
    for seen in blind:
        np.testing.assert_array_equal(drawn_nearer(matte, [sight(seen)], 4), matte)


def test_the_better_it_agrees_the_more_it_counts() -> None:
    matte = unsure(76, 41)
    worse = np.where(np.arange(SHAPE[1]) < 58, 0, PERSON).astype(np.uint8)
    levels = [drawn_nearer(matte, [sight(seen)], 4)[45, 80] for seen in (worse, PERSON)]
    assert 100 < levels[0] < levels[1]


def test_the_margin_of_a_square_does_not_count() -> None:
    matte = np.zeros(SHAPE, np.uint8)
    matte[:, 80:] = 255
    matte[40:44] = 100
    seen = np.where(np.arange(64) < 32, 0, 255).astype(np.uint8)[None].repeat(64, 0)
    drawn = drawn_nearer(matte, [Sight(seen, (4 * 48, 4 * 10, 4 * 64, 4 * 64))], 4)
    assert (drawn[40:44, :56] == 100).all()
    assert (drawn[40:44, 104:] == 100).all()
    assert (drawn[40:44, 56:80] < 60).all()
    assert (drawn[40:44, 80:104] > 160).all()


def test_all_squares_of_a_first_frame_are_looked_at(monkeypatch) -> None:
    use_green_network(monkeypatch)
    frame = with_person(wall(240, 320), 160, 120, 80)
    looks = []
    for asked in ([], [(8, 8, 128, 128), (40, 40, 160, 160)]):
        monkeypatch.setattr(further, "squares", lambda *_, asked=asked: asked)
        keyer = PersonKeyer()
        keyer.key(frame)
        looks.append(keyer.looks)
    assert looks[1] == looks[0] + 2
