"""What `fastvbg doctor` says of cameras and virtual cameras."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Final

from fastvbg.devices.fact import Fact
from fastvbg.devices.v4l2.choose import UNDERSTOOD
from fastvbg.devices.v4l2.holders import holders, told
from fastvbg.devices.v4l2.listing import cameras
from fastvbg.devices.v4l2.loopbacks import (
    SHARED,
    STILL_READ,
    STUCK,
    WAITING,
    WRITTEN,
    Loopback,
    loopbacks,
    module_version,
)
from fastvbg.devices.v4l2.naming import MODPROBE
from fastvbg.devices.v4l2.system import System

if TYPE_CHECKING:
    from fastvbg.devices.v4l2.listing import Listed


_STATES: Final = {
    WAITING: "is a camera once it is written to",
    WRITTEN: "is written to",
    STILL_READ: "is read, and waits for another writer",
    STUCK: "was left in disorder by an earlier writer, which the next one mends",
}


def facts(system: System | None = None) -> list[Fact]:
    """Look over cameras and virtual cameras.

    Parameters
    ----------
    system : System, optional
        What makes the calls.

    Returns
    -------
    list of Fact
        None on other systems than Linux.
    """
    if system is None:
        if sys.platform != "linux":
            return []
        system = System()
    return [*_cameras(system), *_virtual(system)]


def _cameras(system: System) -> list[Fact]:
    found = [_camera(listed, system) for listed in cameras(system) if not listed.node.is_loopback]
    return found or [Fact("camera", None, "there is none; a file or an address may be the source")]


def _camera(listed: Listed, system: System) -> Fact:
    node = listed.node
    if node.problem:
        return Fact("camera", False, f"{node.card}: {node.problem}")
    offered = {offer.fourcc for offer in listed.offers}
    known = [code for code in UNDERSTOOD if code in offered]
    codes = ", ".join(known) or "no format that fastvbg understands"
    held = holders(node.path, system)
    use = f"; open in {told(held)}" if held else ""
    return Fact("camera", bool(known), f"{node}: {codes}{use}")


def _virtual(system: System) -> list[Fact]:
    version = module_version(system)
    if version is None:
        return [Fact("v4l2loopback", None, f"is not loaded, so no virtual camera: {MODPROBE}")]
    number = "of a version that it does not tell" if version == "?" else version
    found = loopbacks(system)
    if not found:
        again = f"is loaded ({number}) but has no device: sudo modprobe -r v4l2loopback; {MODPROBE}"
        return [Fact("v4l2loopback", False, again)]
    return [Fact("v4l2loopback", True, f"is loaded ({number})"), *map(_device, found)]


def _device(one: Loopback) -> Fact:
    held = f"; open in {told(one.holders)}" if one.holders else ""
    if one.state == SHARED:
        return Fact(
            "virtual camera",
            None,
            f"{one.node}: exclusive_caps is off, so that Chromium and Zoom do not list it{held}: "
            f"sudo modprobe -r v4l2loopback; {MODPROBE}",
        )
    return Fact("virtual camera", True, f"{one.node}: {_STATES[one.state]}{held}")
