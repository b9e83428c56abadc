"""Cameras and virtual cameras, for people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg.devices.v4l2.listing import Listed
    from fastvbg.devices.v4l2.nodes import Node
    from fastvbg.devices.v4l2.system import System


def lines(*, verbose: bool = False, system: System | None = None) -> Iterator[str]:
    """Yield a line for each camera, with its best modes, and for each virtual camera.

    Parameters
    ----------
    verbose : bool
        Whether all that a camera offers follows, a line each.
    system : System, optional
        What makes the calls.
    """
    if sys.platform != "linux":
        yield "fastvbg lists cameras on Linux alone; elsewhere name one as its system does"
        return
    from fastvbg.devices.v4l2.facts import facts
    from fastvbg.devices.v4l2.listing import cameras
    from fastvbg.devices.v4l2.system import System

    system = system or System()
    real = [each for each in cameras(system) if not each.node.is_loopback]
    if not real:
        yield "no camera"
    for listed in real:
        yield f"{_named(listed.node)}: {_told(listed)}"
        if verbose:
            yield from (f"    {offer}" for offer in listed.offers)
    if any(listed.offers for listed in real) and not verbose:
        yield "all formats, sizes and rates: fastvbg live --list --verbose"
    for fact in facts(system):
        if fact.name != "camera":
            yield f"{fact.name}: {fact.text}"


def _named(node: Node) -> str:
    """Return a camera's path, and what it says of itself, as far as it does."""
    named = node.path if node.card == "?" else f"{node.path}  {node.card}"
    return f"{named} ({node.bus_info})" if node.bus_info else named


def _told(listed: Listed) -> str:
    """Return a camera's best modes, the one that live mode takes first; or why there is none."""
    from fastvbg.devices.v4l2.choose import UNDERSTOOD, best_modes

    if listed.node.problem:
        return listed.node.problem.removeprefix(f"{listed.node.path}: ")
    if not listed.offers:
        return "it does not say what it offers"
    modes = best_modes(listed.offers)
    if not modes:
        return f"no format that fastvbg understands ({', '.join(UNDERSTOOD)})"
    return ", ".join(map(str, modes))
