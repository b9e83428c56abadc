"""The crop that follows who is in the picture."""

from __future__ import annotations

import itertools

import numpy as np
import pytest

from fastvbg.live_mode.pictures.framing import WHOLE, Box, Framing, box_of


def person(left: int, right: int, top: int) -> np.ndarray:
    matte = np.zeros((360, 640), np.uint8)
    matte[top:, left:right] = 255
    return matte


def test_the_box_of_a_matte() -> None:
    box = box_of(person(320, 480, 120))
    assert box == pytest.approx(Box(0.5, 1 / 3, 0.25, 2 / 3), abs=0.02)
    assert box_of(np.zeros((360, 640), np.uint8)) is None
    stray = person(320, 480, 120)
    stray[0, 0] = 255
    assert box_of(stray) == box


@pytest.mark.parametrize("height", [90, 180, 360, 720, 1080])
def test_a_head_is_in_the_box_of_a_picture_of_any_size(height: int) -> None:
    matte = np.zeros((height, height * 16 // 9), np.uint8)
    across, down = matte.shape[1] / 100, height / 100
    matte[int(40 * down) : int(60 * down), int(48 * across) : int(53 * across)] = 255
    matte[int(60 * down) :, int(40 * across) : int(60 * across)] = 255
    box = box_of(matte)
    assert box is not None
    assert box.y == pytest.approx(0.4, abs=0.02)


def test_framing_holds_two_people_side_by_side() -> None:
    framing, box = Framing(), Box(0.1, 0.4, 0.6, 0.3)
    crop = [framing.follow(box, 1 / 30) for _ in range(240)][-1]
    assert crop.x <= box.x
    assert crop.x + crop.width >= box.x + box.width


def test_framing_goes_there_calmly_and_stays_in_the_picture() -> None:
    framing, box = Framing(), box_of(person(400, 520, 180))
    crops = [framing.follow(box, 1 / 30) for _ in range(240)]
    steps = [abs(b.x - a.x) for a, b in itertools.pairwise(crops)]
    assert max(steps) < 0.03
    assert crops[-1].width < 0.8
    assert crops[-1].x < 0.7 < crops[-1].x + crops[-1].width
    for crop in crops:
        assert crop.x >= 0
        assert crop.x + crop.width <= 1 + 1e-9
        assert crop.y + crop.height <= 1 + 1e-9
    still = crops[-1]
    nudged = box_of(person(404, 524, 180))
    assert framing.follow(nudged, 1 / 30) == still  # within the dead zone
    assert [framing.follow(None, 1 / 30) for _ in range(400)][-1] == pytest.approx(WHOLE, abs=0.02)
