"""Cameras and virtual cameras, for people."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


def lines() -> Iterator[str]:
    """Yield a line for each camera, its formats below it, and for each virtual camera."""
    if sys.platform != "linux":
        yield "fastvbg lists cameras on Linux alone; elsewhere name one as its system does"
        return
    from fastvbg.devices.v4l2.facts import facts
    from fastvbg.devices.v4l2.listing import cameras
    from fastvbg.devices.v4l2.system import System

    found = cameras(System())
    real = [each for each in found if not each.node.is_loopback]
    if not real:
        yield "no camera"
    for listed in real:
        node = listed.node
        yield f"{node.path}  {node.card} ({node.bus_info})" + (
            f": {node.problem}" if node.problem else ""
        )
        for offer in listed.offers:
            yield f"    {offer}"
    for fact in facts():
        if fact.name != "camera":
            yield f"{fact.name}: {fact.text}"
