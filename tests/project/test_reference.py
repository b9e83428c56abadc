"""The references themselves: against exact arithmetic, and against the tutorial's loop."""

from __future__ import annotations

import cv2
import numpy as np

import fastvbg
from fastvbg import constants, reference
from tests.support.arrays import random_frame, random_plane
from tests.support.media import moving_frames


def test_opencv_gray_is_the_documented_formula_for_every_pixel() -> None:
    grid = np.arange(1 << 24, dtype=np.uint32)
    b, g, r = grid & 255, grid >> 8 & 255, grid >> 16
    frame = np.stack([b, g, r], -1).astype(np.uint8).reshape(4096, 4096, 3)
    weighted = constants.GRAY_B * b + constants.GRAY_G * g + constants.GRAY_R * r
    formula = (weighted + constants.GRAY_HALF) >> constants.GRAY_SHIFT
    gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    assert np.array_equal(gray.ravel(), formula)


def test_gray_weights_sum_to_one() -> None:
    total = constants.GRAY_B + constants.GRAY_G + constants.GRAY_R
    assert total == 1 << constants.GRAY_SHIFT


def test_blend_rounds_half_up() -> None:
    values = np.arange(256)
    a, f = np.meshgrid(values, values, indexing="ij")
    frame = np.repeat(f[..., np.newaxis], 3, 2).astype(np.uint8)
    for b in (0, 1, 127, 200, 255):
        wanted = np.floor((a * f + (255 - a) * b) / 255 + 0.5).astype(np.uint8)
        got = reference.blend(frame, a.astype(np.uint8), np.full_like(frame, b))
        assert np.array_equal(got[..., 0], wanted)


def test_the_best_opencv_spelling_gives_the_tutorials_pixels() -> None:
    prev, next, bg = moving_frames(2, 45, 31)[0], moving_frames(2, 45, 31)[1], random_frame(31, 45)
    compositor, out = reference.OpenCVCompositor((31, 45)), np.empty_like(prev)
    assert np.array_equal(compositor(prev, next, bg, out), reference.composite(prev, next, bg))
    mask = random_plane(31, 45)
    assert np.array_equal(compositor.mask(prev, next, mask), reference.motion_mask(prev, next))


def test_the_tutorials_sequence_shows_each_odd_frame_twice() -> None:
    frames, background = moving_frames(7, 45, 31), random_frame(20, 30)
    steps = list(reference.tutorial_sequence(frames, background))
    assert [number for number, _ in steps] == [3, 4, 5, 6, 7]
    pairs = [(2, 1), (2, 3), (4, 3), (4, 5), (6, 5)]
    for (even, odd), (_, result) in zip(pairs, steps, strict=True):
        wanted = reference.tutorial_composite(frames[even], frames[odd], background)
        assert np.array_equal(result, wanted)


def test_the_tutorial_resizes_its_background_with_inter_area() -> None:
    prev, background = random_frame(31, 45), random_frame(90, 80, 1)
    fitted = fastvbg.fit_background(background, (45, 31))
    assert np.array_equal(reference.tutorial_composite(prev, prev, background), fitted)
