"""A scene need not be in the first frame: black, slates, fades, flashes, and scenes that return."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from fastvbg import ChromaKeyer, OptionError, matte
from fastvbg.keyers.chroma.survey import ScreenSurvey
from fastvbg.media.model import ReadOptions
from fastvbg.source.sampling import can_be_read_twice, samples
from tests.support.asked import asked
from tests.support.beginnings import (
    BLACK,
    BLUE,
    GRAY,
    GREEN,
    RED,
    WHITE,
    Make,
    faded,
    full,
    overlap,
    planes_of,
    take,
    truth,
    write,
)
from tests.support.masked import mattes

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
