"""Scenes that return, flash, or are yet to come: what the adaptive and plate masks know of them."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import cv2
import numpy as np
import pytest

from fastvbg import AdaptiveKeyer, matte, process
from fastvbg.keyers.plate.beginning import Beginning
from fastvbg.keyers.plate.camera import CameraMotion
from fastvbg.matting.cuts import CutDetector
from fastvbg.matting.pairing import make_pairing
from fastvbg.media.model import Timed
from fastvbg.pixels import BGRPixels
from fastvbg.reference.adaptive import adaptive_start, adaptive_step, keyed_planes
from tests.support.asked import asked
from tests.support.beginnings import (
    BLACK,
    GRAY,
    HEIGHT,
    WHITE,
    WIDTH,
    Make,
    faded,
    full,
    overlap,
    planes_of,
    write,
)
from tests.support.masked import mattes
from tests.support.media import read_frames

# ---- a scene that is learned


def room(seed: int) -> np.ndarray:
    coarse = np.random.default_rng(seed).integers(30, 226, (8, 12, 3)).astype(np.uint8)
    return cv2.resize(coarse, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC)


def seen(index: int, seed: int = 0, enters: int = 50) -> np.ndarray:
    """A room with noise; somebody sits in it later on."""
    frame = room(seed).astype(int)
    if index >= enters:
        frame[16:, 36:60] = (250, 30, 120)
    noise = np.random.default_rng(index).normal(0, 2, frame.shape)
    return np.clip(frame + noise, 0, 255).astype(np.uint8)


SITS = np.zeros((HEIGHT, WIDTH), bool)
SITS[16:, 36:60] = True

BEGINNINGS: dict[str, Make] = {
    "black": lambda k: full(BLACK) if k < 25 else seen(k),
    "slate": lambda k: full(GRAY) if k < 25 else seen(k),
    "fade": lambda k: faded(seen(k), k / 25),
    "white fade": lambda k: faded(seen(k), k / 25, 255),
}


@pytest.mark.parametrize("name", BEGINNINGS)
def test_the_warm_up_waits_for_the_scene(name: str) -> None:
    keyer = AdaptiveKeyer()
    state = None
    for index in range(60):
        frame = BEGINNINGS[name](index)
        planes = keyed_planes(frame)
        state = adaptive_start(planes) if state is None else state
        state, wanted = adaptive_step(state, planes)
        got = keyer.key(frame)
        np.testing.assert_array_equal(got, wanted)
    assert keyer.frames == state.frames < 60
    assert overlap(got, SITS) > 0.85


@pytest.mark.parametrize("gap", [BLACK, WHITE])
def test_a_scene_that_comes_back_is_known(gap: tuple[int, int, int]) -> None:
    keyer = AdaptiveKeyer()
    for index in range(52):
        keyer.key(seen(index))
    keyer.cut()
    for _ in range(5):
        keyer.key(full(gap))
    keyer.cut()
    assert overlap(keyer.key(seen(57)), SITS) > 0.85
    keyer.cut()
    assert keyer.key(seen(58, seed=1)).max() == 0
    keyer.reset()
    assert keyer.key(seen(59)).max() == 0


def test_a_scene_that_has_become_another_is_learned() -> None:
    keyer = AdaptiveKeyer()
    for index in range(40):
        keyer.key(seen(index))
    other = np.where(room(0) > 128, room(0) - 100, room(0) + 100).astype(np.uint8)
    shares = [(keyer.key(other) > 0).mean() for _ in range(60)]
    assert shares[0] > 0.9
    assert shares[-1] == 0
    assert overlap(keyer.key(seen(60)), SITS) > 0.85  # the room again, at once


def test_who_moves_close_to_the_camera_is_no_scene(rng) -> None:
    keyer = AdaptiveKeyer()
    for index in range(40):
        keyer.key(seen(index))
    frames = keyer.frames
    for _ in range(60):
        near = np.where(room(0) > 128, room(0) - 60, room(0) + 60) + rng.integers(-30, 31)
        assert (keyer.key(near.clip(0, 255).astype(np.uint8)) > 0).mean() > 0.8
    assert keyer.frames == frames + 60


# ---- flashes


def flashing(index: int) -> np.ndarray:
    return full(WHITE) if index == 55 else seen(index)


@pytest.mark.parametrize("refine", ["none", None])
@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
def test_a_flash_shows_what_the_frame_before_it_keeps(
    refine: str | None, pixel_path: str, tmp_path: Path
) -> None:
    path = write(tmp_path / "flash.mkv", flashing, 60, codec="ffv1")
    mask = asked("adaptive", refine=refine)
    matte(path, tmp_path / "m.mkv", settings=mask, pixel_path=pixel_path)
    got = mattes(tmp_path / "m.mkv")
    assert len(got) == 60
    assert all(overlap(got[k], SITS) > 0.75 for k in range(53, 60))
    output = tmp_path / "out.mkv"
    process(path, output, background="black", settings=mask, pixel_path=pixel_path, codec="ffv1")
    shown = read_frames(output)
    assert len(shown) == 60
    flash = shown[55].mean(axis=2)
    assert flash[24:, 42:54].min() > 240
    assert flash[:, :24].max() < 15
    assert shown[56][:, :24].max() < 15


def test_a_flash_is_told_from_a_scene_of_one_frame() -> None:
    frames = [seen(0), seen(1), full(WHITE), seen(2), seen(3), full(BLACK), seen(4, 1), seen(5, 1)]

    class Info:
        width, height = WIDTH, HEIGHT

    cuts = CutDetector(BGRPixels(Info, None))  # type: ignore[arg-type]
    pairing = make_pairing("neighbours", cuts, cuts.goes_on)
    pairs = [p for k, f in enumerate(frames) for p in pairing.push(Timed(f, k))]
    pairs += pairing.finish()
    assert [pair.position for pair in pairs] == list(range(8))
    assert [pair.position for pair in pairs if pair.flash] == [2]
    assert [pair.position for pair in pairs if pair.begins] == [0, 5, 6]
    assert pairs[2].keyed is pairs[2].prev is frames[1]
    assert pairs[3].prev is frames[1]
    assert pairs[4].keyed is frames[4]


# ---- plates


@pytest.mark.parametrize("name", BEGINNINGS)
def test_the_first_seconds_are_the_scenes(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / "take.mkv", BEGINNINGS[name], 60, codec="ffv1")
    matte(path, tmp_path / "m.mkv", settings=asked("plate", plate="first:0.6s", refine="none"))
    assert overlap(mattes(tmp_path / "m.mkv")[55], SITS) > 0.85


def test_a_scene_of_one_gray_is_a_scene(tmp_path: Path) -> None:
    def entering(index: int) -> np.ndarray:
        frame = full((120, 120, 120))
        if index >= 15:
            frame[SITS] = (250, 30, 120)
        return frame

    path = write(tmp_path / "take.mkv", entering, 30, codec="ffv1")
    matte(path, tmp_path / "m.mkv", settings=asked("plate", plate="first:0.4", refine="none"))
    assert overlap(mattes(tmp_path / "m.mkv")[20], SITS) > 0.85


def test_a_plate_of_a_sequence_goes_by_its_rate(tmp_path: Path) -> None:
    for index in range(12):
        cv2.imwrite(str(tmp_path / f"in{index:02d}.png"), seen(index, enters=4))
    mask = asked("plate", plate="first:1", refine="none")
    matte(tmp_path / "in%02d.png", tmp_path / "m.mkv", settings=mask, fps=Fraction(4))
    assert overlap(mattes(tmp_path / "m.mkv")[10], SITS) > 0.85


@pytest.mark.parametrize("planar", [False, True])
def test_a_beginning_is_the_last_change_of_nearly_all(planar: bool) -> None:
    frames = [full(BLACK), seen(1), seen(2), seen(3, enters=0), full(WHITE)]
    beginning = Beginning()
    given = [planes_of(frame) if planar else frame for frame in frames]
    flags = [(beginning.add(frame), beginning.flat) for frame in given]  # type: ignore[arg-type]
    assert flags == [(True, True), (True, False), (False, False), (False, False), (True, True)]


def test_a_camera_that_moves_after_black_is_seen(rng) -> None:
    wide = cv2.resize(rng.integers(0, 256, (24, 80, 3), np.uint8), (1280, 384))
    camera = CameraMotion()
    for _ in range(20):
        camera.add(np.zeros((384, 640, 3), np.uint8))
    for index in range(48):
        camera.add(wide[:, 2 * index : 2 * index + 640])
    assert camera.moves
