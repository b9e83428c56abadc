"""The bench of people who are small among others: its scenes, its scores, its command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from bench.quality import several
from bench.quality.placing import put

from tests.support.people import use_green_network, wall

if TYPE_CHECKING:
    from pathlib import Path

    from bench.quality.moving.material import Material

HEIGHTS = 40, 60
SIZE = 640, 360


def test_scenes_are_the_same_each_time_and_their_truth_goes_with_them(material: Material) -> None:
    one, two = (list(several.Scene(material, 3, HEIGHTS, SIZE).frames(12)) for _ in range(2))
    for (frame, truth), (again, also) in zip(one, two, strict=True):
        assert frame.shape == (360, 640, 3)
        np.testing.assert_array_equal(frame, again)
        np.testing.assert_array_equal(truth, also)
        assert np.abs(frame[truth == 255].mean(axis=0) - (90, 210, 90)).max() < 2
        assert abs(frame[truth == 0].std() - wall(200, 300).std()) < 6
    people = several.Scene(material, 3, HEIGHTS, SIZE).people
    assert 2 <= len(people) <= 6
    assert all(40 <= each.cut.coverage.shape[0] < 60 for each in people)
    assert (one[0][1] != one[-1][1]).any()


def test_people_beyond_a_border_are_cut_off(material: Material) -> None:
    frame, truth = np.zeros((50, 60, 3), np.uint8), np.zeros((50, 60), np.uint8)
    person = several.Scene(material, 0, (70, 71), SIZE).people[0].cut
    for left in (-1000, 60):
        put(frame, truth, person, left)
    assert not truth.any()
    put(frame, truth, person, -20)
    assert truth[:, 0].any()


def test_it_scores_with_and_without(material: Material, monkeypatch, capsys, tmp_path) -> None:
    use_green_network(monkeypatch)
    monkeypatch.setattr(several, "FRAMES", 3)
    monkeypatch.setattr(several, "HEIGHTS", ((200, 300),))
    assert several.main(["--clips", str(tmp_path), "--scenes", "1"]) == 0
    told = capsys.readouterr().out
    rows = [line.split() for line in told.splitlines() if "px" in line]
    assert [row[4] for row in rows] == ["singly", "together"]
    assert all(float(row[5]) > 0.8 for row in rows)
    assert "means of 1 scenes" in told


def test_a_folder_without_portraits_is_told(tmp_path: Path, capsys) -> None:
    assert several.main(["--clips", str(tmp_path)]) == 2
    assert "several: clips: " in capsys.readouterr().err
