"""What tests of browsers that offer their camera share."""

from __future__ import annotations

from importlib.util import find_spec

import pytest

from fastvbg.live_mode.sources.browser import BrowserSource
from tests.support.livesession import FakeSession

WITH_PEERS = pytest.mark.skipif(
    find_spec("aiortc") is None, reason="aiortc is not installed: fastvbg[webrtc]"
)


def session_of_a_browser() -> FakeSession:
    """Return a session whose source is a browser's camera."""
    made = FakeSession()
    made.source = BrowserSource((64, 36))
    return made
