"""Mattes of other sizes and of float32: stretched and rounded as the references have it."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from fastvbg import blend, reference
from fastvbg.errors import DTypeError, ShapeError
from tests.support.kernel_arrays import FRAME_LAYOUTS, LAYOUTS

MATTE_SIZES = [(1, 1), (1, 2), (2, 1), (3, 5), (9, 16), (17, 33), (40, 70), (144, 256), (300, 7)]
SIZES = [(1, 1), (2, 3), (7, 9), (31, 65), (37, 200), (80, 129), (20, 700)]


@pytest.mark.parametrize("matte_size", MATTE_SIZES)
@pytest.mark.parametrize("size", SIZES)
def test_blend_equals_blend_of_the_stretched_matte(matte_size, size, rng):
    frame, bg = (rng.integers(0, 256, (*size, 3), np.uint8) for _ in range(2))
    matte = rng.integers(0, 256, matte_size, np.uint8)
    expected = reference.blend(frame, reference.stretch_matte(matte, size), bg)
    np.testing.assert_array_equal(blend(frame, matte, bg), expected)


@pytest.mark.parametrize("matte_size", [(9, 16), (40, 90)], ids=["narrower", "wider"])
@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
def test_layouts(layout, matte_size, rng):
    frame, bg = (rng.integers(0, 256, (31, 75, 3), np.uint8) for _ in range(2))
    matte = rng.integers(0, 256, matte_size, np.uint8)
    expected = reference.blend(frame, reference.stretch_matte(matte, (31, 75)), bg)
    change = FRAME_LAYOUTS[layout]
    np.testing.assert_array_equal(blend(change(frame), matte, bg), expected)
    np.testing.assert_array_equal(blend(frame, matte, bg, out=change(np.zeros_like(bg))), expected)
    if layout in LAYOUTS:
        np.testing.assert_array_equal(blend(frame, LAYOUTS[layout](matte), bg), expected)
    np.testing.assert_array_equal(blend(frame, matte, bg, out=bg), expected)


@pytest.mark.parametrize("value", [0, 1, 127, 254, 255])
def test_equal_samples_give_themselves(value):
    matte = np.full((9, 16), value, np.uint8)
    assert (reference.stretch_matte(matte, (50, 70)) == value).all()


def test_stretching_is_bilinear_within_one_step(rng):
    matte = rng.integers(0, 256, (144, 256), np.uint8)
    ours = reference.stretch_matte(matte, (720, 1280)).astype(int)
    theirs = cv2.resize(matte.astype(np.float32), (1280, 720), interpolation=cv2.INTER_LINEAR)
    assert np.abs(ours - theirs).max() <= 1


@pytest.mark.parametrize("size", [(6, 8), (3, 4)])
def test_float_matte_is_rounded_half_up_and_clipped(size, rng):
    matte = rng.normal(0.5, 0.5, size).astype(np.float32)
    matte[0, :3] = np.nan, np.inf, -np.inf
    matte[1, :3] = 0.5 / 255, -0.0, 1.0
    frame, bg = (rng.integers(0, 256, (6, 8, 3), np.uint8) for _ in range(2))
    steps = reference.quantize_matte(matte)
    assert steps[0, :3].tolist() == [0, 255, 0]
    expected = reference.blend(frame, reference.stretch_matte(steps, (6, 8)), bg)
    np.testing.assert_array_equal(blend(frame, matte, bg), expected)


def test_every_step_survives_as_float(rng):
    steps = np.arange(256, dtype=np.uint8).reshape(16, 16)
    back = reference.quantize_matte(steps.astype(np.float32) / np.float32(255))
    assert np.array_equal(back, steps)


def test_wrong_mattes():
    frame = np.zeros((4, 5, 3), np.uint8)
    with pytest.raises(DTypeError, match="float64"):
        blend(frame, np.zeros((4, 5)), frame)
    with pytest.raises(ShapeError, match="matte"):
        blend(frame, np.zeros((0, 5), np.uint8), frame)
    with pytest.raises(ShapeError, match="matte"):
        blend(frame, np.zeros((4, 5, 1), np.uint8), frame)
