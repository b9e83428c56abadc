"""What a network half believes in: gone where it is away from people, kept where it is theirs."""

from __future__ import annotations

import numpy as np

from fastvbg.keyers.person.haze import Haze
from fastvbg.keyers.person.steadying import Steady
from tests.support.people import disc, wall

SHAPE = 90, 160
PERSON = disc(SHAPE, 50, 45, 30)


def _with(rows: slice, cols: slice, level: int) -> np.ndarray:
    """Return the person, and something of a level beside."""
    matte = PERSON.copy()
    matte[rows, cols] = np.maximum(matte[rows, cols], level)
    return matte


def test_what_hangs_on_to_somebody_and_is_half_seen_goes() -> None:
    matte = _with(slice(40, 80), slice(70, 150), 100)
    left = Haze(SHAPE).without(matte)
    assert left[:, 90:].max() == 0
    np.testing.assert_array_equal(left[:, :77], matte[:, :77])  # hair may lie there


def test_what_is_seen_stays_and_what_lies_about_it() -> None:
    matte = _with(slice(30, 50), slice(110, 130), 210)
    matte[20:60, 104:136] = np.maximum(matte[20:60, 104:136], 60)
    assert Haze(SHAPE).without(matte) is matte


def test_what_hardly_reaches_foreground_needs_a_sure_place() -> None:
    matte = _with(slice(30, 50), slice(110, 130), 190)
    assert Haze(SHAPE).without(matte)[:, 100:].max() == 0
    matte[40, 120] = 200
    assert Haze(SHAPE).without(matte) is matte


def test_a_strap_stays() -> None:
    matte = _with(slice(44, 48), slice(60, 150), 100)
    assert Haze(SHAPE).without(matte) is matte


def test_a_first_look_is_held_to_more() -> None:
    matte = _with(slice(30, 60), slice(110, 140), 150)
    matte[45, 125] = 220
    assert Haze(SHAPE).without(matte) is matte
    assert Haze(SHAPE).without(matte, at_first=True)[30:34, 136:140].max() == 0


def test_a_speck_in_much_haze_is_haze_in_a_first_frame() -> None:
    matte = _with(slice(10, 80), slice(84, 155), 100)
    matte[40:44, 120:124] = 210
    assert Haze(SHAPE).without(matte, at_first=True)[:, 100:].max() == 0
    matte[30:50, 110:130] = 210
    assert Haze(SHAPE).without(matte, at_first=True)[40, 120] == 210


def test_what_was_seen_before_needs_less_and_what_was_not_does_not() -> None:
    haze, seen = Haze(SHAPE), _with(slice(30, 50), slice(110, 130), 210)
    assert haze.without(seen) is seen
    lost = _with(slice(30, 50), slice(110, 130), 160)
    for _ in range(3):
        assert haze.without(lost) is lost
    moved = _with(slice(30, 50), slice(130, 150), 160)
    assert haze.without(moved)[:, 142:].max() == 0


def test_a_scene_begins_without_it_and_goes_on_without_it() -> None:
    guide = np.ascontiguousarray(wall(*SHAPE)[:, :, 1])
    steady, hazy = Steady(SHAPE), _with(slice(40, 80), slice(70, 150), 100)
    for _ in range(4):
        assert steady.add(guide, 1.0, hazy)[:, 96:].max() == 0


def test_between_rare_looks_what_is_half_seen_stays() -> None:
    guide = np.ascontiguousarray(wall(*SHAPE)[:, :, 1])
    steady, hazy = Steady(SHAPE, 4, agreed=False), _with(slice(40, 80), slice(70, 150), 100)
    np.testing.assert_array_equal(steady.add(guide, 1.0, hazy), hazy)


def test_one_look_is_not_held_to_what_many_are() -> None:
    guide = np.ascontiguousarray(wall(*SHAPE)[:, :, 1])
    matte = _with(slice(30, 60), slice(110, 140), 150)
    matte[45, 125] = 220
    np.testing.assert_array_equal(Steady(SHAPE, agreed=False).add(guide, 1.0, matte), matte)
    assert Steady(SHAPE).add(guide, 1.0, matte)[30:34, 136:140].max() == 0


def test_what_a_model_of_other_things_half_sees_stays() -> None:
    guide = np.ascontiguousarray(wall(*SHAPE)[:, :, 1])
    hazy = _with(slice(40, 80), slice(70, 150), 100)
    steady = Steady(SHAPE, people=False)
    for _ in range(2):
        np.testing.assert_array_equal(steady.add(guide, 1.0, hazy), hazy)
