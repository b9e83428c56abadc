"""The foreground's own colours at soft edges: equal to their reference, and near the truth."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastvbg
from fastvbg.compositing.foreground import Foreground
from fastvbg.reference import foreground as literal
from fastvbg.reference.orders import from_bgr
from tests.support.arrays import LAYOUTS, layouts, random_frame, random_plane, writable_layouts
from tests.support.mattes import EMPTY, MATTES, SIZES

SHIFTS = [(0, 0), (1, 0), (1, 1)]


def an_edge(height: int, width: int, softness: float, seed: int = 0) -> np.ndarray:
    """A matte of blobs, whole and none on large parts and soft between."""
    noise = np.random.default_rng(seed).random((height, width), np.float32)
    clouds = cv2.GaussianBlur(noise, (0, 0), 12) if noise.size else noise
    steep = (clouds - clouds.mean() if noise.size else clouds) * 500_000 / softness
    return np.clip(steep + 128, 0, 255).astype(np.uint8)


def a_picture(height: int, width: int, seed: int = 0) -> np.ndarray:
    """A picture that changes slowly, with a little noise."""
    rng = np.random.default_rng(seed)
    small = rng.uniform(20, 235, (height // 160 + 2, width // 160 + 2, 3)).astype(np.float32)
    picture = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
    return (picture + rng.normal(0, 2, picture.shape)).clip(0, 255).astype(np.uint8)


def some_planes(height: int, width: int, shifts: tuple[int, int]) -> Any:
    chroma = (height + shifts[1]) >> shifts[1], (width + shifts[0]) >> shifts[0]
    sizes = (height, width), chroma, chroma
    return tuple(random_plane(*size, seed) for seed, size in enumerate(sizes))


@pytest.mark.parametrize("content", MATTES)
def test_frames_equal_the_reference(content: str) -> None:
    for size in SIZES:
        frame, matte = random_frame(*size), MATTES[content](*size)
        expected = literal.estimate_foreground(frame, matte)
        np.testing.assert_array_equal(fastvbg.estimate_foreground(frame, matte), expected)


@pytest.mark.parametrize("content", ["soft", "values", "person"])
@pytest.mark.parametrize("shifts", SHIFTS)
def test_planes_equal_the_reference(content: str, shifts: tuple[int, int]) -> None:
    for size in SIZES:
        planes, matte = some_planes(*size, shifts), MATTES[content](*size)
        expected = literal.estimate_foreground_planes(planes, matte)
        got = fastvbg.estimate_foreground_planes(planes, matte)
        for one, other in zip(got, expected, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("softness", [3, 20, 90])
def test_large_frames_equal_the_reference(softness: float) -> None:
    """Every level of squares is used: soft stretches are wider than the largest."""
    for size in ((333, 517), (64, 640), (401, 9)):
        frame, matte = random_frame(*size), an_edge(*size, softness)
        expected = literal.estimate_foreground(frame, matte)
        np.testing.assert_array_equal(fastvbg.estimate_foreground(frame, matte), expected)
        for shifts in SHIFTS:
            planes = some_planes(*size, shifts)
            wanted = literal.estimate_foreground_planes(planes, matte)
            for one, other in zip(
                fastvbg.estimate_foreground_planes(planes, matte), wanted, strict=True
            ):
                np.testing.assert_array_equal(one, other)


def test_the_extremes_stay_within_32_bits() -> None:
    """Black before white and white before black, with as much of either as there can be."""
    for front in (0, 255):
        matte = np.full((300, 400), 255, np.uint8)
        matte[:, 200:] = 0
        matte[::3, 90::2], matte[1::3, 91::2] = 1, 254
        plane = np.where(matte > 127, front, 255 - front).astype(np.uint8)
        frame = np.dstack([plane, plane, 255 - plane])
        for picture in (frame, frame ^ (random_frame(300, 400) & 1)):
            expected = literal.estimate_foreground(picture, matte)
            np.testing.assert_array_equal(fastvbg.estimate_foreground(picture, matte), expected)


@given(
    st.integers(0, 60),
    st.integers(0, 90),
    st.sampled_from([2, 12, 60]),
    st.sampled_from(["bgr", "rgb", "bgra", "rgba"]),
    layouts,
    writable_layouts,
)
def test_any_size_order_and_layout(
    height: int, width: int, softness: float, order: Any, layout: str, out_layout: str
) -> None:
    frame, matte = random_frame(height, width), an_edge(height, width, softness)
    expected = from_bgr(literal.estimate_foreground(frame, matte), order)
    ordered = from_bgr(frame, order)
    if len(order) == 4:
        ordered[..., 3] = 9
    arrays = [LAYOUTS[layout](a.copy()) for a in (ordered, matte)]
    out = LAYOUTS[out_layout](np.zeros_like(ordered))
    assert fastvbg.estimate_foreground(*arrays, order=order, out=out) is out
    np.testing.assert_array_equal(out, expected)
    for array, before in zip(arrays, (ordered, matte), strict=True):
        np.testing.assert_array_equal(array, before)
    own = LAYOUTS[out_layout](ordered.copy())
    assert fastvbg.estimate_foreground(own, matte, order=order, out=own) is own
    np.testing.assert_array_equal(own, expected)


@given(st.integers(0, 60), st.integers(0, 90), st.sampled_from(SHIFTS), layouts, writable_layouts)
def test_planes_of_any_size_and_layout(
    height: int, width: int, shifts: tuple[int, int], layout: str, out_layout: str
) -> None:
    planes, matte = some_planes(height, width, shifts), an_edge(height, width, 20)
    expected = literal.estimate_foreground_planes(planes, matte)
    laid_planes = tuple(LAYOUTS[layout](plane.copy()) for plane in planes)
    out = tuple(LAYOUTS[out_layout](np.zeros_like(plane)) for plane in planes)
    laid = LAYOUTS[layout](matte.copy())
    assert fastvbg.estimate_foreground_planes(laid_planes, laid, out=out) is out
    own = tuple(LAYOUTS[out_layout](plane.copy()) for plane in planes)
    fastvbg.estimate_foreground_planes(own, laid, out=own)
    for got, in_place, wanted in zip(out, own, expected, strict=True):
        np.testing.assert_array_equal(got, wanted)
        np.testing.assert_array_equal(in_place, wanted)
    for plane, before in zip(laid_planes, planes, strict=True):
        np.testing.assert_array_equal(plane, before)


def flags_of(height: int, width: int) -> np.ndarray:
    """Flags of squares of 16 pixels, of which about half are known."""
    return random_plane(-(-height // 16), -(-width // 16), 5) & 1


@pytest.mark.parametrize("shifts", [*SHIFTS, (0, 1)])
@pytest.mark.parametrize("softness", [20, 90, 4000])
def test_a_scene_known_in_squares_is_taken_there(softness: float, shifts: tuple[int, int]) -> None:
    for size in ((1, 1), (16, 17), (95, 130), (333, 517), (33, 641)):
        planes, matte = some_planes(*size, shifts), an_edge(*size, softness)
        scene, known = tuple(255 - plane for plane in planes), flags_of(*size)
        wanted = literal.estimate_foreground_planes(planes, matte, scene, known)
        own = tuple(plane.copy() for plane in planes)
        Foreground(size, shifts).write(matte, own, scene, known)
        for one, other in zip(own, wanted, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("softness", [20, 4000])
def test_a_scene_of_frames_known_in_squares_is_taken_there(softness: float) -> None:
    for size in ((1, 1), (95, 130), (333, 517)):
        frame, matte, known = random_frame(*size), an_edge(*size, softness), flags_of(*size)
        wanted = literal.estimate_foreground(frame, matte, 255 - frame, known)
        own = frame.copy()
        Foreground(size).write_frame(matte, own, 255 - frame, known)
        np.testing.assert_array_equal(own, wanted)


def test_squares_that_are_all_known_or_none_are_as_with_the_scene_or_without() -> None:
    size = (95, 130)
    planes, matte = some_planes(*size, (1, 1)), an_edge(*size, 90)
    scene = tuple(255 - plane for plane in planes)
    for flag, plate in ((0, None), (1, scene)):
        own = tuple(plane.copy() for plane in planes)
        Foreground(size, (1, 1)).write(matte, own, scene, np.full((6, 9), flag, np.uint8))
        wanted = fastvbg.estimate_foreground_planes(planes, matte, plate=plate)
        for one, other in zip(own, wanted, strict=True):
            np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("content", MATTES)
def test_before_a_known_scene_all_equal_the_reference(content: str) -> None:
    for size in SIZES:
        frame, scene, matte = random_frame(*size), random_frame(*size, 9), MATTES[content](*size)
        expected = literal.estimate_foreground(frame, matte, scene)
        got = fastvbg.estimate_foreground(frame, matte, plate=scene)
        np.testing.assert_array_equal(got, expected)
        for shifts in SHIFTS:
            planes = some_planes(*size, shifts)
            known = tuple(255 - plane for plane in planes)
            wanted = literal.estimate_foreground_planes(planes, matte, known)
            for one, other in zip(
                fastvbg.estimate_foreground_planes(planes, matte, plate=known), wanted, strict=True
            ):
                np.testing.assert_array_equal(one, other)


def test_every_sample_before_every_scene() -> None:
    """All coverages, samples and scenes: floats never round a quotient to another integer."""
    sample, scene = np.meshgrid(np.arange(256, dtype=np.uint8), np.arange(256, dtype=np.uint8))
    for coverage in range(1, 255):
        matte = np.full(sample.shape, coverage, np.uint8)
        soft = np.ones((32, 32), np.bool_)
        planes, known = (sample, sample, sample), (scene, scene, scene)
        got = fastvbg.estimate_foreground_planes(planes, matte, plate=known)[0]
        np.testing.assert_array_equal(got, literal.uncover_plane(sample, matte, scene, soft))


@pytest.mark.parametrize("layout", sorted(LAYOUTS))
def test_a_scene_of_any_layout(layout: str) -> None:
    frame, scene, matte = random_frame(40, 70), random_frame(40, 70, 9), an_edge(40, 70, 12)
    expected = literal.estimate_foreground(frame, matte, scene)
    got = fastvbg.estimate_foreground(frame, matte, plate=LAYOUTS[layout](scene))
    np.testing.assert_array_equal(got, expected)


def test_before_a_known_scene_the_composite_is_the_true_one() -> None:
    matte = an_edge(240, 320, 12)
    front, behind, new = (a_picture(240, 320, seed) for seed in (1, 2, 3))
    frame = fastvbg.blend(front, matte, behind)
    own = fastvbg.estimate_foreground(frame, matte, plate=behind)
    over = fastvbg.blend(own, matte, new).astype(int)
    assert np.abs(over - fastvbg.blend(front, matte, new)).max() <= 1


@pytest.mark.parametrize("content", ["person", "checkerboard", "half noise"])
def test_by_a_mask_all_stays(content: str) -> None:
    frame, mask = random_frame(60, 90), MATTES[content](60, 90)
    assert set(np.unique(mask)) <= {0, 255}
    np.testing.assert_array_equal(fastvbg.estimate_foreground(frame, mask), frame)
    for shifts in SHIFTS:
        planes = some_planes(60, 90, shifts)
        for got, before in zip(
            fastvbg.estimate_foreground_planes(planes, mask), planes, strict=True
        ):
            np.testing.assert_array_equal(got, before)


@pytest.mark.parametrize("value", [0, 255])
def test_where_only_one_side_is_sure_all_stays(value: int) -> None:
    frame, matte = random_frame(60, 90), np.full((60, 90), value, np.uint8)
    matte[20:40, 20:50] = 120
    np.testing.assert_array_equal(fastvbg.estimate_foreground(frame, matte), frame)


@pytest.mark.parametrize("softness", [3, 12])
def test_the_colours_behind_an_edge_are_found(softness: float) -> None:
    """Over a new background little is left of what the old one's light makes wrong."""
    size = (240, 320)
    matte = an_edge(*size, softness)
    front, behind, new = (a_picture(*size, seed) for seed in (1, 2, 3))
    frame = fastvbg.blend(front, matte, behind)
    exact = fastvbg.blend(front, matte, new)
    soft = (matte > 0) & (matte < 255)

    def off(colours: np.ndarray) -> float:
        over = fastvbg.blend(colours, matte, new)
        return float(np.abs(over.astype(int) - exact)[soft].mean())

    own = fastvbg.estimate_foreground(frame, matte)
    assert off(own) < 0.25 * off(frame)
    np.testing.assert_array_equal(own[~soft], frame[~soft])


@pytest.mark.parametrize("size", EMPTY)
def test_empty(size: tuple[int, int]) -> None:
    matte = np.zeros(size, np.uint8)
    assert fastvbg.estimate_foreground(np.zeros((*size, 3), np.uint8), matte).shape[:2] == size
    planes = some_planes(*size, (1, 1))
    assert fastvbg.estimate_foreground_planes(planes, matte)[0].shape == size


def test_bad_plates() -> None:
    frame, matte = random_frame(4, 6), random_plane(4, 6)
    with pytest.raises(fastvbg.ShapeError, match="^plate: got 6x3"):
        fastvbg.estimate_foreground(frame, matte, plate=frame[1:])
    plate = frame.copy()
    with pytest.raises(fastvbg.OverlapError, match="^out: shares memory with plate"):
        fastvbg.estimate_foreground(frame, matte, plate=plate, out=plate)
    planes = some_planes(4, 6, (1, 1))
    with pytest.raises(fastvbg.ShapeError, match="^plate: got chroma of shape"):
        fastvbg.estimate_foreground_planes(planes, matte, plate=some_planes(4, 6, (0, 0)))
    known = tuple(plane.copy() for plane in planes)
    with pytest.raises(fastvbg.OverlapError, match="^out: shares memory with plate"):
        fastvbg.estimate_foreground_planes(planes, matte, plate=known, out=known)


def test_bad_input() -> None:
    frame, matte = random_frame(4, 6), random_plane(4, 6)
    for arguments, error, words in (
        ((frame[..., 0], matte), fastvbg.ShapeError, "frame: got shape"),
        ((frame, frame), fastvbg.ShapeError, "matte: got shape"),
        ((frame, matte[1:]), fastvbg.ShapeError, "matte: got 6x3"),
        ((frame, matte.astype(float)), fastvbg.DTypeError, "matte: got dtype float64"),
    ):
        with pytest.raises(error, match=f"^{words}"):
            fastvbg.estimate_foreground(*arguments)
    memory = random_frame(4, 6)
    for out, covered, words in (
        (frame[:, ::-1], matte, "shares memory with frame"),
        (memory, memory[..., 1], "shares memory with matte"),
        (frame[1:], matte, "got 6x3"),
    ):
        with pytest.raises((fastvbg.OverlapError, fastvbg.ShapeError), match=f"^out: {words}"):
            fastvbg.estimate_foreground(frame, covered, out=out)
    planes = some_planes(4, 6, (1, 1))
    for got, covered, out, words in (
        (planes[:2], matte, None, "planes: got tuple"),
        (planes, matte[1:], None, "matte: got 6x3"),
        (planes, matte, planes[::-1], "out"),
        (planes, planes[0], planes, "out: shares memory with matte"),
    ):
        with pytest.raises(fastvbg.FastvbgError, match=f"^{words}"):
            fastvbg.estimate_foreground_planes(got, covered, out=out)
