"""A kernel that is made up: video devices, processes and files of /sys, behind `System`'s calls."""

from __future__ import annotations

import errno
import mmap
import os
import tempfile
import weakref
from collections import Counter, deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import islice
from typing import NoReturn

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.nodes import LOOPBACK_DRIVER
from fastvbg.devices.v4l2.offers import rate_of
from fastvbg.devices.v4l2.system import IN, PRIORITY, System

CAMERA_CAPS = abi.CAP_CAPTURE | abi.CAP_STREAMING
LOOPBACK_CAPS = abi.CAP_STREAMING | abi.CAP_READWRITE
Formats = dict[str, dict[tuple[int, int], list[int]]]
WEBCAM: Formats = {
    "YUYV": {(640, 480): [30, 15], (1280, 720): [10]},
    "MJPG": {(640, 480): [30], (1280, 720): [30, 15], (1920, 1080): [30]},
}
PLANAR: Formats = {"YU12": {(8, 4): [30]}}


def fail(number: int) -> NoReturn:
    raise OSError(number, os.strerror(number))


@dataclass
class FakeDevice:
    """A camera or virtual camera."""

    card: str = "Cam"
    driver: str = "uvcvideo"
    bus: str = "usb-1"
    caps: int = CAMERA_CAPS
    formats: Formats = field(default_factory=lambda: PLANAR)
    negotiated: Callable[[abi.PixFormat], None] = lambda pix: None
    """Changes a wished format to what the driver gives."""
    buffers: int = 4
    controls: dict[int, int] = field(default_factory=dict)
    has_event: bool = False
    keeps_rate: bool = True
    length: int = mmap.ALLOCATIONGRANULARITY
    streams: bool = False
    rate: Fraction = Fraction(30)
    poll_event: int = 0
    """What poll says beside what there is, such as POLLERR."""
    room: int = 1 << 30
    """Bytes that one write takes."""

    def __post_init__(self) -> None:
        self.queued: deque[int] = deque()
        self.done: deque[abi.Buffer] = deque()
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed with this object
        self.file.truncate(8 * self.length)
        self.memory = mmap.mmap(self.file.fileno(), 8 * self.length)
        weakref.finalize(self, self.file.close)
        self.events: deque[int] = deque()
        self.written: list[bytes] = []
        self.readers = 0
        self.pix = abi.PixFormat()

    def frame(
        self,
        sequence: int,
        stamp: float = 99.99,
        data: bytes = b"",
        flags: int = abi.TIMESTAMP_MONOTONIC,
        used: int = 48,
    ) -> None:
        """Fill a queued buffer as the driver would, or lose the frame."""
        if not self.queued:
            return
        index = self.queued.popleft()
        at = index * self.length
        self.memory[at : at + len(data)] = data
        buffer = abi.Buffer(index=index, bytesused=used, flags=flags, sequence=sequence)
        buffer.timestamp.seconds = int(stamp)
        buffer.timestamp.microseconds = round(stamp % 1 * 1e6)
        self.done.append(buffer)

    def on_event(self, count: int) -> None:
        """Let readers come or go."""
        self.readers = count
        self.events.append(count)


def loopback(card: str = "fastvbg", caps: int = abi.CAP_OUTPUT, **more) -> FakeDevice:
    return FakeDevice(
        card=card,
        driver=LOOPBACK_DRIVER,
        bus="platform:v4l2loopback-000",
        caps=caps and caps | LOOPBACK_CAPS,
        **more,
    )


class FakeSystem(System):
    """Answers as Linux does; what shall fail is said by `faults`."""

    def __init__(self, devices: dict[str, FakeDevice], files: dict[str, str] | None = None) -> None:
        self.devices = devices
        self.files = dict(files or {})
        self.processes: dict[int, tuple[str, list[str]]] = {1: ("init", [])}
        self.faults: dict[int | str, deque[int]] = {}
        self.clock = 100.0
        self.opened: dict[int, str] = {}
        self.calls: Counter[int | str] = Counter()
        self.during_poll: deque[Callable[[], None]] = deque()

    def will_fail(self, what: int | str, *numbers: int) -> None:
        """Let the next calls of a request, or of open or write, fail so; 0 lets one pass."""
        self.faults[what] = deque(numbers)

    def _fault(self, what: int | str) -> None:
        self.calls[what] += 1
        waiting = self.faults.get(what)
        if waiting and (number := waiting.popleft()):
            fail(number)

    def open(self, path: str) -> int:
        self._fault("open")
        if path not in self.devices:
            fail(errno.ENOENT)
        fd = max(self.opened, default=2) + 1
        self.opened[fd] = path
        return fd

    def close(self, fd: int) -> None:
        del self.opened[fd]

    def ioctl(self, fd: int, request: int, answer) -> None:
        self._fault(request)
        device = self.devices.get(self.opened[fd])
        if device is None:
            fail(errno.ENODEV)
        _ANSWERS[request](device, answer)

    def map(self, fd: int, length: int, offset: int):
        self._fault("map")
        file = self.devices[self.opened[fd]].file
        return mmap.mmap(file.fileno(), length, access=mmap.ACCESS_READ, offset=offset)

    def poll(self, fd: int, events: int, seconds: float) -> int:
        self.calls["poll"] += 1
        if self.during_poll:
            self.during_poll.popleft()()
        device = self.devices[self.opened[fd]]
        there = device.poll_event
        there |= IN if device.done else 0
        there |= PRIORITY if device.events else 0
        there &= events | 0x38
        if not there:
            self.clock += max(0.0, seconds)
        return there

    def write(self, fd: int, data: memoryview) -> int:
        self._fault("write")
        device = self.devices[self.opened[fd]]
        device.written.append(bytes(data[: device.room]))
        return len(device.written[-1])

    def now(self) -> float:
        return self.clock

    def names(self, folder: str) -> list[str]:
        if folder == "/dev":
            return ["null", "video", *(path[5:] for path in self.devices)]
        if folder == "/proc":
            return ["self", *map(str, self.processes)]
        if folder.startswith("/proc/"):
            fds = self.processes[int(folder.split("/")[2])][1]
            if fds == ["denied"]:
                fail(errno.EACCES)
            return list(map(str, range(len(fds))))
        found = [path for path in self.files if path.startswith(f"{folder}/")]
        return found or fail(errno.ENOENT)

    def link(self, path: str) -> str:
        _, _, pid, _, number = path.split("/")
        return self.processes[int(pid)][1][int(number)] or fail(errno.ENOENT)

    def real(self, path: str) -> str:
        return self.files.get(path, path) if path.startswith("/dev/") else path

    def text(self, path: str) -> str:
        if path.startswith("/proc/"):
            return self.processes[int(path.split("/")[2])][0]
        return self.files[path] if path in self.files else fail(errno.ENOENT)

    def pid(self) -> int:
        return 4711


def camera(**more) -> tuple[FakeSystem, FakeDevice]:
    """A machine with one camera at /dev/video0."""
    device = FakeDevice(**more)
    return FakeSystem({"/dev/video0": device}), device


def _querycap(device: FakeDevice, answer: abi.Capability) -> None:
    for name in ("driver", "card", "bus_info"):
        text = getattr(device, {"bus_info": "bus"}.get(name, name)).encode()
        getattr(answer, name)[: len(text)] = text
    answer.device_caps = device.caps
    # The whole card's, with those of its other nodes.
    answer.capabilities = device.caps | abi.CAP_DEVICE_CAPS | abi.CAP_CAPTURE


def _at(items: Iterable, index: int):
    return next(islice(items, index, None), None) or fail(errno.EINVAL)


def _enum_fmt(device: FakeDevice, answer: abi.FormatDescription) -> None:
    answer.pixelformat = abi.fourcc(_at(device.formats, answer.index))


def _sizes(device: FakeDevice, answer) -> dict[tuple[int, int], list[int]]:
    return device.formats[abi.code_of(answer.pixel_format)]


def _enum_sizes(device: FakeDevice, answer: abi.FrameSize) -> None:
    width, height = _at(_sizes(device, answer), answer.index)
    if width < 0:  # a span up to this size
        answer.type, span = 3, (16, -width, 16, 8, -height, 8)
        for (name, _), value in zip(answer.span._fields_, span, strict=True):
            setattr(answer.span, name, value)
        return
    answer.type, answer.span.min_width, answer.span.max_width = abi.DISCRETE, width, height


def _enum_intervals(device: FakeDevice, answer: abi.FrameInterval) -> None:
    sizes = _sizes(device, answer)
    size = (answer.width, answer.height)
    rates = sizes.get(size) or sizes.get((-size[0], -size[1])) or []
    rate = _at(rates, answer.index)
    if isinstance(rate, tuple):  # a span, by its shortest and longest interval
        answer.type = 2
        answer.least.numerator, answer.least.denominator = 1, rate[1]
        answer.most.numerator, answer.most.denominator = 1, rate[0]
        return
    answer.type = abi.DISCRETE
    answer.least.numerator, answer.least.denominator = 1, rate


def _s_fmt(device: FakeDevice, answer: abi.Format) -> None:
    pix = answer.pix
    if device.driver == LOOPBACK_DRIVER and not device.caps & 3:
        fail(errno.EINVAL)
    code = abi.code_of(pix.pixelformat)
    across = {"MJPG": 0, "YUYV": 2}.get(code, 1)
    pix.bytesperline = pix.width * across
    pix.sizeimage = max(device.length, pix.bytesperline * pix.height)
    device.negotiated(pix)
    device.pix = abi.PixFormat.from_buffer_copy(pix)


def _g_parm(device: FakeDevice, answer: abi.StreamParameters) -> None:
    answer.frames.capability = abi.CAP_TIME_PER_FRAME if device.keeps_rate else 0
    answer.frames.time_per_frame.numerator = device.rate.denominator
    answer.frames.time_per_frame.denominator = device.rate.numerator


def _s_parm(device: FakeDevice, answer: abi.StreamParameters) -> None:
    (device.rate,) = rate_of(answer.frames.time_per_frame)


def _reqbufs(device: FakeDevice, answer: abi.RequestBuffers) -> None:
    answer.count = min(answer.count, device.buffers)
    device.queued.clear()
    device.done.clear()


def _querybuf(device: FakeDevice, answer: abi.Buffer) -> None:
    answer.length, answer.offset = device.length, answer.index * device.length


def _qbuf(device: FakeDevice, answer: abi.Buffer) -> None:
    assert answer.index not in device.queued
    device.queued.append(answer.index)


def _dqbuf(device: FakeDevice, answer: abi.Buffer) -> None:
    if not device.done:
        fail(errno.EAGAIN)
    filled = device.done.popleft()
    for name in ("index", "bytesused", "flags", "timestamp", "sequence"):
        setattr(answer, name, getattr(filled, name))


def _streamon(device: FakeDevice, answer) -> None:
    device.streams = True
    if device.driver == LOOPBACK_DRIVER:  # 0.12 remembers its writer, and announces at its close
        device.caps |= LOOPBACK_CAPS | abi.CAP_OUTPUT


def _streamoff(device: FakeDevice, answer) -> None:
    device.streams = False


def _g_ctrl(device: FakeDevice, answer: abi.Control) -> None:
    answer.value = device.controls[answer.id] if answer.id in device.controls else fail(22)


def _s_ctrl(device: FakeDevice, answer: abi.Control) -> None:
    device.controls[answer.id] = answer.value


def _subscribe(device: FakeDevice, answer: abi.EventSubscription) -> None:
    if not device.has_event or answer.type != abi.EVENT_CLIENT_USAGE:
        fail(errno.EINVAL)
    if answer.flags & abi.SEND_INITIAL:
        device.events.append(device.readers)


def _dqevent(device: FakeDevice, answer: abi.Event) -> None:
    answer.type, answer.count = abi.EVENT_CLIENT_USAGE, device.events.popleft()


_ANSWERS = {
    abi.QUERYCAP: _querycap,
    abi.ENUM_FMT: _enum_fmt,
    abi.ENUM_FRAMESIZES: _enum_sizes,
    abi.ENUM_FRAMEINTERVALS: _enum_intervals,
    abi.S_FMT: _s_fmt,
    abi.G_PARM: _g_parm,
    abi.S_PARM: _s_parm,
    abi.REQBUFS: _reqbufs,
    abi.QUERYBUF: _querybuf,
    abi.QBUF: _qbuf,
    abi.DQBUF: _dqbuf,
    abi.STREAMON: _streamon,
    abi.STREAMOFF: _streamoff,
    abi.G_CTRL: _g_ctrl,
    abi.S_CTRL: _s_ctrl,
    abi.SUBSCRIBE_EVENT: _subscribe,
    abi.UNSUBSCRIBE_EVENT: lambda device, _: device.events.clear(),
    abi.DQEVENT: _dqevent,
}
