"""A stream over the network as a source of live mode."""

from __future__ import annotations

import math
import sys
import threading
from typing import TYPE_CHECKING, Any, Final, NamedTuple

import numpy as np

from fastvbg.devices.keeper import HasKeeper, Keeper, Patience
from fastvbg.devices.network.addresses import parse_address
from fastvbg.devices.network.child import Child
from fastvbg.devices.network.memory import Memory
from fastvbg.devices.network.messages import FAILED, FRAME, OPEN, Inbox, Taken
from fastvbg.devices.planar import check_even_size, copy_planes, picture_bytes, planes_in
from fastvbg.errors import SourceError
from fastvbg.media.colour import ColourTags

if TYPE_CHECKING:
    from fastvbg._types import Planes, Size

_MOST: Final = (4096, 2304)  # cinema's and television's 4K; memory that is not used takes no room
_LIMITED: Final = 1  # FFmpeg's number of the range
_PATIENCE: Final = Patience(silence=2.0)
_FINISH_SECONDS: Final = 0.2  # there is nothing to finish, and a handshake would go on


class StreamFormat(NamedTuple):
    """What the pictures of a stream are like."""

    width: int
    height: int
    rate: float | None
    """Pictures a second, as far as the stream says."""
    colour: ColourTags
    """What the numbers of its first picture mean; the matrix is never unspecified."""


class Received(NamedTuple):
    """A picture of a stream."""

    planes: Planes
    """Y, U and V 4:2:0 in limited range, of their own memory."""
    captured: float
    """When it arrived, in seconds of `time.monotonic`."""
    sequence: int
    """Its number; those of pictures that were dropped are left out."""
    connection: int
    """By which it came: a number that grows with each."""


class NetworkSource(HasKeeper):
    """The newest picture of a stream, received and decoded by a process that is kept running.

    Parameters
    ----------
    address : str
        `rtsp://` (over TCP), `rtmp://`, `rtmps://`, `http://`, `https://`, `tcp://` (`?listen=1`
        waits for a peer) or `udp://`.
    size : (int, int), optional
        Width and height to scale to, even; by default those of the first picture, less an odd
        column or row. They stay whatever the stream becomes.
    patience : Patience
        How long to wait for a peer, for the next picture, and before the next attempt.

    Raises
    ------
    OptionError, OptionTypeError
        It is no such address, or no such size.
    """

    def __init__(
        self, address: str, *, size: Size | None = None, patience: Patience = _PATIENCE
    ) -> None:
        self._address = parse_address(address, "source")
        self.name = self._address.shown
        self._size = None if size is None else check_even_size(*size)
        self._patience = patience._replace(start=math.inf) if self._address.listens else patience
        self._closing = threading.Lock()
        self._memory: Memory | None = None
        self._keeper: Keeper | None = None
        self._inbox: Inbox | None = None
        self._passed = 0  # pictures of processes that have ended
        self._latest = 0
        self._read = 0
        self.format: StreamFormat | None = None
        """None until the first picture."""

    def open(self, timeout: float | None = 15.0) -> StreamFormat:
        """Connect, and wait for the first picture.

        Parameters
        ----------
        timeout : float, optional
            How long to wait, in seconds; None for as long as it takes.

        Raises
        ------
        SourceError
            The first attempt has failed, or there was no picture in that time.
        """
        self.close()
        if not sys.executable or getattr(sys, "frozen", False):
            raise SourceError("there is no Python interpreter to start for a stream")
        try:
            self._memory = Memory.create(*(self._size or _MOST))
        except OSError as error:
            raise SourceError(f"{self.name}: no memory to share: {error.strerror}") from None
        self._passed = self._latest = self._read = 0
        self._inbox, self.format = Inbox(), None
        self._keeper = keeper = Keeper("receiver", self._start, self._patience)
        keeper.begin()
        if not keeper.wait(timeout) or self.format is None:
            reason = keeper.reason or f"no picture for {timeout:g} s"
            self.close()
            raise SourceError(f"{self.name}: {reason}")
        return self.format

    def read(self, timeout: float | None = None) -> Received | None:
        """Return the newest picture that was not read yet; older ones are dropped.

        Parameters
        ----------
        timeout : float, optional
            How long to wait for one, in seconds; None for as long as the source is open.

        Returns
        -------
        Received or None
            `(planes, captured, sequence, connection)`; None when there was none in that time.

        Raises
        ------
        SourceError
            The source is not open.
        """
        inbox, memory, form, keeper = self._inbox, self._memory, self.format, self._keeper
        if inbox is None or memory is None or form is None or keeper is None:
            raise SourceError(f"{self.name}: read before open or after close")
        taken = inbox.take(timeout)
        if taken is None:
            return None
        before = keeper.restarts
        planes = planes_in(
            np.empty(picture_bytes(form.width, form.height), np.uint8), form.width, form.height
        )
        copy_planes(memory.picture(taken.place, form.width, form.height), planes)
        taken.give_back()
        if keeper.restarts != before:  # another process may have written there meanwhile
            return None
        self._read += 1
        return Received(planes, taken.captured, taken.number, before)

    @property
    def dropped(self) -> int:
        """Pictures that came and were not read, since `open`."""
        return max(0, self._latest - self._read)

    def close(self) -> None:
        """End the process within a second; a second call does nothing.

        From another thread it ends an `open` that waits, too.
        """
        with self._closing:
            if self._inbox is not None:
                self._inbox.end()
            if self._keeper is not None:
                self._keeper.close()
            if self._memory is not None:
                self._memory.close()
            self._keeper = self._memory = self._inbox = None

    def _start(self) -> Child:
        keeper, memory, inbox = self._keeper, self._memory, self._inbox
        assert keeper is not None  # noqa: S101
        assert memory is not None  # noqa: S101
        assert inbox is not None  # noqa: S101
        self._passed = self._latest
        inbox.forget()

        def heard(child: Child, said: list[Any]) -> None:
            if said[0] == OPEN:
                if self.format is None:
                    width, height, rate, (matrix, primaries, transfer) = said[1:]
                    colour = ColourTags(matrix, _LIMITED, primaries, transfer)
                    self.format = StreamFormat(width, height, rate, colour)
                keeper.at_work()
            elif said[0] == FRAME:
                keeper.alive()
                self._latest = self._passed + said[2]
                inbox.put(Taken(said[1], self._latest, said[3], child.mouth))
            elif said[0] == FAILED:
                keeper.ended(said[1])

        def over() -> None:
            inbox.forget()
            keeper.ended("the process that receives has ended")

        start = self._patience.start
        order = {
            "url": self._address.url,
            "options": self._address.read_options,
            "size": self._size or (self.format and self.format[:2]),
            "most": _MOST,
            "limit": None if math.isinf(start) else start + 1.0,
        }
        return Child("decode", order, memory, heard, over, _FINISH_SECONDS)
