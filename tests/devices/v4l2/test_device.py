"""What each error number means to a user, and calls that were interrupted."""

from __future__ import annotations

import errno
import subprocess
import sys

import pytest

from fastvbg.devices.errors import CameraGoneError
from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.device import Device
from fastvbg.devices.v4l2.holders import holders
from fastvbg.devices.v4l2.system import System
from fastvbg.errors import OptionError, SinkError, SourceError
from tests.support.v4l2 import FakeSystem, camera

PATH = "/dev/video0"


@pytest.mark.parametrize(
    ("number", "error", "line"),
    [
        (errno.ENOENT, SourceError, "there is no such device; 'fastvbg live --list' shows"),
        (errno.ENODEV, CameraGoneError, "the device is gone; was it unplugged"),
        (errno.ENXIO, CameraGoneError, "the device is gone"),
        (errno.EACCES, SourceError, "this user may not open it: 'sudo usermod -aG video ann'"),
        (errno.EBUSY, SourceError, r"is in use by zoom \(process 7\): end that"),
        (errno.EISDIR, SourceError, "is not a video device"),
        (errno.EMFILE, SourceError, "cannot open it: Too many open files"),
    ],
)
def test_why_it_does_not_open(number: int, error, line: str, monkeypatch) -> None:
    monkeypatch.setenv("USER", "ann")
    system, _ = camera()
    system.processes[7] = ("zoom", ["/dev/null", PATH])
    system.will_fail("open", number)
    with pytest.raises(error, match=f"^{PATH}: {line}"):
        Device(PATH, system)


@pytest.mark.parametrize(
    ("number", "error", "line"),
    [
        (errno.EINVAL, SourceError, "the driver refuses to say what it is"),
        (errno.ENOTTY, SourceError, "is not a video device"),
        (errno.EIO, CameraGoneError, "the device is gone"),
        (errno.ENOMEM, SourceError, "cannot say what it is: Cannot allocate memory"),
    ],
)
def test_why_the_driver_refuses(number: int, error, line: str) -> None:
    system, _ = camera()
    device = Device(PATH, system)
    system.will_fail(abi.QUERYCAP, number)
    with pytest.raises(error, match=f"^{PATH}: {line}"):
        device.capability()


def test_a_virtual_camera_that_is_gone_is_the_sinks_error() -> None:
    system, _ = camera()
    device = Device(PATH, system, SinkError)
    system.will_fail(abi.QUERYCAP, errno.ENODEV)
    with pytest.raises(SinkError, match="gone"):
        device.capability()


def test_interrupted_calls_are_made_again() -> None:
    system, _ = camera()
    system.will_fail("open", errno.EINTR, errno.EINTR)
    device = Device(PATH, system)
    system.will_fail(abi.QUERYCAP, errno.EINTR, errno.EINTR)
    assert bytes(device.capability().card).startswith(b"Cam\0")
    assert system.calls[abi.QUERYCAP] == system.calls["open"] == 3


def test_a_second_close_does_nothing() -> None:
    system, _ = camera()
    device = Device(PATH, system)
    device.close()
    device.close()
    assert not system.opened


def test_holders_are_the_others_that_may_be_seen() -> None:
    system = FakeSystem({})
    system.processes = {
        1: ("init", ["denied"]),
        7: ("zoom", ["", "/dev/null", "/dev/video2"]),
        8: ("obs", ["/dev/video2"]),
        9: ("other", ["/dev/video20"]),
        system.pid(): ("fastvbg", ["/dev/video2"]),
    }
    system.files["/dev/v4l/by-id/cam"] = "/dev/video2"  # a link
    found = [(7, "zoom"), (8, "obs")]
    assert holders("/dev/video2", system) == holders("/dev/v4l/by-id/cam", system) == found


@pytest.mark.skipif(sys.platform != "linux", reason="what others say is tested below")
def test_the_real_system_says_why_a_file_is_no_device(tmp_path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"")
    device = Device(str(path), System())
    with pytest.raises(SourceError, match=r"file: is not a video device"):
        device.capability()
    assert System().poll(device.fd, 1, 0.0) in {0, 1}
    device.close()
    with pytest.raises(SourceError, match="no such device"):
        Device(str(tmp_path / "none"), System())


def test_other_systems_import_everything_and_refuse_with_a_line() -> None:
    script = """
import importlib, pkgutil, sys
import numpy, fractions, tempfile, mmap, pathlib
sys.modules["fcntl"] = sys.modules["select"] = None
sys.platform = "win32"
import fastvbg.devices.v4l2 as room
for module in pkgutil.iter_modules(room.__path__):
    importlib.import_module(f"{room.__name__}.{module.name}")
from fastvbg.devices.v4l2.facts import facts
assert facts() == []
from fastvbg.devices.v4l2.capture import Camera
try:
    Camera()
except ValueError as error:
    print(error)
"""
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=False
    )
    assert done.stderr == ""
    assert done.stdout == "V4L2 devices: got win32, wanted Linux, whose kernel alone has them\n"


def test_the_refusal_is_an_error_of_options(monkeypatch) -> None:
    monkeypatch.setattr(sys, "platform", "darwin")
    with pytest.raises(OptionError, match="got darwin, wanted Linux"):
        System()
