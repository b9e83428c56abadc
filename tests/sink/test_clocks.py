"""Outputs and encoders with a coarse clock: duration and speed hold, and what is done is told."""

from __future__ import annotations

import itertools
import sys
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg import SinkError
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo
from fastvbg.pipeline.process import process
from fastvbg.sink import open_sink
from fastvbg.sink.clock import Beat, Evenness, Rounded, Steady, measured_rate
from fastvbg.sink.encoding import EncodeOptions
from fastvbg.sink.reasons import reason
from tests.support.media import make_clip, read_frames, read_times

VFR = [33 * n for n in range(12)] + [400 + 200 * n for n in range(5)]


def at_rate(rate: Fraction | int, count: int) -> list[Fraction]:
    return [Fraction(n) / rate for n in range(count)]


def write(
    path: Path,
    times: list[Fraction],
    time_base: Fraction,
    rate: Fraction | int,
    *,
    size: tuple[int, int] = (64, 48),
    **options: object,
) -> tuple[list[Fraction], list[str]]:
    """Write gray frames at these times; return those of the file, and the warnings."""
    info = StreamInfo(*size, Fraction(rate), time_base, None, ColourTags(), pixel_format="yuv420p")
    with open_sink(path, info, options=EncodeOptions(**options)) as sink:
        for number, time in enumerate(times, 1):
            frame = av.VideoFrame(*size, "yuv420p")
            for plane in frame.planes:
                plane.update(bytes([60 + number % 120]) * plane.buffer_size)
            sink.write(frame, round(time / time_base), number)
    return read_times(path), sink.warnings


@pytest.mark.parametrize(
    ("codec", "suffix"),
    [
        ("mpeg4", ".mp4"),
        ("mpeg4", ".mkv"),
        ("mjpeg", ".mkv"),
        ("mjpeg", ".mov"),
        ("mpeg2video", ".mkv"),
        ("mpeg2video", ".mp4"),
        ("mpeg1video", ".mp4"),
        ("libx264", ".mp4"),
        ("prores_ks", ".mov"),
        ("libvpx-vp9", ".webm"),
    ],
)
@pytest.mark.parametrize("time_base", [Fraction(1, 90000), Fraction(1, 1000), Fraction(1, 10**7)])
def test_each_encoder_keeps_the_times_of_fine_clocks(
    tmp_path: Path, codec: str, suffix: str, time_base: Fraction
) -> None:
    times = at_rate(30, 12)
    made, warnings = write(tmp_path / f"o{suffix}", times, time_base, 30, codec=codec)
    assert len(made) == 12
    for got, wanted in zip(made, times, strict=True):
        assert abs(got - made[0] - wanted) <= Fraction(1, 900)
    assert warnings == []


@pytest.mark.parametrize(("rate", "count"), [(18, 20), (12, 15), (Fraction(2000, 67), 30)])
def test_an_encoder_of_few_rates_gets_times_rounded(tmp_path: Path, rate, count: int) -> None:
    times = at_rate(rate, count)
    made, warnings = write(tmp_path / "o.mkv", times, Fraction(1, 90000), rate, codec="mpeg1video")
    assert len(made) == count
    for got, wanted in zip(made, times, strict=True):
        assert abs(got - made[0] - wanted) <= Fraction(1, 24)
    assert ["rounded" in warning for warning in warnings] in ([True], [])


def test_mjpeg_gets_the_full_range_and_the_same_colours(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mp4", count=3)
    process(clip.path, tmp_path / "o.mkv", background="#808080", codec="mjpeg")
    process(clip.path, tmp_path / "f.mkv", background="#808080", codec="ffv1")
    with av.open(str(tmp_path / "o.mkv")) as made:
        frame = next(made.decode(video=0))
        assert frame.format.name == "yuvj420p" or int(frame.color_range) == 2
    ours, other = read_frames(tmp_path / "o.mkv")[1], read_frames(tmp_path / "f.mkv")[1]
    gray = np.abs(other.astype(int) - 128).max(axis=2) < 4
    assert np.count_nonzero(gray) > 500
    assert abs(ours[gray].mean() - other[gray].mean()) < 2


def delays(path: Path) -> list[int]:
    """Hundredths of a second that each picture of a GIF stays."""
    data, found, at = path.read_bytes(), [], 0
    while (at := data.find(b"\x21\xf9\x04", at)) >= 0:
        found.append(int.from_bytes(data[at + 4 : at + 6], "little"))
        at += 8
    return found


@pytest.mark.parametrize("rate", [15, 30, 50, 60, 100, 120, 240, 1000])
def test_gif_plays_at_its_speed_in_browsers(tmp_path: Path, rate: int) -> None:
    made, warnings = write(tmp_path / "o.gif", at_rate(rate, rate), Fraction(1, rate * 512), rate)
    found = delays(tmp_path / "o.gif")
    assert min(found) >= 2  # less counts as ten
    assert abs(sum(found) - 100) <= 3
    assert len(made) == len(found) == min(rate, len(made))
    assert bool(warnings) == (rate > 50)
    if rate > 50:
        assert len(found) >= 50
        assert f"of {rate} frames are left out, so that the speed holds" in warnings[0]
        assert "shows at most 50 a second" in warnings[0]


def test_gif_of_a_variable_rate_keeps_its_times(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mkv", count=len(VFR), times=VFR)
    process(clip.path, tmp_path / "o.gif", background="navy")
    for got, wanted in zip(read_times(tmp_path / "o.gif"), VFR, strict=True):
        assert abs(got - Fraction(wanted, 1000)) <= Fraction(1, 100)


def test_a_pause_longer_than_gif_holds_is_told(tmp_path: Path) -> None:
    times = [Fraction(0), Fraction(1), Fraction(1000)]
    _, warnings = write(tmp_path / "o.gif", times, Fraction(1, 1000), 25)
    assert warnings == [
        "pauses are cut short, by 343.65 s in all: a frame stays at most 655.35 s in .gif"
    ]


def test_y4m_of_a_variable_rate_keeps_duration_and_speed(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mkv", count=len(VFR), times=VFR, rate=30)
    result = process(clip.path, tmp_path / "o.y4m", background="navy")
    times, frames = read_times(tmp_path / "o.y4m"), read_frames(tmp_path / "o.y4m")
    assert abs(times[-1] - times[0] - Fraction(VFR[-1], 1000)) <= Fraction(1, 30)
    assert "times, so that the speed holds: .y4m has one rate, here 30" in result.warnings[0]
    # At each moment the frame of that time is shown.
    process(clip.path, tmp_path / "o.mkv", background="navy", codec="ffv1")
    shown = read_frames(tmp_path / "o.mkv")
    for time, frame in zip(times, frames, strict=True):
        latest = max(n for n, ms in enumerate(VFR) if ms <= time * 1000 + 17)
        assert np.abs(frame.astype(int) - shown[latest]).mean() < 3


@pytest.mark.parametrize("rate", [25, Fraction(30000, 1001), Fraction(24000, 1001), 60, 240])
def test_y4m_of_a_steady_rate_has_each_frame_once(tmp_path: Path, rate) -> None:
    times = [Fraction(round(time * 1000), 1000) for time in at_rate(rate, 40)]
    made, warnings = write(tmp_path / "o.y4m", times, Fraction(1, 1000), rate)
    assert warnings == []
    assert made == at_rate(rate, 40)


@pytest.mark.parametrize("count", [5, 30])
def test_y4m_does_not_believe_the_unit_of_a_clock_for_a_rate(tmp_path: Path, count: int) -> None:
    """Browsers' recordings say a thousand frames a second."""
    times = [Fraction(round(time * 1000), 1000) for time in at_rate(30, count)]
    made, warnings = write(tmp_path / "o.y4m", times, Fraction(1, 1000), 1000)
    assert made == at_rate(30, count)
    assert warnings == []


def test_a_clock_that_jumps_by_hours_is_not_filled(tmp_path: Path) -> None:
    times = [*at_rate(25, 10), *(time + 36000 for time in at_rate(25, 10))]
    made, warnings = write(tmp_path / "o.y4m", times, Fraction(1, 1000), 25)
    assert len(made) == 20
    assert "clock jumps by 35999.6 s" in warnings[0]


@pytest.mark.parametrize(("suffix", "count"), [(".mkv", 31), (".webm", 31), (".mp4", 60)])
def test_no_two_frames_have_one_time_where_milliseconds_count(
    tmp_path: Path, suffix: str, count: int
) -> None:
    made, warnings = write(tmp_path / f"o{suffix}", at_rate(2000, 60), Fraction(1, 2000), 2000)
    assert len(made) == len(set(made)) == count
    assert bool(warnings) == (suffix != ".mp4")


@pytest.mark.parametrize("suffix", [".mp4", ".mov", ".mkv", ".webm", ".y4m"])
@pytest.mark.parametrize(
    "time_base", [Fraction(1001, 30000), Fraction(5), Fraction(1, 2**31 - 1), Fraction(1, 10**7)]
)
def test_units_of_any_kind(tmp_path: Path, suffix: str, time_base: Fraction) -> None:
    step = max(time_base, Fraction(1001, 30000))
    times = at_rate(1 / step, 6)
    made, _ = write(tmp_path / f"o{suffix}", times, time_base, 1 / step)
    for got, wanted in zip(made, times, strict=True):
        assert abs(got - wanted) <= Fraction(1, 1000)


def test_images_of_a_variable_rate_are_told_to_have_no_times(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mkv", count=len(VFR), times=VFR, rate=30)
    result = process(clip.path, tmp_path / "f%03d.png", background="navy")
    assert result.frames == len(VFR)
    assert "the frames' times are not kept: they vary, and images hold none" in result.warnings[0]
    steady = make_clip(tmp_path / "s.mkv", count=10, times=[33 * n for n in range(10)])
    assert process(steady.path, tmp_path / "s%03d.png", background="navy").warnings == []


def test_a_coarse_unit_moves_frames_by_half_of_it_at_most() -> None:
    pace = Rounded(Fraction(1, 1000), Beat(Fraction(1, 25)))
    times = list(itertools.accumulate([0, 17, 33, 41, 39, 1, 80, 20]))
    places = [pace.place(time) for time in times]
    kept = [(time, place.at) for time, place in zip(times, places, strict=True) if place]
    assert len({at for _, at in kept}) == len(kept) < len(times)
    assert all(abs(time - 40 * at) <= 20 for time, at in kept)
    assert f"{len(times) - len(kept)} of 8 frames are left out" in pace.told("it")[0]


def test_a_steady_rate_follows_a_clock_that_runs_a_little_slower() -> None:
    pace = Steady(Fraction(1, 1000), Beat(Fraction(1, 25)))
    places = [pace.place(41 * n) for n in range(200)]
    assert all(place is not None for place in places)
    assert sum(place.repeats for place in places) == round(199 * 41 / 40 - 199)
    assert abs(places[-1].at - 199 * 41 / 40) <= 1


def test_a_steady_rate_of_twice_as_many_leaves_out_what_is_a_unit_ahead() -> None:
    pace = Steady(Fraction(1, 1000), Beat(Fraction(1, 25)))
    places = [pace.place(20 * n) for n in range(8)]
    assert [place and place.at for place in places] == [0, 1, 2, None, 3, None, 4, None]


def test_the_farthest_move_is_told_wherever_it_was() -> None:
    pace = Rounded(Fraction(1, 1000), Beat(Fraction(1, 25)))
    for time in (0, 55, 80, 120):
        assert pace.place(time) is not None
    assert "rounded, by up to 0.015 s" in pace.told("it")[0]


@pytest.mark.parametrize(
    ("rate", "seconds", "repeats"),
    [(1, 299, 298), (1, 400, 0), (1000, 19, 18_999), (1000, 30, 0)],
    ids=["short", "too long", "many", "too many"],
)
def test_a_pause_is_filled_unless_it_is_long_or_takes_many_frames(rate, seconds, repeats) -> None:
    pace = Steady(Fraction(1, 1000), Beat(Fraction(1, rate)))
    assert pace.place(0).repeats == 0
    assert pace.place(1000 * seconds).repeats == repeats


def test_evenness_allows_for_rounding() -> None:
    for steps, uneven in (([33, 34, 33], False), ([1, 2, 1], False), ([33, 66], True)):
        seen = Evenness()
        for time in itertools.accumulate([0, *steps]):
            seen.saw(time)
        assert seen.uneven == uneven


@pytest.mark.parametrize(
    ("times", "rate"),
    [([0, 33, 67, 100], 30), ([0, 42, 83, 125], 24), ([0, 100, 200, 900], 10), ([5], None)],
)
def test_the_rate_of_most_frames(times: list[int], rate: int | None) -> None:
    assert measured_rate(times, Fraction(1, 1000)) in (rate, rate and Fraction(rate * 1000, 1001))


@pytest.mark.parametrize(
    ("name", "options", "words"),
    [
        ("o.mov", {"codec": "dnxhd"}, "encoding o.mov by dnxhd: video parameters incompatible"),
        ("o.mkv", {"codec": "huffyuv"}, ".mkv cannot hold video by huffyuv; no kind of file"),
        ("o.gif", {"codec": "libx264"}, ".gif cannot hold video by libx264; .mkv and .mov and"),
        ("o.mkv", {"codec": "rv10"}, "cannot hold the video by rv10: The Matroska muxer does not"),
        ("o.mp4", {"crf": float("nan")}, 'by libx264: Unable to parse "crf" option value "nan"'),
        ("o.mp4", {"extra": {"bf": "x"}}, "by libx264: Undefined constant"),
        ("o.mp4", {"codec": "libvpx-vp9", "alpha": True}, "no transparency of libvpx-vp9; .webm"),
        ("-", {"alpha": True}, "Y4M holds no transparency"),
    ],
)
def test_a_refusal_says_why(tmp_path: Path, monkeypatch, name: str, options, words: str) -> None:
    monkeypatch.chdir(tmp_path)
    if name == "-":
        from fastvbg.sink.encoding import choose_encoding

        info = StreamInfo(64, 48, Fraction(25), Fraction(1, 25), None, ColourTags())
        with pytest.raises(SinkError, match=words):
            choose_encoding("", info, EncodeOptions(**options))
        return
    with pytest.raises(SinkError) as refusal:
        write(tmp_path / name, at_rate(25, 3), Fraction(1, 90000), 25, **options)
    assert words in str(refusal.value)
    assert "\n" not in str(refusal.value)
    assert list(tmp_path.iterdir()) == []


def test_an_encoder_without_its_device_says_so(tmp_path: Path) -> None:
    if not sys.platform.startswith("linux") or "h264_v4l2m2m" not in av.codecs_available:
        pytest.skip("no such encoder in FFmpeg's libraries here")
    if list(Path("/dev").glob("video*")):
        pytest.skip("there is a device")
    with pytest.raises(SinkError, match="by h264_v4l2m2m: Could not find a valid device"):
        write(tmp_path / "o.mp4", at_rate(25, 3), Fraction(1, 25), 25, codec="h264_v4l2m2m")


def test_a_reason_leaves_the_log_as_it_was() -> None:
    before = av.logging.get_level()
    context = av.CodecContext.create("mpeg4", "w")
    context.width, context.height, context.pix_fmt = 64, 48, "yuv420p"
    context.time_base = Fraction(1, 90000)
    assert "timebase 1/90000 not supported by MPEG 4 standard" in (reason(context.open) or "")
    assert reason(lambda: None) is None
    assert av.logging.get_level() == before
