"""The video devices of this machine, each as it says of itself."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.device import NO_VIDEO, Device
from fastvbg.errors import FastvbgError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from fastvbg.devices.v4l2.system import System

LOOPBACK_DRIVER: Final = "v4l2 loopback"
"""What v4l2loopback calls itself; its card is the label that was given to the module."""


class Identity(NamedTuple):
    """What a device keeps when it is plugged in again, unlike its number."""

    bus_info: str
    card: str


class Node(NamedTuple):
    """A video device."""

    path: str
    card: str
    driver: str
    bus_info: str
    caps: int
    """`device_caps`: what this node can do, where `capabilities` has the whole card."""
    problem: str = ""
    """Why it could not be asked, as one line; then only path and card are known."""

    @property
    def identity(self) -> Identity:
        """Return what it keeps when it is plugged in again."""
        return Identity(self.bus_info, self.card)

    @property
    def is_camera(self) -> bool:
        """Tell whether pictures come from it; the second node of a UVC camera has metadata."""
        return bool(self.caps & abi.CAP_CAPTURE) and not self.caps & abi.CAP_M2M

    @property
    def is_loopback(self) -> bool:
        """Tell whether it is a virtual camera of v4l2loopback."""
        return self.driver == LOOPBACK_DRIVER

    def __str__(self) -> str:
        return f"{self.path} ({self.card})"


def all_nodes(system: System) -> list[Node]:
    """Return the video devices, by rising number; not what only has the name of one."""
    try:
        names = system.names("/dev")
    except OSError:
        return []
    numbers = sorted(
        int(name[5:]) for name in names if name.startswith("video") and name[5:].isdigit()
    )
    nodes = [node_at(f"/dev/video{number}", system) for number in numbers]
    return [node for node in nodes if not node.problem.endswith(NO_VIDEO)]


def node_at(path: str, system: System) -> Node:
    """Return what a device says of itself; where it does not answer, `problem` says why."""
    try:
        device = Device(path, system)
        try:
            return node_of(device)
        finally:
            device.close()
    except FastvbgError as error:
        return Node(path, _label(path, system), "", "", 0, str(error))


def node_of(device: Device) -> Node:
    """Return what an open device says of itself."""
    answer = device.capability()
    own = answer.capabilities & abi.CAP_DEVICE_CAPS
    caps = answer.device_caps if own else answer.capabilities
    card, driver, bus = map(_text, (answer.card, answer.driver, answer.bus_info))
    return Node(device.path, card, driver, bus, caps)


def _label(path: str, system: System) -> str:
    return system.word(f"/sys/class/video4linux/{path.rpartition('/')[2]}/name")


def _text(letters: Iterable[int]) -> str:
    return bytes(letters).partition(b"\0")[0].decode("utf-8", "replace").strip()
