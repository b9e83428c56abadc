"""A scene need not be in the first frame: black, slates, fades, flashes, and scenes that return."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fastvbg import AdaptiveKeyer, ChromaKeyer, OptionError, matte, process
from fastvbg.keyers.chroma.survey import ScreenSurvey
from fastvbg.keyers.plate.beginning import Beginning
from fastvbg.keyers.plate.camera import CameraMotion
from fastvbg.matting.cuts import CutDetector
from fastvbg.matting.pairing import make_pairing
from fastvbg.media.model import ReadOptions, Timed
from fastvbg.pixels import BGRPixels
from fastvbg.reference.adaptive import adaptive_start, adaptive_step, keyed_planes
from fastvbg.reference.keyspace import keyspace
from fastvbg.source.sampling import can_be_read_twice, samples
from tests.support.asked import asked
from tests.support.media import read_frames

WIDTH, HEIGHT = 96, 64
GREEN, BLUE, RED = (60, 170, 60), (180, 70, 30), (40, 40, 150)
BLACK, WHITE, GRAY = (0, 0, 0), (255, 255, 255), (200, 200, 200)
Make = Callable[[int], np.ndarray]


def full(colour: tuple[int, int, int]) -> np.ndarray:
    return np.full((HEIGHT, WIDTH, 3), colour, np.uint8)


def take(index: int, colour: tuple[int, int, int] = GREEN) -> np.ndarray:
    """A thing that walks before a screen."""
    frame = full(colour)
    frame[16:56, 30 + index // 4 : 60 + index // 4] = (90, 110, 190)
    return frame


def truth(index: int) -> np.ndarray:
    where = np.zeros((HEIGHT, WIDTH), bool)
    where[16:56, 30 + index // 4 : 60 + index // 4] = True
    return where


def faded(frame: np.ndarray, share: float, towards: int = 0) -> np.ndarray:
    return (towards + (frame.astype(float) - towards) * min(1.0, share)).astype(np.uint8)


def write(path: Path, make: Make, count: int = 40, codec: str = "libx264") -> Path:
    options = {"crf": "8", "preset": "ultrafast"} if codec == "libx264" else {}
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25, options=options)
        video.width, video.height, video.pix_fmt = WIDTH, HEIGHT, "yuv420p"
        for index in range(count):
            container.mux(video.encode(av.VideoFrame.from_ndarray(make(index), format="bgr24")))
        container.mux(video.encode(None))
    return path


def mattes(path: Path) -> list[np.ndarray]:
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="gray") for frame in container.decode(video=0)]


def overlap(mask: np.ndarray, where: np.ndarray) -> float:
    kept = mask > 128
    return np.count_nonzero(kept & where) / np.count_nonzero(kept | where)


def planes_of(frame: np.ndarray) -> tuple[np.ndarray, ...]:
    y, u, v = keyspace(frame)
    return y, u[::2, ::2].copy(), v[::2, ::2].copy()


# ---- the chroma keyer, frame after frame


@pytest.mark.parametrize("planar", [False, True])
def test_nothing_is_kept_until_the_screen_shows(planar: bool) -> None:
    keyer, fused = ChromaKeyer(), ChromaKeyer()
    background = full((9, 80, 200))
    for colour in (BLACK, WHITE, GRAY):
        frame = full(colour)
        if planar:
            planes, behind = planes_of(frame), planes_of(background)
            got = keyer.key_planes(planes)
            over = fused.composite_planes(planes, behind)
            assert all(np.array_equal(a, b) for a, b in zip(over, behind, strict=True))
            cleared = keyer.despill_planes(planes, got)
            assert all(np.array_equal(a, b) for a, b in zip(cleared, planes, strict=True))
        else:
            got = keyer.key(frame)
            np.testing.assert_array_equal(fused.composite(frame, background), background)
            np.testing.assert_array_equal(keyer.despill(frame, got), frame)
        assert got.max() == 0
        assert not keyer.found
    fresh = ChromaKeyer()
    for index in range(3):
        if planar:
            got, wanted = (k.key_planes(planes_of(take(index))) for k in (keyer, fresh))
        else:
            got, wanted = (k.key(take(index)) for k in (keyer, fresh))
        np.testing.assert_array_equal(got, wanted)
    assert keyer.found
    assert overlap(got, truth(2)) > 0.9


@pytest.mark.parametrize("reset", [False, True])
@pytest.mark.parametrize("key", [None, GREEN])
def test_a_lost_screen_keeps_the_last_key(key: tuple[int, int, int] | None, reset: bool) -> None:
    keyer = ChromaKeyer(key)
    for index in range(12):
        keyer.key(take(index))
    direction, reach = keyer.direction, keyer.reach.copy()
    for colour in (BLACK, WHITE, GRAY):
        for _ in range(10):
            if reset:
                keyer.reset()
            assert keyer.key(full(colour)).min() == 255
        assert keyer.direction == direction
        np.testing.assert_array_equal(keyer.reach, reach)
    assert overlap(keyer.key(take(20)), truth(20)) > 0.9


def test_a_scene_with_another_screen_has_its_own_key() -> None:
    keyer = ChromaKeyer()
    keyer.key(take(0))
    keyer.reset()
    keyer.key(full(BLACK))
    assert overlap(keyer.key(take(1, BLUE)), truth(1)) > 0.9


def test_who_steps_before_the_camera_is_no_screen_but_what_stays_is() -> None:
    keyer = ChromaKeyer()
    for index in range(9):
        keyer.key(take(index))
    green = keyer.direction
    shares = [(keyer.key(full(RED)) > 128).mean() for _ in range(30)]
    assert min(shares) == 1
    assert overlap(keyer.key(take(9)), truth(9)) > 0.9
    for _ in range(70):
        last = keyer.key(full(RED))
    assert last.max() == 0
    assert keyer.direction != green


def test_a_key_found_in_the_dark_is_looked_at_again() -> None:
    plain, fading = ChromaKeyer(), ChromaKeyer()
    plain.key(take(0))
    for index in range(60):
        fading.key(faded(take(0), index / 40))
    assert abs(np.subtract(plain.direction, fading.direction)).max() <= 1
    np.testing.assert_allclose(plain.reach, fading.reach, atol=2)


# ---- which screens a video shows


def test_the_screen_that_most_frames_show_wins() -> None:
    survey = ScreenSurvey()
    for picture in [full(RED)] * 5 + [full(GRAY)] * 4 + [take(k) for k in range(8)]:
        survey.add(picture)
    (found,) = survey.screens()
    plain = ScreenSurvey()
    plain.add(take(0))
    assert np.hypot(found.u - plain.screens()[0].u, found.v - plain.screens()[0].v) < 1
    assert not survey.is_clear
    assert survey.frames == 17
    assert survey.passed_over() == {}
    for _ in range(3):
        survey.add(take(0, BLUE))
    assert len(survey.screens()) == 1
    assert survey.passed_over() == {"blue": 3}


def test_two_screens_for_long_are_both_screens_and_gray_is_none() -> None:
    survey = ScreenSurvey()
    for k in range(12):
        survey.add(planes_of(take(k, GREEN if k < 7 else BLUE)))
    assert len(survey.screens()) == 2
    gray = ScreenSurvey()
    for colour in (BLACK, WHITE, GRAY):
        gray.add(full(colour))
    assert gray.screens() == []
    assert gray.most == 0


# ---- whole videos


def title(index: int) -> np.ndarray:
    card = full((180, 60, 190))
    card[28:36, 16:80:4] = 240
    return card if index < 12 else take(index)


CLIPS: dict[str, Make] = {
    "fade": lambda k: faded(take(k), k / 16),
    "white fade": lambda k: faded(take(k), k / 16, 255),
    "slate": lambda k: take(k) if k >= 12 else full(GRAY),
    "title": title,
    "curtain": lambda k: take(k) if k >= 14 else full(RED),
    "hand": lambda k: take(k) if k >= 9 else full((60, 70, 110)),
    "flash": lambda k: full(WHITE) if k in (20, 21) else take(k),
    "red light": lambda k: full((30, 30, 220)) if k == 20 else take(k),
    "black end": lambda k: take(k) if k < 34 else full(BLACK),
    "middle": lambda k: take(k) if 25 <= k < 35 else full(GRAY),
    "two screens": lambda k: take(k, GREEN if k < 20 else BLUE),
}


@pytest.mark.parametrize("codec", ["libx264", "ffv1"])
@pytest.mark.parametrize("name", CLIPS)
def test_the_screen_is_found_where_it_shows(name: str, codec: str, tmp_path: Path) -> None:
    path = write(tmp_path / "take.mkv", CLIPS[name], codec=codec)
    result = matte(path, tmp_path / "m.mkv", settings=asked("chroma", refine="none"))
    got = mattes(tmp_path / "m.mkv")
    assert result.frames == len(got) == 40
    assert overlap(got[30], truth(30)) > 0.9


@pytest.mark.parametrize("name", ["flash", "red light"])
def test_a_screen_that_is_named_or_found_keys_alike(name: str, tmp_path: Path) -> None:
    path = write(tmp_path / "take.mkv", CLIPS[name])
    for number, key in enumerate(("auto", "#3caa3c")):
        matte(path, tmp_path / f"{number}.mkv", settings=asked("chroma", key=key))
    one, two = (mattes(tmp_path / f"{number}.mkv") for number in (0, 1))
    for first, second in zip(one, two, strict=True):
        assert (first > 128).mean() == pytest.approx((second > 128).mean(), abs=0.01)


def test_a_part_and_a_sequence_are_looked_through_too(tmp_path: Path) -> None:
    for index in range(12):
        cv2.imwrite(str(tmp_path / f"in{index:02d}.png"), full(RED) if index < 8 else take(index))
    sequence = tmp_path / "in%02d.png"
    for start, kept in ((None, 1.0), (8 / 25, truth(0).mean())):
        matte(sequence, tmp_path / "m.mkv", mask="chroma", start=start, overwrite=True)
        first = mattes(tmp_path / "m.mkv")[0]
        assert (first > 128).mean() == pytest.approx(kept, abs=0.02) or start is None
    path = write(tmp_path / "take.mkv", CLIPS["curtain"])
    matte(path, tmp_path / "m.mkv", mask="chroma", start=10 / 25, overwrite=True)
    assert overlap(mattes(tmp_path / "m.mkv")[20], truth(30)) > 0.9


def test_a_screen_that_was_passed_over_is_told(tmp_path: Path) -> None:
    path = write(tmp_path / "take.mkv", lambda k: take(k, GREEN if k >= 8 else BLUE), codec="ffv1")
    result = matte(path, tmp_path / "m.mkv", mask="chroma")
    assert [line for line in result.warnings if "have a blue border" in line] == result.warnings
    assert len(result.warnings) == 1
    assert mattes(tmp_path / "m.mkv")[2].min() == 255


def test_raw_video_has_no_times_and_is_looked_through(tmp_path: Path) -> None:
    path = write(tmp_path / "take.h264", CLIPS["curtain"])
    matte(path, tmp_path / "m.mkv", mask="chroma")
    got = mattes(tmp_path / "m.mkv")
    assert got[2].min() == 255
    assert overlap(got[30], truth(30)) > 0.9


@pytest.mark.parametrize("piped", [False, True])
def test_a_video_with_no_screen_at_all_is_one_line(piped: bool, tmp_path: Path) -> None:
    path = write(tmp_path / "gray.mkv", lambda k: full((90 + k,) * 3), count=6)
    command = [sys.executable, "-m", "fastvbg", "matte", "-" if piped else str(path)]
    with path.open("rb") as stream:
        done = subprocess.run(
            [*command, "--mask", "chroma", "-o", str(tmp_path / "m.mkv")],
            stdin=stream,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 2
    assert done.stderr.startswith("fastvbg: key: no screen found")
    assert "--key" in done.stderr
    assert done.stderr.count("\n") == 1
    assert not (tmp_path / "m.mkv").exists()


def test_a_stream_is_keyed_as_soon_as_the_screen_shows(tmp_path: Path) -> None:
    path = write(tmp_path / "take.mkv", lambda k: take(k) if k >= 5 else full(GRAY), count=12)
    command = [sys.executable, "-m", "fastvbg", "matte", "-", "--mask", "chroma"]
    with path.open("rb") as stream:
        done = subprocess.run(
            [*command, "-o", str(tmp_path / "m.mkv")],
            stdin=stream,
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.returncode == 0, done.stderr
    got = mattes(tmp_path / "m.mkv")
    assert max(mask.max() for mask in got[:5]) == 0
    assert all(overlap(got[k], truth(k)) > 0.9 for k in range(5, 12))


@pytest.mark.parametrize("codec", ["libx264", "ffv1"])
@pytest.mark.parametrize("hops", [False, True])
def test_samples_come_from_all_over(codec: str, hops: bool, tmp_path: Path) -> None:
    path = write(tmp_path / "ramp.mkv", lambda k: full((5 * k,) * 3), codec=codec)
    levels = [float(p.mean()) / 5 for p in samples(path, 8, ReadOptions(), hops=hops)]
    assert levels == sorted(levels)
    if hops:  # key frames, as far as the file's index has them
        assert len(levels) == 1 if codec == "libx264" else 2 <= len(levels) <= 8
        return
    assert len(levels) == 8
    assert levels[0] < 5
    assert levels[-1] > 34
    part = ReadOptions(start=20 / 25, end=30 / 25)
    levels = [float(p.mean()) / 5 for p in samples(path, 4, part)]
    assert 3 <= len(levels) <= 5
    assert min(levels) >= 19
    assert max(levels) <= 30


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


def test_a_named_pipe_is_not_opened_twice(tmp_path: Path) -> None:

    path = write(tmp_path / "take.mkv", take, 2)
    assert can_be_read_twice(path)
    assert can_be_read_twice(tmp_path / "in%d.png")
    assert not can_be_read_twice("-")
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe")
        assert not can_be_read_twice(tmp_path / "pipe")


def test_a_key_is_demanded_before_it_is_read() -> None:
    keyer = ChromaKeyer()
    keyer.key(full(BLACK))
    with pytest.raises(OptionError, match="before a frame has shown the screen"):
        keyer.direction  # noqa: B018
