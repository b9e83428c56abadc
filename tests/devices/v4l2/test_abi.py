"""Numbers and layouts: what a C compiler says of videodev2.h on 64-bit Linux."""

from __future__ import annotations

import ctypes

import pytest

from fastvbg.devices.v4l2 import abi

is_64_bit = pytest.mark.skipif(ctypes.sizeof(ctypes.c_long) != 8, reason="layouts of 64 bits")


@is_64_bit
@pytest.mark.parametrize(
    ("layout", "size"),
    [
        (abi.Capability, 104),
        (abi.FormatDescription, 64),
        (abi.FrameSize, 44),
        (abi.FrameInterval, 52),
        (abi.PixFormat, 48),
        (abi.Format, 208),
        (abi.FrameParameters, 40),
        (abi.StreamParameters, 204),
        (abi.RequestBuffers, 20),
        (abi.Buffer, 88),
        (abi.Control, 8),
        (abi.Event, 136),
        (abi.EventSubscription, 32),
    ],
)
def test_sizes(layout: type[ctypes.Structure], size: int) -> None:
    assert ctypes.sizeof(layout) == size


@is_64_bit
@pytest.mark.parametrize(
    ("member", "offset"),
    [
        (abi.Capability.device_caps, 88),
        (abi.Format.pix, 8),
        (abi.PixFormat.priv, 28),
        (abi.PixFormat.ycbcr_enc, 36),
        (abi.PixFormat.quantization, 40),
        (abi.Buffer.timestamp, 24),
        (abi.Buffer.sequence, 56),
        (abi.Buffer.offset, 64),
        (abi.Buffer.length, 72),
        (abi.Event.count, 8),
        (abi.Event.pending, 72),
    ],
)
def test_places(member, offset: int) -> None:
    assert member.offset == offset


@is_64_bit
@pytest.mark.parametrize(
    ("name", "number"),
    [
        ("QUERYCAP", 0x80685600),
        ("ENUM_FMT", 0xC0405602),
        ("S_FMT", 0xC0D05605),
        ("REQBUFS", 0xC0145608),
        ("QUERYBUF", 0xC0585609),
        ("QBUF", 0xC058560F),
        ("DQBUF", 0xC0585611),
        ("STREAMON", 0x40045612),
        ("STREAMOFF", 0x40045613),
        ("G_PARM", 0xC0CC5615),
        ("S_PARM", 0xC0CC5616),
        ("G_CTRL", 0xC008561B),
        ("S_CTRL", 0xC008561C),
        ("ENUM_FRAMESIZES", 0xC02C564A),
        ("ENUM_FRAMEINTERVALS", 0xC034564B),
        ("DQEVENT", 0x80885659),
        ("SUBSCRIBE_EVENT", 0x4020565A),
        ("UNSUBSCRIBE_EVENT", 0x4020565B),
    ],
)
def test_requests(name: str, number: int) -> None:
    assert getattr(abi, name) == number


def test_pixel_formats_by_their_letters() -> None:
    assert abi.fourcc("YUYV") == 0x56595559
    assert abi.code_of(abi.fourcc("NV12")) == "NV12"
    assert abi.code_of(abi.fourcc("Y16 ") | 1 << 31) == "Y16"  # big-endian: the bit is no letter
    assert abi.code_of(0x01020304) == "????"
