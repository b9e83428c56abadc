"""What live mode finds on a machine, looked over one by one."""

from __future__ import annotations

import sys
from importlib.util import find_spec

from fastvbg.devices.fact import Fact
from fastvbg.devices.turbojpeg import library

_WEBRTC = "aiortc is installed"
_NO_WEBRTC = "as a source it wants aiortc: pip install 'fastvbg[webrtc]'"
_TURBO = "decoded by libjpeg-turbo"
_NO_TURBO = "decoded by FFmpeg; with libturbojpeg (apt install libturbojpeg0) in 3/4 of the time"
_PAGE = "the page of live mode wants aiohttp: pip install 'fastvbg[live]'"


def live_facts() -> list[Fact]:
    """Return what there is of cameras, virtual cameras, PipeWire, JPEGs and the page."""
    webrtc = find_spec("aiortc") is not None
    page, jpegs = find_spec("aiohttp") is not None, library() is not None
    found = [
        Fact("cameras' JPEGs", True if jpegs else None, _TURBO if jpegs else _NO_TURBO),
        Fact("browser's camera", True if webrtc else None, _WEBRTC if webrtc else _NO_WEBRTC),
        Fact("page", True if page else None, "aiohttp is installed" if page else _PAGE),
    ]
    if sys.platform != "linux":
        return found
    from fastvbg.devices.pipewire.facts import pipewire_facts
    from fastvbg.devices.v4l2.facts import facts

    rows = [*facts(), *pipewire_facts()]
    return [*rows, *found]
