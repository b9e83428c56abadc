"""composite, motion_mask and blend equal their references, byte for byte."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastvbg
from fastvbg import reference
from tests.support.arrays import (
    LAYOUTS,
    WRITABLE,
    layouts,
    random_frame,
    random_plane,
    seeds,
    sides,
    thresholds,
    writable_layouts,
)

THRESHOLDS = (0, 1, 3, 17, 128, 254, 255)


def _near(frame: np.ndarray, seed: int) -> np.ndarray:
    """A frame that differs a little everywhere, so that both outcomes occur."""
    rng = np.random.default_rng(seed + 1)
    change = rng.integers(-8, 9, frame.shape)
    return np.clip(frame.astype(int) + change, 0, 255).astype(np.uint8)


@pytest.fixture(scope="module")
def every_triple() -> np.ndarray:
    """All 256^3 pixels as one frame."""
    grid = np.arange(1 << 24, dtype=np.uint32)
    return (
        np.stack([grid & 255, grid >> 8 & 255, grid >> 16], -1)
        .astype(np.uint8)
        .reshape(4096, 4096, 3)
    )


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_composite_over_every_difference(every_triple: np.ndarray, threshold: int) -> None:
    prev, bg = np.zeros_like(every_triple), every_triple ^ 0x55
    result = fastvbg.composite(prev, every_triple, bg, threshold=threshold)
    assert np.array_equal(result, reference.composite(prev, every_triple, bg, threshold))


@pytest.mark.parametrize("threshold", THRESHOLDS)
def test_motion_mask_over_every_difference(every_triple: np.ndarray, threshold: int) -> None:
    prev = np.full_like(every_triple, 255)
    mask = fastvbg.motion_mask(prev, every_triple, threshold=threshold)
    assert np.array_equal(mask, reference.motion_mask(prev, every_triple, threshold))


def test_blend_over_every_matte_frame_and_background() -> None:
    values = np.arange(256, dtype=np.uint8)
    matte = np.repeat(values, 256)[np.newaxis]
    frame = np.tile(np.stack([values, values, values], -1), (256, 1))[np.newaxis]
    for start in range(0, 256, 3):
        channels = np.minimum([start, start + 1, start + 2], 255).astype(np.uint8)
        bg = np.broadcast_to(channels, frame.shape)
        result = fastvbg.blend(frame, matte, bg)
        assert np.array_equal(result, reference.blend(frame, matte, bg))


@given(sides, sides, layouts, layouts, layouts, writable_layouts, thresholds, seeds)
def test_composite_of_any_layout(
    height: int, width: int, a: str, b: str, c: str, o: str, threshold: int, seed: int
) -> None:
    prev = random_frame(height, width, seed)
    next = _near(prev, seed)
    bg = random_frame(height, width, seed + 2)
    out = LAYOUTS[o](np.zeros_like(prev))
    given_back = fastvbg.composite(
        LAYOUTS[a](prev), LAYOUTS[b](next), LAYOUTS[c](bg), threshold=threshold, out=out
    )
    assert given_back is out
    if prev.size:
        assert np.array_equal(out, reference.composite(prev, next, bg, threshold))


@given(sides, sides, layouts, layouts, writable_layouts, thresholds, seeds)
def test_motion_mask_of_any_layout(
    height: int, width: int, a: str, b: str, o: str, threshold: int, seed: int
) -> None:
    prev = random_frame(height, width, seed)
    next = _near(prev, seed)
    o = "contiguous" if o == "channels reversed" else o
    out = LAYOUTS[o](np.full((height, width), 7, np.uint8))
    given_back = fastvbg.motion_mask(
        LAYOUTS[a](prev), LAYOUTS[b](next), threshold=threshold, out=out
    )
    assert given_back is out
    if prev.size:
        assert np.array_equal(out, reference.motion_mask(prev, next, threshold))


@given(sides, sides, layouts, layouts, layouts, writable_layouts, seeds)
def test_blend_of_any_layout(
    height: int, width: int, a: str, b: str, c: str, o: str, seed: int
) -> None:
    frame, bg = random_frame(height, width, seed), random_frame(height, width, seed + 1)
    matte = random_plane(height, width, seed)
    out = LAYOUTS[o](np.zeros_like(frame))
    given_back = fastvbg.blend(LAYOUTS[a](frame), LAYOUTS[b](matte), LAYOUTS[c](bg), out=out)
    assert given_back is out
    assert np.array_equal(out, reference.blend(frame, matte, bg))


@pytest.mark.parametrize("shape", [(1, 1), (1, 2), (2, 1), (3, 33), (1, 65), (7, 129)])
def test_small_and_odd_sizes(shape: tuple[int, int]) -> None:
    prev, bg = random_frame(*shape), random_frame(*shape, seed=9)
    next, matte = _near(prev, 4), random_plane(*shape)
    assert np.array_equal(fastvbg.composite(prev, next, bg), reference.composite(prev, next, bg))
    assert np.array_equal(fastvbg.motion_mask(prev, next), reference.motion_mask(prev, next))
    assert np.array_equal(fastvbg.blend(next, matte, bg), reference.blend(next, matte, bg))


@pytest.mark.parametrize("shape", [(0, 5), (5, 0), (0, 0)])
def test_empty_frames_give_empty_results(shape: tuple[int, int]) -> None:
    frame, plane = np.zeros((*shape, 3), np.uint8), np.zeros(shape, np.uint8)
    assert fastvbg.composite(frame, frame, frame).shape == frame.shape
    assert fastvbg.motion_mask(frame, frame).shape == shape
    assert fastvbg.blend(frame, plane, frame).shape == frame.shape


@pytest.mark.parametrize("layout", WRITABLE)
@pytest.mark.parametrize("target", ["prev", "next", "bg"])
def test_composite_writes_over_an_input_in_place(layout: str, target: str) -> None:
    arrays = {
        name: LAYOUTS[layout](random_frame(9, 45, seed))
        for seed, name in enumerate(["prev", "next", "bg"])
    }
    wanted = reference.composite(**{k: np.array(v) for k, v in arrays.items()}, threshold=60)
    out = fastvbg.composite(**arrays, threshold=60, out=arrays[target])
    assert out is arrays[target]
    assert np.array_equal(out, wanted)


@pytest.mark.parametrize("layout", WRITABLE)
@pytest.mark.parametrize("target", ["frame", "bg"])
def test_blend_writes_over_an_input_in_place(layout: str, target: str) -> None:
    arrays = {
        name: LAYOUTS[layout](random_frame(9, 45, seed))
        for seed, name in enumerate(["frame", "bg"])
    }
    matte = random_plane(9, 45)
    wanted = reference.blend(np.array(arrays["frame"]), matte, np.array(arrays["bg"]))
    assert np.array_equal(fastvbg.blend(**arrays, matte=matte, out=arrays[target]), wanted)


def test_out_may_be_an_equal_view_of_an_input() -> None:
    prev, next, bg = (random_frame(6, 40, seed) for seed in range(3))
    wanted = reference.composite(prev, next, bg, 60)
    assert np.array_equal(fastvbg.composite(prev, next, bg, threshold=60, out=next[:]), wanted)


def test_out_may_interleave_with_an_input_without_sharing_memory() -> None:
    canvas = random_frame(8, 80)
    prev, out = canvas[:, :40], canvas[:, 40:]
    next, bg = random_frame(8, 40, 1), random_frame(8, 40, 2)
    wanted = reference.composite(prev.copy(), next, bg, 60)
    assert np.array_equal(fastvbg.composite(prev, next, bg, threshold=60, out=out), wanted)


def test_inputs_stay_unchanged() -> None:
    arrays = [random_frame(11, 50, seed) for seed in range(3)]
    copies = [array.copy() for array in arrays]
    fastvbg.composite(*arrays)
    fastvbg.blend(arrays[0], arrays[1][..., 0], arrays[2])
    assert all(np.array_equal(a, b) for a, b in zip(arrays, copies, strict=True))


@given(thresholds, st.integers(0, 40))
def test_a_still_frame_shows_the_background_and_threshold_255_does_too(
    threshold: int, seed: int
) -> None:
    frame, bg = random_frame(5, 37, seed), random_frame(5, 37, seed + 1)
    assert np.array_equal(fastvbg.composite(frame, frame, bg, threshold=threshold), bg)
    assert np.array_equal(fastvbg.composite(frame, 255 - frame, bg, threshold=255), bg)


def test_matte_ends_give_frame_and_background_exactly() -> None:
    frame, bg = random_frame(5, 37), random_frame(5, 37, 1)
    assert np.array_equal(fastvbg.blend(frame, np.full((5, 37), 255, np.uint8), bg), frame)
    assert np.array_equal(fastvbg.blend(frame, np.zeros((5, 37), np.uint8), bg), bg)


def test_composite_is_blend_by_the_motion_mask() -> None:
    prev, bg = random_frame(20, 61), random_frame(20, 61, 1)
    next = _near(prev, 0)
    mask = fastvbg.motion_mask(prev, next)
    assert np.array_equal(fastvbg.composite(prev, next, bg), fastvbg.blend(next, mask, bg))


def test_sixteen_threads_at_once() -> None:
    start = threading.Barrier(16)

    def work(seed: int) -> bool:
        prev, bg = random_frame(60, 100, seed), random_frame(60, 100, seed + 1)
        next = _near(prev, seed)
        wanted = reference.composite(prev, next, bg)
        start.wait(timeout=60)
        return all(np.array_equal(fastvbg.composite(prev, next, bg), wanted) for _ in range(50))

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(work, range(16)))
