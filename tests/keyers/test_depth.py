"""The depth keyer equals its literal form over all depths; holes are held as its rule says."""

from __future__ import annotations

import os
from contextlib import ExitStack

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastvbg import (
    DepthKeyer,
    DTypeError,
    OptionError,
    OptionTypeError,
    OverlapError,
    ShapeError,
    as_depth,
    depth_matte,
)
from fastvbg import reference as house
from fastvbg.reference.depth import DepthHold
from fastvbg.reference.depth import depth_matte as reference
from tests.kernels.test_guard import guarded
from tests.support.kernel_arrays import FRAME_LAYOUTS, LAYOUTS

ALL_DEPTHS = np.append(np.arange(65536, dtype=np.uint16), [0, 1]).astype(np.uint16).reshape(3, -1)
SOFTNESSES = (0, 1, 2, 3, 5, 60, 127, 128, 254, 255, 256, 257, 510, 511, 1000, 4095, 4096, 32767)
depths = st.integers(0, 65535)


@pytest.mark.parametrize("softness", [*SOFTNESSES, 65279, 65280, 65534, 65535])
@pytest.mark.parametrize(("near", "far"), [(0, 0), (0, 65535), (300, 800), (65535, 65535)])
@pytest.mark.parametrize("invalid", [0, 500, 65535, None])
def test_every_depth_equals_the_reference(near, far, softness, invalid):
    options = {"near": near, "far": far, "softness": softness, "invalid": invalid}
    expected = reference(ALL_DEPTHS, **options)
    np.testing.assert_array_equal(depth_matte(ALL_DEPTHS, **options), expected)


@given(depths, depths, depths)
def test_any_range_equals_the_reference(near, far, softness):
    near, far = sorted((near, far))
    options = {"near": near, "far": far, "softness": softness}
    expected = reference(ALL_DEPTHS, **options)
    np.testing.assert_array_equal(depth_matte(ALL_DEPTHS, **options), expected)


def test_the_ramps_by_hand():
    depth = np.array([[180, 189, 190, 195, 200, 300, 305, 310, 311, 0]], np.uint16)
    matte = depth_matte(depth, near=200, far=300, softness=10)
    assert matte.tolist() == [[0, 0, 0, 128, 255, 255, 128, 0, 0, 0]]
    hard = depth_matte(depth, near=195, far=305)
    assert hard.tolist() == [[0, 0, 0, 255, 255, 255, 255, 0, 0, 0]]


@pytest.mark.parametrize("size", [(1, 1), (1, 2), (3, 65), (5, 131), (0, 4), (4, 0)])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_sizes_and_layouts(size, layout, rng):
    depth = LAYOUTS[layout](rng.integers(0, 1200, size, np.uint16))
    depth.flags.writeable = False
    options = {"near": 300, "far": 800, "softness": 77}
    expected = reference(depth, **options)
    np.testing.assert_array_equal(depth_matte(depth, **options), expected)
    out = LAYOUTS[layout](np.full(size, 99, np.uint8))
    assert depth_matte(depth, out=out, **options) is out
    np.testing.assert_array_equal(out, expected)
    out = LAYOUTS[layout](np.full(size, 99, np.uint8))
    keyer = DepthKeyer(300, 800, 77)
    assert keyer.key_depth(depth, out=out) is out
    np.testing.assert_array_equal(out, expected)
    out[:] = 99
    np.testing.assert_array_equal(keyer.key_depth(None, out=out), expected)


def test_a_map_at_an_odd_address(rng):
    memory = rng.integers(0, 256, 2 * 5 * 67 + 1, np.uint8)
    depth = memory[1:].view(np.uint16).reshape(5, 67)
    assert not depth.flags.aligned
    expected = reference(depth.copy(), 3000, 30000, 5000)
    np.testing.assert_array_equal(depth_matte(depth, near=3000, far=30000, softness=5000), expected)


def test_nothing_beside_the_rows_is_written(rng):
    room = np.full((6, 90), 7, np.uint8)
    depth_matte(rng.integers(1, 999, (4, 67), np.uint16), near=0, far=999, out=room[1:5, 11:78])
    assert (room[1:5, 11:78] == 255).all()
    room[1:5, 11:78] = 7
    assert (room == 7).all()


def test_other_types_are_brought_to_units():
    eight = np.arange(256, dtype=np.uint8).reshape(16, 16)
    expected = reference(eight.astype(np.uint16), 10, 99, 9)
    np.testing.assert_array_equal(depth_matte(eight, near=10, far=99, softness=9), expected)
    floats = np.array([[0.5, 1.5, 2.49, np.nan, -1, np.inf, 1e9, 0]], np.float32)
    assert as_depth(floats).tolist() == [[1, 2, 2, 0, 0, 0, 65535, 0]]
    assert as_depth(floats, invalid=7).tolist()[0][3:6] == [7, 7, 7]
    assert as_depth(floats, invalid=None).tolist()[0][3:6] == [65535] * 3
    metres = np.array([[0.8125, 2]], np.float32)
    assert as_depth(metres, scale=1000).tolist() == [[812, 2000]]
    words = np.ones((2, 2), np.uint16)
    assert as_depth(words) is words
    with pytest.raises(OptionError, match="^scale: got 2 with a map of uint16, wanted float32$"):
        as_depth(words, scale=2)
    with pytest.raises(OptionTypeError, match="^scale: got 'mm', wanted a number in 0"):
        as_depth(metres, scale="mm")
    with pytest.raises(OptionError, match="^invalid: got -1, wanted an integer in 0"):
        as_depth(metres, invalid=-1)


@given(st.integers(0, 4), st.integers(0, 2**32 - 1), st.sampled_from([0, 5, 65535]))
def test_holes_are_held_as_in_the_reference(hold, seed, invalid):
    rng = np.random.default_rng(seed)
    shape = tuple(rng.integers(1, 40, 2))
    keyer = DepthKeyer(300, 800, 50, invalid=invalid, hold=hold)
    holder = DepthHold(shape, hold, invalid)
    started = False
    for _ in range(12):
        depth = rng.integers(200, 900, shape, np.uint16)
        depth[rng.random(shape) < 0.6] = invalid
        given_map = None if started and rng.random() < 0.3 else depth
        started = True
        expected = reference(holder(given_map), 300, 800, 50, invalid)
        np.testing.assert_array_equal(keyer.key_depth(given_map), expected)


@pytest.mark.parametrize("hold", [0, 1, 3, 254])
@pytest.mark.parametrize("missing", [None, np.zeros((2, 3), np.uint16)])
def test_a_hole_keeps_its_depth_for_so_many_frames(hold, missing):
    keyer = DepthKeyer(300, 800, hold=hold)
    inside = np.full((2, 3), 500, np.uint16)
    assert (keyer.key_depth(inside) == 255).all()
    for _ in range(hold):
        assert (keyer.key_depth(missing) == 255).all()
    for _ in range(300):
        assert not keyer.key_depth(missing).any()
    assert (keyer.key_depth(inside) == 255).all()


def test_the_last_valid_depth_counts_not_the_last_foreground():
    keyer = DepthKeyer(300, 800, hold=9)
    keyer.key_depth(np.array([[500]], np.uint16))
    keyer.key_depth(np.array([[2000]], np.uint16))
    assert keyer.key_depth(np.array([[0]], np.uint16)).tolist() == [[0]]


def test_before_the_first_map_all_is_background():
    keyer = DepthKeyer(300, 800)
    assert keyer.key_depth(None).tolist() == [[0]]
    out = np.full((3, 4), 9, np.uint8)
    assert keyer.key_depth(None, out=out) is out
    assert not out.any()


def test_without_an_invalid_value_zero_is_a_depth():
    keyer = DepthKeyer(0, 800, invalid=None, hold=1)
    zero = np.zeros((1, 2), np.uint16)
    assert keyer.key_depth(zero).tolist() == [[255, 255]]
    assert keyer.key_depth(None).tolist() == [[255, 255]]
    assert keyer.key_depth(None).tolist() == [[0, 0]]


def test_reset_forgets_depths_and_size():
    keyer = DepthKeyer(300, 800)
    keyer.key_depth(np.full((2, 2), 500, np.uint16))
    with pytest.raises(ShapeError, match="^depth: got 3x2 .* wanted 2x2 like the first map$"):
        keyer.key_depth(np.zeros((2, 3), np.uint16))
    keyer.reset()
    assert not keyer.key_depth(np.zeros((2, 3), np.uint16)).any()


def test_the_keyer_keeps_no_map_of_the_callers():
    keyer = DepthKeyer(300, 800)
    depth = np.full((2, 2), 500, np.uint16)
    keyer.key_depth(depth)
    depth[:] = 2000
    assert (keyer.key_depth(None) == 255).all()


def maps_with_holes(rng, size, count):
    for k in range(count):
        depth = rng.integers(200, 900, size, np.uint16)
        depth[rng.random(size) < 0.5] = 0
        yield None if k % 4 == 3 else depth


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (3, 64), (5, 65), (7, 200), (900, 1300)])
def test_composite_is_key_then_blend(size, rng):
    apart, fused = DepthKeyer(300, 800, 50, hold=2), DepthKeyer(300, 800, 50, hold=2)
    for depth in maps_with_holes(rng, size, 9):
        frame, background = rng.integers(0, 256, (2, *size, 3), np.uint8)
        wanted = house.blend(frame, apart.key_depth(depth), background)
        frame.flags.writeable = background.flags.writeable = False
        np.testing.assert_array_equal(fused.composite(depth, frame, background), wanted)


@pytest.mark.parametrize("layout", FRAME_LAYOUTS)
@pytest.mark.parametrize("which", [None, 0, 1])
def test_composite_of_layouts_and_in_place(layout, which, rng):
    apart, fused = DepthKeyer(300, 800, 50, hold=2), DepthKeyer(300, 800, 50, hold=2)
    for depth in maps_with_holes(rng, (7, 70), 9):
        frame, background = rng.integers(0, 256, (2, 7, 70, 3), np.uint8)
        wanted = house.blend(frame, apart.key_depth(depth), background)
        arrays = [FRAME_LAYOUTS[layout](array) for array in (frame.copy(), background.copy())]
        out = FRAME_LAYOUTS[layout](np.zeros_like(frame)) if which is None else arrays[which]
        arranged = None if depth is None else LAYOUTS.get(layout, np.copy)(depth)
        assert fused.composite(arranged, *arrays, out=out) is out
        np.testing.assert_array_equal(out, wanted)


def test_composite_of_other_types(rng):
    frame, background = rng.integers(0, 256, (2, 6, 5, 3), np.uint8)
    for depth in (
        rng.integers(0, 256, (6, 5), np.uint8),
        rng.uniform(-9, 256, (6, 5)).astype(np.float32),
    ):
        matte = DepthKeyer(30, 180, 50).key_depth(depth)
        got = DepthKeyer(30, 180, 50).composite(depth, frame, background)
        np.testing.assert_array_equal(got, house.blend(frame, matte, background))


def test_composite_before_the_first_map_is_the_background(rng):
    keyer = DepthKeyer(300, 800)
    frame, background = rng.integers(0, 256, (2, 6, 5, 3), np.uint8)
    np.testing.assert_array_equal(keyer.composite(None, frame, background), background)
    inside = np.full((6, 5), 500, np.uint16)
    np.testing.assert_array_equal(keyer.composite(inside, frame, background), frame)
    np.testing.assert_array_equal(keyer.composite(None, frame, background), frame)


def test_composite_wants_the_frames_size():
    keyer, frame = DepthKeyer(300, 800), np.zeros((6, 5, 3), np.uint8)
    line = (
        r"^depth: got 4x3 \(width x height\), wanted 5x6 like frame; for maps of another size: "
        r"blend\(frame, keyer.key_depth\(depth\), background\)$"
    )
    small = np.zeros((3, 4), np.uint16)
    with pytest.raises(ShapeError, match=line):
        keyer.composite(small, frame, frame)
    keyer.key_depth(small)
    with pytest.raises(ShapeError, match=line):
        keyer.composite(None, frame, frame)
    with pytest.raises(ShapeError, match="^depth: got 5x6 .* wanted 4x3 like the first map"):
        keyer.composite(np.zeros((6, 5), np.uint16), frame, frame)
    with pytest.raises(ShapeError, match="^background: got 5x2"):
        keyer.composite(small, frame, frame[:2])
    keyer.reset()
    with pytest.raises(OverlapError, match="^out: shares memory with depth"):
        keyer.composite(frame[:, :, 0], frame, frame.copy(), out=frame)
    assert keyer.composite(small[:0, :0], frame[:0, :0], frame[:0, :0]).shape == (0, 0, 3)


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("size", [(1, 1), (2, 33), (3, 64), (3, 200)])
def test_composite_touches_no_memory_outside(size, rng):
    frame, background = rng.integers(0, 256, (2, *size, 3), np.uint8)
    depth = rng.integers(200, 900, size, np.uint16)
    matte = DepthKeyer(300, 800, 50).key_depth(depth)
    wanted = house.blend(frame, matte, background)
    for side in range(2):
        keyer = DepthKeyer(300, 800, 50)
        with ExitStack() as stack:
            new, old = (guarded(stack, array, side) for array in (frame, background))
            out = guarded(stack, np.zeros_like(frame), side)
            for given_map in (depth, None):
                out[:] = 0
                keyer.composite(given_map, new, old, out=out)
                np.testing.assert_array_equal(out, wanted)
            del new, old, out


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"near": 9, "far": 8}, OptionError, "near: got 9 beyond far, 8; wanted near at most far"),
        ({"near": -1, "far": 8}, OptionError, "near: got -1, wanted an integer in 0..65535"),
        ({"near": 0, "far": 70000}, OptionError, "far: got 70000, wanted an integer in 0..65535"),
        ({"near": 0.5, "far": 8}, OptionTypeError, "near: got 0.5, wanted an integer in 0..65535"),
        ({"near": 0, "far": 8, "softness": -1}, OptionError, "softness: got -1, wanted an integer"),
        ({"near": 0, "far": 8, "invalid": -1}, OptionError, "invalid: got -1, wanted an integer"),
    ],
)
def test_wrong_numbers_are_one_line(options, error, words):
    with pytest.raises(error, match=f"^{words}"):
        depth_matte(np.zeros((1, 1), np.uint16), **options)
    with pytest.raises(error, match=f"^{words}"):
        DepthKeyer(**options)


def test_wrong_hold():
    with pytest.raises(OptionError, match=r"^hold: got 255, wanted an integer in 0\.\.254$"):
        DepthKeyer(0, 1, hold=255)


def test_wrong_arrays():
    keyer, span = DepthKeyer(0, 1), {"near": 0, "far": 1}
    depth = np.zeros((4, 6), np.uint16)
    for key in (keyer.key_depth, lambda *a, **k: depth_matte(*a, **k, **span)):
        with pytest.raises(DTypeError, match="^depth: got dtype int32, wanted uint16"):
            key(np.zeros((4, 6), np.int32))
        with pytest.raises(DTypeError, match="^depth: got dtype >u2, wanted uint16"):
            key(depth.astype(">u2"))
        with pytest.raises(DTypeError, match="^depth: got list"):
            key([1])
        with pytest.raises(ShapeError, match="^depth: got shape .*, wanted .H, W., one depth"):
            key(np.zeros((4, 6, 3), np.uint16))
        with pytest.raises(ShapeError, match="^out: got 5x4 .* wanted 6x4 like depth$"):
            key(depth, out=np.zeros((4, 5), np.uint8))
        with pytest.raises(OverlapError, match="^out: shares memory with depth"):
            key(depth, out=depth.view(np.uint8)[:, :6])
        frozen = np.zeros((4, 6), np.uint8)
        frozen.flags.writeable = False
        with pytest.raises(OverlapError, match="^out: got a read-only array"):
            key(depth, out=frozen)
