"""Real virtual cameras: what another process reads of what is written."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np
import pytest

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.device import Device
from fastvbg.devices.v4l2.holders import holders
from fastvbg.devices.v4l2.loopbacks import (
    STUCK,
    WAITING,
    WRITTEN,
    loopback_state,
    module_version,
)
from fastvbg.devices.v4l2.naming import find_camera
from fastvbg.devices.v4l2.nodes import node_at
from fastvbg.devices.v4l2.output import LoopbackSink
from fastvbg.devices.v4l2.readers import SeenReaders, counted_readers
from fastvbg.devices.v4l2.system import System
from fastvbg.errors import ShapeError, SinkError, SourceError
from fastvbg.media.colour import ColourTags
from tests.support.v4l2vm import EXCLUSIVE, SHARED, needs_devices

pytestmark = needs_devices()

WIDTH, HEIGHT = 320, 180
READER = """
import sys
from fastvbg.devices.v4l2.capture import Camera
with Camera(sys.argv[1]) as camera:
    picture = camera.picture
    frame = camera.read(20.0)
    print(picture.fourcc, picture.width, picture.height, camera.rate, flush=True)
    print(bytes(frame.data[: picture.least]).hex(), flush=True)
    sys.stdin.readline()
"""


def planes() -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    rng = np.random.default_rng(7)
    sizes = ((HEIGHT, WIDTH), (HEIGHT // 2, WIDTH // 2), (HEIGHT // 2, WIDTH // 2))
    y, u, v = (rng.integers(16, 236, size, np.uint8) for size in sizes)
    return y, u, v


def packed(y: np.ndarray, u: np.ndarray, v: np.ndarray) -> bytes:
    result = np.empty((HEIGHT, WIDTH, 2), np.uint8)
    result[..., 0] = y
    result[:, ::2, 1] = np.repeat(u, 2, 0)
    result[:, 1::2, 1] = np.repeat(v, 2, 0)
    return result.tobytes()


@contextmanager
def reader(path: str) -> Iterator[subprocess.Popen[str]]:
    """Another process, which reads a frame by our own camera and stays until told to go."""
    pipe = subprocess.PIPE
    command = [sys.executable, "-c", READER, path]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def written_until(sink: LoopbackSink, ready: Callable[[], bool], seconds: float = 60.0) -> None:
    """Write pictures until something has happened."""
    end, picture = time.monotonic() + seconds, planes()
    while not ready():
        assert time.monotonic() < end, "it did not happen in time"
        sink.write(picture, time.monotonic())
        time.sleep(0.05)


def lines_of(sink: LoopbackSink, process: subprocess.Popen[str]) -> list[str]:
    """Write until the reader has told its two lines."""
    assert process.stdout is not None
    pipe, text = process.stdout.fileno(), ""
    os.set_blocking(pipe, False)

    def ready() -> bool:
        nonlocal text
        with suppress(BlockingIOError):
            text += os.read(pipe, 1 << 20).decode()
        return text.count("\n") >= 2

    written_until(sink, ready)
    return text.splitlines()


@pytest.mark.parametrize("pixel_format", ["yu12", "yuyv"])
def test_another_process_reads_equal_bytes(pixel_format: str) -> None:
    sink = LoopbackSink(SHARED, pixel_format=pixel_format, colour=ColourTags(1, 1))
    sink.open(WIDTH, HEIGHT, 20.0)
    try:
        with reader(SHARED) as process:
            told, data = lines_of(sink, process)
            assert [one.pid for one in holders(SHARED, System())] == [process.pid]
            written_until(sink, lambda: sink.watched() is True)
        assert told.split() == [pixel_format.upper(), str(WIDTH), str(HEIGHT), "20"]
        y, u, v = planes()
        flat = b"".join(plane.tobytes() for plane in (y, u, v))
        assert bytes.fromhex(data) == (flat if pixel_format == "yu12" else packed(y, u, v))
        assert sink.dropped == 0
        written_until(sink, lambda: sink.watched() is False)
    finally:
        sink.close()


@pytest.mark.skipif(shutil.which("v4l2-ctl") is None, reason="apt install v4l-utils")
def test_v4l2_ctl_reads_equal_bytes(tmp_path: Path) -> None:
    sink, out = LoopbackSink(SHARED), tmp_path / "frame"
    sink.open(WIDTH, HEIGHT, 20.0)
    command = ["v4l2-ctl", "-d", SHARED, "--stream-mmap", "--stream-count=1", f"--stream-to={out}"]
    with subprocess.Popen(command) as process:
        written_until(sink, lambda: process.poll() is not None)
    sink.close()
    wanted = b"".join(plane.tobytes() for plane in planes())
    assert out.read_bytes()[: len(wanted)] == wanted


def test_the_size_cannot_change_while_it_is_open() -> None:
    sink = LoopbackSink(SHARED)
    sink.open(WIDTH, HEIGHT, 20.0)
    sink.write(planes(), 0.0)
    with pytest.raises(SinkError, match="close it, and open it anew"):
        sink.open(2 * WIDTH, HEIGHT, 20.0)
    with pytest.raises(ShapeError, match=r"got planes of 160x180, .* wanted .* of 320x180"):
        sink.write((planes()[0][:, ::2], *planes()[1:]), 0.0)
    other = LoopbackSink(SHARED)
    with pytest.raises(SinkError, match="holds on to 320x180 as YU12|in use by"):
        other.open(2 * WIDTH, HEIGHT, 20.0)
    sink.close()
    sink.open(2 * WIDTH, HEIGHT, 20.0)
    sink.close()


def test_readers_are_counted_where_the_module_has_the_event_and_seen_where_not() -> None:
    device = Device(SHARED, System(), SinkError)
    counted = counted_readers(device)
    assert (counted is None) == is_old()
    assert (counted or SeenReaders(device)).watched() in {None, False}
    device.close()


def is_old() -> bool:
    """Tell whether the module is 0.12, which tells no version where it was built like that."""
    return str(module_version(System())).startswith(("?", "0.12"))


def state() -> str:
    return loopback_state(node_at(EXCLUSIVE, System()).caps)


def test_an_exclusive_device_is_a_camera_while_it_is_written_to_again_and_again() -> None:
    assert state() == WAITING
    with pytest.raises(SourceError, match="nobody writes to this virtual camera"):
        find_camera(EXCLUSIVE, System())
    sink = LoopbackSink()
    for _ in range(2):
        sink.open(WIDTH, HEIGHT, 20.0)
        assert sink.node is not None
        assert sink.node.path == EXCLUSIVE  # of its label, fastvbg
        sink.write(planes(), 0.0)
        assert state() == WRITTEN
        assert find_camera("camera:fastvbg", System()).path == EXCLUSIVE
        with reader(EXCLUSIVE) as process:
            _, data = lines_of(sink, process)
            assert bytes.fromhex(data) == b"".join(plane.tobytes() for plane in planes())
            sink.close()
            assert process.poll() is None
        assert state() == WAITING


def test_a_device_that_another_writer_left_stuck_is_freed() -> None:
    device = Device(EXCLUSIVE, System(), SinkError)
    form = abi.Format(type=abi.OUTPUT)
    form.pix.width, form.pix.height, form.pix.pixelformat = WIDTH, HEIGHT, abi.fourcc("YU12")
    device.order(abi.S_FMT, form, "take a format")
    os.write(device.fd, bytes(WIDTH * HEIGHT * 3 // 2))
    device.close()
    assert state() == (STUCK if is_old() else WAITING)
    sink = LoopbackSink(EXCLUSIVE)
    sink.open(WIDTH, HEIGHT, 20.0)
    sink.write(planes(), 0.0)
    assert state() == WRITTEN
    sink.close()
    assert state() == WAITING
