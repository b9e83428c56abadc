"""The gallery's scenes have what they are said to have, and its command draws every row."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from tools import gallery

from fastvbg.scenes.clips import GreenScreen, depth_map, write_clip
from fastvbg.scenes.speaker import Scene
from tests.support.media import read_frames

SMALL = Scene(width=160, height=90, frames=40)


@pytest.fixture(scope="module")
def green() -> list:
    return list(GreenScreen(width=160, height=90, frames=40))


def test_the_screen_is_green_uneven_and_noisy(green: list) -> None:
    first, second = (item.frame.astype(int) for item in green[:2])
    assert (first[..., 1] > first[..., 0] + 20).all()
    assert (first[..., 1] > first[..., 2] + 20).all()
    light = cv2.blur(first[..., 1].astype(np.float32), (9, 9))
    assert light.max() > 1.3 * light.min(), "unevenly lit"
    assert 0.5 < np.abs(first - second).mean() < 3, "only noise differs"


def test_the_figure_is_the_same_but_for_the_screens_light_at_its_edge(green: list) -> None:
    last, plain = green[-1], list(SMALL)[-1]
    assert np.array_equal(last.truth, plain.truth)
    greener = (last.frame.astype(int) - plain.frame)[..., 1] - (
        last.frame.astype(int) - plain.frame
    )[..., 2]
    inside = last.truth == 255
    depth = cv2.distanceTransform(inside.astype(np.uint8), cv2.DIST_L2, 3)
    assert greener[inside & (depth < 1.5)].mean() > 10
    assert abs(greener[depth > 10].mean()) < 3


def test_depths_tell_the_figure_from_the_room_but_for_holes() -> None:
    truth = list(SMALL)[-1].truth
    depth = depth_map(truth, np.random.default_rng(1))
    assert depth.dtype == np.uint16
    holes = depth == 0
    assert 0 < holes.mean() < 0.05
    assert depth[(truth > 127) & ~holes].max() < 1300
    assert depth[(truth <= 127) & ~holes].min() > 2300
    assert np.array_equal(depth, depth_map(truth, np.random.default_rng(1)))


def test_a_scene_written_is_read_again(tmp_path: Path) -> None:
    frames = [item.frame for item in Scene(width=64, height=36, frames=5)]
    write_clip(frames, tmp_path / "scene.mkv", size=(64, 36), rate=30)
    read = read_frames(tmp_path / "scene.mkv")
    assert len(read) == 5
    assert all(np.abs(a.astype(int) - b).mean() < 6 for a, b in zip(frames, read, strict=True))


def test_the_gallery_has_a_row_for_each_mask(tmp_path: Path) -> None:
    rows = gallery.examples(tmp_path, SMALL)
    kinds = [row.mask.name for row in rows]
    assert kinds == ["motion", "plate", "adaptive", "chroma", "depth", "matte"]
    truth = list(SMALL)[-1].truth
    background = tmp_path / "background.png"
    cv2.imwrite(str(background), np.full((90, 160, 3), (200, 100, 50), np.uint8))
    for row in rows:
        source, matte, composite = (
            item.picture for item in gallery.strip(row, background, tmp_path)
        )
        assert source.shape == composite.shape == (90, 160, 3)
        far = cv2.dilate(truth, np.ones((9, 9), np.uint8)) == 0
        assert np.abs(composite[far].astype(int) - (200, 100, 50)).mean() < 6, row.title
        if row.mask.name in ("plate", "chroma", "depth", "matte"):
            said, is_in = matte[..., 0] > 127, truth > 127
            assert (said & is_in).sum() > 0.85 * (said | is_in).sum(), row.title


def test_the_gallery_is_drawn_small(tmp_path: Path, monkeypatch) -> None:
    made = gallery.examples
    monkeypatch.setattr(gallery, "examples", lambda *given: made(*given)[:2])
    gallery.draw_gallery(tmp_path / "gallery.png", SMALL, find_people=False)
    sheet = cv2.imread(str(tmp_path / "gallery.png"))
    assert sheet.shape == (6 + 2 * 208, 984, 3)
    assert (tmp_path / "gallery.png").stat().st_size < 200_000


def test_a_picture_of_few_colours_is_written_as_it_is(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    colours = np.array(list(np.ndindex(3, 3, 4))) * (120, 120, 80)
    picture = colours[rng.integers(0, 36, (90, 160))].astype(np.uint8)
    gallery.write_small(tmp_path / "few.png", picture)
    read = cv2.imread(str(tmp_path / "few.png")).astype(int)
    assert np.abs(read - picture).max() <= 1


def test_the_picture_in_the_docs_is_small_enough() -> None:
    picture = Path(__file__).parents[2] / "docs" / "gallery.png"
    assert picture.stat().st_size < 400_000
    assert cv2.imread(str(picture)).shape[1] == 984


@pytest.mark.clips
def test_real_clips_and_their_masks_exist(clips: Path, tmp_path: Path) -> None:
    masks = gallery.clip_masks(clips, tmp_path)
    assert {mask.name for _, mask in masks.values()} == {
        *("motion", "plate", "adaptive", "chroma", "depth", "matte", "mog2", "knn")
    }
    assert masks["depth"][1].baseline == 75
