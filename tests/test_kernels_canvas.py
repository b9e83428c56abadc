"""The person keyer's canvas: each kernel equals its literal form bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.kernels import canvas
from fastvbg.reference import guided
from fastvbg.reference import person as reference
from tests.arrays import random_plane

SIZES = [(1, 1), (1, 9), (7, 1), (8, 16), (13, 35), (33, 70)]


def smooth_plane(height: int, width: int, seed: int = 0) -> np.ndarray:
    y, x = np.indices((height, width))
    wave = 127 * np.sin(x / 7 + seed) * np.cos(y / 5) + 128
    noise = np.random.default_rng(seed).normal(0, 6, wave.shape)
    return np.clip(wave + noise, 0, 255).astype(np.uint8)


def canvas_shape(shape, factor):
    return -(-shape[0] // factor), -(-shape[1] // factor)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("factor", canvas.FACTORS)
def test_reduce(shape, factor) -> None:
    plane = random_plane(*shape)
    out = np.full(canvas_shape(shape, factor), 77, np.uint8)
    canvas.reduce.call(plane, out, factor, canvas.reduce_scratch(out.shape[1], factor))
    np.testing.assert_array_equal(out, reference.reduce(plane, factor))


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("factor", canvas.FACTORS)
@pytest.mark.parametrize(("radius", "epsilon", "gain"), [(2, 100, 3), (1, 1, 8), (4, 400, 1)])
def test_fit_and_apply(shape, factor, radius, epsilon, gain) -> None:
    guide = smooth_plane(*shape)
    small_guide = reference.reduce(guide, factor)
    matte = (smooth_plane(*small_guide.shape, seed=3) > 128).astype(np.uint8) * np.uint8(255)
    rows, cols = small_guide.shape
    planes, scratch = canvas.fit_scratch(rows, cols)
    canvas.fit.call(matte, small_guide, radius, epsilon, planes, scratch)
    wanted = reference.fit(matte, small_guide, radius, epsilon)
    for got, each in zip(planes[2:], wanted, strict=True):
        np.testing.assert_array_equal(got[:rows, :cols], each)
    out = np.full(shape, 77, np.uint8)
    canvas.apply.call(
        planes, guide, out, cols, factor, gain, *canvas.apply_scratch(rows, cols, factor)
    )
    np.testing.assert_array_equal(out, reference.apply(*wanted, guide, factor, gain))


def test_extremes_do_not_overflow() -> None:
    """The steepest slopes there are: a guide of little contrast exactly along the matte."""
    for factor in canvas.FACTORS:
        matte = np.zeros((12, 12), np.uint8)
        matte[:, 6:] = 255
        small_guide = np.where(matte > 0, 255, 250).astype(np.uint8)
        guide = np.full((12 * factor, 12 * factor), 255, np.uint8)
        planes, scratch = canvas.fit_scratch(12, 12)
        canvas.fit.call(matte, small_guide, 2, 1, planes, scratch)
        out = np.empty(guide.shape, np.uint8)
        canvas.apply.call(planes, guide, out, 12, factor, 8, *canvas.apply_scratch(12, 12, factor))
        wanted = reference.apply(*reference.fit(matte, small_guide, 2, 1), guide, factor, 8)
        np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize("factor", canvas.FACTORS)
def test_flat_blocks_are_painted_alike(factor) -> None:
    """A canvas of many blocks, most of them flat, with edges at blocks' borders and within."""
    rows, cols = 20, 16 * 5 + 3
    matte = np.zeros((rows, cols), np.uint8)
    matte[:, 32:70] = 255
    matte[9:12, 5:8] = 200
    matte[3, 50] = 0
    guide = smooth_plane(rows * factor - factor // 2, cols * factor - factor // 2)
    small_guide = reference.reduce(guide, factor)
    planes, scratch = canvas.fit_scratch(rows, cols)
    for each in (matte, 255 - matte, matte.T[: rows // 2].repeat(10, axis=1)[:rows, :cols]):
        canvas_matte = np.zeros((rows, cols), np.uint8)
        canvas_matte[: each.shape[0], : each.shape[1]] = each
        canvas.fit.call(canvas_matte, small_guide, 1, 100, planes, scratch)
        out = np.full(guide.shape, 77, np.uint8)
        options = cols, factor, 2, *canvas.apply_scratch(rows, cols, factor)
        canvas.apply.call(planes, guide, out, *options)
        wanted = reference.apply(
            *reference.fit(canvas_matte, small_guide, 1, 100), guide, factor, 2
        )
        np.testing.assert_array_equal(out, wanted)


def test_it_is_the_guided_filter_of_refinement() -> None:
    """A canvas of a quarter of the size is what `smooth_guided` works on."""
    guide, matte = smooth_plane(48, 64), random_plane(48, 64)
    small = reference.reduce(guide, 4), reference.reduce(matte, 4)
    slopes = reference.fit(small[1], small[0], 2, 400)
    wanted = guided.smooth_guided(matte, guide, radius=8, contrast=20, gain=2)
    np.testing.assert_array_equal(reference.apply(*slopes, guide, 4, 2), wanted)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize(
    ("least", "still", "slope", "calm"), [(64, 3, 24, 64), (0, 0, 256, 255), (256, 255, 1, 0)]
)
def test_steady(shape, least, still, slope, calm) -> None:
    matte, moved = random_plane(*shape), random_plane(*shape, seed=1) // np.uint8(8)
    carried = random_plane(*shape, seed=2)
    wanted = reference.steady(matte, moved, carried, least, still, slope, calm)
    canvas.steady.call(matte, moved, carried, carried, least, still, slope, calm)
    np.testing.assert_array_equal(carried, wanted)
