"""The person keyer's canvas: each kernel equals its literal form bit for bit."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.kernels.person import canvas, colourfit, edges, plan
from fastvbg.reference import guided
from fastvbg.reference import person as reference
from fastvbg.reference.planes import blend_plane
from tests.support.arrays import random_plane

SIZES = [(1, 1), (1, 9), (7, 1), (8, 16), (13, 35), (33, 70)]


def smooth_plane(height: int, width: int, seed: int = 0) -> np.ndarray:
    y, x = np.indices((height, width))
    wave = 127 * np.sin(x / 7 + seed) * np.cos(y / 5) + 128
    noise = np.random.default_rng(seed).normal(0, 6, wave.shape)
    return np.clip(wave + noise, 0, 255).astype(np.uint8)


def canvas_shape(shape, factor):
    return -(-shape[0] // factor), -(-shape[1] // factor)


def with_chroma(luma: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return luma, smooth_plane(*luma.shape, seed=5), smooth_plane(*luma.shape, seed=8)


def fitted(matte, guides, radius, contrasts) -> np.ndarray:
    """Return the planes of the kernel, which begin as anything."""
    planes, *scratch = plan.colourfit_scratch(*matte.shape, radius)
    planes[:] = -7
    colourfit.fit.call(matte, guides, radius, contrasts, planes, *scratch)
    return planes


@pytest.mark.parametrize("shape", [*SIZES, (40, 90)])
@pytest.mark.parametrize("radius", [1, 3, 6, 18])
@pytest.mark.parametrize("kind", ["disc", "two", "smooth", "noise", "corner", "0", "255"])
def test_colour_fit(shape, radius, kind) -> None:
    y, x = np.indices(shape)
    height, width = shape
    mattes = {
        "disc": (x - width // 2) ** 2 + (y - height // 2) ** 2 < height**2 / 9,
        "two": (x == width // 5) | ((x > width - 3) & (y > 1)),
        "smooth": smooth_plane(*shape, seed=1) / 255,
        "noise": random_plane(*shape, seed=2) / 255,
        "corner": (x < 2) & (y < 2),
        "0": np.zeros(shape),
        "255": np.ones(shape),
    }
    matte = np.round(255 * mattes[kind].astype(float)).astype(np.uint8)
    guides = with_chroma(smooth_plane(*shape))
    wanted = reference.fit(matte, guides, radius, (100, 9))
    planes = fitted(matte, guides, radius, (100, 9))
    for got, each in zip(planes, wanted, strict=True):
        np.testing.assert_array_equal(got[:height, :width], each)


def test_chroma_gives_edges_that_luma_has_not() -> None:
    """A red half beside a green one, of one luma; the matte's edge is three pixels off."""
    x = np.indices((40, 60))[1]
    matte = np.where(x < 25, 255, 0).astype(np.uint8)
    gray = np.full((40, 60), 120, np.uint8)
    sides = np.where(x < 28, 160, 90).astype(np.uint8)

    def at(guides) -> np.ndarray:
        planes = fitted(matte, guides, 4, (100, 9))
        out = np.empty((40, 60), np.uint8)
        edges.apply.call(planes, gray, out, ((60, 1, 4), *plan.edges_scratch(40, 60, 1)))
        return out[20]

    blind, seeing = at((gray, gray, gray)), at((gray, 255 - sides, sides))
    step = np.abs(np.diff(seeing.astype(int)))
    assert step.argmax() == 27
    assert step.max() > 2 * np.abs(np.diff(blind.astype(int))).max()


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("factor", plan.FACTORS)
def test_reduce(shape, factor) -> None:
    plane = random_plane(*shape)
    out = np.full(canvas_shape(shape, factor), 77, np.uint8)
    canvas.reduce.call(plane, out, factor, plan.reduce_scratch(out.shape[1], factor))
    np.testing.assert_array_equal(out, reference.reduce(plane, factor))


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("factor", plan.FACTORS)
@pytest.mark.parametrize(("radius", "epsilon", "gain"), [(2, 100, 12), (1, 1, 16), (4, 400, 5)])
def test_fit_and_apply(shape, factor, radius, epsilon, gain) -> None:
    guide = smooth_plane(*shape)
    small_guide = reference.reduce(guide, factor)
    matte = (smooth_plane(*small_guide.shape, seed=3) > 128).astype(np.uint8) * np.uint8(255)
    rows, cols = small_guide.shape
    guides = with_chroma(small_guide)
    planes = fitted(matte, guides, radius, (epsilon, 9))
    wanted = reference.fit(matte, guides, radius, (epsilon, 9))
    for got, each in zip(planes, wanted, strict=True):
        np.testing.assert_array_equal(got[:rows, :cols], each)
    out = np.full(shape, 77, np.uint8)
    scratch = plan.edges_scratch(rows, cols, factor)
    edges.apply.call(planes, guide, out, ((cols, factor, gain), *scratch))
    np.testing.assert_array_equal(out, reference.apply(*wanted, guide, factor, gain))


def test_extremes_do_not_overflow() -> None:
    """The steepest slopes there are: a guide of little contrast exactly along the matte."""
    for factor in plan.FACTORS:
        matte = np.zeros((12, 12), np.uint8)
        matte[:, 6:] = 255
        small_guide = np.where(matte > 0, 255, 250).astype(np.uint8)
        guide = np.full((12 * factor, 12 * factor), 255, np.uint8)
        guides = small_guide, small_guide[::-1].copy(), 255 - small_guide
        planes = fitted(matte, guides, 2, (1, 1))
        out = np.empty(guide.shape, np.uint8)
        work = (12, factor, 16), *plan.edges_scratch(12, 12, factor)
        edges.apply.call(planes, guide, out, work)
        wanted = reference.apply(*reference.fit(matte, guides, 2, (1, 1)), guide, factor, 16)
        np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize("factor", plan.FACTORS)
def test_flat_blocks_are_painted_alike(factor) -> None:
    """A canvas of many blocks, most of them flat, with edges at blocks' borders and within."""
    rows, cols = 20, 16 * 5 + 3
    matte = np.zeros((rows, cols), np.uint8)
    matte[:, 32:70] = 255
    matte[9:12, 5:8] = 200
    matte[3, 50] = 0
    guide = smooth_plane(rows * factor - factor // 2, cols * factor - factor // 2)
    small_guide = reference.reduce(guide, factor)
    guides = with_chroma(small_guide)
    for each in (matte, 255 - matte, matte.T[: rows // 2].repeat(10, axis=1)[:rows, :cols]):
        canvas_matte = np.zeros((rows, cols), np.uint8)
        canvas_matte[: each.shape[0], : each.shape[1]] = each
        planes = fitted(canvas_matte, guides, 1, (100, 9))
        out = np.full(guide.shape, 77, np.uint8)
        options = (cols, factor, 8), *plan.edges_scratch(rows, cols, factor)
        edges.apply.call(planes, guide, out, options)
        wanted = reference.apply(
            *reference.fit(canvas_matte, guides, 1, (100, 9)), guide, factor, 8
        )
        np.testing.assert_array_equal(out, wanted)


@pytest.mark.parametrize("factor", plan.FACTORS)
@pytest.mark.parametrize("gain", [4, 5, 8, 12])
def test_blocks_that_are_all_but_flat(factor, gain) -> None:
    """Mattes a little off 0 and 255, up to where luma begins to matter."""
    rows, cols = 12, 80
    rng = np.random.default_rng(factor)
    matte = np.where(np.indices((rows, cols))[1] < 40, 0, 255).astype(np.int64)
    off = rng.integers(0, 1 + 2 * np.indices((rows, cols))[0] * np.arange(cols) // 20)
    matte = np.clip(np.where(matte > 0, matte - off, off), 0, 255).astype(np.uint8)
    guide = smooth_plane(rows * factor, cols * factor)
    small_guide = reference.reduce(guide, factor)
    guides = with_chroma(small_guide)
    planes = fitted(matte, guides, 1, (100, 9))
    out = np.full(guide.shape, 77, np.uint8)
    options = (cols, factor, gain), *plan.edges_scratch(rows, cols, factor)
    edges.apply.call(planes, guide, out, options)
    wanted = reference.apply(*reference.fit(matte, guides, 1, (100, 9)), guide, factor, gain)
    np.testing.assert_array_equal(out, wanted)


def fitted_planes(guide, factor):
    """Slopes and bases of a matte with flat and mixed parts, its scratch, and the matte itself."""
    small = reference.reduce(guide, factor)
    rows, cols = small.shape
    matte = (smooth_plane(rows, cols, seed=3) > 128).astype(np.uint8) * np.uint8(255)
    guides = with_chroma(small)
    planes = fitted(matte, guides, 1, (100, 9))
    options = (cols, factor, 8), *plan.edges_scratch(rows, cols, factor)
    whole = reference.apply(*reference.fit(matte, guides, 1, (100, 9)), guide, factor, 8)
    return planes, options, whole


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize("factor", plan.FACTORS)
@pytest.mark.parametrize("shifts", [(0, 0), (1, 0), (1, 1)])
def test_composite_planes_is_the_blend_of_the_matte(shape, factor, shifts) -> None:
    guide = smooth_plane(*shape)
    planes, options, matte = fitted_planes(guide, factor)
    across, down = shifts
    halved = (shape[0] + down) >> down, (shape[1] + across) >> across
    sizes = shape, halved, halved
    frame = (guide, *(random_plane(*size, seed=k) for k, size in enumerate(sizes[1:])))
    bg = tuple(random_plane(*size, seed=7 + k) for k, size in enumerate(sizes))
    wanted = [blend_plane(matte, new, old) for new, old in zip(frame, bg, strict=True)]
    out = tuple(np.full(size, 77, np.uint8) for size in sizes)
    for to in (out, bg):  # the background's own memory, too
        edges.composite_planes.call(planes, frame, bg, to, shifts, options)
        for got, each in zip(to, wanted, strict=True):
            np.testing.assert_array_equal(got, each)


def test_it_is_the_guided_filter_of_refinement() -> None:
    """A canvas of a quarter of the size, without colour, is what `smooth_guided` works on."""
    guide, matte = smooth_plane(48, 64), random_plane(48, 64)
    small = reference.reduce(guide, 4), reference.reduce(matte, 4)
    flat = np.full(small[0].shape, 128, np.uint8)
    slopes = reference.fit(small[1], (small[0], flat, flat), 2, (400, 9))
    wanted = guided.smooth_guided(matte, guide, radius=8, contrast=20, gain=2)
    np.testing.assert_array_equal(reference.apply(*slopes, guide, 4, 8), wanted)


@pytest.mark.parametrize("shape", SIZES)
@pytest.mark.parametrize(
    ("least", "still", "slope"), [(64, 3, 24), (0, 0, 256), (256, 255, 1), (0, 255, 0)]
)
def test_steady(shape, least, still, slope) -> None:
    matte, moved = random_plane(*shape), random_plane(*shape, seed=1) // np.uint8(8)
    carried = random_plane(*shape, seed=2)
    wanted = reference.steady(matte, moved, carried, least, still, slope)
    canvas.steady.call(matte, moved, carried, carried, least, still, slope)
    np.testing.assert_array_equal(carried, wanted)
