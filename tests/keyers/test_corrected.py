"""What looks at a first frame agreed upon is kept where the picture stays the same."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg import PersonKeyer
from fastvbg.keyers.person.corrected import Corrected
from fastvbg.keyers.person.further import Further
from tests.support.people import disc, use_green_network, wall, with_person

SHAPE = 90, 160
USUAL = disc(SHAPE, 80, 45, 36)
CAP, STATUE = disc(SHAPE, 80, 12, 8), disc(SHAPE, 130, 60, 8)
AGREED = np.maximum(USUAL, CAP)
SEEN = np.maximum(USUAL, STATUE)


@pytest.fixture
def guide(rng):
    return rng.integers(40, 200, SHAPE, np.uint8)


@pytest.fixture
def corrected(guide) -> Corrected:
    corrected = Corrected()
    corrected.keep(SEEN, AGREED, guide)
    return corrected


def test_before_a_first_frame_nothing_is_known(guide) -> None:
    np.testing.assert_array_equal(Corrected().of(SEEN, guide), SEEN)


def test_what_was_added_and_taken_holds(corrected, guide, rng) -> None:
    noise = rng.integers(-6, 7, SHAPE)
    again = np.clip(guide.astype(int) + noise, 0, 255).astype(np.uint8)
    seen = SEEN.copy()
    np.testing.assert_array_equal(corrected.of(seen, again), AGREED)
    np.testing.assert_array_equal(seen, SEEN)  # it is the caller's


def test_where_the_picture_has_changed_the_usual_look_counts_from_then_on(corrected, guide) -> None:
    changed = guide.copy()
    changed[:, 110:] += 40
    cap_alone = np.maximum(AGREED, STATUE)
    np.testing.assert_array_equal(corrected.of(SEEN, changed), cap_alone)
    np.testing.assert_array_equal(corrected.of(SEEN, guide), cap_alone)


def test_a_little_of_a_region_may_change(corrected, guide) -> None:
    changed = guide.copy()
    changed[60, 130] ^= 128
    got = corrected.of(SEEN, changed)
    assert got[60, 130] == 255
    assert got[54, 130] == 0
    changed[52:70, 130:] ^= 128
    np.testing.assert_array_equal(corrected.of(SEEN, changed), np.maximum(AGREED, STATUE))


def test_small_corrections_fade(guide) -> None:
    corrected = Corrected()
    corrected.keep(SEEN, np.minimum(SEEN, 225), guide)
    assert corrected.of(USUAL, guide) is USUAL


def test_where_the_usual_look_says_something_else_it_counts(corrected, guide) -> None:
    np.testing.assert_array_equal(corrected.of(USUAL, guide), AGREED)
    half = np.where(CAP > 0, 150, SEEN).astype(np.uint8)
    expected = np.where(CAP > 0, np.maximum(half, USUAL), AGREED)
    got = corrected.of(half, guide)
    np.testing.assert_array_equal(got[USUAL == 0], expected[USUAL == 0])
    # The look is as it was: so is the matte.
    np.testing.assert_array_equal(corrected.of(SEEN, guide), AGREED)


def test_a_new_scene_forgets(corrected, guide) -> None:
    corrected.forget()
    np.testing.assert_array_equal(corrected.of(SEEN, guide), SEEN)


def test_nothing_that_was_corrected_costs_nothing(guide) -> None:
    corrected = Corrected()
    corrected.keep(SEEN, SEEN, guide)
    assert corrected.of(USUAL, guide) is USUAL


def test_a_keyer_keeps_it_until_the_picture_changes(monkeypatch) -> None:
    use_green_network(monkeypatch)
    cap = disc((240, 320), 260, 60, 24)

    def with_cap(_self, _picture, _guides, usual, _part):
        return np.maximum(usual, cap)

    monkeypatch.setattr(Further, "all_at_once", with_cap)
    frame = with_person(wall(240, 320), 160, 120, 60)
    keyer = PersonKeyer()
    middle = disc((240, 320), 260, 60, 12) > 0
    for k in range(8):
        frame[:20, :20] = 30 * k  # so that each is looked at
        assert keyer.key(frame.copy())[middle].mean() > 240
    frame[30:90, 230:290] //= 2
    for _ in range(12):
        frame[:20, :20] ^= 128
        matte = keyer.key(frame.copy())
    assert matte[middle].mean() < 60
