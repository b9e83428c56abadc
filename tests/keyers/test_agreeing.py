"""Several looks at one frame: where they are, and what they agree upon."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.keyers.person.agreeing import Sight, agreed, in_proportion, inside, without_unseen
from tests.support.people import disc

SIZES = [(640, 360), (1920, 1080), (250, 333), (97, 600), (64, 64)]


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("form", [(256, 256), (256, 144)])
def test_a_box_in_proportion_holds_the_smaller_one(size, form, rng) -> None:
    width, height = form
    for _ in range(50):
        left, top = (int(rng.integers(0, side // 8)) * 8 for side in size)
        across = min(size[0] - left, 8 * int(rng.integers(1, 40)))
        down = min(size[1] - top, 8 * int(rng.integers(1, 40)))
        x, y, w, h = in_proportion((left, top, across, down), width, height, size)
        assert all(each % 8 == 0 for each in (x, y, w, h))
        assert abs(w * height - h * width) <= 8 * max(width, height)
        assert x - 8 < left
        assert y - 8 < top
        assert x + w > left + across - 8
        assert y + h > top + down - 8
        # It reaches beyond the frame on both sides or on none.
        assert (x < 0) <= (x + w > size[0] - 8)
        assert (y < 0) <= (y + h > size[1] - 8)


def test_what_lies_within() -> None:
    assert inside((-8, 16, 40, 40), (24, 100)) == (0, 16, 24, 40)
    assert inside((8, 8, 8, 8), (24, 100)) == (8, 8, 8, 8)


def test_equal_looks_agree(rng) -> None:
    usual = rng.integers(0, 256, (16, 24), np.uint8)
    assert (
        np.abs(agreed(usual, 2, [Sight(usual, (0, 0, 24, 16))] * 2, 1).astype(int) - usual).max()
        <= 1
    )


def test_the_surer_one_counts_for_more() -> None:
    usual = np.full((8, 8), 150, np.uint8)
    sure, unsure = (np.full((8, 8), level, np.uint8) for level in (0, 100))
    assert (agreed(usual, 2, [Sight(sure, (0, 0, 8, 8))], 1) < 60).all()
    assert (agreed(usual, 2, [Sight(unsure, (0, 0, 8, 8))], 1) > 120).all()


def test_beside_the_second_look_the_first_holds() -> None:
    usual = np.full((8, 24), 200, np.uint8)
    box = 32, -16, 64, 64  # pixels, of which four are one of the canvas
    result = agreed(usual, 2, [Sight(np.zeros((5, 5), np.uint8), box)], 4)
    assert (result[:, :8] == 200).all()
    assert (result[:, 8:] < 60).all()


def people(*discs: tuple[int, int, int]) -> np.ndarray:
    matte = np.zeros((64, 96), np.uint8)
    for x, y, radius in discs:
        matte = np.maximum(matte, disc(matte.shape, x, y, radius))
    return matte


ALL = 0, 0, 96, 64


def test_a_region_that_no_look_sees_goes() -> None:
    matte, both = people((30, 32, 20)), people((30, 32, 20), (75, 32, 8))
    some = [Sight(matte, ALL), Sight(people((30, 32, 19)), ALL)]
    result = without_unseen(both, some, 1)
    np.testing.assert_array_equal(result[:, :60], both[:, :60])  # an edge is no region
    assert result[disc(both.shape, 75, 32, 6) > 0].max() == 0
    # One look that sees it is enough to keep it, as is a box beside it.
    np.testing.assert_array_equal(without_unseen(both, [*some, Sight(both, ALL)], 1), both)
    beside = Sight(np.ascontiguousarray(matte[:, :64]), (0, 0, 64, 64))
    np.testing.assert_array_equal(without_unseen(both, [beside], 1), both)


def test_looks_that_have_not_found_the_people_take_nothing() -> None:
    matte = people((30, 32, 20), (75, 32, 8))
    blind = Sight(people((75, 32, 8)), ALL)
    for sights in ([blind], [Sight(people((30, 32, 20)), ALL), blind]):
        np.testing.assert_array_equal(without_unseen(matte, sights, 1), matte)


def test_a_look_at_all_of_a_frame_reaches_its_last_row() -> None:
    usual = np.full((1, 240), 200, np.uint8)
    blind = Sight(np.zeros((8, 8), np.uint8), (0, 0, 960, 3))
    assert (agreed(usual, 1, [blind], 4) < 60).all()
