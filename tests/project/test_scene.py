"""The generated scene: the same bytes each time, and truth that fits the picture."""

from __future__ import annotations

import numpy as np

from fastvbg.pipeline.sheet import Labelled, contact_sheet
from fastvbg.scenes.speaker import Scene, draw_backdrop
from tests.support.arrays import random_frame, random_plane

SMALL = Scene(width=160, height=90, frames=40)


def test_the_same_scene_twice() -> None:
    for a, b in zip(SMALL, SMALL, strict=True):
        assert np.array_equal(a.frame, b.frame)
        assert np.array_equal(a.truth, b.truth)


def test_it_begins_empty_and_then_holds_a_figure_with_soft_edges() -> None:
    truths = [item.truth for item in SMALL]
    assert truths[0].max() == 0
    share = (truths[-1] > 127).mean()
    assert 0.15 < share < 0.6
    soft = ((truths[-1] > 0) & (truths[-1] < 255)).sum()
    assert soft > 100


def test_the_room_stays_but_for_noise_and_the_figure_covers_it() -> None:
    items = list(SMALL)
    first, last = items[0].frame.astype(int), items[-1].frame.astype(int)
    change = abs(last - first).max(axis=2)
    assert np.percentile(change[items[-1].truth == 0], 99) < 12
    assert np.median(change[items[-1].truth == 255]) > 20


def test_the_backdrop_fills_its_frame() -> None:
    picture = draw_backdrop(64, 36)
    assert picture.shape == (36, 64, 3)
    assert picture.std() > 20


def test_a_sheet_holds_its_pictures_at_their_proportions() -> None:
    frame, mask = random_frame(90, 160), random_plane(90, 160)
    sheet = contact_sheet([[Labelled("a", frame), Labelled("b", mask)]] * 2, cell_width=160)
    assert sheet.shape[1] == 6 + 2 * 166
    assert np.array_equal(sheet[28 : 28 + 90, 6 : 6 + 160], frame)
    assert (sheet[28 : 28 + 90, 172 : 172 + 160] == mask[..., np.newaxis]).all()
    assert sheet[6:28, 6:166].max() > 150, "the label is written"
