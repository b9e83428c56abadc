"""Regions: polygons and images as masks, and masks laid over a matte."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from fastvbg import (
    DTypeError,
    FastvbgError,
    OptionError,
    OptionTypeError,
    OverlapError,
    ShapeError,
    SourceError,
    apply_regions,
    region_mask,
)
from fastvbg.reference import region as literal
from tests.support.kernel_arrays import LAYOUTS

# Halves put corners on pixels' centres, where the rule for edges decides.
coordinate = st.one_of(st.integers(-5, 40), st.integers(-10, 80).map(lambda v: v / 2))
polygons = st.lists(
    st.lists(st.tuples(coordinate, coordinate), min_size=3, max_size=7), min_size=1, max_size=3
)


def spelled(shapes):
    return "; ".join(" ".join(f"{x},{y}" for x, y in corners) for corners in shapes)


@given(polygons, st.integers(1, 33), st.integers(1, 33))
def test_polygons_equal_the_reference(shapes, width, height):
    expected = literal.polygon_mask(shapes, (width, height))
    if expected.any():
        np.testing.assert_array_equal(region_mask(spelled(shapes), (width, height)), expected)
    else:
        with pytest.raises(OptionError, match="covers no pixel"):
            region_mask(spelled(shapes), (width, height))


@pytest.mark.parametrize(
    "text",
    [
        "0,0 64,0 64,48 0,48",
        "0%,0% 100%,0% 100%,100% 0%,100%",
        "-9,-9 +99.5,-9 99.5,200% -9,200%",
        "0,0 64,0 64,48; 0,0 0,48 64,48;",
    ],
)
def test_all_of_the_frame(text):
    mask = region_mask(text, (64, 48))
    assert mask.shape == (48, 64)
    assert mask.dtype == np.uint8
    assert (mask == 255).all()


def test_pixels_and_per_cent_mix():
    mask = region_mask("16,0 50%,0 50%,25% 16,25%", (64, 48))
    expected = np.zeros((48, 64), np.uint8)
    expected[:12, 16:32] = 255
    np.testing.assert_array_equal(mask, expected)


def test_neighbours_share_no_pixel_and_leave_none_out():
    halves = [region_mask(text, (31, 17)) for text in ("0,0 31,0 0,17", "31,0 31,17 0,17")]
    assert not (halves[0] & halves[1]).any()
    assert (halves[0] | halves[1] == 255).all()


@pytest.mark.parametrize(
    ("region", "error", "words"),
    [
        ("0,0 10,0", OptionError, "keep-region: got 2 corners in '0,0 10,0', wanted 3 or more"),
        ("0,0 9,0 9,9; 3,3", OptionError, "keep-region: got 1 corners in '3,3', wanted 3 or more"),
        ("", OptionError, "keep-region: got 0 corners in '', wanted 3 or more"),
        ("1,2 3,x 4,5", OptionError, "keep-region: got '3,x', wanted x,y in pixels or per cent"),
        ("1,2 3 4,5 6,7", OptionError, "keep-region: got '3', wanted x,y in pixels or per cent"),
        ("1,2,3 4,5 6,7", OptionError, "keep-region: got '1,2,3', wanted x,y in pixels"),
        ("1,2 nan,3 4,5", OptionError, "keep-region: got 'nan,3', wanted x,y in pixels"),
        ("9" * 400 + ",2 3,3 4,5", OptionError, "keep-region: got '9+,2', which is far outside"),
        ("90,90 99,90 99,99", OptionError, "keep-region: '.*' covers no pixel of 64x48$"),
        ("nothing.png", SourceError, "keep-region: no such file: nothing.png$"),
        ("a,b.png", SourceError, "keep-region: no such file: a,b.png$"),
        (7, OptionTypeError, "keep-region: got 7, wanted polygons, a file or a picture$"),
        (np.zeros((2, 2), np.uint16), DTypeError, "keep-region: got dtype uint16"),
        (np.zeros((2, 2, 4), np.uint8), ShapeError, "keep-region: got shape"),
        (np.zeros((0, 2), np.uint8), ShapeError, "keep-region: got an empty picture"),
    ],
)
def test_wrong_regions_are_one_line(region, error, words):
    with pytest.raises(error, match=f"^{words}") as caught:
        region_mask(region, (64, 48), name="keep-region")
    assert isinstance(caught.value, FastvbgError)
    assert "\n" not in str(caught.value)


def test_an_image_is_inside_from_128_on(tmp_path: Path):
    gray = np.array([[0, 127, 128, 255]], np.uint8)
    colour = cv2.cvtColor(gray, cv2.COLOR_GRAY2BGR)
    cv2.imwrite(str(tmp_path / "gray.png"), gray)
    cv2.imwrite(str(tmp_path / "colour,1.png"), colour)
    expected = [[0, 0, 255, 255]]
    for region in (gray, colour, tmp_path / "gray.png", str(tmp_path / "colour,1.png")):
        assert region_mask(region, (4, 1)).tolist() == expected
        large = region_mask(region, (400, 30))
        assert large.shape == (30, 400)
        assert not large[:, :180].any()
        assert (large[:, 220:] == 255).all()


def test_a_file_that_is_no_image(tmp_path: Path):
    (tmp_path / "text.png").write_text("1,2")
    with pytest.raises(SourceError, match="^region: not an image that OpenCV can read"):
        region_mask(tmp_path / "text.png", (4, 4))


def test_every_value_equals_the_reference(rng):
    values = np.arange(256, dtype=np.uint8)
    matte, keep = (plane.reshape(256, 256) for plane in np.meshgrid(values, values))
    for drop in (0, 1, 100, 254, 255):
        region = np.full_like(matte, drop)
        expected = literal.apply_regions(matte, keep, region)
        np.testing.assert_array_equal(apply_regions(matte, keep=keep, drop=region), expected)
    for options in ({"keep": keep}, {"drop": keep}, {}):
        expected = literal.apply_regions(matte, **options)
        np.testing.assert_array_equal(apply_regions(matte, **options), expected)


def test_always_in_always_out_and_out_wins(rng):
    matte, keep, drop = rng.integers(0, 256, (3, 9, 67), np.uint8)
    keep, drop = (np.where(mask >= 128, 255, 0).astype(np.uint8) for mask in (keep, drop))
    result = apply_regions(matte, keep=keep, drop=drop)
    assert not result[drop > 0].any()
    assert (result[(keep > 0) & (drop == 0)] == 255).all()
    untouched = (keep == 0) & (drop == 0)
    np.testing.assert_array_equal(result[untouched], matte[untouched])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("size", [(1, 1), (3, 65), (7, 131), (0, 3)])
def test_sizes_layouts_and_in_place(layout, size, rng):
    arrays = dict(
        zip(("matte", "keep", "drop"), rng.integers(0, 256, (3, *size), np.uint8), strict=True)
    )
    expected = literal.apply_regions(**arrays)
    for name, plane in arrays.items():
        changed = arrays | {name: LAYOUTS[layout](plane.copy())}
        np.testing.assert_array_equal(apply_regions(**changed), expected)
        assert apply_regions(**changed, out=changed[name]) is changed[name]
        np.testing.assert_array_equal(changed[name], expected)
    out = LAYOUTS[layout](np.full(size, 9, np.uint8))
    apply_regions(**arrays, out=out)
    np.testing.assert_array_equal(out, expected)


def test_wrong_planes():
    matte = np.zeros((4, 6), np.uint8)
    with pytest.raises(ShapeError, match="^keep: got 5x4 .* wanted 6x4 like matte$"):
        apply_regions(matte, keep=matte[:, :5])
    with pytest.raises(ShapeError, match="^out: got 6x3 .* wanted 6x4 like matte$"):
        apply_regions(matte, out=matte[:3])
    with pytest.raises(DTypeError, match="^drop: got dtype bool, wanted uint8"):
        apply_regions(matte, drop=matte > 0)
    room = np.zeros((5, 6), np.uint8)
    with pytest.raises(OverlapError, match="^out: shares memory with keep"):
        apply_regions(matte, keep=room[:4], out=room[1:])
