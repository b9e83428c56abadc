"""The native pixel path: kept pixels are the decoded ones, bit for bit, in every format."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import av
import numpy as np
import pytest

from fastvbg import reference
from fastvbg.constants import YUV_GRAY
from fastvbg.media.colour import ColourTags, FromBGR
from fastvbg.media.formats import layout_of, working_format
from fastvbg.media.model import StreamInfo
from fastvbg.media.planes import new_picture, planes_of
from fastvbg.pipeline.process import process
from fastvbg.pixels import make_pixels
from fastvbg.reference import planes as reference_planes
from fastvbg.sink.encoding import best_format
from tests.support.arrays import random_frame

FORMATS = [
    "yuv420p",
    "yuvj420p",
    "nv12",
    "yuv422p",
    "yuvj422p",
    "yuv444p",
    "yuv420p10le",
    "yuv422p10le",
    "yuv444p10le",
    "yuv444p12le",
    "yuv420p12le",
]


def moving_planes(name: str, index: int, width: int, height: int) -> av.VideoFrame:
    """Noise that stays, under a patch of other noise that moves; sensor noise over all."""
    layout = layout_of(name)
    assert layout is not None
    picture = new_picture(width, height, layout.name)
    still, patch = np.random.default_rng(1), np.random.default_rng(100 + index)
    top, tiny = 1 << layout.depth, 1 << (layout.depth - 8)
    for plane in planes_of(picture):
        values = still.integers(0, top, plane.shape) + patch.integers(0, tiny + 1, plane.shape)
        rows, cols = plane.shape[0] // 2, plane.shape[1] // 3
        values[:rows, (index * 2) % 5 : (index * 2) % 5 + cols] = top // 3 + index
        plane[:] = np.clip(values, 0, top - 1)
    return picture


def write_lossless(path: Path, name: str, count: int, size: tuple[int, int], **tags: int) -> None:
    """Write noise by FFV1, or by raw video in NUT for formats that FFV1 lacks."""
    raw = name == "nv12"
    with av.open(str(path), "w", format="nut" if raw else None) as container:
        stream = container.add_stream("rawvideo" if raw else "ffv1", rate=25)
        stream.width, stream.height = size
        stream.pix_fmt = name.replace("yuvj", "yuv")
        stream.codec_context.color_range = 2 if "yuvj" in name else 1
        for key, value in tags.items():
            setattr(stream.codec_context, key, value)
        for index in range(count):
            picture = moving_planes(name, index, *size)
            picture.pts, picture.time_base = index, Fraction(1, 25)
            container.mux(stream.encode(picture))
        container.mux(stream.encode(None))


def decoded(path: Path) -> list[tuple[np.ndarray, ...]]:
    with av.open(str(path)) as container:
        frames = list(container.decode(video=0))
    planes = [planes_of(frame) for frame in frames]
    return [(p[0], p[1][..., 0], p[1][..., 1]) if len(p) == 2 else p for p in planes]


@pytest.mark.parametrize("size", [(64, 48), (35, 23)])
@pytest.mark.parametrize("name", FORMATS)
@pytest.mark.parametrize("matrix", [1, 5, 9])
def test_kept_pixels_are_the_decoded_ones(tmp_path: Path, name: str, size, matrix: int) -> None:
    source, output = tmp_path / f"in.{'nut' if name == 'nv12' else 'mkv'}", tmp_path / "out.mkv"
    write_lossless(source, name, 5, size, colorspace=matrix)
    background = random_frame(*size[::-1])
    process(source, output, background=background, codec="ffv1")
    frames, results = decoded(source), decoded(output)
    assert len(results) == len(frames) == 5
    layout = layout_of(name)
    tags = ColourTags(matrix=matrix, range=2 if "yuvj" in name else 1)
    bg = planes_of(FromBGR(tags, layout.name.replace("nv12", "yuv420p"))(background))
    if name == "nv12":  # raw video in NUT holds no matrix: 35x23 untagged is BT.601
        tags = ColourTags(range=tags.range)
        bg = planes_of(FromBGR(tags, "yuv420p")(background))
    weights = YUV_GRAY[tags.space(size[1])]
    for index in range(5):
        before, after = frames[index - 1 if index else 1], frames[index]
        mask = reference_planes.planes_mask(before, after, 3, weights, depth=layout.depth)
        assert 0 < np.count_nonzero(mask) < mask.size
        for got, new, old in zip(results[index], after, bg, strict=True):
            assert np.array_equal(got, reference_planes.select_plane(mask, new, old))


def test_interlaced_420_is_worked_on_field_by_field(tmp_path: Path) -> None:
    source, output = tmp_path / "in.mkv", tmp_path / "out.mkv"
    options = {"flags": "+ildct+ilme", "x264-params": "tff=1", "crf": "0"}
    with av.open(str(source), "w") as container:
        stream = container.add_stream("libx264", rate=25, options=options)
        stream.width, stream.height, stream.pix_fmt = 64, 48, "yuv420p"
        for index in range(4):
            container.mux(stream.encode(moving_planes("yuv420p", index, 64, 48)))
        container.mux(stream.encode(None))
    process(source, output, background="navy", crf=0)
    frames, results = decoded(source), decoded(output)
    tags = ColourTags(range=1)
    bg = planes_of(FromBGR(tags, "yuv420p")(np.full((48, 64, 3), (128, 0, 0), np.uint8)))
    weights = YUV_GRAY[tags.space(48)]
    for index in range(1, 4):
        for field in (0, 1):
            prev, next, behind, got = (
                tuple(plane[field::2] for plane in planes)
                for planes in (frames[index - 1], frames[index], bg, results[index])
            )
            wanted = reference.planar_composite(prev, next, behind, 3, weights)
            assert all(np.array_equal(a, b) for a, b in zip(got, wanted, strict=True))


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("yuv420p", "yuv420p"),
        ("yuvj422p", "yuvj422p"),
        ("nv12", "nv12"),
        ("yuyv422", "yuv422p"),
        ("p010le", "yuv420p10le"),
        ("yuva444p12le", "yuv444p12le"),
        ("yuv411p", "yuv422p"),
        ("gray", "yuv420p"),
        ("gray10le", "yuv420p10le"),
        ("rgb24", "bgr24"),
        ("bgra", "bgr24"),
        ("pal8", "bgr24"),
        ("gbrp10le", "yuv444p10le"),
    ],
)
def test_the_format_to_work_in(name: str, wanted: str) -> None:
    assert working_format(av.VideoFormat(name, 64, 48)) == wanted


@pytest.mark.parametrize(
    ("name", "encoder", "wanted"),
    [
        ("yuv420p", "libx264", "yuv420p"),
        ("yuvj420p", "libx264", "yuv420p"),
        ("nv12", "libx264", "nv12"),
        ("nv12", "ffv1", "yuv420p"),
        ("yuv422p10le", "libx264", "yuv422p10le"),
        ("yuv444p12le", "libx264", "yuv444p10le"),
        ("yuv420p10le", "libvpx-vp9", "yuv420p"),
        ("yuv422p10le", "prores_ks", "yuv422p10le"),
        ("yuv420p", "prores_ks", "yuv422p10le"),
        ("bgr24", "libx264", "yuv420p"),
        ("bgr24", "ffv1", "bgr0"),
        ("gray", "libx264", "gray"),
        ("gray", "libvpx-vp9", "yuv420p"),
    ],
)
def test_the_format_to_encode_loses_least(name: str, encoder: str, wanted: str) -> None:
    formats = [format.name for format in av.Codec(encoder, "w").video_formats]
    assert best_format(name, formats) == wanted


@pytest.mark.parametrize("name", ["yuv420p", "yuv444p10le", "nv12", "bgr24"])
def test_the_share_of_changed_pixels_is_told_from_some_rows(name: str) -> None:
    info = StreamInfo(
        width=80,
        height=200,
        rate=Fraction(25),
        time_base=Fraction(1, 25),
        frames=2,
        colour=ColourTags(),
        pixel_format=name,
    )
    pixels = make_pixels(info, None)
    prev, next = (np.full((200, 80, 3), 100, np.uint8) for _ in range(2))
    next[:, :40] = 150
    first, second = (pixels.from_bgr(frame) for frame in (prev, next))
    assert pixels.share(first, second, 24) == 0.5
    assert pixels.share(first, second, 60) == 0
    assert pixels.share(first, first, 24) == 0


@pytest.mark.parametrize("name", ["yuv420p", "yuvj420p", "yuv422p", "yuv444p10le", "nv12", "bgr24"])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (128, 0, 0), (13, 201, 77)])
def test_one_colour_is_as_a_picture_of_it(name: str, colour: tuple[int, int, int]) -> None:
    info = StreamInfo(
        width=70,
        height=42,
        rate=Fraction(25),
        time_base=Fraction(1, 25),
        frames=1,
        colour=ColourTags(matrix=1),
        pixel_format=name,
    )
    pixels = make_pixels(info, None)
    got, wanted = pixels.solid(colour), pixels.from_bgr(np.full((42, 70, 3), colour, np.uint8))
    if name == "bgr24":
        np.testing.assert_array_equal(got, wanted)
        return
    for plane, each in zip(pixels.planes(got), pixels.planes(wanted), strict=True):
        np.testing.assert_array_equal(plane, each)
