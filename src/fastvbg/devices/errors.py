"""Errors of devices."""

from __future__ import annotations

from fastvbg.errors import SourceError


class CameraGoneError(SourceError):
    """A camera was unplugged, or its driver gave up: open it again once it is back."""


class NoCameraError(SourceError):
    """There is no camera on this machine."""
