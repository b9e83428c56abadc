"""Depth from two frames: the own steps equal their literal forms; known scenes come out right."""

from __future__ import annotations

import json
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastvbg import (
    DTypeError,
    OptionError,
    OptionTypeError,
    ShapeError,
    StereoDepth,
    depth_matte,
    disparity_to_depth,
    reference,
)
from fastvbg.kernels.keying import stereo as kernels
from fastvbg.reference import stereo as literal

FOCAL, BASELINE = 451.0, 75.0


def sparse(rng, shape, share=0.3):
    found = rng.integers(1, 700, shape, np.int16)
    return np.where(rng.random(shape) < share, found, rng.integers(-16, 1, shape)).astype(np.int16)


@given(st.integers(0, 2**32 - 1), st.integers(1, 12), st.integers(1, 40), st.floats(0.01, 0.9))
def test_own_steps_equal_their_references(seed, height, width, share):
    rng = np.random.default_rng(seed)
    found = sparse(rng, (height, width), share)
    back = (found + rng.integers(-20, 21, found.shape)).astype(np.int16)
    out = np.empty_like(found)
    kernels.consistent.call(found, back, out, 16)
    np.testing.assert_array_equal(out, literal.consistent(found, back, 16))
    again = found.copy()
    kernels.consistent.call(again, back, again, 16)
    np.testing.assert_array_equal(again, out)

    filled = found.copy()
    kernels.fill_shadows.call(filled, 16, 64)
    np.testing.assert_array_equal(filled, literal.fill_shadows(found, 16, 64))

    gray = rng.integers(0, rng.choice([1, 9, 256]), found.shape, np.uint8)
    cost = np.empty(found.shape, np.int32)
    for price, noise, rounds in ((0, 0, 1), (8, 1, 2)):
        kernels.spread.call(gray, found, out, cost, price, noise, rounds)
        np.testing.assert_array_equal(out, literal.spread(gray, found, price, noise, rounds))


def test_a_shadow_is_what_is_behind():
    row = np.array([[160, 0, 0, 0, 320, 0, 160]], np.int16)
    filled = row.copy()
    kernels.fill_shadows.call(filled, 16, 0)
    assert filled.tolist() == [[160, 160, 160, 160, 320, 0, 160]]
    narrow = np.array([[160] + [0] * 16 + [320]], np.int16)
    kernels.fill_shadows.call(narrow, 16, 0)
    assert narrow[0, 1] == 0  # 16 pixels are no shadow of a difference of 10


def test_holes_go_to_the_side_that_the_frame_does_not_part_them_from():
    gray = np.array([[10, 10, 10, 10, 90, 90]], np.uint8)
    found = np.array([[320, 0, 0, 0, 0, 160]], np.int16)
    out = np.empty_like(found)
    kernels.spread.call(gray, found, out, np.empty(found.shape, np.int32), 0, 1, 1)
    assert out.tolist() == [[320, 320, 320, 320, 160, 160]]
    empty = np.zeros_like(found)
    kernels.spread.call(gray, empty, out, np.empty(found.shape, np.int32), 8, 1, 2)
    assert not out.any()


@pytest.mark.parametrize(("focal", "baseline"), [(451.0344543457031, 75.0), (500, 60), (3.7, 0.1)])
def test_every_disparity_has_the_depth_of_the_formula(focal, baseline):
    every = np.arange(-32768, 32768, dtype=np.int32).astype(np.int16).reshape(256, 256)
    expected = literal.disparity_to_depth(every, focal, baseline)
    found = disparity_to_depth(every, focal=focal, baseline=baseline)
    assert found.dtype == np.uint16
    np.testing.assert_array_equal(found, expected)
    pixels = np.array([[0.1, 1.5, 33.3, 0, -2, 1e9]], np.float32)
    expected = literal.disparity_to_depth(pixels, focal, baseline, parts=1)
    np.testing.assert_array_equal(
        disparity_to_depth(pixels, focal=focal, baseline=baseline), expected
    )


def test_no_disparity_is_no_depth():
    pixels = np.array([[np.nan, 0, -1, 451]], np.float32)
    assert disparity_to_depth(pixels, focal=FOCAL, baseline=BASELINE).tolist() == [[0, 0, 0, 75]]


def scene(seed=0, near=40, far=10):
    """Return a left and a right frame of a textured square before a wall, and the square's mask."""
    rng = np.random.default_rng(seed)
    height, width = 120, 240

    def texture(low, high):
        noise = rng.integers(low, high, (height, width), np.uint8)
        return cv2.GaussianBlur(noise, (3, 3), 0)

    wall, square = texture(0, 120), texture(130, 256)
    mask = np.zeros((height, width), np.uint8)
    mask[30:95, 110:180] = 255
    left = np.where(mask > 0, square, wall)
    right = np.roll(wall, -far, axis=1)
    shifted = np.roll(mask, -near, axis=1) > 0
    right[shifted] = np.roll(square, -near, axis=1)[shifted]
    return left, right, mask


@pytest.mark.parametrize(
    ("colour", "mode"),
    [(False, "3way"), (True, "3way"), (False, "sgbm"), (False, "hh4"), (False, "hh")],
)
def test_a_known_scene_comes_out_at_its_depths(colour, mode):
    left, right, mask = scene()
    if colour:
        left, right = (cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR) for gray in (left, right))
    stereo = StereoDepth(focal=FOCAL, baseline=BASELINE, disparities=64, mode=mode)
    depth = stereo.depth(left, right)
    assert depth.shape == mask.shape
    assert depth.dtype == np.uint16
    assert (depth > 0).all()
    square, wall = FOCAL * BASELINE / 40, FOCAL * BASELINE / 10
    inner = cv2.erode(mask, np.ones((9, 9), np.uint8)) > 0
    outer = cv2.dilate(mask, np.ones((9, 9), np.uint8)) == 0
    assert np.abs(depth[inner] - square).max() < 0.02 * square
    assert np.mean(np.abs(depth[outer] - wall) < 0.05 * wall) > 0.99
    matte = depth_matte(depth, near=400, far=1500)
    union = np.count_nonzero(matte | mask)
    assert np.count_nonzero(matte & mask) / union > 0.97


def test_filling_moves_edges_to_the_frames():
    left, right, mask = scene(seed=1)
    errors = {}
    for fill in (False, True):
        depth = StereoDepth(focal=FOCAL, baseline=BASELINE, disparities=64, fill=fill).depth(
            left, right
        )
        matte = depth_matte(depth, near=400, far=1500)
        errors[fill] = np.count_nonzero(matte != mask)
    assert errors[True] < 0.5 * errors[False]


def test_what_cannot_be_matched_is_a_hole():
    left, right, _ = scene()
    rng = np.random.default_rng(5)
    left[50:80, 20:50] = rng.integers(0, 256, (30, 30), np.uint8)
    stereo = StereoDepth(focal=FOCAL, baseline=BASELINE, disparities=64, fill=False)
    assert np.mean(stereo.depth(left, right)[55:75, 25:45] == 0) > 0.9
    flat = np.full((60, 90), 100, np.uint8)
    assert not stereo.depth(flat, flat).any()
    assert not StereoDepth(focal=FOCAL, baseline=BASELINE).depth(flat, flat).any()
    loose = StereoDepth(
        focal=FOCAL,
        baseline=BASELINE,
        disparities=64,
        fill=False,
        consistent=False,
        speckle=0,
        uniqueness=0,
    )
    assert np.mean(loose.depth(left, right) > 0) > np.mean(stereo.depth(left, right) > 0)


def test_the_same_pair_gives_the_same_depths_and_is_left_alone():
    left, right, _ = scene()
    left.flags.writeable = right.flags.writeable = False
    stereo = StereoDepth(focal=FOCAL, baseline=BASELINE, disparities=64)
    first = stereo.depth(left, right)
    np.testing.assert_array_equal(stereo.depth(left, right), first)
    flipped = StereoDepth(focal=FOCAL, baseline=BASELINE, disparities=64)
    views = (np.ascontiguousarray(gray[::-1])[::-1] for gray in (left, right))
    np.testing.assert_array_equal(flipped.depth(*views), first)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"focal": 0}, OptionError, "focal: got 0, wanted more than 0"),
        ({"focal": -3}, OptionError, "focal: got -3, wanted a number in 0"),
        ({"focal": float("nan")}, OptionError, "focal: got nan, wanted a number"),
        ({"baseline": "wide"}, OptionTypeError, "baseline: got 'wide', wanted a number"),
        ({"baseline": None}, OptionTypeError, "baseline: got None, wanted a number"),
        ({"disparities": 40}, OptionError, "disparities: got 40, wanted a multiple of 16"),
        ({"disparities": 8}, OptionError, "disparities: got 8, wanted an integer in 16..1024"),
        ({"mode": "fast"}, OptionError, "mode: got 'fast', wanted one of 3way, sgbm, hh4, hh"),
        ({"block": 4}, OptionError, "block: got 4, wanted an odd number"),
        ({"texture": 256}, OptionError, "texture: got 256, wanted a number in 0..255"),
        ({"uniqueness": 101}, OptionError, "uniqueness: got 101, wanted an integer in 0..100"),
    ],
)
def test_wrong_options_are_one_line(options, error, words):
    with pytest.raises(error, match=f"^{words}"):
        StereoDepth(**{"focal": 450, "baseline": 75} | options)


def test_wrong_frames():
    stereo = StereoDepth(focal=FOCAL, baseline=BASELINE)
    gray = np.zeros((20, 30), np.uint8)
    with pytest.raises(ShapeError, match="^right: got 20x20 .* wanted 30x20 like left$"):
        stereo.depth(gray, gray[:, :20])
    with pytest.raises(DTypeError, match="^left: got dtype uint16"):
        stereo.depth(gray.astype(np.uint16), gray)
    with pytest.raises(ShapeError, match="^left: got 30x2 .* wanted at least a block of 5x5$"):
        stereo.depth(gray[:2], gray[:2])
    with pytest.raises(DTypeError, match="^disparity: got int32"):
        disparity_to_depth(gray.astype(np.int32), focal=1, baseline=1)
    with pytest.raises(ShapeError, match="^disparity: got shape"):
        disparity_to_depth(np.zeros(3, np.int16), focal=1, baseline=1)


@pytest.mark.parametrize("size", [(5, 5), (5, 40), (31, 7), (33, 65)])
def test_small_frames(size, rng):
    gray = rng.integers(0, 256, size, np.uint8)
    assert (
        StereoDepth(focal=FOCAL, baseline=BASELINE, disparities=16).depth(gray, gray).shape == size
    )


@pytest.mark.clips
def test_a_person_before_a_wall_is_separated(clips: Path):
    folder = clips / "depth/oakd_stereo"
    camera = json.loads((folder / "stereodemo_calibration.json").read_text())
    left, right = (cv2.imread(str(folder / f"selfie_{side}.png"), 0) for side in ("left", "right"))
    stereo = StereoDepth(focal=camera["fx"], baseline=1000 * camera["baseline_meters"])
    matte = depth_matte(stereo.depth(left, right), near=200, far=800, softness=60)
    inside = {
        "face": np.s_[110:225, 345:420],
        "body": np.s_[290:430, 350:480],
        "arm": np.s_[340:400, 520:560],
    }
    outside = {
        "wall": np.s_[0:180, 0:290],
        "door": np.s_[0:200, 470:600],
        "monitor": np.s_[240:380, 0:150],
        "chair": np.s_[225:270, 570:600],
        "beside the head": np.s_[80:200, 240:305],
    }
    for name, place in inside.items():
        assert matte[place].mean() > 0.99 * 255, name
    for name, place in outside.items():
        assert matte[place].mean() < 0.01 * 255, name
    grey = np.full((*left.shape, 3), 90, np.uint8)
    picture = reference.blend(cv2.cvtColor(left, cv2.COLOR_GRAY2BGR), matte, grey)
    assert (picture[:180, :290] == 90).mean() > 0.99
