"""Where pictures come from and go to: files, recordings, standard output."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg.errors import FastvbgError, OptionError, SinkError, SourceError
from fastvbg.live_mode.asking.choosing import make_sink, make_source
from fastvbg.live_mode.outlets.sinks import Recording
from fastvbg.live_mode.sources.files import FileSource
from fastvbg.media.colour import ColourTags
from fastvbg.media.planes import planes_of
from fastvbg.settings import Settings
from fastvbg.sink.encoding import EncodeOptions
from tests.support.live import HEIGHT, WIDTH, room_picture
from tests.support.media import make_clip


def test_a_file_plays_at_its_own_pace(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=12, width=96, height=64)
    source = FileSource(str(tmp_path / "c.mp4"))
    source.open()
    assert (source.width, source.height) == (96, 64)
    grabs = []
    with suppress(EOFError):
        while True:
            grab = source.read(1.0)
            if grab is not None:
                grabs.append(grab)
    source.close()
    assert len(grabs) + source.dropped == 12
    times = [grab.captured for grab in grabs]
    assert times[-1] - times[0] == pytest.approx((12 - 1) / source.rate, abs=2 / source.rate)
    assert all(grab.picture.format.name == "yuv420p" for grab in grabs)


def test_a_file_loops_and_opens_again(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=4, width=96, height=64)
    source = FileSource(str(tmp_path / "c.mp4"), loop=True)
    for _ in range(2):
        source.open()
        assert sum(source.read(1.0) is not None for _ in range(10)) > 6
        source.close()


def test_a_slow_reader_gets_the_newest_frame(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=25, width=96, height=64)
    source = FileSource(str(tmp_path / "c.mp4"))
    source.open()
    source.read(1.0)
    time.sleep(8 / source.rate)
    grab = source.read(1.0)
    assert grab is not None
    assert time.monotonic() - grab.captured < 3 / source.rate
    assert source.dropped >= 4
    source.close()


def test_pictures_are_of_limited_range_and_even_size(tmp_path: Path) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "w.png"), np.full((33, 45, 3), 255, np.uint8))
    source = FileSource(str(tmp_path / "w.png"))
    source.open()
    assert (source.width, source.height) == (44, 32)
    grab = source.read(1.0)
    assert grab is not None
    assert planes_of(grab.picture)[0].max() == 235
    source.close()


@pytest.mark.parametrize(("fps", "rate"), [(None, 30), (Fraction(50), 50)])
def test_a_still_picture_is_shown_again_and_again(
    tmp_path: Path, fps: Fraction | None, rate: int
) -> None:
    import cv2

    cv2.imwrite(str(tmp_path / "w.png"), np.full((32, 48, 3), 255, np.uint8))
    source = FileSource(str(tmp_path / "w.png"), fps=fps)
    before = 0
    for _ in range(2):  # it is opened again when somebody watches again
        source.open()
        assert source.rate == rate
        grabs = [grab for grab in (source.read(1.0) for _ in range(10)) if grab is not None]
        times = [grab.captured for grab in grabs]
        left_out, before = source.dropped - before, source.dropped
        assert times[-1] - times[0] == pytest.approx((9 + left_out) / rate, abs=3 / rate)
        assert all(planes_of(grab.picture)[0].min() == 235 for grab in grabs)
        source.close()


def test_colours_of_full_range_stay(tmp_path: Path) -> None:
    """Untagged and above 576 rows it is BT.709, which libswscale does not know."""
    with av.open(str(tmp_path / "c.mkv"), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = 64, 720, "yuv420p"
        stream.codec_context.color_range = 2
        frame = av.VideoFrame(64, 720, "yuv420p")
        for plane, level in zip(planes_of(frame), (145, 73, 183), strict=True):
            plane[:] = level
        container.mux([*stream.encode(frame), *stream.encode(None)])
    source = FileSource(str(tmp_path / "c.mkv"))
    source.open()
    grab = source.read(1.0)
    source.close()
    assert source.colour.matrix == 1
    got = [int(plane[8, 8]) for plane in planes_of(grab.picture)]
    assert got == pytest.approx(
        [16 + 145 * 219 / 255, 128 - 55 * 224 / 255, 128 + 55 * 224 / 255], abs=1
    )


def record(path: Path, count: int, *, overwrite: bool = False) -> Recording:
    recording = Recording(path, EncodeOptions(), ColourTags(6, 1), overwrite=overwrite)
    recording.open(WIDTH, HEIGHT, 25.0)
    for number in range(count):
        while not recording._thread.has_room:
            time.sleep(0.001)
        recording.write(planes_of(room_picture(number)), 10 + number / 25)
    return recording


def test_a_recording_is_whole_once_it_is_closed(tmp_path: Path) -> None:
    recording = record(tmp_path / "r.mp4", 20)
    assert not (tmp_path / "r.mp4").exists()
    recording.close()
    recording.close()
    assert recording.status == ""
    with av.open(str(tmp_path / "r.mp4")) as container:
        frames = list(container.decode(video=0))
    assert len(frames) == 20 - recording.dropped
    assert float(frames[-1].time - frames[0].time) == pytest.approx(19 / 25, abs=0.01)


def test_a_recording_of_nothing_leaves_no_file(tmp_path: Path) -> None:
    recording = record(tmp_path / "r.mp4", 0)
    with pytest.raises(SinkError, match=r"r\.mp4: nothing was recorded"):
        recording.close()
    recording.close()
    assert list(tmp_path.iterdir()) == []


def test_a_recording_does_not_replace_unasked(tmp_path: Path) -> None:
    (tmp_path / "r.mp4").write_bytes(b"mine")
    with pytest.raises(SinkError, match=r"r\.mp4"):
        record(tmp_path / "r.mp4", 1)
    assert (tmp_path / "r.mp4").read_bytes() == b"mine"


def test_a_full_disk_ends_the_recording_alone(tmp_path: Path, monkeypatch) -> None:
    recording = record(tmp_path / "r.mkv", 3)

    def full(*_):
        raise SinkError("r.mkv: no space left on the device")

    monkeypatch.setattr(recording._sink, "write", full)

    def write_some() -> None:
        for number in range(40):
            recording.write(planes_of(room_picture(number)), 20 + number / 25)
            time.sleep(0.005)

    with pytest.raises(SinkError, match=r"r\.mkv: no space left on the device"):
        write_some()
    assert recording.status == "recording ended: r.mkv: no space left on the device"
    assert recording.watched() is False
    recording.close()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("failure", [SinkError("no space left"), ValueError("no space left")])
def test_a_recording_that_fails_at_its_end_says_so(tmp_path: Path, monkeypatch, failure) -> None:
    recording = record(tmp_path / "r.mkv", 0)

    def full(*_):
        raise failure

    monkeypatch.setattr(recording._sink, "write", full)
    recording.write(planes_of(room_picture(0)), 10.0)
    with pytest.raises(type(failure), match="no space left"):
        recording.close()
    assert list(tmp_path.iterdir()) == []


def test_y4m_on_standard_output(tmp_path: Path) -> None:
    make_clip(tmp_path / "c.mp4", count=6, width=96, height=64)
    command = [sys.executable, "-m", "fastvbg", "live", str(tmp_path / "c.mp4"), "--to", "-"]
    done = subprocess.run(
        [*command, "-b", "red", "--mask", "motion", "-q"],
        check=False,
        capture_output=True,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stderr == b""
    assert done.stdout.startswith(b"YUV4MPEG2 W96 H64 F24:1")
    size = 6 + WIDTH * HEIGHT * 3 // 2
    head = done.stdout.index(b"\n") + 1
    assert (len(done.stdout) - head) % size == 0
    assert (len(done.stdout) - head) // size >= 6


@pytest.mark.parametrize(
    ("text", "options", "message"),
    [
        ("none.mp4", {}, "none.mp4"),
        ("srt://host/x", {}, "srt"),
        ("demo", {"loop": True}, "loop: it goes with files, got the source 'demo'"),
        ("tcp://127.0.0.1:9", {"loop": True}, "loop: it goes with files"),
        ("none.mp4", {"form": "MJPG"}, "format: it goes with cameras, got the source 'none.mp4'"),
    ],
)
def test_sources_that_are_none(text, options, message) -> None:
    with pytest.raises(FastvbgError, match=message):
        make_source(text, **options).open()


def test_the_screen_needs_one(monkeypatch) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    with pytest.raises(SourceError, match="screen: DISPLAY is not set"):
        make_source("screen")


def test_sinks_by_name(tmp_path: Path) -> None:
    from fastvbg.devices.network.sink import NetworkSink
    from fastvbg.devices.pipewire.sink import PipeWireSink

    tags = ColourTags(6, 1)
    settings = Settings(background="red")
    assert isinstance(make_sink("pipewire", settings)(tags), PipeWireSink)
    assert isinstance(make_sink("rtmp://host/app/key", settings)(tags), NetworkSink)
    assert isinstance(make_sink(str(tmp_path / "x.mkv"), settings)(tags), Recording)
    with pytest.raises(OptionError, match="got 'a,b!c', wanted at most 64 letters"):
        make_sink("pipewire:a,b!c", settings)


def test_rates_of_sequences(tmp_path: Path) -> None:
    import cv2

    for number in range(1, 4):
        cv2.imwrite(str(tmp_path / f"{number:03}.png"), np.zeros((16, 16, 3), np.uint8))
    source = FileSource(str(tmp_path / "%03d.png"), fps=Fraction(50))
    source.open()
    assert source.rate == 50
    source.close()
