"""Clocks that jump, are set back or stand still: no work grows with time, and times rise."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import av
import cv2
import numpy as np
import pytest

from fastvbg.pipeline import backdrop as backdrop_module
from fastvbg.pipeline.backdrop import Placing, VideoBackdrop
from fastvbg.pipeline.process import process
from fastvbg.pixels import BGRPixels
from fastvbg.source.clock import OneClock, Rising
from fastvbg.source.video import VideoSource
from tests.support.asked import asked
from tests.support.media import read_frames, read_times
from tests.support.numbered import RATE, Seen, make_numbered, number_of

FAST = {"g": "25", "bf": "2", "preset": "ultrafast"}
HOURS = 10 * 3600
NOTHING = asked(drop_region="0%,0% 100%,0% 100%,100% 0%,100%")


@pytest.fixture
def opened(monkeypatch) -> list[Any]:
    """Each opening of a background."""
    seen, open_source = [], backdrop_module.open_source
    monkeypatch.setattr(
        backdrop_module, "open_source", lambda *a, **k: seen.append(1) or open_source(*a, **k)
    )
    return seen


def backdrop(path: Path, end: Any = "loop") -> VideoBackdrop:
    with VideoSource(path) as source:
        pixels = BGRPixels(source.info, None)
    size = source.info.width, source.info.height
    return VideoBackdrop(str(path), pixels, Placing(size, "stretch", end, 1 << 20))


def test_a_loop_is_not_gone_through_for_a_jump_of_the_clock(tmp_path: Path, opened) -> None:
    clip = make_numbered(tmp_path / "loop.mp4", count=20, **FAST)
    with backdrop(clip) as behind:
        times = [Fraction(0), Fraction(3, RATE), HOURS + Fraction(7, RATE), 3 * HOURS + Fraction(1)]
        shown = [number_of(behind.at(time)) for time in times]
    # 20 frames last 0.8 s, of which ten hours are a multiple.
    assert shown == [0, 3, 7, 5]
    assert len(opened) <= 4


def test_a_loop_goes_on_as_before_without_a_jump(tmp_path: Path, opened) -> None:
    clip = make_numbered(tmp_path / "loop.mp4", count=10, **FAST)
    with backdrop(clip) as behind:
        shown = [number_of(behind.at(Fraction(index, RATE))) for index in range(35)]
    assert shown == [index % 10 for index in range(35)]
    assert len(opened) == 4


def test_a_background_of_one_frame_is_read_once(tmp_path: Path, opened) -> None:
    clip = make_numbered(tmp_path / "one.mp4", count=1, **FAST)
    with backdrop(clip) as behind:
        shown = {number_of(behind.at(Fraction(index, RATE) + index * HOURS)) for index in range(9)}
    assert shown == {0}
    assert len(opened) <= 2


@pytest.mark.parametrize(("end", "shown"), [("hold", 4), ("trim", None)])
def test_a_jump_past_a_background_that_does_not_begin_again(tmp_path: Path, end, shown) -> None:
    clip = make_numbered(tmp_path / "short.mp4", count=5, **FAST)
    with backdrop(clip, end) as behind:
        assert number_of(behind.at(Fraction(0))) == 0
        last = behind.at(Fraction(HOURS))
    assert (None if last is None else number_of(last)) == shown


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".ts"])
def test_a_run_over_a_clock_that_jumps(tmp_path: Path, suffix: str, opened) -> None:
    times = [index * 40 + (HOURS * 1000 if index > 5 else 0) for index in range(12)]
    clip = make_numbered(tmp_path / f"jump{suffix}", count=12, times=times, **FAST)
    behind = make_numbered(tmp_path / "behind.mp4", count=5, **FAST)
    output = tmp_path / "o.mkv"
    result = process(clip, output, background=behind, settings=NOTHING)
    assert (result.frames, result.lost) == (12, 0)
    shown = [number_of(frame) for frame in read_frames(output)]
    assert shown == [index % 5 for index in range(12)]  # 0.2 s make up ten hours, too
    made = read_times(output)
    assert made[6] - made[5] == pytest.approx(HOURS + 0.04, abs=0.002)
    assert len(opened) < 8


def test_mattes_beside_numbers_that_jump(tmp_path: Path) -> None:
    for number in (1, 2, 2_000_000_000):
        cv2.imwrite(str(tmp_path / f"in{number}.png"), np.full((24, 32, 3), 90, np.uint8))
        cv2.imwrite(str(tmp_path / f"matte{number}.png"), np.full((24, 32), 255, np.uint8))
    for name in ("matte%d.png", "matte1.png"):
        result = process(
            tmp_path / "in%d.png",
            tmp_path / "out%d.png",
            background="red",
            settings=asked("matte", matte=str(tmp_path / name)),
            overwrite=True,
        )
        assert (result.frames, len(result.warnings)) == (3, 3 if "%" in name else 2)
        shown = [cv2.imread(str(path)) for path in tmp_path.glob("out*.png")]
        assert all((picture == 90).all() for picture in shown)


@pytest.mark.parametrize(
    ("name", "codec", "sound", "options"),
    [
        ("a.ts", "libx264", "aac", {**FAST, "format": "mpegts"}),
        ("a.mpg", "mpeg2video", "mp2", {"g": "12", "bf": "2", "format": "mpeg"}),
    ],
)
def test_a_clock_that_is_set_back_goes_on(tmp_path: Path, name, codec, sound, options) -> None:
    clip = make_numbered(tmp_path / name, codec, count=60, sound=sound, **options)
    clip.write_bytes(2 * clip.read_bytes())
    seen = Seen(clip)
    assert seen.numbers == [*range(60), *range(60)]
    steps = [b - a for a, b in zip(seen.times, seen.times[1:], strict=False)]
    assert all(Fraction(1, 50) <= step <= Fraction(1, 10) for step in steps)
    part = Seen(clip, start=Fraction(80, RATE))
    assert part.numbers == list(range(part.numbers[0], 60))
    assert abs(part.numbers[0] - 20) <= 1  # sound that is longer moves the second half
    result = process(clip, tmp_path / "o.mkv", background="navy")
    assert (result.frames, result.lost, result.warnings) == (120, 0, [])
    with av.open(str(tmp_path / "o.mkv")) as container:
        heard = [packet.pts for packet in container.demux(audio=0) if packet.size]
    assert len(heard) == len(seen.sound)
    assert heard == sorted(set(heard))


@pytest.mark.parametrize(("sound", "bf"), [("aac", "0"), (None, "2")])
def test_clips_of_less_than_a_second_go_on_too(tmp_path: Path, sound, bf) -> None:
    options = {**FAST, "bf": bf, "format": "mpegts"}
    clip = make_numbered(tmp_path / "a.ts", "libx264", count=10, sound=sound, **options)
    clip.write_bytes(3 * clip.read_bytes())
    seen = Seen(clip)
    assert seen.numbers == 3 * list(range(10))
    steps = [b - a for a, b in zip(seen.times, seen.times[1:], strict=False)]
    assert all(Fraction(1, 50) <= step <= Fraction(1, 10) for step in steps)
    result = process(clip, tmp_path / "o.mkv", background="navy")
    assert (result.frames, result.lost, result.warnings) == (30, 0, [])


def test_a_clock_is_another_one_where_decoding_begins_again() -> None:
    clock = OneClock()
    assert [clock(packet("video", at, 0.1)).dts for at in (0.5, 0.6, 0.7)] == [50, 60, 70]
    assert [clock(packet("video", at, 0.1)).dts for at in (0.5, 0.6)] == [80, 90]
    back = packet("video", 0.2, 0.1)
    back.is_keyframe = False  # damage sets times back, too, and no clip begins there
    assert clock(back).dts == 50


def test_times_of_showing_tell_of_no_other_clock() -> None:
    """As where Matroska says when the first frames are decoded of none of them."""
    clock, first = OneClock(), packet("video", 0.1, 0.1)
    first.dts = None
    assert clock(first).pts == 10
    assert [clock(packet("video", at, 0.1)).dts for at in (0.0, 0.1, 0.2)] == [0, 10, 20]


def packet(kind: str, at: float, duration: float) -> Any:
    """A packet as `OneClock` knows it, in hundredths of a second."""
    stream = SimpleNamespace(type=kind, index=("video", "audio", "subtitle").index(kind))
    time, long = round(100 * at), round(100 * duration)
    base = Fraction(1, 100)
    noted = {"pts": time, "dts": time, "duration": long, "time_base": base}
    return SimpleNamespace(stream=stream, is_keyframe=True, **noted)


def test_all_streams_are_moved_by_the_same_time() -> None:
    """By that of the first that is set back; else sound that ended earlier would come too early."""
    clock = OneClock()
    packets = [
        *(packet("video", 10, 0.04), packet("audio", 9.98, 0.02), packet("subtitle", 9, 1)),
        *(packet("video", 0, 0.04), packet("audio", 0, 0.02), packet("subtitle", 1, 1)),
        *(packet("video", 0.04, 0.04), packet("audio", 0.02, 0.02)),
    ]
    placed = [clock(each).dts for each in packets]
    assert placed == [1000, 998, 900, 1004, 1004, 1104, 1008, 1006]


class Shown:
    """Stands for a frame of which only the time counts."""

    def __init__(self, pts: int | None) -> None:
        self.pts = pts


@pytest.mark.parametrize(
    ("noted", "wanted"),
    [
        ([0, 10, 20], [0, 10, 20]),
        ([None, None, None], [0, 10, 20]),
        ([5, None, 30], [5, 15, 30]),
        ([0, 10, 5, 30], [0, 10, 20, 30]),
        ([0, 10, 10, 40], [0, 10, 20, 40]),
        ([0, 10, 3, 4, 40], [0, 10, 20, 30, 40]),
        ([0, 10, 3, 4, 13], [0, 10, 11, 12, 13]),
        ([0, 10, 3, 4, 11], [0, 10, 11, 12, 13]),
        ([0, 10, 5], [0, 10, 11]),
        ([0, 10, 3, 4, 5, 6, 7, 60], [0, 10, 18, 26, 34, 42, 50, 60]),
        ([0, 100, *range(40)], [0, *range(100, 141)]),
    ],
)
def test_frames_out_of_their_place_are_put_between(noted, wanted) -> None:
    assert [frame.pts for frame in Rising(10).over(map(Shown, noted))] == wanted
