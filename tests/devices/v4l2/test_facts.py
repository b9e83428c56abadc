"""What the doctor is told of cameras and virtual cameras."""

from __future__ import annotations

import errno

import pytest

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.facts import facts
from fastvbg.devices.v4l2.loopbacks import (
    SHARED,
    STILL_READ,
    STUCK,
    WAITING,
    WRITTEN,
    loopbacks,
    module_version,
)
from tests.support.v4l2 import WEBCAM, FakeDevice, FakeSystem, loopback

MODPROBE = "sudo modprobe v4l2loopback devices=1 exclusive_caps=1 card_label=fastvbg"
PARAMETERS = "/sys/module/v4l2loopback/parameters"
MODULE = {
    "/sys/module/v4l2loopback/version": "0.15.4",
    f"{PARAMETERS}/exclusive_caps": "Y,N,N",
    f"{PARAMETERS}/video_nr": "-1,-1,-1",
}
BOTH = abi.CAP_CAPTURE | abi.CAP_OUTPUT


def test_a_bare_machine_is_told_what_it_can_have() -> None:
    camera, module = facts(FakeSystem({}))
    assert (camera.name, camera.ok) == ("camera", None)
    assert (module.name, module.ok) == ("v4l2loopback", None)
    assert MODPROBE in module.text


def test_cameras_are_told_with_formats_and_who_has_them() -> None:
    system = FakeSystem({"/dev/video0": FakeDevice("Cam", formats=WEBCAM)})
    system.processes[7] = ("zoom", ["/dev/video0"])
    line = "/dev/video0 (Cam): YUYV, MJPG; open in zoom (process 7)"
    assert facts(system)[0] == ("camera", True, line)


def test_a_camera_of_strange_formats_is_bad() -> None:
    strange = {"H264": {(640, 480): [30]}}
    found = facts(FakeSystem({"/dev/video0": FakeDevice("Cam", formats=strange)}))[0]
    line = "/dev/video0 (Cam): no format that fastvbg understands"
    assert found == ("camera", False, line)


def test_a_camera_that_may_not_be_opened_is_bad() -> None:
    system = FakeSystem({"/dev/video0": FakeDevice("Cam")})
    system.will_fail("open", errno.EACCES)
    found = facts(system)[0]
    assert found.ok is False
    assert "sudo usermod -aG video" in found.text


@pytest.mark.parametrize(
    ("caps", "numbers", "state", "ok", "words"),
    [
        (abi.CAP_OUTPUT, "-1,-1", WAITING, True, "is a camera once it is written to"),
        (abi.CAP_CAPTURE, "-1,-1", WRITTEN, True, "is written to; open in obs (process 7)"),
        (BOTH, "-1,-1", STILL_READ, True, "is read, and waits for another writer"),
        (BOTH, "10,-1", STILL_READ, True, "is read"),
        (BOTH, "9,10", SHARED, None, "exclusive_caps is off, so that Chromium and Zoom do not"),
        (0, "-1,-1", STUCK, True, "left in disorder by an earlier writer, which the next one"),
    ],
)
def test_states_of_a_virtual_camera(caps, numbers, state, ok, words) -> None:
    device = loopback()
    device.caps = caps
    system = FakeSystem({"/dev/video10": device}, {**MODULE, f"{PARAMETERS}/video_nr": numbers})
    system.processes[7] = ("obs", ["/dev/video10"])
    (one,) = loopbacks(system)
    assert one.state == state
    assert one.holders == [(7, "obs")]
    module, found = [fact for fact in facts(system) if fact.name != "camera"]
    assert module == ("v4l2loopback", True, "is loaded (0.15.4)")
    assert (found.name, found.ok) == ("virtual camera", ok)
    assert words in found.text
    assert "open in obs (process 7)" in found.text
    assert (MODPROBE in found.text) is (state == SHARED)


def test_a_module_without_a_device_is_bad() -> None:
    found = facts(FakeSystem({}, MODULE))[1]
    assert found.ok is False
    assert MODPROBE in found.text


def test_versions() -> None:
    assert module_version(FakeSystem({})) is None
    assert module_version(FakeSystem({}, MODULE)) == "0.15.4"
    hidden = {f"{PARAMETERS}/debug": "0"}
    assert module_version(FakeSystem({}, hidden)) == "?"
    system = FakeSystem({"/dev/video10": loopback()}, hidden)
    assert "of a version that it does not tell" in facts(system)[1].text
    assert loopbacks(system)[0].state == WAITING
