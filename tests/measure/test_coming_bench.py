"""The bench of somebody who comes in: its takes, its scores, its command."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
from bench.quality import coming

from tests.support.people import use_green_network

if TYPE_CHECKING:
    from pathlib import Path

    from bench.quality.moving.material import Material

SIZE = 320, 180


def test_they_come_in_from_either_side_and_stay(material: Material) -> None:
    for number, side in ((0, slice(0, 100)), (1, slice(220, 320))):
        one, two = (list(coming.alone(material, number, SIZE)) for _ in range(2))
        for shot, again in zip(one, two, strict=True):
            np.testing.assert_array_equal(shot.frame, again.frame)
            np.testing.assert_array_equal(shot.coming, again.coming)
            assert not shot.there.any()
        mattes = np.array([shot.coming for shot in one])
        assert not mattes[:12].any()
        first = mattes[12 + int(np.argmax(mattes[12:].any(axis=(1, 2))))]
        assert first[:, side].any()
        assert not np.delete(first, np.r_[side], axis=1).any()
        np.testing.assert_array_equal(mattes[-1], mattes[-4])
        whole = np.flatnonzero(mattes[-1].any(axis=0))
        assert abs(whole.mean() - 160) < 2


def test_they_come_beside_somebody(material: Material) -> None:
    shots = list(coming.beside(material, 0, SIZE))
    there = shots[0].there
    assert abs(np.flatnonzero(there.any(axis=0)).mean() - 0.3 * 320) < 2
    assert all((shot.there == there).all() for shot in shots)
    assert not shots[11].coming.any()
    assert abs(np.flatnonzero(shots[-1].coming.any(axis=0)).mean() - 0.72 * 320) < 2
    core = there & (shots[-1].coming == 0)
    assert np.abs(shots[-1].frame[core].astype(int) - shots[0].frame[core]).mean() < 6


def test_it_scores_takes(material: Material, monkeypatch, capsys, tmp_path) -> None:
    use_green_network(monkeypatch)
    monkeypatch.setattr(coming, "SIZES", (SIZE,))
    assert coming.main(["--clips", str(tmp_path), "--takes", "2"]) == 0
    told = capsys.readouterr().out
    rows = [line.split() for line in told.splitlines() if line.startswith("320x180")]
    assert [row[1] for row in rows] == ["alone", "beside"]
    for row in rows:
        iou, worst, late = (float(each) for each in row[2:])
        assert 0.7 < worst <= iou < 1
        assert late <= 1
    assert "of 2 takes" in told


def test_a_folder_without_portraits_is_told(tmp_path: Path, capsys) -> None:
    assert coming.main(["--clips", str(tmp_path)]) == 2
    assert "coming: clips: " in capsys.readouterr().err
