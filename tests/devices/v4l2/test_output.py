"""What is written to a virtual camera, and every reason why it cannot be."""

from __future__ import annotations

import errno

import numpy as np
import pytest

from fastvbg.devices.planar import in_one_piece, planes_in
from fastvbg.devices.sink import Sink
from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.output import LoopbackSink
from fastvbg.errors import FastvbgError, OptionError, ShapeError, SinkError
from fastvbg.media.colour import ColourTags
from tests.support.v4l2 import FakeDevice, FakeSystem, loopback

Y = np.arange(32, dtype=np.uint8).reshape(4, 8)
U = np.arange(100, 108, dtype=np.uint8).reshape(2, 4)
V = np.arange(200, 208, dtype=np.uint8).reshape(2, 4)


def machine(**more) -> tuple[FakeSystem, FakeDevice]:
    device = loopback(**more)
    return FakeSystem({"/dev/video10": device}), device


def opened(**more) -> tuple[LoopbackSink, FakeDevice, FakeSystem]:
    system, device = machine(**more)
    sink = LoopbackSink(system=system)
    sink.open(8, 4, 29.97)
    return sink, device, system


def test_planes_are_written_one_behind_the_other() -> None:
    sink, device, system = opened()
    as_sink: Sink = sink
    as_sink.write((Y, U, V), 100.0)
    as_sink.write((Y[:, ::-1], U, V), 100.0)
    assert device.written[0] == Y.tobytes() + U.tobytes() + V.tobytes()
    assert device.written[1][:8] == bytes(range(7, -1, -1))
    assert len(device.written) == 2
    sink.close()
    sink.close()
    assert not system.opened


def test_a_picture_in_one_piece_is_written_where_it_lies() -> None:
    sink, device, system = opened()
    memory = np.arange(48, dtype=np.uint8)
    planes = planes_in(memory, 8, 4)
    given: list[int] = []
    write = system.write
    system.write = lambda fd, data: given.append(np.frombuffer(data).ctypes.data) or write(fd, data)  # type: ignore[method-assign]
    sink.write(planes, 100.0)
    sink.write((planes[0], planes[2], planes[1]), 100.0)
    assert given[0] == memory.ctypes.data != given[1]
    assert device.written[0] == memory.tobytes()
    assert (
        device.written[1] == memory[:32].tobytes() + memory[40:].tobytes() + memory[32:40].tobytes()
    )


@pytest.mark.parametrize(
    "planes",
    [
        planes_in(np.zeros(200, np.uint8), 8, 4, align=16),
        (np.zeros((4, 8), np.uint8)[:, ::-1], *planes_in(np.zeros(48, np.uint8), 8, 4)[1:]),
    ],
)
def test_other_pictures_are_not_in_one_piece(planes) -> None:
    assert in_one_piece(planes) is None


def test_packed_rows_in_pairs_share_their_chroma() -> None:
    system, device = machine()
    sink = LoopbackSink("/dev/video10", pixel_format="yuyv", system=system)
    sink.open(8, 4, 30.0)
    sink.write((Y, U, V), 100.0)
    pairs = np.frombuffer(device.written[0], np.uint8).reshape(4, 4, 4)
    assert np.array_equal(pairs[..., ::2].reshape(4, 8), Y)
    assert np.array_equal(pairs[..., 1], U[[0, 0, 1, 1]])
    assert np.array_equal(pairs[..., 3], V[[0, 0, 1, 1]])
    assert abi.code_of(device.pix.pixelformat) == "YUYV"


@pytest.mark.parametrize(
    ("colour", "told"),
    [
        (ColourTags(), (8, 1, 2, 0)),  # small, so BT.601
        (ColourTags(6, 1), (8, 1, 2, 0)),
        (ColourTags(5, 1, 5, 4), (6, 1, 2, 0)),
        (ColourTags(6, 1, 6, 6), (1, 1, 2, 1)),
        (ColourTags(1, 1, 1, 13), (3, 2, 2, 2)),
        (ColourTags(1, 2), (3, 2, 1, 0)),
        (ColourTags(7, 1, 7, 7), (2, 8, 2, 4)),
        (ColourTags(9, 1), (10, 6, 2, 0)),
        (ColourTags(9, 1, 9, 14), (10, 6, 2, 1)),
        (ColourTags(9, 1, 9, 16), (10, 6, 2, 7)),
        (ColourTags(9, 2, 9, 18), (10, 6, 1, 0)),  # V4L2 has no hybrid log-gamma
        (ColourTags(10, 1, 9, 14), (10, 7, 2, 1)),
        (ColourTags(1, 1, 11, 8), (12, 2, 2, 5)),
    ],
)
def test_readers_are_told_size_rate_and_colours(colour: ColourTags, told: tuple[int, ...]) -> None:
    """By the numbers of videodev2.h: colour space, encoding, quantization, transfer function."""
    system, device = machine()
    LoopbackSink(colour=colour, system=system).open(8, 4, 29.97)
    pix = device.pix
    assert (pix.width, pix.height, abi.code_of(pix.pixelformat)) == (8, 4, "YU12")
    assert (pix.colorspace, pix.ycbcr_enc, pix.quantization, pix.xfer_func) == told
    assert pix.priv == abi.PRIV_MAGIC
    assert str(device.rate) == "30000/1001"


@pytest.mark.parametrize(
    ("size", "line"),
    [((853, 480), "got 853x480, wanted even"), ((8, 5), "got 8x5"), ((0, 4), "got 0x4")],
)
def test_odd_sides_are_refused(size, line: str) -> None:
    system, _ = machine()
    with pytest.raises(OptionError, match=f"^loopback: {line}"):
        LoopbackSink(system=system).open(*size, 30.0)


def test_a_rate_that_is_none_is_refused() -> None:
    system, _ = machine()
    with pytest.raises(OptionError, match=r"^fps: got 0\.0"):
        LoopbackSink(system=system).open(8, 4, 0.0)


def test_other_forms_are_refused() -> None:
    with pytest.raises(OptionError, match="^pixel_format: got 'nv12', wanted"):
        LoopbackSink(pixel_format="nv12")


def test_another_size_needs_a_close() -> None:
    sink, device, _ = opened()
    sink.open(8, 4, 30.0)
    with pytest.raises(SinkError, match="got 16x4, wanted 8x4, .*: close it, and open it anew"):
        sink.open(16, 4, 30.0)
    line = r"^/dev/video10 .*got planes of {}, wanted a 4:2:0 picture of 8x4"
    with pytest.raises(ShapeError, match=line.format("4x4, 4x2, 4x2")):
        sink.write((Y[:, ::2], U, V), 100.0)
    with pytest.raises(ShapeError, match=line.format("8x4, 8x4, 8x4")):
        sink.write((Y, Y, Y), 100.0)
    assert device.written == []
    sink.close()
    sink.open(16, 4, 30.0)
    with pytest.raises(SinkError, match="is not open"):
        LoopbackSink(system=FakeSystem({})).write((Y, U, V), 0.0)


def test_a_picture_that_is_not_taken_now_is_dropped_and_counted() -> None:
    sink, device, system = opened()
    system.will_fail("write", errno.EAGAIN, 0, errno.EAGAIN)
    for _ in range(3):
        sink.write((Y, U, V), 100.0)
    assert (sink.dropped, len(device.written)) == (2, 1)


def test_a_picture_that_is_taken_in_part_is_told() -> None:
    sink, device, _ = opened()
    device.room = 40
    with pytest.raises(SinkError, match="took 40 of the 48 bytes .*another program changed"):
        sink.write((Y, U, V), 100.0)
    assert len(device.written) == 1  # the rest would be taken for another picture


@pytest.mark.parametrize(
    ("number", "line"),
    [(errno.ENODEV, "the device is gone"), (errno.EINVAL, "the driver refuses to take a picture")],
)
def test_an_error_of_writing_is_told(number: int, line: str) -> None:
    sink, _, system = opened()
    system.will_fail("write", number)
    with pytest.raises(SinkError, match=f"^/dev/video10: {line}"):
        sink.write((Y, U, V), 100.0)


@pytest.mark.parametrize("what", ["open", abi.S_FMT])
def test_a_device_in_use_says_by_whom(what) -> None:
    system, _ = machine()
    system.processes[7] = ("obs", ["/dev/video10"])
    system.will_fail(what, *([0] * 1 if what == "open" else []), errno.EBUSY)
    with pytest.raises(SinkError, match=r"^/dev/video10: is in use by obs \(process 7\)"):
        LoopbackSink(system=system).open(8, 4, 30.0)
    assert not system.opened


def test_a_device_that_is_held_in_another_form_says_by_whom() -> None:
    def held(pix: abi.PixFormat) -> None:
        pix.width, pix.pixelformat = 16, abi.fourcc("YUYV")

    system, _ = machine(negotiated=held)
    system.processes[7] = ("firefox", ["/dev/video10"])
    line = r"holds on to 16x4 as YUYV for firefox \(process 7\), wanted 8x4 as YU12: end that first"
    with pytest.raises(SinkError, match=line):
        LoopbackSink(system=system).open(8, 4, 30.0)
    assert not system.opened


def test_a_stuck_device_is_freed_by_its_next_writer() -> None:
    sink, device, _ = opened(caps=0)
    sink.write((Y, U, V), 100.0)
    assert device.streams
    assert len(device.written) == 1


def test_a_stuck_device_that_stays_so_is_told_with_the_way_out() -> None:
    system, _ = machine(caps=0)
    system.devices["/dev/video10"].caps = 0x05200000
    system.will_fail(abi.STREAMON, errno.EINVAL)
    line = r"is stuck \(capabilities 0x05200000\).*modprobe -r v4l2loopback; sudo modprobe v4l2"
    with pytest.raises(SinkError, match=line) as caught:
        LoopbackSink(system=system).open(8, 4, 30.0)
    assert "newer versions such as 0.15 do not get stuck" in str(caught.value)
    assert not system.opened


def test_an_old_module_is_told_of_its_writer_and_a_new_one_is_not() -> None:
    assert opened()[1].streams
    assert not opened(has_event=True)[1].streams


def test_a_camera_is_no_virtual_one() -> None:
    system = FakeSystem({"/dev/video0": FakeDevice("Cam")})
    with pytest.raises(SinkError, match=r"^/dev/video0 \(Cam\): is a camera, wanted a virtual"):
        LoopbackSink("/dev/video0", system=system).open(8, 4, 30.0)
    assert not system.opened


def test_another_driver_that_takes_pictures_will_do() -> None:
    device = FakeDevice("Out", driver="other", caps=abi.CAP_OUTPUT)
    system = FakeSystem({"/dev/video3": device})
    sink = LoopbackSink("/dev/video3", system=system)
    sink.open(8, 4, 30.0)
    assert sink.node is not None
    assert sink.node.card == "Out"
    assert not device.streams


def test_all_errors_are_of_the_family() -> None:
    with pytest.raises(FastvbgError, match="sudo modprobe v4l2loopback"):
        LoopbackSink(system=FakeSystem({})).open(8, 4, 30.0)
