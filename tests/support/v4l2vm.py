"""Real devices of V4L2, where this machine has those that the tests marked `vm` need."""

from __future__ import annotations

import functools
import sys

import pytest

from fastvbg.devices.v4l2.nodes import LOOPBACK_DRIVER, node_at
from fastvbg.devices.v4l2.system import System

VIVID, EXCLUSIVE, SHARED = "/dev/video0", "/dev/video10", "/dev/video11"


@functools.cache
def missing() -> str:
    """Say which device is not there; empty where all are."""
    if sys.platform != "linux":
        return "V4L2 is Linux's"
    for path, driver in ((VIVID, "vivid"), (EXCLUSIVE, LOOPBACK_DRIVER), (SHARED, LOOPBACK_DRIVER)):
        found = node_at(path, System()).driver
        if found != driver:
            return f"{path} is {found or 'not there'}, wanted {driver}"
    return ""


def needs_devices() -> list[pytest.MarkDecorator]:
    """Return the marks of a module whose tests need them."""
    return [pytest.mark.vm, pytest.mark.skipif(bool(missing()), reason=missing())]
