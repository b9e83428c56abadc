"""A canvas matte over time: what a network loses for a frame or for good, and what moves."""

from __future__ import annotations

import numpy as np

from fastvbg.keyers.person.steadying import Steady
from tests.support.people import disc, wall

SHAPE = 90, 160
GUIDE = np.ascontiguousarray(wall(*SHAPE)[:, :, 1])
PERSON, HAND = disc(SHAPE, 60, 45, 30), disc(SHAPE, 110, 45, 10)
BOTH = np.maximum(PERSON, HAND)


def test_what_a_look_loses_for_a_frame_stays() -> None:
    steady = Steady(SHAPE)
    for _ in range(3):
        steady.add(GUIDE, 1.0, BOTH)
    lost = steady.add(GUIDE, 1.0, PERSON)
    assert lost[HAND > 0].min() > 170
    assert steady.add(GUIDE, 1.0, BOTH)[HAND > 0].min() > 190


def test_what_two_looks_say_counts_at_once() -> None:
    steady = Steady(SHAPE)
    steady.add(GUIDE, 1.0, PERSON)
    assert steady.add(GUIDE, 1.0, BOTH)[HAND > 0].max() < 80
    steady.add(GUIDE, 1.0, None)  # carried by motion alone, between two looks
    np.testing.assert_array_equal(steady.add(GUIDE, 1.0, BOTH), BOTH)
    for _ in range(2):
        mattes = steady.add(GUIDE, 1.0, PERSON)
    np.testing.assert_array_equal(mattes, PERSON)


def test_where_the_picture_changes_the_look_counts_at_once() -> None:
    steady = Steady(SHAPE)
    shown = np.where(HAND > 0, GUIDE + np.uint8(60), GUIDE)
    steady.add(shown, 1.0, BOTH)
    gone = steady.add(GUIDE, 1.0, PERSON)
    assert gone[disc(SHAPE, 110, 45, 8) > 0].max() == 0
