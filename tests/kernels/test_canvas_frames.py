"""BGR frames on the person keyer's canvas and under its mattes, and what is asked of the canvas."""

from __future__ import annotations

import os
from contextlib import ExitStack

import cv2
import numpy as np
import pytest

from fastvbg.kernels.composite import scaled
from fastvbg.kernels.person import canvas, edges, network, plan
from fastvbg.keyers.person.edging import Edges
from fastvbg.reference import blend as blend_reference
from fastvbg.reference import person as reference
from fastvbg.reference import quantize_matte
from tests.kernels.test_canvas import SIZES, canvas_shape, fitted_planes, smooth_plane
from tests.kernels.test_guard import guarded
from tests.support.arrays import random_frame, random_plane
from tests.support.kernel_arrays import PACKED_LAYOUTS

WIDE = [*SIZES, (9, 64), (5, 129), (17, 200)]


def reduced(frame, factor):
    shape = canvas_shape(frame.shape[:2], factor)
    out = tuple(np.full(shape, 77, np.uint8) for _ in range(3))
    canvas.reduce_frame.call(frame, *out, factor, plan.frame_scratch(shape[1], factor))
    return out


def smooth_frame(height, width):
    """A frame whose gray is smooth, so that mattes of it have flat and mixed parts."""
    gray = smooth_plane(height, width)
    return np.stack([np.roll(gray, c, axis=1) for c in range(3)], axis=-1)


def test_every_colour() -> None:
    colours = np.arange(1 << 24, dtype=np.uint32)
    frame = np.stack([colours & 255, colours >> 8 & 255, colours >> 16], axis=-1)
    frame = frame.astype(np.uint8).reshape(4096, 4096, 3)
    gray = cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY)
    np.testing.assert_array_equal(reference.gray(frame), gray)
    for got, wanted in zip(reduced(frame, 1), reference.reduce_frame(frame, 1), strict=True):
        np.testing.assert_array_equal(got, wanted)


@pytest.mark.parametrize("shape", WIDE)
@pytest.mark.parametrize("factor", plan.FACTORS)
def test_reduce_frame(shape, factor) -> None:
    frame = random_frame(*shape)
    padded = np.zeros((shape[0], shape[1] + 5, 3), np.uint8)
    padded[:, 2:-3] = frame
    view = padded[:, 2:-3]
    view.flags.writeable = False
    flipped = np.ascontiguousarray(frame[::-1])[::-1]
    wanted = reference.reduce_frame(frame, factor)
    turned = np.ascontiguousarray(frame[..., ::-1])[..., ::-1]
    for each in (frame, view, flipped, turned):
        for got, plane in zip(reduced(each, factor), wanted, strict=True):
            np.testing.assert_array_equal(got, plane)


def test_white_does_not_overflow() -> None:
    for factor in plan.FACTORS:
        gray, u, v = reduced(np.full((16, 24, 3), 255, np.uint8), factor)
        assert (gray == 255).all()
        assert (u == 128).all()
        assert (v == 128).all()


@pytest.mark.parametrize("shape", WIDE)
@pytest.mark.parametrize("factor", plan.FACTORS)
def test_composite_is_the_blend_of_the_matte(shape, factor) -> None:
    frame, bg, out = smooth_frame(*shape), random_frame(*shape, seed=1), random_frame(*shape)
    planes, options, matte = fitted_planes(reference.gray(frame), factor)
    wanted = blend_reference(frame, matte, bg)
    whole = np.full(shape, 77, np.uint8)
    edges.apply_frame.call(planes, frame, whole, options)
    np.testing.assert_array_equal(whole, matte)
    own = frame.copy()
    for source, under, to in ((frame, bg, out), (own, bg, own), (frame, bg, bg)):
        edges.composite.call(planes, source, under, to, options)
        np.testing.assert_array_equal(to, wanted)


@pytest.mark.skipif(os.name != "posix", reason="page protection is by mprotect")
@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (7, 63), (13, 70), (5, 129)])
@pytest.mark.parametrize("factor", plan.FACTORS)
def test_nothing_beyond_the_frame_is_touched(shape, factor) -> None:
    frame, bg = smooth_frame(*shape), random_frame(*shape, seed=1)
    planes, options, matte = fitted_planes(reference.gray(frame), factor)
    wanted = reference.reduce_frame(frame, factor), blend_reference(frame, matte, bg)
    for side in range(2):
        with ExitStack() as stack:
            own, under, to = (guarded(stack, array, side) for array in (frame, bg, bg))
            np.testing.assert_array_equal(reduced(own, factor), wanted[0])
            edges.composite.call(planes, own, under, to, options)
            np.testing.assert_array_equal(to, wanted[1])
            np.testing.assert_array_equal(own, frame)
            del own, under, to


@pytest.mark.parametrize("layout", PACKED_LAYOUTS)
def test_edges_take_packed_pixels(layout) -> None:
    shape, factor = (33, 70), 2
    frame, bg = smooth_frame(*shape), random_frame(*shape, seed=1)
    step = Edges(canvas_shape(shape, factor), factor)
    guides = reference.reduce_frame(frame, factor)
    step.fit((guides[0] > 128).astype(np.uint8) * np.uint8(255), guides)
    gray = reference.gray(frame)
    matte = step.matte(gray, np.empty(shape, np.uint8))
    assert 0 < np.count_nonzero((matte > 0) & (matte < 255)) < matte.size
    there, behind, out = (PACKED_LAYOUTS[layout](each) for each in (frame, bg, np.zeros_like(bg)))
    np.testing.assert_array_equal(step.matte(there, np.empty(shape, np.uint8)), matte)
    step.over(there, behind, out)
    np.testing.assert_array_equal(out, blend_reference(frame, matte, bg))


@pytest.mark.parametrize("shape", WIDE)
@pytest.mark.parametrize("step", [1, 2])
def test_changed(shape, step) -> None:
    first, second = random_plane(*shape), random_plane(*shape, seed=1)
    thin = np.s_[::step, ::step]
    far = cv2.absdiff(first[thin].copy(), second[thin].copy())
    for level in (0, 100, 255):
        assert canvas.changed.call(first, second, level, step) == np.count_nonzero(far > level)
    part = np.s_[: shape[0] // 2 + 1, shape[1] // 3 :]
    wide = np.count_nonzero(cv2.absdiff(first[part].copy(), second[part].copy()) > 9)
    assert canvas.changed.call(first[part], second[part], 9, 1) == wide


@pytest.mark.parametrize("shape", WIDE)
def test_moved(shape) -> None:
    first, second, matte = (random_plane(*shape, seed=k) for k in range(3))
    part = np.s_[: shape[0] // 2 + 1, shape[1] // 3 :]
    for where in (np.s_[:], part):
        planes = [each[where] for each in (first, second, matte)]
        far = cv2.absdiff(planes[0].copy(), planes[1].copy())
        for level in (0, 100, 255):
            beside = (far > level) & (planes[2] < 128)
            wanted = np.count_nonzero(far > level), np.count_nonzero(beside)
            assert canvas.moved.call(*planes, level) == wanted


@pytest.mark.parametrize("shape", WIDE)
def test_box(shape) -> None:
    assert canvas.box.call(np.full(shape, 127, np.uint8), 128) == (0, 0, 0, 0)
    rng = np.random.default_rng(3)
    for _ in range(20):
        matte = np.zeros(shape, np.uint8)
        for _ in range(rng.integers(1, 4)):
            matte[rng.integers(shape[0]), rng.integers(shape[1])] = 128
        rows, cols = np.nonzero(matte)
        wanted = rows.min(), rows.max() + 1, cols.min(), cols.max() + 1
        assert canvas.box.call(matte, 128) == wanted


def test_differ() -> None:
    before = np.random.default_rng(0).random(1000, np.float32)
    for place in (0, 7, 500, 992, 999):
        for part in (1, 8, 64, 3000):
            now = before.copy()
            assert not network.differ.call(now, before, part, 0.0)
            now[place] += np.float32(0.5)
            assert network.differ.call(now, before, part, 0.25)
            assert network.differ.call(before, now, part, 0.25)
            assert not network.differ.call(now, before, part, 0.75)


def test_quantize_of_any_strides() -> None:
    rng = np.random.default_rng(0)
    matte = rng.normal(0.5, 0.5, (9, 67)).astype(np.float32)
    matte[0, :4] = np.nan, np.inf, -np.inf, -0.0
    wanted = quantize_matte(matte)
    for array in (matte, np.asfortranarray(matte), np.repeat(matte, 2, axis=1)[:, ::2]):
        out, wide = np.empty(matte.shape, np.uint8), np.empty((9, 134), np.uint8)
        for to in (out, wide[:, ::2]):
            scaled.quantize.call(array, to)
            np.testing.assert_array_equal(to, wanted)
