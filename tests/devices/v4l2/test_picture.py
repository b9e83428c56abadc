"""The form of a camera's frames: planes by the driver's strides, matrix and range."""

from __future__ import annotations

import numpy as np
import pytest

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.picture import is_whole, picture_of, views
from fastvbg.errors import SourceError


def pix(code: str, width: int, height: int, stride: int, **more: int) -> abi.PixFormat:
    return abi.PixFormat(
        width=width, height=height, pixelformat=abi.fourcc(code), bytesperline=stride, **more
    )


@pytest.mark.parametrize(
    ("code", "stride", "shapes", "starts", "least"),
    [
        ("YU12", 8, [(4, 6), (2, 3), (2, 3)], [0, 32, 40], 48),
        ("YV12", 8, [(4, 6), (2, 3), (2, 3)], [0, 40, 32], 48),
        ("NV12", 8, [(4, 6), (2, 3, 2)], [0, 32], 48),
        ("NV21", 8, [(4, 6), (2, 3, 2)], [0, 32], 48),
        ("YUYV", 16, [(4, 6, 2)], [0], 64),
        ("UYVY", 0, [(4, 6, 2)], [0], 48),
        ("GREY", 7, [(4, 6)], [0], 28),
    ],
)
def test_planes_are_views_by_the_drivers_strides(code, stride, shapes, starts, least) -> None:
    picture = picture_of(pix(code, 6, 4, stride))
    assert picture.least == least
    data = np.arange(least + 5, dtype=np.uint8)  # drivers round up to pages
    planes = views(data, picture)
    assert [plane.shape for plane in planes] == shapes
    assert [plane.flat[0] for plane in planes] == starts
    assert planes[0][1].flat[0] == (stride or 12)
    assert all(np.shares_memory(plane, data) for plane in planes)
    assert is_whole(data[:least], picture)
    assert not is_whole(data[: least - 1], picture)


def test_odd_sides_have_chroma_for_the_last_pixels() -> None:
    picture = picture_of(pix("NV12", 5, 3, 6))
    y, pairs = views(np.zeros(picture.least, np.uint8), picture)
    assert (y.shape, pairs.shape) == ((3, 5), (2, 3, 2))


def test_a_jpeg_has_no_planes_and_begins_as_one() -> None:
    picture = picture_of(pix("MJPG", 6, 4, 0))
    jpeg = np.array([0xFF, 0xD8, 0xFF], np.uint8)
    assert is_whole(jpeg, picture)
    assert not is_whole(jpeg[1:], picture)
    assert not is_whole(jpeg[:1], picture)
    with pytest.raises(SourceError, match="planes of MJPG: got a compressed frame, wanted a raw"):
        views(jpeg, picture)


MAGIC = {"priv": abi.PRIV_MAGIC}


@pytest.mark.parametrize(
    ("code", "more", "matrix", "is_full"),
    [
        ("YUYV", {"colorspace": abi.COLORSPACE_SRGB}, "bt601", False),
        ("YUYV", {"colorspace": abi.COLORSPACE_REC709}, "bt709", False),
        ("YUYV", {"colorspace": abi.COLORSPACE_BT2020}, "bt2020", False),
        ("YUYV", {"colorspace": abi.COLORSPACE_JPEG}, "bt601", True),
        ("MJPG", {"colorspace": abi.COLORSPACE_SRGB}, "bt601", True),
        ("MJPG", {"quantization": abi.LIMITED_RANGE, **MAGIC}, "bt601", False),
        ("YUYV", {"quantization": abi.FULL_RANGE, **MAGIC}, "bt601", True),
        ("YUYV", {"ycbcr_enc": abi.ENCODING_709, **MAGIC}, "bt709", False),
        ("YUYV", {"ycbcr_enc": abi.ENCODING_BT2020, **MAGIC}, "bt2020", False),
        (
            "YUYV",
            {"ycbcr_enc": abi.ENCODING_601, "colorspace": abi.COLORSPACE_REC709, **MAGIC},
            "bt601",
            False,
        ),
        ("YUYV", {"ycbcr_enc": abi.ENCODING_709, "quantization": 1}, "bt601", False),
    ],
)
def test_matrix_and_range_follow_the_kernels_rules(code, more, matrix, is_full) -> None:
    picture = picture_of(pix(code, 6, 4, 0, **more))
    assert (picture.matrix, picture.full_range) == (matrix, is_full)
