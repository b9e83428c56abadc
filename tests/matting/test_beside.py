"""Files beside the input: they begin where the run does, and what is damaged in them is told."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fastvbg.cli import run_command_line
from fastvbg.pipeline import backdrop
from fastvbg.pipeline.process import matte, process
from tests.support.asked import asked
from tests.support.media import Clip, make_clip, read_frames, read_times

SIZE = 64, 48
STEP = 10


def gray(value: int, dtype: type = np.uint8) -> np.ndarray:
    return np.full(SIZE[::-1], value, dtype)


def numbered_mattes(folder: Path, numbers, name: str = "m%03d.png") -> str:
    """Mattes whose gray says their number."""
    for number in numbers:
        cv2.imwrite(str(folder / (name % number)), gray(STEP * (number % 25)))
    return str(folder / name)


def matte_video(path: Path, count: int, rate: int = 24, times=None) -> Path:
    base = Fraction(1, 1000) if times else Fraction(1, rate)
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "gray"
        stream.time_base = stream.codec_context.time_base = base
        for index in range(count):
            frame = av.VideoFrame.from_ndarray(gray(STEP * (index % 25)), format="gray")
            frame.pts, frame.time_base = times[index] if times else index, base
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


def shown(path: Path) -> list[int]:
    """The numbers of the mattes in a matte video."""
    return [round(float(frame.mean()) / STEP) for frame in read_frames(path)]


def numbers_of(clip, tmp_path: Path, of: str | Path, **options) -> list[int]:
    out = tmp_path / "shown.mkv"
    result = matte(clip, out, mask=f"matte:{of}", overwrite=True, **options)
    assert result.lost == 0
    return shown(out)


CUTS = [
    {},
    {"end": Fraction(1, 2)},
    {"start": Fraction(1, 50)},
    {"start": Fraction(1, 2)},
    {"start": Fraction(1, 2), "end": Fraction(7, 10)},
]


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_one_picture_serves_all_frames_of_a_part(clip: Clip, tmp_path: Path, cut) -> None:
    cv2.imwrite(str(tmp_path / "m.png"), gray(200))
    cv2.imwrite(str(tmp_path / "d.png"), gray(500, np.uint16))
    plain = matte(clip.path, tmp_path / "p.mkv", **cut).frames
    for mask in (
        asked("matte", matte=tmp_path / "m.png"),
        asked("depth", depth=tmp_path / "d.png", near=300, far=900, refine="none"),
    ):
        result = matte(clip.path, tmp_path / "o.mkv", settings=mask, overwrite=True, **cut)
        frames = read_frames(tmp_path / "o.mkv")
        assert result.warnings == []
        assert len(frames) == plain > 0
        assert {int(frame.min()) for frame in frames} == {200 if mask.kind.name == "matte" else 255}


def test_one_picture_as_the_plate_of_a_part(clip: Clip, tmp_path: Path) -> None:
    cv2.imwrite(str(tmp_path / "plate.png"), read_frames(clip.path)[0])
    mask = asked("plate", plate=tmp_path / "plate.png")
    result = process(
        clip.path, tmp_path / "o.mp4", background="navy", settings=mask, start=Fraction(1, 2)
    )
    assert result.frames == 8


@pytest.mark.parametrize("start", [Fraction(1, 24), Fraction(1, 2), Fraction(7, 10)])
def test_mattes_of_a_sequence_begin_with_the_part(clip: Clip, tmp_path: Path, start) -> None:
    mattes = numbered_mattes(tmp_path, range(clip.frames))
    whole = numbers_of(clip.path, tmp_path, mattes)
    first = int(np.ceil(start * 24))
    assert whole == list(range(clip.frames))
    assert numbers_of(clip.path, tmp_path, mattes, start=start) == whole[first:]


def test_mattes_of_a_sequence_belong_to_frames_not_to_times(tmp_path: Path) -> None:
    times = [0, 10, 500, 520, 900, 1000, 1010]
    varying = make_clip(tmp_path / "v.mkv", count=len(times), times=times)
    mattes = numbered_mattes(tmp_path, range(len(times)))
    got = numbers_of(varying.path, tmp_path, mattes, start=Fraction(51, 100))
    assert got == [3, 4, 5, 6]


def picture_sequence(folder: Path, numbers) -> str:
    folder.mkdir()
    for number in numbers:
        cv2.imwrite(str(folder / f"f{number:03d}.png"), np.full((48, 64, 3), number, np.uint8))
    return str(folder / "f%03d.png")


@pytest.mark.parametrize("fps", [None, Fraction(30), Fraction(10)])
def test_a_sequence_beside_a_sequence_has_its_rate(tmp_path: Path, fps) -> None:
    frames = picture_sequence(tmp_path / "in", range(5, 25))
    mattes = numbered_mattes(tmp_path, range(20))
    rate = fps or Fraction(25)
    got = numbers_of(frames, tmp_path, mattes, fps=fps, start=4 / rate, end=9 / rate)
    assert got == [4, 5, 6, 7, 8]


def test_gaps_on_either_side_keep_the_numbers(tmp_path: Path) -> None:
    numbers = [1, 2, 4, 5, 6, 9]
    frames = picture_sequence(tmp_path / "in", numbers)
    whole = numbered_mattes(tmp_path, range(1, 11))
    with_gaps = numbered_mattes(tmp_path, (1, 2, 3, 6, 7, 8, 9), "g%03d.png")
    assert numbers_of(frames, tmp_path, whole) == numbers
    assert numbers_of(frames, tmp_path, with_gaps) == [1, 2, 3, 3, 6, 9]
    # The frames from 4 on; matte 4 is missing, so that the one before it is held.
    start = Fraction(3, 25)
    assert numbers_of(frames, tmp_path, with_gaps, start=start) == [3, 3, 6, 9]


@pytest.mark.parametrize("suffix", [".mkv", ".mp4", ".ts"])
def test_mattes_of_a_video_begin_with_the_part(tmp_path: Path, suffix: str) -> None:
    clip = make_clip(tmp_path / f"in{suffix}", count=60)
    mattes = matte_video(tmp_path / "mattes.mkv", 60)
    whole = numbers_of(clip.path, tmp_path, mattes)
    for start in (Fraction(1, 2), Fraction(17, 10)):
        part = numbers_of(clip.path, tmp_path, mattes, start=start)
        assert part
        assert part == whole[-len(part) :]


def test_slower_mattes_keep_their_times_in_a_part(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mkv", count=100, rate=25)
    mattes = matte_video(tmp_path / "m.mkv", 5, times=[0, 330, 700, 720, 3500])
    whole = numbers_of(clip.path, tmp_path, mattes)
    assert whole[:10] == [0] * 9 + [1]
    for start in (Fraction(35, 100), Fraction(155, 100), Fraction(33, 10)):
        part = numbers_of(clip.path, tmp_path, mattes, start=start)
        assert part == whole[-len(part) :]


def test_a_matte_video_beside_a_part_of_a_sequence(tmp_path: Path) -> None:
    frames = picture_sequence(tmp_path / "in", range(20))
    mattes = matte_video(tmp_path / "m.mkv", 10, rate=5)
    got = numbers_of(frames, tmp_path, mattes, fps=Fraction(10), start=Fraction(7, 10))
    assert got == [3, 4, 4, 5, 5, 6, 6, 7, 7, 8, 8, 9, 9]


def test_depth_maps_begin_with_the_part(clip: Clip, tmp_path: Path) -> None:
    for number in range(clip.frames):
        depth = gray(3000, np.uint16)
        depth[:, : number + 1] = 500
        cv2.imwrite(str(tmp_path / f"d{number:03d}.png"), depth)
    mask = asked("depth", depth=tmp_path / "d%03d.png", near=300, far=900, refine="none")
    result = matte(clip.path, tmp_path / "o.mkv", settings=mask, start=Fraction(1, 2))
    widths = [int((frame[0, :, 0] > 0).sum()) for frame in read_frames(tmp_path / "o.mkv")]
    assert result.warnings == []
    assert widths == list(range(13, clip.frames + 1))


def test_mattes_that_end_before_the_part_are_told(clip: Clip, tmp_path: Path) -> None:
    mattes = numbered_mattes(tmp_path, range(4))
    result = matte(clip.path, tmp_path / "o.mkv", mask=f"matte:{mattes}", start=Fraction(1, 2))
    assert set(shown(tmp_path / "o.mkv")) == {3}
    assert len(result.warnings) == 2  # nor is anything kept
    assert result.warnings[0].startswith("matte: ends before the video")


def test_the_size_that_is_worked_at_is_not_the_mattes(clip: Clip, tmp_path: Path) -> None:
    mattes = numbered_mattes(tmp_path, range(clip.frames))
    result = matte(clip.path, tmp_path / "o.mkv", mask=f"matte:{mattes}", scale=(32, 24))
    assert result.frames == clip.frames
    assert shown(tmp_path / "o.mkv") == list(range(clip.frames))


def cut_off(path: Path, share: float = 0.6) -> Path:
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * share)])
    return path


def test_a_damaged_background_is_told(clip: Clip, tmp_path: Path, capfd) -> None:
    behind = cut_off(matte_video(tmp_path / "behind.mkv", 60))
    arguments = ["run", str(clip.path), "-b", str(behind), "-o", str(tmp_path / "o.mp4"), "-q"]
    for end in ("loop", "hold", "trim"):
        code = run_command_line([*arguments, "--overwrite", "--background-end", end])
        lines = capfd.readouterr().err.splitlines()
        # Damage beyond what is shown is nobody's.
        assert (code, len(lines)) in {(0, 0), (3, 1)}
        if code:
            assert lines[0].startswith(f"fastvbg: warning: background: {behind}: ")


def damaged(path: Path) -> Path:
    """A clip of key frames, some of which are overwritten in the middle."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("mjpeg", rate=24)
        stream.width, stream.height, stream.pix_fmt = *SIZE, "yuvj420p"
        for index in range(20):
            frame = av.VideoFrame.from_ndarray(gray(STEP * index), format="gray")
            for packet in stream.encode(frame.reformat(format="yuvj420p")):
                if index in {4, 5}:
                    packet = av.Packet(b"\xff\xd8" + bytes(packet.size - 2))  # noqa: PLW2901
                    packet.pts = packet.dts = index
                    packet.time_base, packet.stream = Fraction(1, 24), stream
                container.mux(packet)
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize("role", ["background", "matte"])
def test_what_cannot_be_decoded_beside_the_input_counts(clip: Clip, tmp_path, role, capfd) -> None:
    path = damaged(tmp_path / "bad.avi")
    out = tmp_path / "o.mp4"
    if role == "background":
        result = process(clip.path, out, background=path)
    else:
        result = process(clip.path, out, background="navy", mask=f"matte:{path}")
    told = [line for line in result.warnings if line.startswith(f"{role}: {path}: ")]
    assert result.lost == 2
    assert result.frames == clip.frames
    assert len(told) == 1
    assert "2 damaged packets" in told[0]
    arguments = ["run", str(clip.path), "-o", str(out), "--overwrite"]
    beside = ["-b", str(path)] if role == "background" else ["-b", "red", "--mask", f"matte:{path}"]
    assert run_command_line([*arguments, *beside]) == 3
    assert f"fastvbg: warning: {role}: {path}: " in capfd.readouterr().err


def test_a_gap_in_a_sequence_beside_the_input_is_told_with_its_role(clip: Clip, tmp_path) -> None:
    mattes = numbered_mattes(tmp_path, [n for n in range(clip.frames) if n != 3])
    result = matte(clip.path, tmp_path / "o.mkv", mask=f"matte:{mattes}")
    assert result.lost == 0
    assert result.warnings == [f"matte: {mattes}: m%03d.png: 1 of the numbers 0..19 have no file"]


def test_a_background_of_one_frame_is_decoded_once(clip: Clip, tmp_path: Path, monkeypatch) -> None:
    one = matte_video(tmp_path / "one.gif.mkv", 1)
    opened: list[str] = []
    real = backdrop.open_source

    def counting(path, **options):
        opened.append(str(path))
        return real(path, **options)

    monkeypatch.setattr(backdrop, "open_source", counting)
    result = process(clip.path, tmp_path / "o.mp4", background=one)
    assert result.frames == clip.frames
    assert opened == [str(one)]
    assert len(read_times(tmp_path / "o.mp4")) == clip.frames
