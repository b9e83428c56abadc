"""Colour decides where a matte is not sure: the kernel equals its literal form bit for bit."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg.kernels.person import discriminant
from fastvbg.kernels.person.plan import discriminant_scratch
from fastvbg.reference import discriminant as reference
from tests.support.arrays import random_plane

OPTIONS = {"fewest": 6, "noise": (100, 4, 4), "doubt": 8, "spread": 0.7, "spill": (1.0, 100.0)}


def flat_options(fewest, noise, doubt, spread, spill) -> tuple[float, ...]:
    return tuple(float(each) for each in (fewest, *noise, doubt, spread, *spill))


def separated(matte, inside, near, guides, out=None, **options) -> np.ndarray:
    """Run the kernel; its scratch begins as anything."""
    out = np.full(matte.shape, 77, np.uint8) if out is None else out
    sums, lines, marks = discriminant_scratch(*matte.shape)
    sums[:], lines[:], marks[:] = -7, -7, 9
    choice = flat_options(**{**OPTIONS, **options})
    discriminant.separate.call(matte, inside, near, guides, choice, out, sums, lines, marks)
    return out


def sides(matte, within=2, beyond=4) -> tuple[np.ndarray, np.ndarray]:
    sure = np.where(matte >= 128, 255, 0).astype(np.uint8)
    inner, outer = (np.ones((2 * radius + 1,) * 2, np.uint8) for radius in (within, beyond))
    return np.asarray(cv2.erode(sure, inner)), np.asarray(cv2.dilate(sure, outer))


def blob(height: int, width: int) -> np.ndarray:
    y, x = np.indices((height, width))
    distance = np.hypot(y - height * 0.6, (x - width * 0.45) * 0.8) - 0.35 * height
    return np.clip(128 - 40 * distance, 0, 255).astype(np.uint8)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 1), (8, 16), (13, 35), (33, 70), (64, 131)])
@pytest.mark.parametrize("kind", ["blob", "noise", "0", "255"])
@pytest.mark.parametrize("colours", ["noise", "two", "black"])
def test_it_equals_the_reference(shape, kind, colours) -> None:
    matte = {
        "blob": blob(*shape),
        "noise": random_plane(*shape, seed=4),
        "0": np.zeros(shape, np.uint8),
        "255": np.full(shape, 255, np.uint8),
    }[kind]
    noise = [random_plane(*shape, seed=k) for k in range(3)]
    guides = {
        "noise": tuple(noise),
        "two": tuple(
            np.where(matte > 90, 90 + k, 160).astype(np.uint8) + noise[k] // np.uint8(16)
            for k in range(3)
        ),
        "black": (np.zeros(shape, np.uint8),) * 3,
    }[colours]
    inside, near = sides(matte)
    wanted = reference.separate(matte, inside, near, guides, **OPTIONS)
    np.testing.assert_array_equal(separated(matte, inside, near, guides), wanted)


@pytest.mark.parametrize(
    "options",
    [
        {"fewest": 1},
        {"fewest": 300},
        {"noise": (1, 1, 1), "doubt": 1},
        {"noise": (400, 30, 60), "doubt": 40, "spread": 0.0, "spill": (0.0, 1.0)},
        {"spill": (3.0, 1.0)},
    ],
)
def test_options(options) -> None:
    matte = blob(70, 90)
    guides = tuple(
        np.clip(40 + matte // 2 + k * 9 + random_plane(70, 90, seed=k) // 8, 0, 255).astype(
            np.uint8
        )
        for k in range(3)
    )
    inside, near = sides(matte)
    wanted = reference.separate(matte, inside, near, guides, **{**OPTIONS, **options})
    np.testing.assert_array_equal(separated(matte, inside, near, guides, **options), wanted)


def test_extremes_do_not_overflow() -> None:
    """Two colours as far apart as there are, and pixels beyond either."""
    matte = blob(48, 64)
    inside, near = sides(matte)
    back = np.where(near > 0, 0, 254).astype(np.uint8)
    guides = np.where(inside > 0, 255, back), 255 - back, np.where(inside > 0, 0, back)
    guides = tuple(np.ascontiguousarray(each, np.uint8) for each in guides)
    for noise in (1, 100):
        choice = {**OPTIONS, "noise": (noise,) * 3}
        wanted = reference.separate(matte, inside, near, guides, **choice)
        got = separated(matte, inside, near, guides, **choice)
        np.testing.assert_array_equal(got, wanted)


def test_the_matte_may_be_its_own_result_and_inputs_read_only() -> None:
    matte = blob(40, 60)
    inside, near = sides(matte)
    guides = tuple(random_plane(40, 60, seed=k) for k in range(3))
    for each in (inside, near, *guides):
        each.flags.writeable = False
    wanted = reference.separate(matte, inside, near, guides, **OPTIONS)
    separated(matte, inside, near, guides, out=matte)
    np.testing.assert_array_equal(matte, wanted)


def test_a_mixed_edge_is_as_much_foreground_as_its_colour_says() -> None:
    """A matte that ends three pixels early; the true edge is a ramp between two colours."""
    x = np.indices((48, 64))[1]
    truth = np.clip((35.5 - x) / 4 + 0.5, 0, 1)
    matte = np.where(x < 32, 255, 0).astype(np.uint8)
    front, back = np.array([60, 120, 150]), np.array([150, 90, 80])
    mixed = truth[..., np.newaxis] * front + (1 - truth[..., np.newaxis]) * back
    guides = tuple(np.ascontiguousarray(mixed[..., k] + 0.5, np.uint8) for k in range(3))
    inside, near = sides(matte, within=2, beyond=8)
    got = separated(matte, inside, near, guides, spread=0.0, spill=(0.0, 1.0))
    assert np.abs(got - 255 * truth).max() < 16
    assert np.abs(matte - 255 * truth).max() > 200


def test_what_is_within_the_spread_of_background_is_background() -> None:
    """Unsure pixels a little off the mean of a noisy background; spread puts them back in it."""
    x = np.indices((48, 64))[1]
    matte = np.where(x < 32, 255, 0).astype(np.uint8)
    inside, near = sides(matte, within=2, beyond=8)
    luma = np.where(x < 32, 50, np.where(near > 0, 144, 150)).astype(np.uint8)
    luma += np.where(x < 32, 0, random_plane(48, 64) % 13).astype(np.uint8)
    flat = np.full(luma.shape, 128, np.uint8)
    unsure = np.s_[:, 34:36]
    without, with_ = (
        separated(matte, inside, near, (luma, flat, flat), spread=spread)[unsure].mean()
        for spread in (0.0, 1.0)
    )
    assert without > 8
    assert with_ < 0.5 * without


def test_colours_that_are_alike_leave_the_matte() -> None:
    matte = blob(48, 64)
    inside, near = sides(matte)
    guides = tuple(120 + random_plane(48, 64, seed=k) % np.uint8(9) for k in range(3))
    got = separated(matte, inside, near, guides)
    assert np.abs(got.astype(int) - matte).max() <= 24
