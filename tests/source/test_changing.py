"""Videos that change on the way: in size, pixel format, colours; as input and beside it."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import av
import cv2
import numpy as np
import pytest

from fastvbg import OptionError, SourceError
from fastvbg.media.model import ReadOptions
from fastvbg.pipeline.preview import preview
from fastvbg.pipeline.process import matte, process
from fastvbg.source import open_source
from tests.support.asked import asked
from tests.support.media import make_clip, read_frames
from tests.support.numbered import Seen

Size = tuple[int, int]
SMALL, LARGE, TALL = (64, 48), (128, 96), (48, 96)
ALL = "0%,0% 100%,0% 100%,100% 0%,100%"


def part(codec: str, frames: list[av.VideoFrame], **options: Any) -> list[av.Packet]:
    """Packets of an encoder of its own."""
    context: Any = av.CodecContext.create(codec, "w")
    context.width, context.height = frames[0].width, frames[0].height
    context.pix_fmt = frames[0].format.name
    context.time_base, context.framerate = Fraction(1, 25), Fraction(25)
    context.color_range = frames[0].color_range
    context.colorspace = frames[0].colorspace
    context.options = options
    packets = []
    for index, frame in enumerate(frames):
        frame.pts, frame.time_base = index, Fraction(1, 25)
        packets += context.encode(frame)
    return [*packets, *context.encode(None)]


def joined(path: Path, codec: str, parts: list[list[av.VideoFrame]], **options: Any) -> Path:
    """Write a video of several encoders' packets, one after the other."""
    with av.open(str(path), "w") as container:
        stream: Any = container.add_stream(codec, rate=25, options=options)
        first = parts[0][0]
        stream.width, stream.height, stream.pix_fmt = first.width, first.height, first.format.name
        container.start_encoding()
        at = 0
        for frames in parts:
            for packet in part(codec, frames, **options):
                packet.pts = packet.dts = packet.pts + at
                packet.stream, packet.time_base = stream, Fraction(1, 25)
                container.mux_one(packet)
            at += len(frames)
    return path


def plain(size: Size, bgr: tuple[int, int, int], count: int = 3) -> list[av.VideoFrame]:
    """Frames of one colour, with a dark left half."""
    picture = np.full((size[1], size[0], 3), bgr, np.uint8)
    picture[:, : size[0] // 2] //= 4
    frames = []
    for _ in range(count):
        frame = av.VideoFrame.from_ndarray(picture, format="bgr24").reformat(format="yuv420p")
        frames.append(frame)
    return frames


def call(path: Path, *sizes: Size) -> Path:
    """A recording as of a call whose picture grows and shrinks."""
    colours = [(40, 90, 200), (200, 90, 40), (60, 200, 60)]
    parts = [plain(size, colour) for size, colour in zip(sizes, colours, strict=False)]
    return joined(path, "libvpx", parts, deadline="realtime", crf="4", b="4000000")


def test_a_change_of_size_is_refused_with_its_cure(tmp_path: Path) -> None:
    clip = call(tmp_path / "call.webm", SMALL, LARGE, SMALL)
    with pytest.raises(SourceError) as refusal:
        process(clip, tmp_path / "o.mp4", background="navy")
    wanted = "changes from 64x48 to 128x96 on the way; wanted one size"
    assert str(refusal.value) == (
        f"input: {clip} {wanted}, to which --scale 128x96 brings them all"
    )
    assert sorted(path.name for path in tmp_path.iterdir()) == ["call.webm"]


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
@pytest.mark.parametrize("scale", [(96, 72), (128, 0), SMALL])
def test_a_scale_settles_a_change_of_size(tmp_path: Path, scale: Size, pixel_path: Any) -> None:
    clip = call(tmp_path / "call.webm", SMALL, LARGE, TALL)
    size = scale[0], scale[1] or 96
    result = process(
        clip,
        tmp_path / "o.mkv",
        background="navy",
        scale=scale,
        pixel_path=pixel_path,
        codec="ffv1",
        settings=asked(keep_region=ALL),
    )
    assert (result.frames, result.lost) == (9, 0)
    right = [frame[size[1] // 2, -8].tolist() for frame in read_frames(tmp_path / "o.mkv")]
    for at, bgr in ((1, (40, 90, 200)), (4, (200, 90, 40)), (7, (60, 200, 60))):
        assert np.abs(np.subtract(right[at], bgr)).max() <= 8
    assert {frame.shape[:2] for frame in read_frames(tmp_path / "o.mkv")} == {size[::-1]}


def test_only_the_part_that_is_shown_must_be_of_one_size(tmp_path: Path) -> None:
    clip = call(tmp_path / "call.webm", SMALL, LARGE)
    assert set(Seen(clip, start=Fraction(3, 25)).shapes) == {(96, 128, 3)}
    assert set(Seen(clip, end=Fraction(3, 25)).shapes) == {(48, 64, 3)}


def test_a_background_may_change_its_size(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mp4", count=9, rate=25)
    behind = call(tmp_path / "call.webm", SMALL, LARGE, TALL)
    process(
        clip.path,
        tmp_path / "o.mkv",
        background=behind,
        fit="contain",
        codec="ffv1",
        settings=asked(drop_region=ALL),
    )
    frames = read_frames(tmp_path / "o.mkv")
    assert len(frames) == 9
    assert np.abs(frames[1][24, 56].astype(int) - (40, 90, 200)).max() <= 8
    assert np.abs(frames[4][24, 56].astype(int) - (200, 90, 40)).max() <= 8
    # The tall one keeps its shape: 24 columns in the middle of 64.
    assert frames[7][24, :18].max() <= 4
    assert np.abs(frames[7][24, 40].astype(int) - (60, 200, 60)).max() <= 12


def grays(path: Path, sizes: tuple[Size, ...], pixels: str = "gray") -> Path:
    """A lossless gray video whose frames are each as bright as 60 times their number."""
    parts = []
    for index, (width, height) in enumerate(sizes):
        picture = np.full((height, width), 60 * (index + 1), np.uint8)
        parts.append([av.VideoFrame.from_ndarray(picture, format=pixels) for _ in range(3)])
    return joined(path, "ffv1" if path.suffix == ".mkv" else "png", parts)


def test_mattes_and_depth_maps_may_change_their_size(tmp_path: Path) -> None:
    clip = make_clip(tmp_path / "in.mp4", count=6, rate=25)
    beside = grays(tmp_path / "gray.mov", (SMALL, LARGE))
    mattes = asked("matte", matte=str(beside))
    result = matte(clip.path, tmp_path / "m%d.png", settings=mattes)
    assert (result.frames, result.lost) == (6, 0)
    assert first_pixels(tmp_path, "m") == [60] * 3 + [120] * 3
    depth = asked("depth", depth=str(beside), near=10, far=90)
    matte(clip.path, tmp_path / "d%d.png", settings=depth)
    assert first_pixels(tmp_path, "d") == [255] * 3 + [0] * 3


def first_pixels(folder: Path, name: str) -> list[int]:
    return [int(cv2.imread(str(path))[0, 0, 0]) for path in sorted(folder.glob(f"{name}?.png"))]


def test_a_sheet_of_a_call_is_drawn_at_its_first_size(tmp_path: Path) -> None:
    clip = call(tmp_path / "call.webm", SMALL, LARGE)
    assert preview(clip, background="navy", times=4).shape[0] > 4 * 48


def test_pictures_of_a_sequence_change_size_by_the_same_rules(tmp_path: Path) -> None:
    for number, size in enumerate((SMALL, LARGE), 1):
        cv2.imwrite(str(tmp_path / f"in{number}.png"), np.full((*size[::-1], 3), 90, np.uint8))
    sizes = {"any": [(48, 64), (96, 128)], "first": [(48, 64)] * 2}
    for kind, wanted in sizes.items():
        with open_source(tmp_path / "in%d.png", options=ReadOptions(sizes=kind)) as source:
            assert [item.frame.shape[:2] for item in source] == wanted
    with pytest.raises(SourceError, match="--scale brings them to one"):
        process(tmp_path / "in%d.png", tmp_path / "o.mp4", background="navy")


def tagged(name: str, matrix: int, range: int, bgr: tuple[int, int, int]) -> list[av.VideoFrame]:
    """Frames of one colour, in a format, by a matrix, in a range, as their tags say."""
    frames = []
    for _ in "ab":
        frame = av.VideoFrame.from_ndarray(np.full((48, 64, 3), bgr, np.uint8), format="bgr24")
        frame = frame.reformat(
            format=name, dst_colorspace=matrix, src_color_range=2, dst_color_range=range
        )
        frame.colorspace, frame.color_range = matrix, range
        frames.append(frame)
    return frames


@pytest.mark.parametrize("pixel_path", ["native", "bgr"])
@pytest.mark.parametrize("bits", ["", "10le"])
def test_colours_stay_where_tags_change(tmp_path: Path, bits: str, pixel_path: Any) -> None:
    bgr = (60, 150, 210)
    parts = [
        tagged(f"yuv420p{bits}", 5, 1, bgr),
        tagged(f"yuv420p{bits}", 1, 1, bgr),
        tagged(f"yuv420p{bits}", 5, 2, bgr),
    ]
    clip = joined(tmp_path / "in.mkv", "libx264", parts, crf="1", preset="ultrafast", bf="0")
    process(
        clip,
        tmp_path / "o%d.png",
        background="navy",
        pixel_path=pixel_path,
        settings=asked(keep_region=ALL),
    )
    shown = [cv2.imread(str(tmp_path / f"o{n}.png"))[20, 20].astype(int) for n in range(1, 7)]
    assert max(np.abs(one - bgr).max() for one in shown) <= 5


def test_a_change_of_the_pixel_format_changes_no_colour(tmp_path: Path) -> None:
    bgr = (60, 150, 210)
    parts = [tagged("yuv420p", 5, 1, bgr), tagged("yuv444p", 5, 1, bgr)]
    clip = joined(tmp_path / "in.mkv", "libx264", parts, crf="1", preset="ultrafast", bf="0")
    process(clip, tmp_path / "o%d.png", background="navy", settings=asked(keep_region=ALL))
    shown = [cv2.imread(str(tmp_path / f"o{n}.png"))[20, 20].astype(int) for n in range(1, 5)]
    assert max(np.abs(one - bgr).max() for one in shown) <= 4


def test_a_scale_of_nothing_stays_refused(tmp_path: Path) -> None:
    with pytest.raises(OptionError):
        process(tmp_path / "in.mp4", tmp_path / "o.mp4", background="navy", scale=(0, 0))
