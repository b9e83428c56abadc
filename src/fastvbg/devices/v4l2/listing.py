"""What cameras there are, and what each offers."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from fastvbg.devices.v4l2.device import Device
from fastvbg.devices.v4l2.nodes import Node, all_nodes
from fastvbg.devices.v4l2.offers import Offer, offers_of
from fastvbg.errors import FastvbgError

if TYPE_CHECKING:
    from fastvbg.devices.v4l2.system import System


class Listed(NamedTuple):
    """A camera, or a device that could not be asked, as its `node.problem` says."""

    node: Node
    offers: list[Offer]


def cameras(system: System) -> list[Listed]:
    """Return cameras with what they offer, and devices that do not answer, by rising number.

    A virtual camera is among them while somebody writes to it.
    """
    found = []
    for node in all_nodes(system):
        if node.problem:
            found.append(Listed(node, []))
        elif node.is_camera:
            found.append(_asked(node, system))
    return found


def _asked(node: Node, system: System) -> Listed:
    try:
        device = Device(node.path, system)
        try:
            return Listed(node, offers_of(device))
        finally:
            device.close()
    except FastvbgError as error:
        return Listed(node._replace(problem=str(error)), [])
