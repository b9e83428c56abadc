"""The first frame after a start is the one asked for, in every kind of file, and so is the rest."""

from __future__ import annotations

import os
import threading
from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import pytest

from fastvbg.media.model import ReadOptions
from fastvbg.pipeline.process import process
from fastvbg.source import decoding as decoding_module
from fastvbg.source import open_source
from fastvbg.source import seeking as seeking_module
from fastvbg.source.decoding import Decoding
from tests.support.asked import asked
from tests.support.media import read_packets, read_times
from tests.support.numbered import RATE, Seen, make_numbered, number_of

FAST = {"preset": "ultrafast"}
CLOSED = {**FAST, "g": "40", "bf": "2", "sc_threshold": "0"}
PLAIN = {**CLOSED, "bf": "0"}
OPEN = {**FAST, "g": "40", "bf": "3", "x264-params": "open-gop=1:scenecut=0"}
REFRESH = {**FAST, "g": "40", "bf": "0", "x264-params": "intra-refresh=1"}
HEVC = {**FAST, "g": "40", "x265-params": "log-level=error:open-gop=1:bframes=3:scenecut=0"}
REALTIME = {"deadline": "realtime", "cpu-used": "8", "g": "40"}
MPEG = {"g": "12", "bf": "2"}

CLIPS: dict[str, tuple[str, dict[str, Any]]] = {
    "closed.ts": ("libx264", CLOSED),
    "sound.ts": ("libx264", {**CLOSED, "sound": "aac"}),
    "open.ts": ("libx264", OPEN),
    "hevc.ts": ("libx265", HEVC),
    "refresh.ts": ("libx264", REFRESH),
    "one_key.ts": ("libx264", {**CLOSED, "g": "999"}),
    "late.ts": ("libx264", {**CLOSED, "first": 250}),
    "mpeg2.ts": ("mpeg2video", {**MPEG, "sound": "mp2"}),
    "mpeg2.mpg": ("mpeg2video", {**MPEG, "format": "mpeg"}),
    "mpeg1.mpg": ("mpeg1video", {**MPEG, "format": "mpeg", "sound": "mp2"}),
    "open.mp4": ("libx264", OPEN),
    "hevc.mp4": ("libx265", HEVC),
    "refresh.mp4": ("libx264", REFRESH),
    "sound.mp4": ("libx264", {**CLOSED, "sound": "aac"}),
    "late.mp4": ("libx264", {**CLOSED, "first": 250}),
    "open.mkv": ("libx264", {**OPEN, "sound": "aac"}),
    "hevc.mkv": ("libx265", HEVC),
    "late.mkv": ("libx264", {**CLOSED, "first": 250}),
    "ffv1.mkv": ("ffv1", {"g": "1"}),
    "vp9.webm": ("libvpx-vp9", {**REALTIME, "sound": "libopus"}),
    "vp8.webm": ("libvpx", {"deadline": "realtime", "g": "40"}),
    "prores.mov": ("prores_ks", {"pixels": "yuv422p10le"}),
    "sound.flv": ("libx264", {**CLOSED, "sound": "aac"}),
    "mpeg4.avi": ("mpeg4", {"g": "40", "bf": "2"}),
    "sound.avi": ("mpeg4", {"g": "40", "bf": "2", "sound": "mp2"}),
    "closed.avi": ("libx264", CLOSED),
    "plain.avi": ("mpeg4", {"g": "40", "bf": "0"}),
    "wmv.asf": ("wmv2", {"g": "40"}),
    "mpeg4.nut": ("mpeg4", {"g": "40", "bf": "2"}),
    "raw.264": ("libx264", {**CLOSED, "format": "h264"}),
    "raw.265": ("libx265", {**HEVC, "format": "hevc"}),
    "raw.m2v": ("mpeg2video", {**MPEG, "format": "mpeg2video"}),
    "plain.y4m": ("wrapped_avframe", {"format": "yuv4mpegpipe"}),
}
STARTS = (1, 39, 40, 43, 61, 99)


def make(folder: Path, name: str) -> Path:
    codec, options = CLIPS[name]
    return make_numbered(folder / name, codec, **options)


def check(path: Path, starts: tuple[int, ...] = STARTS) -> None:
    """Each start shows what is there when all is read: frames, times, sound."""
    whole = Seen(path)
    assert whole.numbers == list(range(100))
    for first in starts:
        start = Fraction(first, RATE)
        part = Seen(path, start=start)
        assert part.numbers == whole.numbers[first:], f"start {first}"
        assert part.pictures == whole.pictures[first:], f"start {first}"
        # A time base of a millisecond holds no 1/25 s of some starts exactly.
        shifts = [a - b for a, b in zip(whole.times[first:], part.times, strict=True)]
        assert max(abs(shift - start) for shift in shifts) < part.info.time_base, f"start {first}"
        assert part.sound == whole.sound[len(whole.sound) - len(part.sound) :]
        assert part.lost == 0
        if whole.sound:
            share = len(part.sound) / len(whole.sound) - (100 - first) / 100
            assert abs(share) < 0.04, f"start {first}"


@pytest.mark.parametrize("name", CLIPS)
def test_a_start_shows_what_reading_all_shows_there(tmp_path: Path, name: str) -> None:
    check(make(tmp_path, name))


@pytest.mark.parametrize("name", [name for name in CLIPS if name.endswith(".ts")])
def test_long_transport_streams_are_sought_in(tmp_path: Path, name: str, monkeypatch) -> None:
    monkeypatch.setattr(decoding_module, "_READ_THROUGH_BYTES", 0)
    check(make(tmp_path, name))


def test_a_landing_behind_the_start_is_repeated_further_back(tmp_path: Path, monkeypatch) -> None:
    clip = make_numbered(tmp_path / "far.mp4", **{**CLOSED, "g": "10"})
    sought, seek = [], Decoding.seek

    def behind(self: Decoding, seconds: Fraction) -> bool:
        sought.append(seconds)
        return seek(self, seconds + Fraction(7, 10))  # as far as some demuxers land behind

    monkeypatch.setattr(Decoding, "seek", behind)
    assert Seen(clip, start=Fraction(61, RATE)).numbers == list(range(61, 100))
    first = Fraction(61, RATE)
    assert sought == [first, first - Fraction(1, 2)]


def test_a_file_whose_every_landing_lacks_something_is_read_through(tmp_path: Path) -> None:
    clip = make(tmp_path, "refresh.mp4")
    with av.open(str(clip)) as container:
        keys = [p.pts * p.time_base for p in container.demux(video=0) if p.is_keyframe]
    assert keys == [0, Fraction(40, RATE), Fraction(80, RATE)]
    for first in (45, 85, 99):
        assert Seen(clip, start=Fraction(first, RATE)).numbers == list(range(first, 100))


def test_what_a_decoder_calls_damaged_is_no_landing(tmp_path: Path, monkeypatch) -> None:
    clip = make(tmp_path, "sound.mp4")
    landing, landed = seeking_module._landing, []

    class Damaged:
        """A decoded frame that is told to be damaged."""

        def __init__(self, frame: av.VideoFrame) -> None:
            self.pts, self.is_corrupt = frame.pts, True

    def damaged(decoding: Any, ahead: Any, packets: Any, first: Fraction) -> Any:
        items = decoding.items
        decoding.items = lambda packets=None: (
            Damaged(item) if isinstance(item, av.VideoFrame) else item for item in items(packets)
        )
        try:
            landed.append(landing(decoding, ahead, packets, first))
        finally:
            del decoding.items
        return landed[-1]

    monkeypatch.setattr(seeking_module, "_landing", damaged)
    assert Seen(clip, start=Fraction(50, RATE)).numbers == list(range(50, 100))
    assert landed
    assert set(landed) == {None}


def test_a_variable_rate_is_cut_by_its_times(tmp_path: Path) -> None:
    times = [0]
    while len(times) < 100:
        times.append(times[-1] + (7, 33, 40, 200)[len(times) % 4])
    for suffix in (".mp4", ".mkv", ".ts"):
        clip = make_numbered(tmp_path / f"vfr{suffix}", times=times, **CLOSED)
        for start in (Fraction(1), Fraction(times[50], 1000), Fraction(times[60] + 1, 1000)):
            wanted = [n for n, time in enumerate(times) if time >= start * 1000]
            assert Seen(clip, start=start).numbers == wanted


def test_times_are_counted_from_sound_that_begins_well_before(tmp_path: Path) -> None:
    made = make_numbered(tmp_path / "sound.mkv", sound="aac", count=75, **PLAIN)
    with av.open(str(made)) as source, av.open(str(tmp_path / "talk.mkv"), "w") as container:
        streams = {s: container.add_stream_from_template(s) for s in source.streams}
        for packet in source.demux():
            if packet.size:
                if packet.stream.type == "video":
                    packet.pts, packet.dts = packet.pts + 1000, packet.pts + 1000
                packet.stream = streams[packet.stream]
                container.mux(packet)
    assert Seen(tmp_path / "talk.mkv", start=Fraction(2)).numbers == list(range(25, 75))
    assert Seen(tmp_path / "talk.mkv", start=Fraction(1, 2)).numbers == list(range(75))


def test_sound_stored_before_the_pictures_of_its_time_is_not_lost(tmp_path: Path) -> None:
    made = make_numbered(tmp_path / "sound.mkv", sound="aac", **PLAIN)
    moved = tmp_path / "moved.nut"
    with av.open(str(made)) as source, av.open(str(moved), "w") as container:
        streams = {s: container.add_stream_from_template(s) for s in source.streams}
        packets = [packet for packet in source.demux() if packet.size]
        early = {"audio": -1500, "video": 0}
        packets.sort(key=lambda p: p.dts * p.time_base * 1000 + early[p.stream.type])
        for packet in packets:
            packet.stream = streams[packet.stream]
            container.mux_one(packet)
    check(moved, (40, 61))


def test_a_start_after_the_end_finds_nothing(tmp_path: Path) -> None:
    clip = make(tmp_path, "closed.ts")
    assert Seen(clip, start=Fraction(9)).numbers == []
    with pytest.raises(OSError, match="has no frame between the start and the end asked for"):
        process(clip, tmp_path / "o.mp4", background="red", start=Fraction(9))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["closed.ts"]


def test_an_end_ends_pictures_and_sound_alike(tmp_path: Path) -> None:
    clip = make(tmp_path, "sound.mp4")
    output = tmp_path / "part.mp4"
    process(clip, output, background="red", start=Fraction(1), end=Fraction(2))
    assert read_times(output) == [Fraction(n, RATE) for n in range(25)]
    whole = read_packets(clip)
    assert abs(len(read_packets(output)) - 47) <= 1
    assert set(read_packets(output)) <= set(whole)


def test_a_pipe_is_read_through(tmp_path: Path) -> None:
    clip = make(tmp_path, "closed.ts")
    pipe = tmp_path / "pipe.ts"
    os.mkfifo(pipe)
    writing = threading.Thread(target=lambda: pipe.write_bytes(clip.read_bytes()))
    writing.start()
    try:
        numbers = Seen(pipe, start=Fraction(61, RATE)).numbers
    finally:
        writing.join(20)
    assert numbers == list(range(61, 100))


def test_the_whole_run_begins_with_the_frame_asked_for(tmp_path: Path) -> None:
    clip = make(tmp_path, "mpeg2.mpg")
    everything = "0%,0% 100%,0% 100%,100% 0%,100%"

    process(
        clip,
        tmp_path / "f%03d.png",
        background="red",
        settings=asked("motion", keep_region=everything),
        start=Fraction(61, RATE),
        max_frames=2,
    )
    import cv2

    shown = [number_of(cv2.imread(str(path))) for path in sorted(tmp_path.glob("*.png"))]
    assert shown == [61, 62]


def test_no_frame_is_converted_that_is_not_shown(tmp_path: Path, monkeypatch) -> None:
    clip = make(tmp_path, "raw.264")
    with open_source(clip, options=ReadOptions(start=Fraction(90, RATE))) as source:
        made, prepared = [], source._prepared
        monkeypatch.setattr(source, "_prepared", lambda item: made.append(1) or prepared(item))
        assert len([item for item in source if item]) == len(made) == 10
