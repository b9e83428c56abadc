"""Recordings: whole once they are closed, or none."""

from __future__ import annotations

import time
from pathlib import Path

import av
import pytest

from fastvbg.errors import SinkError
from fastvbg.live_mode.outlets.sinks import Recording
from fastvbg.media.colour import ColourTags
from fastvbg.media.planes import planes_of
from fastvbg.sink.encoding import EncodeOptions
from tests.support.live import HEIGHT, WIDTH, room_picture


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
