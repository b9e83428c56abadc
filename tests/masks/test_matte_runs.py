"""Mattes from elsewhere in a run: paired with the frames, stretched, held."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from fastvbg import matte
from tests.support.asked import asked
from tests.support.masked import SIZE, clip, mattes
from tests.support.media import Clip

__all__ = ["clip"]


def test_mattes_from_elsewhere_come_back(clip: Clip, tmp_path: Path) -> None:
    made = tmp_path / "made.mkv"
    matte(clip.path, made, settings=asked("adaptive", warm_up=4, refine="feather=1"))
    matte(clip.path, tmp_path / "again.mkv", mask=f"matte:{made}")
    for a, b in zip(mattes(made), mattes(tmp_path / "again.mkv"), strict=True):
        assert np.array_equal(a, b)


def test_a_small_matte_is_stretched(clip: Clip, tmp_path: Path) -> None:
    for index in range(clip.frames):
        small = np.zeros((8, 12), np.uint8)
        small[:, :6] = 255
        cv2.imwrite(str(tmp_path / f"m{index:03d}.png"), small)
    result = matte(clip.path, tmp_path / "m.mkv", mask=f"matte:{tmp_path}/m%03d.png")
    got = mattes(tmp_path / "m.mkv")[5]
    assert result.warnings == []
    assert got[:, :40].min() == 255
    assert got[:, 60:].max() == 0


def test_a_matte_that_ends_early_is_held_with_a_warning(clip: Clip, tmp_path: Path) -> None:
    made = tmp_path / "made.mkv"
    matte(clip.path, made, settings=asked("adaptive", warm_up=4), max_frames=12)
    result = matte(clip.path, tmp_path / "m.mkv", mask=f"matte:{made}")
    assert result.frames == clip.frames
    assert len(result.warnings) == 1
    assert "ends before the video" in result.warnings[0]
    got = mattes(tmp_path / "m.mkv")
    assert np.array_equal(got[-1], got[11])
    short = asked("matte", matte=made, matte_hold=2)
    matte(clip.path, tmp_path / "n.mkv", settings=short)
    got = mattes(tmp_path / "n.mkv")
    assert np.array_equal(got[13], got[11])
    assert got[14].max() == 0


def test_one_picture_is_the_matte_of_all_frames(clip: Clip, tmp_path: Path) -> None:
    still = np.zeros(SIZE[::-1], np.uint8)
    still[10:20, 30:60] = 200
    cv2.imwrite(str(tmp_path / "still.png"), still)
    result = matte(clip.path, tmp_path / "m.mkv", mask=f"matte:{tmp_path}/still.png")
    assert result.warnings == []
    assert all(np.array_equal(got, still) for got in mattes(tmp_path / "m.mkv"))
