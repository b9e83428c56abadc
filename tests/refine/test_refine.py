"""Each refinement equals its reference, byte for byte, on every shape, size and layout."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

import fastvbg
from fastvbg.reference import refine as literal
from tests.support.arrays import LAYOUTS, WRITABLE, layouts, writable_layouts
from tests.support.mattes import EMPTY, MASKS, MATTES, SIZES


class Case(NamedTuple):
    """A public function with options, and its reference."""

    run: Callable[..., np.ndarray]
    expect: Callable[[np.ndarray], np.ndarray]


CASES = {
    **{
        f"despeckle {size}": Case(
            lambda m, size=size, **o: fastvbg.despeckle(m, size=size, **o),
            lambda m, size=size: literal.despeckle(m, size),
        )
        for size in (3, 5, 7, 15)
    },
    "fill_holes": Case(fastvbg.fill_holes, literal.fill_holes),
    **{
        f"fill_holes {area}": Case(
            lambda m, area=area, **o: fastvbg.fill_holes(m, max_area=area, **o),
            lambda m, area=area: literal.fill_holes(m, area),
        )
        for area in (0, 1, 12)
    },
    **{
        f"drop_specks {area}": Case(
            lambda m, area=area, **o: fastvbg.drop_specks(m, min_area=area, **o),
            lambda m, area=area: literal.drop_specks(m, area),
        )
        for area in (0, 1, 2, 30)
    },
    **{
        f"hysteresis {low} {high}": Case(
            lambda m, low=low, high=high, **o: fastvbg.hysteresis(m, low=low, high=high, **o),
            lambda m, low=low, high=high: literal.hysteresis(m, low, high),
        )
        for low, high in ((0, 0), (0, 255), (1, 255), (100, 160), (127, 129), (128, 255))
    },
    **{
        f"choke {radius}": Case(
            lambda m, radius=radius, **o: fastvbg.choke(m, radius, **o),
            lambda m, radius=radius: literal.choke(m, radius),
        )
        for radius in (0, 1, 2, 7, 50)
    },
    **{
        f"spread {radius}": Case(
            lambda m, radius=radius, **o: fastvbg.spread(m, radius, **o),
            lambda m, radius=radius: literal.spread(m, radius),
        )
        for radius in (0, 1, 2, 7, 50)
    },
    **{
        f"feather {radius} {passes}": Case(
            lambda m, radius=radius, passes=passes, **o: fastvbg.feather(
                m, radius, passes=passes, **o
            ),
            lambda m, radius=radius, passes=passes: literal.feather(m, radius, passes),
        )
        for radius, passes in ((0, 2), (1, 1), (1, 2), (2, 3), (4, 2), (5, 2), (63, 1))
    },
    "hold": Case(
        lambda m, **o: fastvbg.hold(m, m[::-1].copy(), decay=40, **o),
        lambda m: literal.hold(m, m[::-1], 40),
    ),
}
each_case = pytest.mark.parametrize("name", CASES)


def check(name: str, matte: np.ndarray, **options: np.ndarray) -> None:
    before = matte.copy()
    expected = CASES[name].expect(before.copy())
    got = CASES[name].run(matte, **options)
    assert got.dtype == np.uint8
    np.testing.assert_array_equal(got, expected)
    if options.get("out") is not None:
        assert got is options["out"]
    if options.get("out") is not matte:
        np.testing.assert_array_equal(matte, before)


@each_case
@pytest.mark.parametrize("content", MATTES)
def test_equals_the_reference(name: str, content: str) -> None:
    for size in SIZES:
        check(name, MATTES[content](*size))


@each_case
@pytest.mark.parametrize("content", ["noisy person", "spiral", "soft"])
def test_out_may_be_the_input(name: str, content: str) -> None:
    for size in SIZES:
        matte = MATTES[content](*size)
        check(name, matte, out=matte)


@each_case
def test_layouts(name: str) -> None:
    matte = MATTES["noisy person"](37, 70)
    for layout in LAYOUTS:
        check(name, LAYOUTS[layout](matte))
    for layout in WRITABLE:
        check(name, matte, out=LAYOUTS[layout](np.full((37, 70), 77, np.uint8)))
        placed = LAYOUTS[layout](matte.copy())
        check(name, placed, out=placed)


@each_case
def test_empty(name: str) -> None:
    for size in EMPTY:
        assert CASES[name].run(np.zeros(size, np.uint8)).shape == size


@each_case
def test_nothing_is_written_beside_out(name: str) -> None:
    for size in SIZES:
        room = np.full((size[0] + 4, size[1] + 6), 77, np.uint8)
        check(name, MATTES["soft"](*size), out=room[2:-2, 3:-3])
        inner = room[2:-2, 3:-3].copy()
        room[2:-2, 3:-3] = 77
        assert (room == 77).all(), inner


@given(
    st.sampled_from(sorted(CASES)),
    st.sampled_from(sorted(MATTES)),
    st.integers(0, 45),
    st.integers(0, 150),
    layouts,
    writable_layouts,
)
def test_any_size_and_layout(name, content, height, width, layout, out_layout) -> None:
    matte = LAYOUTS[layout](MATTES[content](height, width))
    check(name, matte, out=LAYOUTS[out_layout](np.zeros((height, width), np.uint8)))


@given(st.sampled_from(sorted(CASES)), st.data())
def test_any_content(name, data) -> None:
    height, width = data.draw(st.integers(1, 9)), data.draw(st.integers(1, 9))
    levels = st.sampled_from([0, 1, 127, 128, 254, 255])
    rows = data.draw(st.lists(levels, min_size=height * width, max_size=height * width))
    check(name, np.array(rows, np.uint8).reshape(height, width))


# Literal forms take seconds a picture: each step has one case at full size, the others smaller.
FULL = {name.split()[0]: name for name in sorted(CASES, reverse=True)}


@each_case
def test_a_picture_of_full_size(name: str) -> None:
    full = FULL[name.split(maxsplit=1)[0]] == name
    check(name, MATTES["noisy person"](*((541, 1001) if full else (137, 251))))


@pytest.mark.parametrize("content", MASKS)
def test_masks_are_what_opencv_makes_of_them(content: str) -> None:
    for size in SIZES:
        mask = MASKS[content](*size)
        for side in (3, 5, 9, 15):
            got = fastvbg.despeckle(mask, size=side)
            np.testing.assert_array_equal(got, cv2.medianBlur(mask, side))
        for run in (fastvbg.fill_holes(mask), fastvbg.drop_specks(mask, min_area=9)):
            assert set(np.unique(run)) <= {0, 255}


@pytest.mark.parametrize("content", MATTES)
def test_filling_and_dropping_twice_changes_nothing_more(content: str) -> None:
    for size in SIZES:
        filled = fastvbg.fill_holes(MATTES[content](*size))
        np.testing.assert_array_equal(fastvbg.fill_holes(filled), filled)
        dropped = fastvbg.drop_specks(MATTES[content](*size), min_area=20)
        np.testing.assert_array_equal(fastvbg.drop_specks(dropped, min_area=20), dropped)


@pytest.mark.parametrize("content", MATTES)
@pytest.mark.parametrize("radius", [1, 3])
def test_choke_and_spread_are_dual(content: str, radius: int) -> None:
    for size in SIZES:
        matte = MATTES[content](*size)
        dual = 255 - fastvbg.spread(255 - matte, radius)
        np.testing.assert_array_equal(fastvbg.choke(matte, radius), dual)
        assert (fastvbg.choke(matte, radius) <= matte).all()
        opened = fastvbg.spread(fastvbg.choke(matte, radius), radius)
        assert (opened <= matte).all()


@pytest.mark.parametrize("radius", [1, 5, 63])
def test_feathering_keeps_what_is_even(radius: int) -> None:
    for value in range(256):
        even = np.full((3, 4), value, np.uint8)
        np.testing.assert_array_equal(fastvbg.feather(even, radius), even)


def test_feathering_is_near_opencvs_box() -> None:
    """One rounding more than `cv2.blur` has, so at most one apart."""
    for radius in (1, 2, 7, 20):
        matte = MATTES["values"](60, 90)
        side = (2 * radius + 1,) * 2
        box = cv2.blur(matte, side, borderType=cv2.BORDER_REPLICATE).astype(int)
        assert np.abs(fastvbg.feather(matte, radius, passes=1) - box).max() <= 1


def test_every_mean_is_exact() -> None:
    from fastvbg.kernels.refine.plan import MAX_FEATHER, reciprocal

    for radius in range(1, MAX_FEATHER + 1):
        size = 2 * radius + 1
        factor, shift = reciprocal(size)
        sums = np.arange(255 * size + radius + 1)
        assert factor < 1 << 16
        assert sums[-1] < 1 << 15
        np.testing.assert_array_equal(sums // size, sums * factor >> (16 + shift))


def test_areas_below_one_are_shares_of_the_frame() -> None:
    mask = np.zeros((10, 100), np.uint8)
    mask[2:4, 2:7] = 255  # 10 of 1000
    kept = fastvbg.drop_specks(mask, min_area=0.01)
    np.testing.assert_array_equal(kept, mask)
    assert not fastvbg.drop_specks(mask, min_area=0.011).any()
    holes = 255 - mask
    np.testing.assert_array_equal(fastvbg.fill_holes(holes, max_area=0.009), holes)
    assert fastvbg.fill_holes(holes, max_area=0.01).min() == 255


def test_soft_mattes_keep_their_values_where_nothing_is_wrong() -> None:
    matte = fastvbg.feather(MASKS["person"](80, 90), 2)
    changed = matte.copy()
    changed[5, 5], changed[70, 45] = 255, 90
    assert matte[5, 5] == 0
    despeckled = fastvbg.despeckle(changed, size=3)
    assert despeckled[5, 5] == 0
    filled = fastvbg.fill_holes(matte)
    assert (filled[matte != filled] == 255).all()
    assert (matte != filled).any()
    assert set(np.unique(filled)) > {0, 255}


def test_hysteresis_keeps_weak_pixels_beside_strong_ones() -> None:
    matte = np.array([[90, 200, 90, 0, 90, 90], [0, 0, 0, 90, 0, 0]], np.uint8)
    got = fastvbg.hysteresis(matte, low=80, high=160)
    np.testing.assert_array_equal(got, np.where(matte > 0, 255, 0))
    matte[1, 3] = 0
    assert not fastvbg.hysteresis(matte, low=80, high=160)[:, 4:].any()


def test_hold_follows_what_is_new_at_once_and_lets_go_slowly() -> None:
    hold = fastvbg.Hold(decay=100)
    mattes = [np.full((2, 3), value, np.uint8) for value in (0, 255, 0, 0, 90, 0, 0)]
    shown = [int(hold(matte)[0, 0]) for matte in mattes]
    assert shown == [0, 255, 155, 55, 90, 0, 0]
    hold(mattes[1])
    hold.reset()
    assert not hold(np.zeros((5, 5), np.uint8)).any()
    with pytest.raises(fastvbg.ShapeError, match="matte: got 3x2"):
        hold(mattes[0])


def test_hold_writes_over_its_inputs() -> None:
    matte, held = MATTES["soft"](30, 70), MATTES["values"](30, 70)
    expected = literal.hold(matte, held, 30)
    for out in (matte.copy(), held.copy()):
        inputs = (out, held) if np.array_equal(out, matte) else (matte, out)
        np.testing.assert_array_equal(fastvbg.hold(*inputs, decay=30, out=out), expected)
    stream = fastvbg.Hold(decay=30)
    stream(held)
    np.testing.assert_array_equal(stream(matte, out=matte), expected)
