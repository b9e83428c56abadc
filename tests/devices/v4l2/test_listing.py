"""Which cameras there are, what they offer, and which one is meant."""

from __future__ import annotations

import errno
from fractions import Fraction

import pytest

from fastvbg.devices.errors import CameraGoneError
from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.listing import cameras
from fastvbg.devices.v4l2.naming import find_again, find_camera, find_loopback
from fastvbg.devices.v4l2.nodes import Identity
from fastvbg.devices.v4l2.offers import Offer, Span
from fastvbg.errors import OptionError, SinkError, SourceError
from tests.support.v4l2 import WEBCAM, FakeDevice, FakeSystem, loopback

META = abi.CAP_STREAMING | 0x00800000
MODULE = {"/sys/module/v4l2loopback/version": "0.15.4"}


@pytest.fixture
def system() -> FakeSystem:
    """A desk: a virtual camera, two webcams of which one has a metadata node, and a TV card."""
    return FakeSystem(
        {
            "/dev/video10": FakeDevice("Desk Cam", bus="usb-2", formats=WEBCAM),
            "/dev/video0": loopback(caps=abi.CAP_CAPTURE),
            "/dev/video2": FakeDevice("Integrated Camera: Front", bus="usb-1"),
            "/dev/video3": FakeDevice("Integrated Camera: Front", bus="usb-1", caps=META),
        },
        MODULE,
    )


def test_cameras_are_listed_by_number_without_metadata_nodes(system: FakeSystem) -> None:
    found = cameras(system)
    assert [one.node.path for one in found] == ["/dev/video0", "/dev/video2", "/dev/video10"]
    assert found[0].node.is_loopback
    assert found[2].node.identity == Identity("usb-2", "Desk Cam")
    assert [str(one) for one in found[2].offers] == [
        "YUYV 640x480 at 30, 15",
        "YUYV 1280x720 at 10",
        "MJPG 640x480 at 30",
        "MJPG 1280x720 at 30, 15",
        "MJPG 1920x1080 at 30",
    ]
    assert not system.opened


def test_spans_of_sizes_and_rates(system: FakeSystem) -> None:
    system.devices["/dev/video10"].formats = {"NV12": {(-1920, -1080): [(1, 1000)]}}
    (offer,) = cameras(system)[2].offers
    assert offer[:3] == ("NV12", Span(16, 1920, 16), Span(8, 1080, 8))
    assert offer.rates == tuple(map(Fraction, (120, 90, 60, 50, 30, 25, 24, 20, 15, 10, 5)))
    assert str(offer).startswith("NV12 [16..1920]x[8..1080] at 120, 90")


def test_a_device_that_may_not_be_opened_is_listed_with_the_reason(system: FakeSystem) -> None:
    system.files["/sys/class/video4linux/video0/name"] = "Secret Cam"
    system.will_fail("open", errno.EACCES)
    node = cameras(system)[0].node
    assert node.card == "Secret Cam"
    assert "sudo usermod -aG video" in node.problem


def test_a_camera_that_goes_while_it_is_asked_is_listed_with_the_reason(system) -> None:
    system.will_fail("open", 0, 0, 0, 0, 0, errno.ENODEV)
    assert "unplugged" in cameras(system)[1].node.problem


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("camera", "/dev/video2"),
        ("camera:desk", "/dev/video10"),
        ("camera:INTEGRATED", "/dev/video2"),
        ("camera:fastvbg", "/dev/video0"),
        ("/dev/video10", "/dev/video10"),
    ],
)
def test_a_camera_is_found(system: FakeSystem, text: str, path: str) -> None:
    assert find_camera(text, system).path == path


@pytest.mark.parametrize(
    ("text", "error", "line"),
    [
        ("camera:cam", SourceError, "several have this name: .*video2 .*, /dev/video10 .*path"),
        ("camera:zoom", SourceError, "camera 'zoom': is not there; there are /dev/video0"),
        ("camera:", OptionError, "source: got 'camera:', wanted camera, camera:NAME or a path"),
        ("webcam", OptionError, "source: got 'webcam'"),
        ("/dev/video9", SourceError, "/dev/video9: there is no such device"),
        ("/dev/video3", SourceError, "video3 .*gives no pictures .*; there are /dev/video0"),
    ],
)
def test_what_is_no_camera_is_told(system: FakeSystem, text: str, error, line: str) -> None:
    with pytest.raises(error, match=line) as caught:
        find_camera(text, system)
    assert "\n" not in str(caught.value)


def test_a_whole_name_goes_before_a_part(system: FakeSystem) -> None:
    system.devices["/dev/video20"] = FakeDevice("Desk Cam 2")
    assert find_camera("camera:desk cam", system).path == "/dev/video10"


def test_no_camera_at_all() -> None:
    for devices, line in (
        ({}, "^camera: there is none; plug one in"),
        (
            {"/dev/video0": loopback(caps=abi.CAP_CAPTURE)},
            "only virtual ones are there: /dev",
        ),
        ({"/dev/video0": FakeDevice(caps=META)}, "there is none"),
    ):
        with pytest.raises(SourceError, match=line):
            find_camera("camera", FakeSystem(devices))
    system = FakeSystem({"/dev/video0": FakeDevice()})
    system.will_fail("open", errno.EACCES)
    with pytest.raises(SourceError, match="^camera: /dev/video0: this user may not open it"):
        find_camera("camera", system)
    with pytest.raises(SourceError, match="there is none"):
        find_camera("camera:x", FakeSystem({}))


def test_what_is_no_video_device_is_told(system: FakeSystem) -> None:
    system.will_fail(abi.QUERYCAP, errno.ENOTTY)
    with pytest.raises(SourceError, match="^/dev/video2: is not a video device"):
        find_camera("/dev/video2", system)


def test_a_virtual_camera_that_nobody_writes_is_told(system: FakeSystem) -> None:
    system.devices["/dev/video0"] = loopback()
    with pytest.raises(SourceError, match="nobody writes to this virtual camera"):
        find_camera("/dev/video0", system)


def test_a_camera_is_found_again_whatever_its_number(system: FakeSystem) -> None:
    identity = find_camera("camera:desk", system).identity
    system.devices["/dev/video4"] = system.devices.pop("/dev/video10")
    assert find_again(identity, system).path == "/dev/video4"
    del system.devices["/dev/video4"]
    with pytest.raises(CameraGoneError, match="^Desk Cam: is not there; was it unplugged"):
        find_again(identity, system)


def test_a_virtual_camera_is_found(system: FakeSystem) -> None:
    assert find_loopback("loopback", system).path == "/dev/video0"
    system.devices["/dev/video5"] = loopback("other")
    assert find_loopback("loopback:OTHER", system).path == "/dev/video5"
    del system.devices["/dev/video0"]
    assert find_loopback("loopback", system).path == "/dev/video5"
    with pytest.raises(SinkError, match="virtual camera 'x': is not there; there are /dev/video5"):
        find_loopback("loopback:x", system)
    with pytest.raises(OptionError, match="^sink: got 'loop', wanted loopback"):
        find_loopback("loop", system)


@pytest.mark.parametrize("text", ["loopback", "/dev/video10"])
def test_a_module_that_is_missing_is_told_with_the_line_to_type(text: str) -> None:
    line = "sudo modprobe v4l2loopback devices=1 exclusive_caps=1 card_label=fastvbg"
    with pytest.raises(SinkError, match=f"^{text}: .* v4l2loopback is not loaded: {line}"):
        find_loopback(text, FakeSystem({}))
    with pytest.raises(SinkError, match="has no device: sudo modprobe -r v4l2loopback"):
        find_loopback(text, FakeSystem({}, MODULE))
    # The module is there and has another device: then it is a wrong number alone.
    with pytest.raises(SinkError, match="^/dev/video10: there is no such device"):
        find_loopback("/dev/video10", FakeSystem({"/dev/video1": loopback()}, MODULE))


def test_an_offer_is_shown_without_rates_where_there_are_none() -> None:
    assert str(Offer("GREY", Span(2, 2), Span(4, 4))) == "GREY 2x4"
