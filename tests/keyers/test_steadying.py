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


def _asked(steady: Steady, shifts: list[int]) -> list[bool]:
    """Return what is told of frames of a textured room that a camera has moved over so far."""
    rng = np.random.default_rng(2)
    wide = rng.integers(0, 256, (SHAPE[0], 640), np.uint8)
    told = []
    for shift in shifts:
        guide = np.ascontiguousarray(wide[:, shift : shift + SHAPE[1]])
        steady.is_cut(guide, 1.0)
        told.append(steady.rests_elsewhere())
        steady.add(guide, 1.0, PERSON)
    return told


def test_a_camera_that_was_flung_about_rests_elsewhere() -> None:
    # It begins slowly, or it were a cut.
    rng = np.random.default_rng(3)
    wide = np.kron(rng.integers(0, 256, (9, 64), np.uint8), np.ones((10, 10), np.uint8))
    steady, told, at = Steady(SHAPE), [], 0
    for step in [0, 0, 1, 2, 3, 4, 5, 6, 6, 6, 6, 6, 0, 0, 0]:
        at += step
        guide = np.ascontiguousarray(wide[:, at : at + SHAPE[1]])
        assert not steady.is_cut(guide, 1.0)
        told.append(steady.rests_elsewhere())
        steady.add(guide, 1.0, PERSON)
    assert told == [False] * 12 + [True, False, False]


def test_one_jolt_and_a_slow_turn_are_no_flinging() -> None:
    assert not any(_asked(Steady(SHAPE), [0, 0, 3, 3, 3, 0, 0, 0]))
    wide = np.tile(np.linspace(0, 255, 320).astype(np.uint8), (SHAPE[0], 2))
    steady = Steady(SHAPE)
    for at in [*range(0, 40, 2), 40, 40]:
        guide = np.ascontiguousarray(wide[:, at : at + SHAPE[1]])
        assert not steady.is_cut(guide, 1.0)
        assert not steady.rests_elsewhere()
        steady.add(guide, 1.0, PERSON)
