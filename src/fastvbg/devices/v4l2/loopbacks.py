"""Virtual cameras of v4l2loopback: what state they are in, and what the module is."""

from __future__ import annotations

from ctypes import c_int32
from typing import TYPE_CHECKING, Final, NamedTuple

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.device import Device
from fastvbg.devices.v4l2.holders import Holder, holders
from fastvbg.devices.v4l2.nodes import all_nodes, node_at
from fastvbg.errors import SinkError

if TYPE_CHECKING:
    from fastvbg.devices.v4l2.nodes import Node
    from fastvbg.devices.v4l2.system import System

SHARED: Final = "shared"
"""It says that it takes and gives pictures, always: exclusive_caps is off, and browsers skip it."""
WAITING: Final = "waiting"
"""It says that it takes pictures, and nobody writes any: no program lists it as a camera."""
WRITTEN: Final = "written"
"""It says that it gives pictures: somebody writes them, or keep_format holds it so."""
STUCK: Final = "stuck"
"""It says neither, and refuses every format, as 0.12.7 leaves it after a writer by write(2)."""
STILL_READ: Final = "still read"
"""It says both, though exclusive_caps is on: the writer closed, and readers are left."""

_MODULE: Final = "/sys/module/v4l2loopback"


class Loopback(NamedTuple):
    """A virtual camera."""

    node: Node
    state: str
    """`SHARED`, `WAITING`, `WRITTEN`, `STILL_READ` or `STUCK`."""
    holders: list[Holder]
    """Other processes that have it open, as far as this user may see them."""


def loopback_state(caps: int) -> str:
    """Return the state that the capabilities of a v4l2loopback device tell."""
    takes, gives = bool(caps & abi.CAP_OUTPUT), bool(caps & abi.CAP_CAPTURE)
    if caps & abi.CAP_M2M or (takes and gives):
        return SHARED
    return WAITING if takes else WRITTEN if gives else STUCK


def loopbacks(system: System) -> list[Loopback]:
    """Return the virtual cameras of v4l2loopback, by rising number."""
    found = [node for node in all_nodes(system) if node.is_loopback]
    result = []
    for position, node in enumerate(found):
        state = loopback_state(node.caps)
        if state == SHARED and _loaded_exclusive(node, position, system):
            state = STILL_READ
        result.append(Loopback(node, state, holders(node.path, system)))
    return result


def _loaded_exclusive(node: Node, position: int, system: System) -> bool:
    """Tell whether the module was loaded with exclusive_caps for a device."""
    numbers = _parameter("video_nr", system)
    own = node.path.removeprefix("/dev/video")
    # Devices whose numbers the kernel chose are in the order of the parameters.
    at = numbers.index(own) if own in numbers else position
    return _parameter("exclusive_caps", system)[at : at + 1] == ["Y"]


def _parameter(name: str, system: System) -> list[str]:
    try:
        return system.text(f"{_MODULE}/parameters/{name}").split(",")
    except OSError:
        return []


def sign_writer(device: Device) -> None:
    """Let an old module (0.12.7) know that this is its writer, so that it notes when it closes.

    It marks as writer who starts a stream, and forgets who only writes: after the close the device
    would announce nothing and be `STUCK`.
    """
    device.ask(abi.STREAMON, c_int32(abi.OUTPUT))


def free(node: Node, system: System) -> Node:
    """Return a virtual camera; one that is stuck is freed, where nobody has it open.

    The mark of `sign_writer` is set before the module sees that there is no format, so that the
    close after it does what the close of the earlier writer left undone.
    """
    if loopback_state(node.caps) != STUCK:
        return node
    device = Device(node.path, system, SinkError)
    sign_writer(device)
    device.close()
    return node_at(node.path, system)


def module_version(system: System) -> str | None:
    """Return the version of v4l2loopback; None where it is not loaded, `?` where it hides it."""
    try:
        return system.text(f"{_MODULE}/version")
    except OSError:
        pass
    try:
        system.names(_MODULE)
    except OSError:
        return None
    return "?"
