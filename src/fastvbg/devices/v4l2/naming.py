"""Which device a user means: by name, by path, or by what it keeps when it is plugged in again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.devices.errors import CameraGoneError, NoCameraError
from fastvbg.devices.v4l2.loopbacks import module_version
from fastvbg.devices.v4l2.nodes import Node, all_nodes, node_at
from fastvbg.errors import FastvbgError, OptionError, SinkError, SourceError, shown

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastvbg.devices.v4l2.nodes import Identity
    from fastvbg.devices.v4l2.system import System

CAMERA, LOOPBACK = "camera", "loopback"
DEFAULT_LABEL = "fastvbg"
"""The label that the advised modprobe line gives a virtual camera."""

MODPROBE = (
    f"sudo modprobe v4l2loopback devices=1 exclusive_caps=1 card_label={DEFAULT_LABEL} "
    "(its package is v4l2loopback-dkms in Debian and Ubuntu)"
)


def find_camera(text: str, system: System) -> Node:
    """Return the camera that a user means.

    Parameters
    ----------
    text : str
        `camera` for the first one that is no virtual camera of v4l2loopback; `camera:NAME` by its
        name or a part of it, in any case; or a path such as /dev/video0.
    system : System
        What makes the calls.

    Returns
    -------
    Node
        Of a camera.

    Raises
    ------
    SourceError
        There is none, or several have that name; the line lists them.
    OptionError
        The text is no such name.
    """
    if text.startswith("/dev/"):
        return _at(text, system)
    found = all_nodes(system)
    cameras = [node for node in found if node.is_camera]
    if text == CAMERA:
        for node in cameras:
            if not node.is_loopback:
                return node
        raise _none_there(found)
    kind, _, name = text.partition(":")
    if kind != CAMERA or not name.strip():
        raise OptionError(
            f"source: got {shown(text)}, wanted camera, camera:NAME or a path such as /dev/video0"
        )
    if not cameras:
        raise _none_there(found)
    return _by_name(name, cameras, "camera", SourceError)


def find_again(identity: Identity, system: System) -> Node:
    """Return the camera that has this identity now, whatever its number has become.

    Raises
    ------
    CameraGoneError
        It is not there.
    """
    for node in all_nodes(system):
        if node.is_camera and node.identity == identity:
            return node
    raise CameraGoneError(f"{identity.card}: is not there; was it unplugged ({identity.bus_info})?")


def find_loopback(text: str, system: System) -> Node:
    """Return the virtual camera that a user means.

    Parameters
    ----------
    text : str
        `loopback` for the one labelled fastvbg, or else the first; `loopback:NAME`; or a path.
    system : System
        What makes the calls.

    Returns
    -------
    Node
        Of a device that can be written to, as far as is known before it is tried.

    Raises
    ------
    SinkError
        There is none, or several have that name; the line says what to do.
    OptionError
        The text is no such name.
    """
    if text.startswith("/dev/"):
        return _output_at(text, system)
    kind, _, name = text.partition(":")
    if kind != LOOPBACK or (":" in text and not name.strip()):
        raise OptionError(
            f"sink: got {shown(text)}, wanted loopback, loopback:NAME or a path such as "
            "/dev/video10"
        )
    found = [node for node in all_nodes(system) if node.is_loopback]
    if not found:
        raise SinkError(f"{text}: {no_loopback(system)}")
    if name:
        return _by_name(name, found, "virtual camera", SinkError)
    return min(found, key=lambda node: node.card != DEFAULT_LABEL)


def no_loopback(system: System) -> str:
    """Return why there is no virtual camera, and what to do."""
    if module_version(system) is None:
        return f"the kernel module v4l2loopback is not loaded: {MODPROBE}"
    denied = [node.problem for node in all_nodes(system) if node.problem]
    if denied:
        return denied[0]
    return f"v4l2loopback has no device: sudo modprobe -r v4l2loopback, then {MODPROBE}"


def _at(path: str, system: System) -> Node:
    node = node_at(path, system)
    if node.problem:
        raise SourceError(node.problem)
    if not node.is_camera:
        if node.is_loopback:
            raise SourceError(f"{node}: nobody writes to this virtual camera, so there is nothing")
        raise SourceError(
            f"{node}: gives no pictures (a camera's metadata, or an output); "
            f"{_list_of([one for one in all_nodes(system) if one.is_camera])}"
        )
    return node


def _output_at(path: str, system: System) -> Node:
    node = node_at(path, system)
    if not node.problem:
        return node
    if not any(one.is_loopback for one in all_nodes(system)):
        raise SinkError(f"{path}: {no_loopback(system)}")
    raise SinkError(node.problem)


def _by_name(name: str, nodes: Sequence[Node], what: str, kind: type[FastvbgError]) -> Node:
    wanted = name.strip().casefold()
    same = [node for node in nodes if node.card.casefold() == wanted]
    found = same or [node for node in nodes if wanted in node.card.casefold()]
    if not found:
        raise kind(f"{what} {shown(name)}: is not there; {_list_of(nodes)}")
    if len(found) > 1:
        raise kind(f"{what} {shown(name)}: several have this name: {_listed(found)}; give the path")
    return found[0]


def _none_there(found: Sequence[Node]) -> SourceError:
    denied = [node.problem for node in found if node.problem]
    if denied:
        return SourceError(f"camera: {denied[0]}")
    virtual = [node for node in found if node.is_camera and node.is_loopback]
    if virtual:
        return SourceError(
            f"camera: only virtual ones are there: {_listed(virtual)}; give the path"
        )
    return NoCameraError(
        "camera: there is none; plug one in, or give a file, an address, or demo, a generated scene"
    )


def _list_of(nodes: Sequence[Node]) -> str:
    return f"there are {_listed(nodes)}" if nodes else "there is none at all"


def _listed(nodes: Sequence[Node]) -> str:
    return ", ".join(map(str, nodes))
