"""Channels and the threads at both ends: errors arrive, nothing hangs, no thread is left."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import fastvbg
from fastvbg.pipeline.process import process
from fastvbg.sink.video import VideoSink
from fastvbg.source.decoding import decoder_threads
from fastvbg.source.video import VideoSource
from fastvbg.threads.overlap import DEPTH, Ahead, Behind, Channel, ClosedError
from tests.support.media import Clip, make_clip, read_frames


def threads() -> list[str]:
    names = [thread.name for thread in threading.enumerate()]
    return [name for name in names if name.startswith("fastvbg ")]


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    yield
    assert threads() == []


def test_items_come_through_in_order() -> None:
    done: list[int] = []
    with Ahead(iter(range(50)), "a") as ahead, Behind(done.append, "b") as behind:
        for item in ahead:
            behind.put(item)
    assert done == list(range(50))


def test_the_source_is_only_some_items_ahead() -> None:
    taken: list[int] = []

    def items() -> Iterator[int]:
        for item in range(100):
            taken.append(item)
            yield item

    with Ahead(items(), "a") as ahead:
        next(iter(ahead))
        time.sleep(0.05)
        assert len(taken) <= DEPTH + 3


def test_the_sink_holds_the_pipeline_back() -> None:
    gate = threading.Event()
    put: list[int] = []

    def slow(item: int) -> None:
        gate.wait()

    with Behind(slow, "b") as behind:
        threading.Timer(0.05, lambda: (put.append(-1), gate.set())).start()
        for item in range(DEPTH + 3):
            behind.put(item)
            put.append(item)
    assert put.index(-1) <= DEPTH + 2


def test_an_error_ahead_is_raised_after_the_items_before_it() -> None:
    def items() -> Iterator[int]:
        yield 1
        raise OSError("broken")

    got: list[int] = []
    with pytest.raises(OSError, match="broken"), Ahead(items(), "a") as ahead:
        got.extend(ahead)
    assert got == [1]


def fail(item: object) -> None:
    raise OSError("full")


def test_an_error_behind_is_raised_where_items_are_put() -> None:
    with pytest.raises(OSError, match="full"):  # noqa: PT012, SIM117
        with Behind(fail, "b") as behind:
            while True:
                behind.put(1)


def test_an_error_behind_is_raised_at_the_end_at_the_latest() -> None:
    with pytest.raises(OSError, match="full"), Behind(fail, "b") as behind:
        behind.put(1)


def test_the_pipelines_own_error_wins_and_drops_what_waits() -> None:
    gate = threading.Event()
    done: list[int] = []

    def slow(item: int) -> None:
        gate.wait()
        done.append(item)

    with pytest.raises(KeyError), Behind(slow, "b") as behind:  # noqa: PT012
        for item in range(3):
            behind.put(item)
        threading.Timer(0.05, gate.set).start()
        raise KeyError
    assert len(done) <= 1


def test_what_waits_is_done_first_where_that_is_wanted() -> None:
    done: list[int] = []
    with pytest.raises(KeyError), Behind(done.append, "b", lambda _: True) as behind:  # noqa: PT012
        for item in range(3):
            behind.put(item)
        raise KeyError
    assert done == [0, 1, 2]


def test_a_closed_channel_wakes_both_ends() -> None:
    channel: Channel[int] = Channel(1)
    channel.put(1)
    threading.Timer(0.02, channel.close).start()
    with pytest.raises(ClosedError):
        channel.put(2)
    with pytest.raises(ClosedError):
        channel.take()


@pytest.mark.parametrize("frame", [1, 7, 19])
def test_a_failing_sink_ends_the_run_with_its_own_error(clip: Clip, tmp_path, monkeypatch, frame):
    write, count = VideoSink.write, iter(range(1000))

    def failing(self, *arguments):
        if next(count) == frame:
            raise fastvbg.SinkError("output: cannot write o.mp4: No space left on device")
        write(self, *arguments)

    monkeypatch.setattr(VideoSink, "write", failing)
    with pytest.raises(fastvbg.SinkError, match="No space left on device"):
        process(clip.path, tmp_path / "o.mp4", background="navy")
    assert list(tmp_path.iterdir()) == []


def test_a_failing_source_ends_the_run_with_its_own_error(clip: Clip, tmp_path, monkeypatch):
    timed = VideoSource._timed

    def failing(self):
        for index, item in enumerate(timed(self)):
            if index == 9:
                raise fastvbg.SourceError("input: the disk went away")
            yield item

    monkeypatch.setattr(VideoSource, "_timed", failing)
    with pytest.raises(fastvbg.SourceError, match="the disk went away"):
        process(clip.path, tmp_path / "o.mp4", background="navy")
    assert list(tmp_path.iterdir()) == []


def test_a_result_tells_what_each_stage_took(clip: Clip, tmp_path: Path) -> None:
    result = process(clip.path, tmp_path / "o.mp4", background="navy", threads=2)
    assert sorted(result.stages) == ["composite", "sink", "source"]
    assert all(0 < seconds <= result.seconds for seconds in result.stages.values())


@pytest.mark.parametrize(
    ("codec", "options"),
    [("libx264", {"crf": "0"}), ("libx265", {"x265-params": "lossless=1:log-level=error"})],
)
def test_memory_that_is_used_again_changes_no_frame(tmp_path: Path, codec, options) -> None:
    clip = make_clip(tmp_path / "in.mp4", count=60, width=128, height=96)
    # FFV1 may hold on to frames, so that its run takes new memory for each.
    process(clip.path, tmp_path / "new.mkv", background="navy", codec="ffv1")
    process(
        clip.path,
        tmp_path / "again.mkv",
        background="navy",
        codec=codec,
        encoder_options=options,
    )
    pairs = zip(read_frames(tmp_path / "new.mkv"), read_frames(tmp_path / "again.mkv"), strict=True)
    assert all(np.array_equal(new, again) for new, again in pairs)


def test_decoding_leaves_processors_to_encoding(monkeypatch) -> None:
    for cpus, wanted in ((1, 1), (2, 1), (3, 1), (8, 4), (64, 32)):
        monkeypatch.setattr("fastvbg.source.decoding.usable_cpus", lambda cpus=cpus: cpus)
        assert decoder_threads("h264") == wanted
        assert decoder_threads("hevc") == 0
