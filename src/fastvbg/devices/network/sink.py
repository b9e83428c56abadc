"""A stream over the network as a sink of live mode."""

from __future__ import annotations

import math
import sys
from typing import TYPE_CHECKING, Any

from fastvbg.checks import check_integer
from fastvbg.devices.keeper import HasKeeper, Keeper, Patience
from fastvbg.devices.network.addresses import bitrate_of, parse_address
from fastvbg.devices.network.child import Child
from fastvbg.devices.network.memory import COUNT, Memory
from fastvbg.devices.network.messages import ALIVE, FAILED, FREE, OPEN, Outbox
from fastvbg.devices.planar import check_even_size, check_picture, copy_planes
from fastvbg.errors import SinkError
from fastvbg.media.colour import ColourTags
from fastvbg.values import parse_rate

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Planes

_MOST_BITRATE = 1_000_000_000
_UNTAGGED = ColourTags()


class NetworkSink(HasKeeper):
    """H.264 over the network, encoded and sent by a process of its own, which is kept running.

    Parameters
    ----------
    address : str
        `rtmp://`, `rtmps://` (FLV), `rtsp://` (over TCP), `tcp://` (NUT; `?listen=1` waits for a
        peer), `udp://`, `http://` or `https://` (MPEG-TS).
    bitrate : int, optional
        Bits a second, 10,000 to 1e9; by default 0.1 a pixel.
    patience : Patience
        How long to wait for a peer, and before the next attempt.
    colour : ColourTags
        What the numbers mean, which the stream says, too.

    Raises
    ------
    OptionError, OptionTypeError
        It is no such address, or no such bitrate.
    """

    def __init__(
        self,
        address: str,
        *,
        bitrate: int | None = None,
        patience: Patience | None = None,
        colour: ColourTags = _UNTAGGED,
    ) -> None:
        self._address = parse_address(address)
        self.name = self._address.shown
        if bitrate is not None:
            bitrate = check_integer("bitrate", bitrate, 10_000, _MOST_BITRATE)
        self._bitrate = bitrate
        patience = patience or Patience()
        self._patience = patience._replace(start=math.inf) if self._address.listens else patience
        self._size, self._colour = (0, 0), colour
        self._memory: Memory | None = None
        self._keeper: Keeper | None = None
        self._outbox: Outbox | None = None
        self._number = 0
        self.dropped = 0

    def open(self, width: int, height: int, rate: float) -> None:
        """Begin to connect; whether that succeeds is told by `status`.

        Parameters
        ----------
        width, height : int
            Of the pictures in pixels, even.
        rate : float
            Pictures a second, 0.001 to 1000; times are those when pictures were captured.

        Raises
        ------
        SinkError
            There is no encoder, no room for shared memory, or no Python to start.
        OptionError, OptionTypeError
            The size is odd, or the rate is none.
        """
        self.close()
        self._size = check_even_size(width, height)
        order = self._order(parse_rate(rate))
        _demand_encoder()
        try:
            self._memory = memory = Memory.create(width, height)
        except OSError as error:
            raise SinkError(f"{self.name}: no memory to share: {error.strerror}") from None
        self.dropped = 0
        self._keeper = keeper = Keeper("sender", lambda: self._start(order, memory), self._patience)
        keeper.begin()

    def _order(self, rate: Fraction) -> dict[str, Any]:
        address, colour, start = self._address, self._colour, self._patience.start
        return {
            "url": address.url,
            "muxer": address.muxer,
            "options": address.write_options,
            "size": self._size,
            "colour": (colour.matrix, colour.primaries, colour.transfer),
            "rate": rate.as_integer_ratio(),
            "bitrate": self._bitrate or bitrate_of(*self._size, float(rate)),
            # Its parent ends it then; it ends itself a little later where there is none any more.
            "limit": None if math.isinf(start) else start + 1.0,
        }

    def _start(self, order: dict[str, Any], memory: Memory) -> Child:
        keeper = self._keeper
        assert keeper is not None  # noqa: S101

        def heard(child: Child, said: list[Any]) -> None:
            if said[0] == OPEN:
                self._outbox = Outbox(child.mouth, COUNT)
                keeper.at_work()
            elif said[0] == FREE and self._outbox is not None:
                self._outbox.free(said[1])
                if said[2]:  # passed over while the sending itself may be stuck
                    self.dropped += 1
                else:
                    keeper.alive()
            elif said[0] == ALIVE:
                keeper.alive()
            elif said[0] == FAILED:
                keeper.ended(said[1])

        def over() -> None:
            self._outbox = None
            keeper.ended("the process that sends has ended")

        return Child("encode", order, memory, heard, over)

    def write(self, planes: Planes, captured: float) -> None:
        """Hand over a picture; it is dropped while nothing is connected or the peer is too slow.

        Parameters
        ----------
        planes : tuple of (H, W), (H / 2, W / 2) and (H / 2, W / 2) uint8 ndarray
            Y, U and V in limited range. They are copied.
        captured : float
            When the frame was captured, in seconds of `time.monotonic`.

        Raises
        ------
        SinkError
            The sink is not open.
        DTypeError, ShapeError
            These are not planes of that size.
        """
        if self._memory is None:
            raise SinkError(f"{self.name}: got a picture before open or after close")
        check_picture(planes, *self._size)
        outbox = self._outbox
        place = None if outbox is None else outbox.place()
        if outbox is None or place is None:
            self.dropped += 1
            return
        copy_planes(planes, self._memory.picture(place, *self._size))
        self._number += 1
        outbox.send(place, self._number, captured)

    def watched(self) -> bool:
        """Tell whether it is connected."""
        return self._keeper is not None and self._keeper.working

    def close(self) -> None:
        """End the stream and the process within 2 seconds; a second call does nothing."""
        if self._keeper is not None:
            self._keeper.close()
        if self._memory is not None:
            self._memory.close()
        self._keeper = self._memory = self._outbox = None


def _demand_encoder() -> None:
    """Demand what the process will need, so that a lack of it is told at once."""
    import av
    from av.codec.codec import UnknownCodecError

    try:
        av.Codec("libx264", "w")
    except UnknownCodecError:
        raise SinkError(
            "PyAV's build here has no libx264, which streams take; "
            f"'{sys.executable} -m pip install --force-reinstall --only-binary=av av' has it"
        ) from None
    if not sys.executable or getattr(sys, "frozen", False):
        raise SinkError("there is no Python interpreter to start for a stream")
