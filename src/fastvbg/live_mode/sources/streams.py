"""A network stream as a source."""

from __future__ import annotations

from fastvbg.devices.network.source import NetworkSource
from fastvbg.live_mode.pictures.grab import Grab, OfOneSize, Pool
from fastvbg.media.planes import planes_of


class StreamSource(OfOneSize):
    """Reads a stream that is not open yet; the process behind it connects again by itself."""

    def __init__(self, stream: NetworkSource) -> None:
        super().__init__(stream.name)
        self._stream = stream
        self.dropped = 0

    def open(self) -> None:
        """Connect and wait for the first picture."""
        form = self._stream.open()
        self.width, self.height = form.width, form.height
        self.rate = form.rate or 30.0
        self.colour = form.colour
        self.told = f"{form.width}x{form.height} at {self.rate:.4g} frames/s"
        self.pool = self.pool or Pool(form.width, form.height)

    def read(self, timeout: float) -> Grab | None:
        """Return the newest picture."""
        got = self._stream.read(timeout)
        self.dropped = self._stream.dropped
        if got is None or self.pool is None:
            return None
        picture = self.pool.take()
        for source, target in zip(got.planes, planes_of(picture), strict=True):
            target[:] = source
        return Grab(picture, got.captured, since=(got.connection,))

    def close(self) -> None:
        """Disconnect."""
        self._stream.close()
