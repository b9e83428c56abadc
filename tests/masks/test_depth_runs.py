"""The depth mask in a run: maps from files and from two eyes."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fastvbg import matte
from fastvbg.errors import SourceError
from tests.support.asked import asked
from tests.support.masked import SIZE, clip, mattes, truth
from tests.support.media import Clip

__all__ = ["clip"]


def write_depths(folder: Path, numbers: range) -> str:
    for number in numbers:
        depth = np.full(SIZE[::-1], 3000, np.uint16)
        depth[truth(number) > 0] = 700
        cv2.imwrite(str(folder / f"d{number:03d}.png"), depth)
    return f"{folder}/d%03d.png"


def test_near_depths_are_kept(clip: Clip, tmp_path: Path) -> None:
    maps = write_depths(tmp_path, range(clip.frames))
    options = asked("depth", refine="none", depth=maps, near=300, far=900)
    result = matte(clip.path, tmp_path / "m.mkv", settings=options)
    assert result.warnings == []
    for index, got in enumerate(mattes(tmp_path / "m.mkv")):
        assert np.array_equal(got, truth(index))


def test_a_frame_without_a_map_holds_the_last_for_a_while(clip: Clip, tmp_path: Path) -> None:
    maps = write_depths(tmp_path, range(12))
    (tmp_path / "d010.png").unlink()
    options = asked("depth", refine="none", depth=maps, near=300, far=900, depth_hold=3)
    result = matte(clip.path, tmp_path / "m.mkv", settings=options)
    got = mattes(tmp_path / "m.mkv")
    assert np.array_equal(got[10], truth(9))
    assert np.array_equal(got[11], truth(11))
    assert np.array_equal(got[14], truth(11))
    assert got[15].max() == 0
    assert any("13 frames have no map" in warning for warning in result.warnings)


def test_depths_from_a_gray_video_go_by_time(clip: Clip, tmp_path: Path) -> None:
    with av.open(str(tmp_path / "depth.mkv"), "w") as container:
        video = container.add_stream("ffv1", rate=12)  # half as many maps as frames
        video.width, video.height, video.pix_fmt = *SIZE, "gray16le"
        for index in range(0, clip.frames, 2):
            depth = np.full(SIZE[::-1], 3000, np.uint16)
            depth[truth(index) > 0] = 700
            container.mux(video.encode(av.VideoFrame.from_ndarray(depth, format="gray16le")))
        container.mux(video.encode(None))
    options = asked("depth", refine="none", depth=tmp_path / "depth.mkv", near=300, far=900)
    result = matte(clip.path, tmp_path / "m.mkv", settings=options)
    assert result.warnings == []
    for index, got in enumerate(mattes(tmp_path / "m.mkv")):
        assert np.array_equal(got, truth(index - index % 2))


def test_a_stereo_pair_gives_depth(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    wall = cv2.resize(rng.integers(0, 256, (60, 80), dtype=np.uint8), (320, 240))
    left = wall.copy()
    right = np.roll(wall, -8, axis=1)
    box = cv2.resize(rng.integers(0, 256, (30, 30), dtype=np.uint8), (100, 100))
    left[70:170, 110:210] = box
    right[70:170, 70:170] = box  # 40 pixels apart: five times as near
    for name, picture in (("left", left), ("right", right)):
        cv2.imwrite(str(tmp_path / f"{name}.png"), picture)
    options = asked(
        "depth",
        depth=f"stereo:{tmp_path}/right.png",
        near=100,
        far=400,
        focal=160,
        baseline=50,
    )
    matte(tmp_path / "left.png", tmp_path / "m%d.png", settings=options)
    got = cv2.imread(str(tmp_path / "m1.png"), cv2.IMREAD_GRAYSCALE)
    assert got[80:160, 120:200].mean() > 240
    assert got[:50, 60:].mean() < 15


def test_a_damaged_depth_map_leaves_no_output(clip: Clip, tmp_path: Path) -> None:
    maps = write_depths(tmp_path, range(clip.frames))
    (tmp_path / "d015.png").write_bytes(b"no picture")
    options = asked("depth", refine="none", depth=maps, near=300, far=900)
    with pytest.raises(SourceError, match="depth: not an image that OpenCV can read"):
        matte(clip.path, tmp_path / "m.mkv", settings=options)
    assert not (tmp_path / "m.mkv").exists()
