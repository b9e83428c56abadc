"""Smoothing along the frame's edges, and light wrap: equal to their references."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastvbg
from fastvbg.reference import refine as literal
from fastvbg.reference.guided import smooth_guided as smooth_literally
from tests.support.arrays import LAYOUTS, layouts, random_frame, random_plane, writable_layouts
from tests.support.mattes import EMPTY, MATTES, SIZES

GUIDES = {
    "values": lambda h, w: random_plane(h, w, 1),
    "clouds": lambda h, w: MATTES["soft"](h, w)[::-1],
    "flat": lambda h, w: np.full((h, w), 90, np.uint8),
    "black and white": MATTES["half noise"],
    "person": lambda h, w: 255 - MATTES["person"](h, w) // 2,
}


@pytest.mark.parametrize("content", MATTES)
@pytest.mark.parametrize("guide", GUIDES)
def test_guided_equals_its_reference(content: str, guide: str) -> None:
    for size in SIZES:
        matte, luma = MATTES[content](*size), np.ascontiguousarray(GUIDES[guide](*size))
        for values in ((1, 1, 1), (8, 20, 2), (24, 100, 8)):
            expected = smooth_literally(matte, luma, *values)
            options = dict(zip(("radius", "contrast", "gain"), values, strict=True))
            got = fastvbg.smooth_guided(matte, luma, **options)
            np.testing.assert_array_equal(got, expected)


@given(
    st.integers(0, 60),
    st.integers(0, 150),
    st.integers(1, 24),
    st.integers(1, 100),
    st.integers(1, 8),
    st.sampled_from(sorted(MATTES)),
    st.sampled_from(sorted(GUIDES)),
    layouts,
    layouts,
    writable_layouts,
)
def test_guided_of_any_kind(
    height, width, radius, contrast, gain, content, guide, layout, guide_layout, out_layout
) -> None:
    matte = LAYOUTS[layout](MATTES[content](height, width))
    luma = LAYOUTS[guide_layout](np.ascontiguousarray(GUIDES[guide](height, width)))
    before = matte.copy(), luma.copy()
    out = LAYOUTS[out_layout](np.zeros((height, width), np.uint8))
    options = {"radius": radius, "contrast": contrast, "gain": gain}
    assert fastvbg.smooth_guided(matte, luma, **options, out=out) is out
    expected = smooth_literally(*before, radius, contrast, gain)
    np.testing.assert_array_equal(out, expected)
    np.testing.assert_array_equal(matte, before[0])
    np.testing.assert_array_equal(luma, before[1])
    own = before[0].copy()
    np.testing.assert_array_equal(fastvbg.smooth_guided(own, luma, **options, out=own), expected)


def test_the_extremes_stay_within_32_bits() -> None:
    """The steepest fit: black and white guide and matte, alike and opposite, with each square."""
    stripes = np.repeat(np.array([0, 255] * 40, np.uint8), 4)[np.newaxis].repeat(60, axis=0)
    for matte in (stripes, 255 - stripes, stripes // 2):
        for guide in (stripes, 127 + stripes // 128):
            for radius in (4, 12, 24):
                expected = smooth_literally(matte, guide, radius, 1, 8)
                got = fastvbg.smooth_guided(matte, guide, radius=radius, contrast=1, gain=8)
                np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("value", [0, 1, 128, 255])
def test_an_even_matte_stays_as_it_is(value: int) -> None:
    matte = np.full((50, 61), value, np.uint8)
    luma = random_plane(50, 61)
    np.testing.assert_array_equal(fastvbg.smooth_guided(matte, luma, gain=1), matte)
    if value in (0, 255):
        np.testing.assert_array_equal(fastvbg.smooth_guided(matte, luma), matte)


def test_the_mattes_edge_moves_to_the_frames_edge() -> None:
    truth = MATTES["person"](200, 300)
    luma = np.where(truth > 0, 190, 60).astype(np.uint8)
    for wrong in (fastvbg.choke(truth, 3), fastvbg.spread(truth, 3)):
        smoothed = fastvbg.smooth_guided(wrong, luma, contrast=10)
        before = np.abs(wrong.astype(int) - truth).sum()
        after = np.abs(smoothed.astype(int) - truth).sum()
        mistaken = ((smoothed >= 128) != (truth >= 128)).sum()
        assert after < 0.5 * before
        assert mistaken < 0.3 * (wrong != truth).sum()


def test_guided_is_what_a_guided_filter_in_floats_is() -> None:
    """At most some gray levels apart: from rounding, and from the small planes' bytes."""
    matte = fastvbg.feather(MATTES["person"](120, 160), 2)
    luma = cv2.blur(random_plane(120, 160), (5, 5)) // 2 + matte // 3
    small = [
        cv2.resize(p.astype(np.float32), (40, 30), interpolation=cv2.INTER_AREA)
        for p in (luma, matte)
    ]

    def mean(plane: np.ndarray) -> np.ndarray:
        return cv2.blur(plane, (5, 5), borderType=cv2.BORDER_REPLICATE)

    i, p = small
    a = (mean(i * p) - mean(i) * mean(p)) / (mean(i * i) - mean(i) ** 2 + 100)
    a, b = mean(a), mean(mean(p) - a * mean(i))
    a, b = (cv2.resize(plane, (160, 120)) for plane in (a, b))
    wanted = np.clip(a * luma + b, 0, 255)
    got = fastvbg.smooth_guided(matte, luma, radius=8, contrast=10, gain=1)
    assert np.abs(got - wanted).max() < 3


@pytest.mark.parametrize("size", EMPTY)
def test_empty(size: tuple[int, int]) -> None:
    empty = np.zeros(size, np.uint8)
    assert fastvbg.smooth_guided(empty, empty.copy()).shape == size
    frame = np.zeros((*size, 3), np.uint8)
    assert fastvbg.light_wrap(frame, empty, frame.copy()).shape == frame.shape


def test_the_refiner_hands_the_guide_on() -> None:
    matte, luma = MATTES["noisy person"](70, 90), random_plane(70, 90)
    refiner = fastvbg.Refiner("despeckle,guided=12:20")
    assert refiner.needs_guide
    assert not fastvbg.Refiner("feather").needs_guide
    expected = fastvbg.smooth_guided(fastvbg.despeckle(matte), luma, radius=12, contrast=20)
    for guide in (luma, luma[:, ::-1].copy()[:, ::-1]):
        np.testing.assert_array_equal(refiner.apply(matte, guide), expected)
    with pytest.raises(fastvbg.OptionError, match=r"^guide: got None, wanted .* for guided=12:20"):
        refiner.apply(matte)
    with pytest.raises(fastvbg.ShapeError, match="^guide: got 90x69"):
        refiner.apply(matte, luma[1:])
    with pytest.raises(fastvbg.OverlapError, match="^out: shares memory with guide"):
        refiner.apply(matte, luma, out=luma)


@pytest.mark.parametrize(
    ("options", "error", "words"),
    [
        ({"radius": 0}, fastvbg.OptionError, "radius: got 0, wanted an integer in 1..24"),
        ({"contrast": 0}, fastvbg.OptionError, "contrast: got 0, wanted an integer in 1..100"),
        ({"gain": 9}, fastvbg.OptionError, "gain: got 9, wanted an integer in 1..8"),
        ({"radius": 8.0}, fastvbg.OptionTypeError, "radius: got 8.0"),
    ],
)
def test_bad_options_of_guided(options, error, words) -> None:
    plane = random_plane(4, 6)
    with pytest.raises(error, match=f"^{words}"):
        fastvbg.smooth_guided(plane, plane.copy(), **options)


@given(
    st.integers(0, 30),
    st.integers(0, 80),
    st.sampled_from([0, 1, 5, 63]),
    st.sampled_from([0, 1, 128, 255]),
    st.sampled_from(["soft", "person", "values"]),
    layouts,
    writable_layouts,
)
def test_light_wrap_equals_its_reference(
    height, width, radius, strength, content, layout, out_layout
) -> None:
    frame, background = random_frame(height, width, 1), random_frame(height, width, 2)
    matte = MATTES[content](height, width)
    options = {"radius": radius, "strength": strength}
    expected = literal.light_wrap(frame, matte, background, **options)
    arrays = [LAYOUTS[layout](a.copy()) for a in (frame, matte, background)]
    out = LAYOUTS[out_layout](np.zeros_like(frame))
    assert fastvbg.light_wrap(*arrays, **options, out=out) is out
    np.testing.assert_array_equal(out, expected)
    for array, before in zip(arrays, (frame, matte, background), strict=True):
        np.testing.assert_array_equal(array, before)
    wrap = fastvbg.LightWrap(background, **options)
    for _ in range(2):
        np.testing.assert_array_equal(wrap(frame, matte), expected)
    np.testing.assert_array_equal(wrap(frame, matte, out=frame), expected)


def test_light_falls_only_along_the_inner_edge() -> None:
    frame, background = np.zeros((60, 80, 3), np.uint8), np.full((60, 80, 3), 255, np.uint8)
    matte = np.zeros((60, 80), np.uint8)
    matte[:, 40:] = 255
    lit = fastvbg.light_wrap(frame, matte, background, radius=3, strength=255)
    assert not lit[:, :40].any()
    across = lit[30, 40:, 0].astype(int)
    assert across[0] > 90
    assert (np.diff(across) <= 0).all()
    assert not across[6:].any()
    assert not fastvbg.light_wrap(frame, matte, background, strength=0).any()


def test_another_background_is_another_light() -> None:
    frame, matte = random_frame(20, 30, 1), MATTES["person"](20, 30)
    first, second = random_frame(20, 30, 2), random_frame(20, 30, 3)
    wrap = fastvbg.LightWrap(first, radius=2)
    wrap.relight(second)
    expected = literal.light_wrap(frame, matte, second, 2)
    np.testing.assert_array_equal(wrap(frame, matte), expected)


def test_bad_input_of_light_wrap() -> None:
    frame, background, matte = random_frame(4, 6), random_frame(4, 6), random_plane(4, 6)
    for arguments, error, words in (
        ((frame[..., 0], matte, background), fastvbg.ShapeError, "frame: got shape"),
        ((frame, frame, background), fastvbg.ShapeError, "matte: got shape"),
        ((frame, matte[1:], background), fastvbg.ShapeError, "matte: got 6x3"),
        ((frame, matte, background[1:]), fastvbg.ShapeError, "frame: got 6x4"),
        ((frame, matte, background.tolist()), fastvbg.DTypeError, "background: got list"),
    ):
        with pytest.raises(error, match=f"^{words}"):
            fastvbg.light_wrap(*arguments)
    for out, words in (
        (background, "shares memory with background"),
        (frame[:, ::-1], "shares memory with frame"),
        (frame[1:], "got 6x3"),
    ):
        with pytest.raises((fastvbg.OverlapError, fastvbg.ShapeError), match=f"^out: {words}"):
            fastvbg.light_wrap(frame, matte, background, out=out)
    with pytest.raises(fastvbg.OptionError, match="^strength: got 256"):
        fastvbg.light_wrap(frame, matte, background, strength=256)
    with pytest.raises(fastvbg.ShapeError, match="^background: got 6x3"):
        fastvbg.LightWrap(background).relight(background[1:])
