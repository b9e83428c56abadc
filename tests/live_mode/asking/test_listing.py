"""Cameras as they are listed for people."""

from __future__ import annotations

import errno
import sys
from fractions import Fraction

import pytest

from fastvbg.cli import run_command_line
from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.choose import best_modes
from fastvbg.devices.v4l2.offers import Offer, Span
from fastvbg.live_mode.asking.listing import lines
from tests.support.v4l2 import WEBCAM, FakeDevice, FakeSystem, loopback

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="V4L2 is Linux's")

FAST = {**WEBCAM, "YUYV": {(640, 480): [120, 30], (1280, 720): [10]}}


def system() -> FakeSystem:
    return FakeSystem(
        {
            "/dev/video0": loopback(caps=abi.CAP_CAPTURE),
            "/dev/video1": FakeDevice("Fast Cam", bus="usb-1", formats=FAST),
            "/dev/video2": FakeDevice("Odd Cam", bus="usb-2", formats={"BA81": {(8, 4): [30]}}),
            "/dev/video3": FakeDevice("Silent Cam", bus="usb-3", formats={}),
        },
        {"/sys/module/v4l2loopback/version": "0.15.4"},
    )


def test_a_camera_is_one_line_with_its_best_modes() -> None:
    told = list(lines(system=system()))
    assert told[:4] == [
        "/dev/video1  Fast Cam (usb-1): MJPG 1280x720 at 30, MJPG 1920x1080 at 30, "
        "YUYV 640x480 at 120",
        "/dev/video2  Odd Cam (usb-2): no format that fastvbg understands (NV12, YU12, YV12, NV21, "
        "YUYV, UYVY, MJPG, JPEG, GREY)",
        "/dev/video3  Silent Cam (usb-3): it does not say what it offers",
        "all formats, sizes and rates: fastvbg live --list --verbose",
    ]
    assert all(line.startswith(("v4l2loopback: ", "virtual camera: ")) for line in told[4:])
    assert len(told) > 4


def test_all_that_it_offers_is_told_where_that_is_asked_for() -> None:
    told = list(lines(verbose=True, system=system()))
    assert told[1:6] == [
        "    YUYV 640x480 at 120, 30",
        "    YUYV 1280x720 at 10",
        "    MJPG 640x480 at 30",
        "    MJPG 1280x720 at 30, 15",
        "    MJPG 1920x1080 at 30",
    ]
    assert not any("--verbose" in line for line in told)


def test_a_machine_without_cameras_says_so() -> None:
    assert next(lines(system=FakeSystem({}, {}))) == "no camera"


@pytest.mark.parametrize(
    ("number", "wanted"),
    [
        (errno.ENOTTY, "no camera"),
        (errno.EACCES, "/dev/video1: this user may not open it"),
        (errno.ENXIO, "/dev/video1: the device is gone"),
    ],
)
def test_a_node_that_says_nothing_of_itself(number: int, wanted: str) -> None:
    asked = FakeSystem({"/dev/video1": FakeDevice("Cam")}, {})
    asked.will_fail("open", number)
    assert next(lines(system=asked)).startswith(wanted)


def test_a_mode_is_told_once() -> None:
    offer = Offer("MJPG", Span(640, 640), Span(480, 480), (Fraction(30),))
    assert list(map(str, best_modes([offer]))) == ["MJPG 640x480 at 30"]


def test_verbose_alone_is_told(capsys) -> None:
    assert run_command_line(["live", "-v"]) == 2
    assert capsys.readouterr().err == "fastvbg: verbose: it goes with --list\n"
