"""File to file: counts, times, audio, pictures, and what is left behind when something fails."""

from __future__ import annotations

import itertools
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import reference
from fastvbg.masks.motion import Motion
from fastvbg.matting.pairing import make_pairing
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import ReadOptions, StreamInfo, Timed
from fastvbg.pipeline.process import process
from fastvbg.sink import open_sink
from fastvbg.source import open_source
from tests.support.arrays import random_frame
from tests.support.media import (
    Clip,
    make_clip,
    moving_frames,
    read_frames,
    read_packets,
    read_times,
)


def source_frames(path: Path) -> list[np.ndarray]:
    with open_source(path) as source:
        return [item.frame for item in source if isinstance(item, Timed)]


def images(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".mov"])
def test_frames_times_and_audio_are_kept(clip: Clip, tmp_path: Path, suffix: str) -> None:
    output = tmp_path / f"out{suffix}"
    result = process(clip.path, output, background="navy")
    assert result.frames == clip.frames
    times, wanted = read_times(output), read_times(clip.path)
    assert len(times) == clip.frames
    if suffix == ".mkv":
        # Matroska counts in milliseconds and has no negative times: up to FFmpeg 8 the encoder's
        # priming before the sound's zero moves sound and pictures alike, from 9 on it is noted.
        shifts = [a - b for a, b in zip(times, wanted, strict=True)]
        assert max(shifts) - min(shifts) <= Fraction(1, 1000)
        assert -Fraction(1, 2000) <= min(shifts) <= Fraction(1024, 48000) + Fraction(1, 1000)
    else:
        assert times == wanted
    assert read_packets(output) == read_packets(clip.path)
    assert images(tmp_path) == [output.name]


def test_a_variable_frame_rate_keeps_its_times(tmp_path: Path) -> None:
    times = [0, 40, 200, 210, 500, 1000, 1033]
    clip = make_clip(tmp_path / "vfr.mp4", count=7, times=times)
    process(clip.path, tmp_path / "out.mp4", background="navy")
    assert [round(t * 1000) for t in read_times(tmp_path / "out.mp4")] == times


def test_a_start_above_zero_is_kept(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "late.mkv", count=6, start=48)
    process(clip.path, tmp_path / "out.mkv", background="navy")
    assert read_times(tmp_path / "out.mkv") == read_times(clip.path)


def test_the_pixels_are_those_of_the_reference(clip: Clip, tmp_path: Path) -> None:
    background = random_frame(*clip.size[::-1])
    process(
        clip.path,
        tmp_path / "f%03d.png",
        background=background,
        mask=Motion(threshold=5),
        pixel_path="bgr",
    )
    frames = source_frames(clip.path)
    results = [cv2.imread(str(tmp_path / f"f{n:03d}.png")) for n in range(1, clip.frames + 1)]
    assert len(frames) == clip.frames
    first = reference.composite(frames[1], frames[0], background, 5)
    assert np.array_equal(results[0], first)
    for index in range(1, clip.frames):
        wanted = reference.composite(frames[index - 1], frames[index], background, 5)
        assert np.array_equal(results[index], wanted)


def test_the_tutorials_pairing_equals_its_literal_code(clip: Clip, tmp_path: Path) -> None:
    background = random_frame(90, 70)
    result = process(
        clip.path,
        tmp_path / "output%d.png",
        background=background,
        pairing="tutorial",
        pixel_path="bgr",
    )
    wanted = dict(reference.tutorial_sequence(source_frames(clip.path), background))
    assert result.frames == len(wanted) == clip.frames - 2
    assert images(tmp_path) == sorted(f"output{number}.png" for number in wanted)
    for number, frame in wanted.items():
        assert np.array_equal(cv2.imread(str(tmp_path / f"output{number}.png")), frame)


def test_the_tutorials_pairing_into_a_video_keeps_the_times(clip: Clip, tmp_path: Path) -> None:
    process(clip.path, tmp_path / "out.mp4", background="navy", pairing="tutorial")
    assert read_times(tmp_path / "out.mp4") == read_times(clip.path)[2:]


def test_an_image_sequence_in_and_out_keeps_its_numbers(tmp_path: Path) -> None:
    frames, bg = moving_frames(5, 31, 23), random_frame(23, 31)
    for number, frame in enumerate(frames, 98):
        cv2.imwrite(str(tmp_path / f"in{number:04d}.png"), frame)
    result = process(tmp_path / "in%04d.png", tmp_path / "out%d.png", background=bg)
    assert result.frames == 5
    for index in range(1, 5):
        wanted = reference.composite(frames[index - 1], frames[index], bg)
        assert np.array_equal(cv2.imread(str(tmp_path / f"out{98 + index}.png")), wanted)


def test_an_image_sequence_becomes_a_video_at_the_rate_asked_for(tmp_path: Path) -> None:
    for number, frame in enumerate(moving_frames(5, 32, 24)):
        cv2.imwrite(str(tmp_path / f"in{number}.jpg"), frame)
    process(
        tmp_path / "in%d.jpg", tmp_path / "out.mp4", background="navy", fps=Fraction(30000, 1001)
    )
    step = Fraction(1001, 30000)
    assert read_times(tmp_path / "out.mp4") == [index * step for index in range(5)]


def test_a_gap_in_a_sequence_is_told_and_kept_in_time(tmp_path: Path) -> None:
    for number in (3, 4, 7):
        cv2.imwrite(str(tmp_path / f"in{number}.png"), random_frame(24, 32, number))
    result = process(tmp_path / "in%d.png", tmp_path / "out.mp4", background="navy")
    assert "2 of the numbers 3..7 have no file" in result.warnings[0]
    assert [float(t) for t in read_times(tmp_path / "out.mp4")] == [0, 0.04, 0.16]


def test_one_frame_gives_the_background_and_says_so(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "one.mp4", count=1)
    result = process(clip.path, tmp_path / "f%d.png", background="#102030", pixel_path="bgr")
    assert result.frames == 1
    assert "nothing moves" in result.warnings[0]
    assert (cv2.imread(str(tmp_path / "f1.png")) == (0x30, 0x20, 0x10)).all()


@pytest.mark.parametrize("size", [(33, 21), (34, 21), (33, 22), (16, 16)])
def test_odd_sizes_are_kept(tmp_path: Path, size: tuple[int, int]) -> None:
    clip = make_clip(tmp_path / "odd.mkv", count=4, width=size[0], height=size[1])
    process(clip.path, tmp_path / "out.mp4", background="navy")
    assert read_frames(tmp_path / "out.mp4")[0].shape == (size[1], size[0], 3)


@pytest.mark.parametrize("matrix", [1, 5, 6])
@pytest.mark.parametrize("full", [False, True])
def test_colours_and_their_tags_survive(tmp_path: Path, matrix: int, full: bool) -> None:
    tags = ColourTags(matrix=matrix, range=2 if full else 1, primaries=1, transfer=1)
    info = StreamInfo(64, 48, Fraction(25), Fraction(1, 25), 3, tags)
    colour = (200, 60, 30)
    with open_sink(tmp_path / "a.mp4", info) as sink:
        for index in range(3):
            sink.write(np.full((48, 64, 3), colour, np.uint8), index, index)
    process(tmp_path / "a.mp4", tmp_path / "b.mp4", background=np.full((2, 2, 3), colour, np.uint8))
    with av.open(str(tmp_path / "b.mp4")) as container:
        frame = next(container.decode(video=0))
        assert (int(frame.colorspace), int(frame.color_range)) == (matrix, 2 if full else 1)
    with open_source(tmp_path / "b.mp4") as source:
        item = next(item for item in source if isinstance(item, Timed))
        assert abs(item.frame.astype(int) - colour).max() <= 3


def test_decoded_frames_may_be_written_as_they_are(clip: Clip, tmp_path: Path) -> None:
    # All key frames, as an intra-only source has them.
    with av.open(str(clip.path)) as container, av.open(str(tmp_path / "intra.mkv"), "w") as intra:
        video = intra.add_stream("ffv1", rate=24)
        video.width, video.height, video.pix_fmt = *clip.size, "yuv420p"
        for frame in container.decode(video=0):
            intra.mux(video.encode(frame))
        intra.mux(video.encode(None))
    options = ReadOptions(pixels="native")
    with (
        open_source(tmp_path / "intra.mkv", options=options) as source,
        open_sink(tmp_path / "out.mp4", source.info) as sink,
    ):
        for index, item in enumerate(source):
            sink.write(item.frame, item.pts, index)
    with av.open(str(tmp_path / "out.mp4")) as container:
        kinds = [packet.is_keyframe for packet in container.demux(video=0) if packet.size]
    assert len(kinds) == clip.frames
    assert sum(kinds) == 1


def test_progress_is_told_after_each_frame(clip: Clip, tmp_path: Path) -> None:
    calls: list[tuple[int, int | None]] = []
    process(
        clip.path, tmp_path / "o.mp4", background="navy", progress=lambda *said: calls.append(said)
    )
    assert calls == [(n, clip.frames) for n in range(1, clip.frames + 1)]


def test_progress_expects_no_more_frames_than_were_asked_for(clip: Clip, tmp_path: Path) -> None:
    calls: list[tuple[int, int | None]] = []
    settings = fastvbg.Settings(background="navy", max_frames=2)
    process(clip.path, tmp_path / "o.mp4", settings, progress=lambda *said: calls.append(said))
    assert calls == [(1, 2), (2, 2)]


class StopError(Exception):
    pass


@pytest.mark.parametrize("name", ["o.mp4", "o.mkv", "o%d.png"])
def test_a_failure_on_the_way_leaves_nothing(clip: Clip, tmp_path: Path, name: str) -> None:
    def stop(frames: int, expected: int | None) -> None:
        if frames == 5:
            raise StopError

    with pytest.raises(StopError):
        process(clip.path, tmp_path / name, background="navy", progress=stop)
    assert images(tmp_path) == []


@pytest.mark.parametrize("name", ["o.mp4", "o%d.png"])
def test_a_failure_on_the_way_keeps_what_was_to_be_replaced(clip, tmp_path, name) -> None:
    def stop(frames: int, expected: int | None) -> None:
        raise StopError

    process(clip.path, tmp_path / name, background="navy")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    with pytest.raises(StopError):
        process(clip.path, tmp_path / name, background="red", overwrite=True, progress=stop)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_overwriting_a_sequence_replaces_all_of_it(clip: Clip, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "o500.png"), random_frame(4, 4))
    with pytest.raises(fastvbg.SinkError, match="o500.png exists"):
        process(clip.path, tmp_path / "o%d.png", background="navy")
    process(clip.path, tmp_path / "o%d.png", background="navy", overwrite=True)
    assert len(images(tmp_path)) == clip.frames


def test_a_full_disk_is_one_line_and_leaves_nothing(clip, tmp_path, monkeypatch) -> None:
    def full(self: Path, data: bytes) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(fastvbg.SinkError, match=r"cannot write .*: No space left on device"):
        process(clip.path, tmp_path / "o%d.png", background="navy")
    assert images(tmp_path) == []


def test_audio_that_the_container_cannot_hold_is_named(tmp_path: Path) -> None:
    with av.open(str(tmp_path / "pcm.mkv"), "w") as container:
        video = container.add_stream("libx264", rate=25)
        video.width, video.height, video.pix_fmt = 32, 32, "yuv420p"
        sound = container.add_stream("wavpack", rate=44100, layout="mono")
        for frame in moving_frames(5, 32, 32):
            container.mux(video.encode(av.VideoFrame.from_ndarray(frame, format="bgr24")))
        container.mux(video.encode(None))
        piece = av.AudioFrame.from_ndarray(np.zeros((1, 2048), np.float32), "fltp", "mono")
        piece.sample_rate = 44100
        container.mux(sound.encode(piece))
        container.mux(sound.encode(None))
    result = process(tmp_path / "pcm.mkv", tmp_path / "out.mp4", background="navy")
    assert result.frames == 5
    assert "wavpack" in result.warnings[0]
    assert ".mkv can" in result.warnings[0]


@pytest.mark.parametrize("count", range(6))
def test_pairing_counts(count: int) -> None:
    frames = [Timed(frame, index * 10) for index, frame in enumerate(moving_frames(count, 8, 8))]
    neighbours, tutorial = make_pairing("neighbours"), make_pairing("tutorial")
    pairs = list(itertools.chain(*map(neighbours.push, frames), neighbours.finish()))
    assert [pair.pts for pair in pairs] == [10 * index for index in range(count)]
    assert [pair.position for pair in pairs] == list(range(count))
    assert all(pair.next is frames[pair.position].frame for pair in pairs)
    steps = list(itertools.chain(*map(tutorial.push, frames), tutorial.finish()))
    assert [step.position for step in steps] == list(range(2, count))


@pytest.mark.parametrize(
    "name",
    [
        "talking/WolfgangLanger_Pexels.mp4",
        "surveillance/bgslib_road_640x360_audio.avi",
        "backgrounds/milkyway_720p_audio.mp4",
    ],
)
def test_real_clips_keep_frames_times_and_audio(clips: Path, tmp_path: Path, name: str) -> None:
    output = tmp_path / "out.mp4"
    process(clips / name, output, background="navy")
    assert read_times(output) == read_times(clips / name)
    assert read_packets(output) == read_packets(clips / name)
