"""Depth maps and mattes are read as the numbers that were stored."""

from __future__ import annotations

from pathlib import Path

import av
import cv2
import numpy as np
import pytest

from fastvbg.errors import SourceError
from fastvbg.media.model import CopiedPacket, ReadOptions
from fastvbg.source import open_source


def read(path, pixels):
    options = ReadOptions(pixels=pixels, role=pixels)
    with open_source(path, options=options) as source:
        return [np.array(item.frame) for item in source if not isinstance(item, CopiedPacket)]


def write_video(path: Path, pixel_format: str, pictures) -> Path:
    height, width = pictures[0].shape[:2]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=25)
        stream.width, stream.height, stream.pix_fmt = width, height, pixel_format
        for picture in pictures:
            frame = av.VideoFrame.from_ndarray(picture, format=pixel_format)
            container.mux(stream.encode(frame))
        container.mux(stream.encode())
    return path


def same(got, wanted):
    assert len(got) == len(wanted)
    for one, other in zip(got, wanted, strict=True):
        assert one.dtype == other.dtype
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16])
@pytest.mark.parametrize("pixels", ["depth", "matte"])
def test_images_of_one_channel(dtype, pixels, rng, tmp_path):
    maps = rng.integers(0, np.iinfo(dtype).max + 1, (3, 37, 53), dtype)
    for number, depth in enumerate(maps):
        cv2.imwrite(str(tmp_path / f"d{number:04d}.png"), depth)
    same(read(tmp_path / "d%04d.png", pixels), list(maps))


@pytest.mark.parametrize(
    ("pixel_format", "bits"), [("gray", 8), ("gray12le", 12), ("gray16le", 16)]
)
def test_gray_videos(pixel_format, bits, rng, tmp_path):
    maps = rng.integers(0, 1 << bits, (3, 37, 53), np.uint8 if bits == 8 else np.uint16)
    path = write_video(tmp_path / "depth.mkv", pixel_format, list(maps))
    same(read(path, "depth"), list(maps))


def test_alpha_comes_with_the_picture(rng, tmp_path):
    pictures = list(rng.integers(0, 256, (2, 36, 52, 4), np.uint8))
    path = write_video(tmp_path / "matte.mkv", "bgra", pictures)
    same(read(path, "matte"), pictures)
    cv2.imwrite(str(tmp_path / "m1.png"), pictures[0])
    same(read(tmp_path / "m%d.png", "matte"), pictures[:1])


def test_images_of_colour_are_no_depth(rng, tmp_path):
    cv2.imwrite(str(tmp_path / "d1.png"), rng.integers(0, 256, (4, 4, 3), np.uint8))
    with pytest.raises(SourceError, match="^depth: d1.png has 3 channels of uint8, wanted one"):
        read(tmp_path / "d%d.png", "depth")
    path = write_video(tmp_path / "depth.mkv", "bgra", [np.zeros((4, 4, 4), np.uint8)])
    with pytest.raises(SourceError, match="^depth: the video is in colour, wanted gray or YUV$"):
        read(path, "depth")
