"""A network stream as a source."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.devices.network.source import NetworkSource
from fastvbg.live_mode.grab import Grab, Pool
from fastvbg.media.colour import ColourTags
from fastvbg.media.planes import planes_of

if TYPE_CHECKING:
    import av

_LIMITED = 1


class StreamSource:
    """Reads a stream; the process that receives it connects again by itself.

    Parameters
    ----------
    stream : NetworkSource
        Not open yet.
    """

    def __init__(self, stream: NetworkSource) -> None:
        self._stream = stream
        self.name = stream.name
        self.width = self.height = self.dropped = 0
        self.rate, self.told, self.colour = 0.0, "", ColourTags()
        self._pool: Pool | None = None

    def open(self) -> None:
        """Connect and wait for the first picture."""
        form = self._stream.open()
        self.width, self.height = form.width, form.height
        self.rate = form.rate or 30.0
        self.colour = ColourTags(ColourTags().conversion_matrix(form.height), _LIMITED)
        self.told = f"{form.width}x{form.height} at {self.rate:.4g} frames/s"
        self._pool = self._pool or Pool(form.width, form.height)

    def read(self, timeout: float) -> Grab | None:
        """Return the newest picture."""
        got = self._stream.read(timeout)
        self.dropped = self._stream.dropped
        if got is None or self._pool is None:
            return None
        picture = self._pool.take()
        for source, target in zip(got.planes, planes_of(picture), strict=True):
            target[:] = source
        return Grab(picture, got.captured)

    def recycle(self, picture: av.VideoFrame) -> None:
        """Take back a picture."""
        if self._pool is not None:
            self._pool.give(picture)

    def close(self) -> None:
        """Disconnect."""
        self._stream.close()
