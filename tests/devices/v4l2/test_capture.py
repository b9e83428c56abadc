"""A camera's newest frame, and everything that can come instead of it."""

from __future__ import annotations

import errno
from fractions import Fraction

import pytest

from fastvbg.devices.errors import CameraGoneError
from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.capture import Camera
from fastvbg.devices.v4l2.counting import Counter, Counts
from fastvbg.devices.v4l2.system import ERROR, HANG_UP
from fastvbg.errors import OptionError, SourceError
from tests.support.v4l2 import WEBCAM, FakeDevice, FakeSystem, camera

MONOTONIC = abi.TIMESTAMP_MONOTONIC


def opened(**more) -> tuple[Camera, FakeDevice, FakeSystem]:
    system, device = camera(**more)
    source = Camera(system=system)
    source.open()
    return source, device, system


def test_what_is_negotiated_is_told() -> None:
    source, device, system = opened(formats=WEBCAM)
    assert source.picture[:3] == ("MJPG", 1280, 720)
    assert source.rate == device.rate == 30
    assert str(source.node) == "/dev/video0 (Cam)"
    assert device.streams
    source.close()
    source.close()
    assert not device.streams
    assert not system.opened


def test_wishes_reach_the_driver_and_its_answer_counts() -> None:
    def smaller(pix: abi.PixFormat) -> None:
        pix.width = 632

    system, device = camera(formats=WEBCAM, negotiated=smaller)
    wishes = {"size": (640, 480), "rate": Fraction(15), "format": "yuyv"}
    with Camera("camera:cam", system=system, **wishes) as source:
        assert source.picture[:4] == ("YUYV", 632, 480, 1280)
        assert source.rate == 15
    assert device.pix.field == abi.FIELD_NONE


def test_a_camera_whose_rate_is_fixed_tells_it() -> None:
    source, _, _ = opened(keeps_rate=False, rate=Fraction(25))
    assert source.rate == 25
    system, _ = camera()
    system.will_fail(abi.S_PARM, errno.EINVAL)
    with Camera(system=system) as other:
        assert other.rate is None


@pytest.mark.parametrize(
    ("change", "line"),
    [
        ({"pixelformat": abi.fourcc("H264")}, "refuses to give YU12; it answered 8x4 as H264"),
        ({"sizeimage": 47}, "refuses to give YU12; it answered 8x4 as YU12 in 47 bytes"),
    ],
)
def test_a_driver_that_gives_another_form_is_refused(change, line: str) -> None:
    def other(pix: abi.PixFormat) -> None:
        for name, value in change.items():
            setattr(pix, name, value)

    system, _ = camera(negotiated=other)
    with pytest.raises(SourceError, match=line):
        Camera(system=system).open()
    assert not system.opened


@pytest.mark.parametrize("request_", [abi.S_FMT, abi.REQBUFS, abi.STREAMON])
def test_a_camera_in_use_says_by_whom(request_: int) -> None:
    system, _ = camera()
    system.processes[7] = ("zoom", ["/dev/video0"])
    system.will_fail(request_, errno.EBUSY)
    with pytest.raises(SourceError, match=r"^/dev/video0: is in use by zoom \(process 7\)"):
        Camera(system=system).open()
    assert not system.opened


@pytest.mark.parametrize(
    ("what", "number", "line"),
    [
        (abi.S_FMT, errno.EINVAL, "refuses to give 8x4 as YU12"),
        (abi.QUERYBUF, errno.EINVAL, "refuses to tell where its frames are"),
        ("map", errno.ENOMEM, "cannot map its frames"),
        (abi.QBUF, errno.EINVAL, "refuses to take a buffer"),
        (abi.STREAMON, errno.ENOSPC, "cannot start its stream: No space left"),
    ],
)
def test_what_fails_while_it_opens_leaves_nothing_open(what, number: int, line: str) -> None:
    system, device = camera()
    system.will_fail(what, number)
    with pytest.raises(SourceError, match=line):
        Camera(system=system).open()
    assert not system.opened
    assert not device.streams


def test_too_few_buffers_are_refused() -> None:
    system, _ = camera(buffers=1)
    with pytest.raises(SourceError, match="cannot give memory for frames"):
        Camera(system=system).open()


def test_the_newest_frame_is_read_and_the_others_are_counted() -> None:
    source, device, _ = opened()
    for sequence in range(3):
        device.frame(sequence, 99.95, bytes([sequence] * 48))
    frame = source.read(1.0)
    assert frame is not None
    assert (frame.sequence, frame.captured) == (2, 99.95)
    assert frame.data.tolist() == [2] * 48
    assert not frame.data.flags.writeable
    assert source.counts == Counts(delivered=1, dropped=2)
    assert len(device.queued) == 3  # all but the one that is held
    device.frame(3, 99.99)
    assert source.read(1.0)[2] == 3
    assert source.counts == Counts(delivered=2, dropped=2)


def test_a_frame_is_waited_for() -> None:
    source, device, system = opened()
    assert source.read(0.5) is None
    assert system.clock == 100.5
    system.during_poll.append(lambda: device.frame(0, 100.5))
    assert source.read(0.5) is not None
    assert system.clock == 100.5


def test_frames_that_the_driver_lost_are_counted_by_its_numbers() -> None:
    source, device, _ = opened()
    for sequence in (0, 5, 6):
        device.frame(sequence)
        source.read(1.0)
    assert source.counts == Counts(delivered=3, dropped=4)


def test_numbers_that_wrap_or_start_anew_are_no_losses() -> None:
    counter = Counter()
    for sequence in ((1 << 32) - 1, 1, 0, 0, 0):
        counter.delivered(sequence)
    assert counter.counts == Counts(delivered=5, dropped=1)
    counter.discarded()  # a driver that numbers no frames
    counter.delivered(0)
    assert counter.counts == Counts(delivered=6, dropped=2)


def test_damaged_and_short_frames_are_skipped_and_counted() -> None:
    source, device, _ = opened()
    device.frame(0, flags=MONOTONIC | abi.BUFFER_ERROR)
    device.frame(1, used=47)
    device.frame(2, used=1 << 30, data=b"x")  # more than there is, of a driver that lies
    frame = source.read(1.0)
    assert frame is not None
    assert frame.sequence == 2
    assert frame.data.size == device.length
    assert source.counts == Counts(delivered=1, damaged=1, short=1)
    device.frame(3, flags=MONOTONIC | abi.BUFFER_ERROR)
    assert source.read(0.1) is None
    device.frame(4)
    assert source.read(0.1) is not None
    assert source.counts == Counts(delivered=2, damaged=2, short=1)


def test_a_jpeg_that_is_none_is_skipped() -> None:
    source, device, _ = opened(formats=WEBCAM)
    device.frame(0, data=b"\xff\xd8..", used=4)
    device.frame(1, data=b"....", used=4)
    frame = source.read(1.0)
    assert frame is not None
    assert frame.sequence == 0
    assert source.counts.short == 1


@pytest.mark.parametrize(
    ("stamp", "flags", "captured"),
    [
        (99.75, MONOTONIC, 99.75),
        (100.25, MONOTONIC, 100.0),  # vivid stamps the future
        (3.0, 0, 100.0),
        (3.0, 0x4000, 100.0),  # copied from another clock
    ],
)
def test_time_is_the_kernels_and_never_in_the_future(stamp, flags, captured) -> None:
    source, device, _ = opened()
    device.frame(0, stamp, flags=flags)
    frame = source.read(1.0)
    assert frame is not None
    assert frame.captured == captured


def test_after_a_pause_what_filled_all_buffers_is_too_old() -> None:
    source, device, system = opened()
    device.frame(0, 100.0)
    source.read(1.0)
    for sequence in (1, 2, 3):
        device.frame(sequence, 100.0 + sequence / 30)
    system.clock = 101.5  # the driver has lost 4 to 44 meanwhile
    system.during_poll += [lambda: None, lambda: device.frame(45, 101.51)]
    frame = source.read(1.0)
    assert frame is not None
    assert frame.sequence == 45
    assert source.counts == Counts(delivered=2, dropped=44)


def test_an_old_frame_is_taken_where_there_is_no_time_or_no_pause() -> None:
    source, device, system = opened()
    for sequence in range(4):
        device.frame(sequence, 100.0)
    system.clock = 101.5
    frame = source.read(0.0)
    assert frame is not None
    assert frame.sequence == 3
    device.frame(4, 100.0)  # old, and not of many: a camera that takes its time
    assert source.read(1.0) is not None


def test_a_camera_that_is_always_late_is_read_on() -> None:
    source, device, system = opened()
    for sequence in range(8):
        device.frame(sequence, 98.0)
    system.during_poll += [lambda: None, lambda: [device.frame(n, 98.0) for n in range(8, 12)]]
    assert source.read(1.0) is not None


@pytest.mark.parametrize("number", [errno.ENODEV, errno.EIO])
@pytest.mark.parametrize("request_", [abi.DQBUF, abi.QBUF])
def test_an_unplugged_camera_is_gone(number: int, request_: int) -> None:
    source, device, system = opened()
    device.frame(0)
    source.read(1.0)
    device.frame(1)
    system.will_fail(request_, number)
    with pytest.raises(CameraGoneError, match="^/dev/video0: the device is gone"):
        source.read(1.0)
    source.close()
    assert not system.opened


@pytest.mark.parametrize("event", [ERROR, ERROR | HANG_UP])
def test_a_stream_that_breaks_off_is_a_camera_that_is_gone(event: int) -> None:
    source, device, _ = opened()
    device.poll_event = event
    with pytest.raises(CameraGoneError, match="its stream broke off; was it unplugged"):
        source.read(1.0)


def test_another_error_of_the_driver_is_told() -> None:
    source, device, system = opened()
    device.frame(0)
    system.will_fail(abi.DQBUF, errno.EINVAL)
    with pytest.raises(SourceError, match="the driver refuses to hand over a frame"):
        source.read(1.0)


def test_interrupted_and_empty_handed_calls_are_no_errors() -> None:
    source, device, system = opened()
    device.frame(0)
    system.will_fail(abi.DQBUF, errno.EINTR, errno.EAGAIN)
    system.during_poll += [lambda: None, lambda: None]
    assert source.read(1.0) is not None


def test_a_camera_is_opened_again_by_what_it_is() -> None:
    source, device, system = opened()
    source.close()
    del system.devices["/dev/video0"]
    with pytest.raises(CameraGoneError, match="^Cam: is not there"):
        source.open()
    system.devices["/dev/video0"] = FakeDevice("Other", bus="usb-9")
    system.devices["/dev/video1"] = device
    source.open()
    assert source.node.path == "/dev/video1"
    source.open()  # it is open: nothing happens
    assert len(system.opened) == 1


def test_a_closed_camera_cannot_be_read() -> None:
    source, _, _ = opened()
    source.close()
    with pytest.raises(CameraGoneError, match="^camera: is not open"):
        source.read(1.0)


def test_a_frame_that_is_kept_beyond_the_close_stays_readable() -> None:
    source, device, _ = opened()
    device.frame(0, data=b"kept")
    frame = source.read(1.0)
    assert frame is not None
    source.close()
    assert frame.data[:4].tobytes() == b"kept"


def test_a_wished_format_that_is_absent_leaves_nothing_open() -> None:
    system, _ = camera(formats=WEBCAM)
    with pytest.raises(OptionError, match=r"but /dev/video0 \(Cam\) offers YUYV, MJPG"):
        Camera(format="nv12", system=system).open()
    assert not system.opened


@pytest.mark.parametrize(("before", "held"), [(1, True), (0, True), (None, False)])
def test_the_rate_is_held_in_dim_light_and_left_as_it_was(before: int | None, held: bool) -> None:
    control = abi.EXPOSURE_DYNAMIC_FRAMERATE
    system, device = camera(controls={} if before is None else {control: before})
    with Camera(steady_rate=True, system=system) as source:
        assert source.holds_rate is held
        assert device.controls.get(control, 0) == 0
    assert device.controls.get(control) == before


def test_a_rate_that_cannot_be_held_is_no_error() -> None:
    system, _ = camera(controls={abi.EXPOSURE_DYNAMIC_FRAMERATE: 1})
    system.will_fail(abi.S_CTRL, errno.EACCES)
    with Camera(steady_rate=True, system=system) as source:
        assert not source.holds_rate
