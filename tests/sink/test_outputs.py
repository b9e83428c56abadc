"""Kinds of output and of background: containers, pipes, video backgrounds, blur, transparency."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import av
import cv2
import numpy as np
import pytest

import fastvbg
from fastvbg import reference
from fastvbg.cli import run_command_line
from fastvbg.errors import SinkError
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo, Timed
from fastvbg.pipeline.backdrop import Placing, VideoBackdrop, is_video
from fastvbg.pipeline.blur import Blur
from fastvbg.pipeline.process import matte, process
from fastvbg.pixels import BGRPixels
from fastvbg.sink.encoding import EncodeOptions, choose_encoding
from fastvbg.source import open_source
from fastvbg.values.words import parse_blur
from tests.support.media import Clip, make_clip, read_frames, read_times


def masks_of(path: Path) -> list[np.ndarray]:
    """The tutorial's masks of a clip, the first frame's against the second."""
    with open_source(path) as source:
        frames = [item.frame for item in source if isinstance(item, Timed)]
    pairs = zip([frames[1], *frames[:-1]], frames, strict=True)
    return [reference.motion_mask(prev, next) for prev, next in pairs]


@pytest.mark.parametrize(
    ("name", "codec"),
    [
        ("o.mp4", "h264"),
        ("o.mkv", "h264"),
        ("o.mov", "h264"),
        ("o.webm", "vp9"),
        ("o.gif", "gif"),
        ("o.y4m", "rawvideo"),
    ],
)
def test_each_kind_of_file_holds_all_frames(clip: Clip, tmp_path, name: str, codec: str) -> None:
    result = process(clip.path, tmp_path / name, background="navy")
    with av.open(str(tmp_path / name)) as made:
        assert made.streams.video[0].codec_context.name == codec
        frames = list(made.decode(video=0))
    assert len(frames) == result.frames == clip.frames
    times = read_times(tmp_path / name)
    wanted = read_times(clip.path)
    shifts = [a - b for a, b in zip(times, wanted, strict=True)]
    assert max(shifts) - min(shifts) <= Fraction(1, 100)


def test_raw_pictures_are_refused_where_they_would_be_read_as_others(clip, tmp_path) -> None:
    with pytest.raises(SinkError, match=r"\.mov cannot hold video by rawvideo; \.mkv can$"):
        process(clip.path, tmp_path / "o.mov", background="navy", codec="rawvideo")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("wanted", [EncodeOptions(), EncodeOptions(crf=30, threads=2, pinned=True)])
@pytest.mark.parametrize(
    ("codec", "encoder"), [("h264", "libx264"), ("hevc", "libx265"), ("vp9", "libvpx-vp9")]
)
def test_an_encoder_may_be_called_by_its_codec(codec: str, encoder: str, wanted) -> None:
    info = StreamInfo(65, 48, Fraction(25), Fraction(1, 25), None, ColourTags())
    made = [choose_encoding(".mkv", info, replace(wanted, codec=n)) for n in (codec, encoder)]
    assert made[0] == made[1]
    assert made[0].codec == encoder


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (3, 5), (640, 3), (9, 40), (16, 16)])
@pytest.mark.parametrize("pixel_format", ["yuv420p", "yuv444p", "bgr0"])
def test_tiny_pictures_are_kept(tmp_path: Path, size: tuple[int, int], pixel_format: str) -> None:
    with av.open(str(tmp_path / "in.nut"), "w") as container:
        stream = container.add_stream("rawvideo", rate=25)
        (stream.width, stream.height), stream.pix_fmt = size, pixel_format
        for number in range(2):
            frame = av.VideoFrame.from_ndarray(
                np.full((size[1], size[0], 3), 90 * number, np.uint8), format="bgr24"
            )
            container.mux(stream.encode(frame.reformat(format=pixel_format)))
        container.mux(stream.encode(None))
    for background in ("navy", "transparent"):
        out = tmp_path / f"{background}.mkv"
        process(tmp_path / "in.nut", out, background=background, mask="motion", codec="ffv1")
        assert [frame.shape[1::-1] for frame in read_frames(out)] == [size, size]
    matte(tmp_path / "in.nut", tmp_path / "m.mkv", mask="motion")
    assert len(read_frames(tmp_path / "m.mkv")) == 2


def test_images_have_the_numbers_of_the_images_they_come_from(tmp_path: Path) -> None:
    for number in (3, 4, 5, 7, 9):
        cv2.imwrite(str(tmp_path / f"in{number}.png"), np.full((8, 8, 3), number, np.uint8))
    (tmp_path / "cut").mkdir()
    (tmp_path / "all").mkdir()
    frames, all = tmp_path / "in%d.png", tmp_path / "all" / "o%02d.png"
    process(frames, all, background="navy")
    assert sorted(path.name for path in all.parent.iterdir()) == [
        f"o0{number}.png" for number in (3, 4, 5, 7, 9)
    ]
    process(frames, tmp_path / "cut" / "o%02d.png", background="navy", fps=1, start=2)
    assert sorted(path.name for path in (tmp_path / "cut").iterdir()) == [
        f"o0{number}.png" for number in (5, 7, 9)
    ]


@pytest.mark.parametrize(("codec", "name"), [("libx265", "hevc"), ("ffv1", "ffv1")])
def test_a_codec_by_name(clip: Clip, tmp_path: Path, codec: str, name: str) -> None:
    process(clip.path, tmp_path / "o.mkv", background="navy", codec=codec)
    with av.open(str(tmp_path / "o.mkv")) as made:
        assert made.streams.video[0].codec_context.name == name


def test_quality_speed_and_other_options_reach_the_encoder(clip: Clip, tmp_path: Path) -> None:
    for name, crf in (("good.mp4", 5.0), ("bad.mp4", 45.0)):
        process(
            clip.path,
            tmp_path / name,
            background="navy",
            crf=crf,
            preset="ultrafast",
            encoder_options={"g": "1"},
        )
    assert (tmp_path / "good.mp4").stat().st_size > 2 * (tmp_path / "bad.mp4").stat().st_size
    with av.open(str(tmp_path / "bad.mp4")) as made:
        assert all(packet.is_keyframe for packet in made.demux(video=0) if packet.size)


@pytest.mark.long
def test_y4m_pipes_from_one_run_into_another(clip: Clip, tmp_path: Path) -> None:
    run = [sys.executable, "-m", "fastvbg", "run"]
    with subprocess.Popen(
        [*run, str(clip.path), "-b", "navy", "-o", "-"], stdout=subprocess.PIPE
    ) as first:
        second = subprocess.run(
            [*run, "-", "-b", "red", "-o", str(tmp_path / "o.mkv"), "--codec", "ffv1"],
            stdin=first.stdout,
            capture_output=True,
            text=True,
            check=True,
        )
    assert first.returncode == 0
    assert second.stdout.startswith(f"{clip.frames} frames in")
    assert len(read_frames(tmp_path / "o.mkv")) == clip.frames


@pytest.mark.parametrize("name", ["m.mkv", "m.mov", "m%03d.png"])
def test_a_matte_is_the_mask_and_nothing_else(clip: Clip, tmp_path: Path, name: str) -> None:
    result = matte(clip.path, tmp_path / name, pixel_path="bgr")
    assert result.frames == clip.frames
    if name.endswith(".png"):
        made = [
            cv2.imread(str(tmp_path / f"m{n:03d}.png"), cv2.IMREAD_UNCHANGED)
            for n in range(1, clip.frames + 1)
        ]
    else:
        with av.open(str(tmp_path / name)) as container:
            assert len(container.streams) == 1
            made = [f.to_ndarray(format="gray") for f in container.decode(video=0)]
    for got, wanted in zip(made, masks_of(clip.path), strict=True):
        assert np.array_equal(got if got.ndim == 2 else got[..., 0], wanted)


@pytest.mark.parametrize(
    ("name", "decoder"), [("t.webm", "libvpx-vp9"), ("t.mov", None), ("t.mkv", None)]
)
def test_alpha_comes_out_of_a_decoder(clip: Clip, tmp_path: Path, name: str, decoder) -> None:
    process(clip.path, tmp_path / name, background="transparent", pixel_path="bgr")
    with av.open(str(tmp_path / name)) as container:
        stream = container.streams.video[0]
        context = stream.codec_context
        if decoder:  # FFmpeg's own decoder of VP9 leaves alpha out
            context = av.CodecContext.create(decoder, "r")
        frames = [f for packet in container.demux(stream) for f in context.decode(packet)]
    assert len(frames) == clip.frames
    for frame, mask in zip(frames, masks_of(clip.path), strict=True):
        assert "a" in frame.format.name.replace("gray", "")
        alpha = frame.to_ndarray(format="bgra")[:, :, 3]
        tolerance = 0 if name == "t.mkv" else 40
        assert np.mean(np.abs(alpha.astype(int) - mask) > tolerance) < 0.02


def test_alpha_in_a_png_sequence_is_the_mask(clip: Clip, tmp_path: Path) -> None:
    process(clip.path, tmp_path / "t%d.png", background="transparent", pixel_path="bgr")
    for number, mask in enumerate(masks_of(clip.path), 1):
        picture = cv2.imread(str(tmp_path / f"t{number}.png"), cv2.IMREAD_UNCHANGED)
        assert np.array_equal(picture[:, :, 3], mask)
        assert not picture[mask == 0][:, :3].any()


@pytest.mark.parametrize("name", ["t.mp4", "t.gif", "t%d.jpg"])
def test_where_alpha_cannot_be_is_one_line(clip: Clip, tmp_path: Path, name: str) -> None:
    with pytest.raises(fastvbg.SinkError, match="no transparency"):
        process(clip.path, tmp_path / name, background="transparent")
    assert list(tmp_path.iterdir()) == []


def numbered_video(path: Path, count: int, rate: int) -> Path:
    """Frame n has the gray 20 + 10 n all over."""
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=rate)
        stream.width, stream.height, stream.pix_fmt = 32, 24, "bgr0"
        for index in range(count):
            picture = np.full((24, 32, 3), 20 + 10 * index, np.uint8)
            container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="bgr24")))
        container.mux(stream.encode(None))
    return path


@pytest.mark.parametrize(
    ("end", "wanted"),
    [
        ("loop", [0, 0, 1, 1, 2, 2, 0, 0, 1, 1, 2, 2, 0]),
        ("hold", [0, 0, 1, 1, 2, 2, 2, 2, 2, 2, 2, 2, 2]),
        ("trim", [0, 0, 1, 1, 2, 2, None]),
    ],
)
def test_a_background_video_goes_by_its_own_times(tmp_path: Path, end: str, wanted) -> None:
    path = numbered_video(tmp_path / "bg.mkv", 3, 10)
    info = StreamInfo(32, 24, Fraction(20), Fraction(1, 20), 13, colour=None)
    pixels = BGRPixels(info, None)
    placing = Placing((32, 24), "stretch", end, 1 << 20)
    with VideoBackdrop(str(path), pixels, placing) as backdrop:
        shown = [backdrop.at(Fraction(100) + Fraction(n, 20)) for n in range(len(wanted))]
    assert [None if f is None else (int(f[0, 0, 0]) - 20) // 10 for f in shown] == wanted


@pytest.mark.parametrize(("end", "frames"), [("loop", 20), ("hold", 20), ("trim", 8)])
def test_a_video_behind_a_video(clip: Clip, tmp_path: Path, end: str, frames: int) -> None:
    path = numbered_video(tmp_path / "bg.mkv", 4, 12)
    result = process(clip.path, tmp_path / "o.mp4", background=path, background_end=end)
    assert result.frames == frames
    assert len(read_times(tmp_path / "o.mp4")) == frames


def test_a_background_video_that_is_none_is_one_line(clip: Clip, tmp_path, capfd) -> None:
    (tmp_path / "page.avi").write_text("<html>" * 200)
    arguments = ["run", str(clip.path), "-b", str(tmp_path / "page.avi"), "-o"]
    assert run_command_line([*arguments, str(tmp_path / "o.mp4")]) == 2
    assert capfd.readouterr().err.startswith("fastvbg: background: not a video that FFmpeg")
    assert not (tmp_path / "o.mp4").exists()


@pytest.mark.parametrize(
    ("name", "video"),
    [("a.mp4", True), ("a.gif", True), ("f%d.png", True), ("a.png", False), ("red", False)],
)
def test_what_counts_as_a_background_video(name: str, video: bool) -> None:
    assert is_video(name) == video


def test_foreground_does_not_bleed_into_the_blur() -> None:
    frame = np.full((120, 160, 3), (200, 40, 40), np.uint8)
    frame[30:90, 50:110] = (0, 0, 255)
    mask = np.zeros((120, 160), np.uint8)
    mask[30:90, 50:110] = 255
    info = StreamInfo(160, 120, Fraction(25), Fraction(1, 25), None, colour=None)
    blurred = Blur(BGRPixels(info, None), 8.0)(frame, mask)
    assert abs(blurred[mask == 0].astype(int) - (200, 40, 40)).max() <= 2


@pytest.mark.parametrize("path", ["native", "bgr"])
def test_a_blurred_background_keeps_the_foreground(clip: Clip, tmp_path: Path, path: str) -> None:
    process(clip.path, tmp_path / "o.mkv", background="blur:10", codec="ffv1", pixel_path=path)
    sources, results = read_frames(clip.path), read_frames(tmp_path / "o.mkv")
    mask = masks_of(clip.path)[3] > 0
    moved = np.abs(results[3].astype(int) - sources[3])[mask]
    # PyAV's own conversion to BGR, by which both are read, rounds otherwise than the pipeline's.
    assert np.mean(moved.max(axis=1) <= 40) > 0.8
    assert results[3][~mask].std() < 0.7 * sources[3][~mask].std()


@pytest.mark.parametrize("text", ["blur:", "blur:0", "blur:51", "blur:x"])
def test_a_blur_of_no_strength_is_refused(text: str) -> None:
    with pytest.raises(fastvbg.OptionError, match="wanted blur or blur:strength"):
        parse_blur(text)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--start", "x"], "start: got 'x', wanted seconds such as 12.5, or 1:02:03.5"),
        (["--start", "5", "--end", "4"], "end: got 4, wanted more seconds than the start's 5"),
        (["--start", "100"], "has no frame between the start and the end asked for"),
        (["--scale", "big"], "scale: got 'big', wanted a size such as 1280x720 or 1280x-1"),
        (["--scale", "-1x-1"], "scale: got 0 for both, wanted a width or a height"),
        (["--max-frames", "0"], "max_frames: got 0, wanted an integer in 1.."),
        (["--encoder-option", "x"], "encoder-option: got 'x', wanted key=value"),
        (["--pixel-path", "rgb"], "pixel_path: got 'rgb', wanted one of native, bgr"),
        (["--background-end", "x"], "background_end: got 'x', wanted one of loop, hold, trim"),
        (["--threads", "0"], "threads: got 0, wanted an integer in 1..256"),
    ],
)
def test_bad_options_are_one_line(clip: Clip, tmp_path: Path, capfd, options, words) -> None:
    arguments = ["run", str(clip.path), "-b", "red", "-o", str(tmp_path / "o.mp4")]
    assert run_command_line([*arguments, *options]) == 2
    said = capfd.readouterr().err
    assert words in said
    assert said.count("\n") == 1
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("background", ["navy", "blur", "transparent"])
def test_preview_draws_a_sheet(clip: Clip, tmp_path: Path, capfd, background: str) -> None:
    sheet = tmp_path / "sheet.png"
    arguments = ["preview", str(clip.path), "-b", background, "-o", str(sheet), "--times", "3"]
    assert run_command_line(arguments) == 0
    assert capfd.readouterr().out == f"contact sheet: {sheet}\n"
    picture = cv2.imread(str(sheet))
    assert picture.shape == (6 + 3 * (240 + 22 + 6), 6 + 3 * (320 + 6), 3)
    assert run_command_line(arguments) == 2
    assert "exists; --overwrite replaces it" in capfd.readouterr().err


def test_matte_from_the_command_line(clip: Clip, tmp_path: Path, capfd) -> None:
    arguments = ["matte", str(clip.path), "-o", str(tmp_path / "m.mkv"), "--max-frames", "4"]
    assert run_command_line(arguments) == 0
    assert capfd.readouterr().out.startswith("4 frames in")


def test_a_start_in_the_middle(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "a.mp4", count=48)
    result = process(clip.path, tmp_path / "o.mp4", background="red", start=Fraction(1))
    assert result.frames == 24
    assert read_times(tmp_path / "o.mp4")[0] == 0
