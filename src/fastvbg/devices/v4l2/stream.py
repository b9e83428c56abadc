"""A camera that streams: from its opening to its close, always at its newest frame."""

from __future__ import annotations

import errno
from contextlib import ExitStack
from typing import TYPE_CHECKING, Final, NamedTuple

from fastvbg.devices.errors import CameraGoneError
from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.choose import choose
from fastvbg.devices.v4l2.counting import Counter
from fastvbg.devices.v4l2.device import Device
from fastvbg.devices.v4l2.negotiate import SteadyRate, set_format, set_rate
from fastvbg.devices.v4l2.offers import offers_of
from fastvbg.devices.v4l2.picture import COMPRESSED, is_whole
from fastvbg.devices.v4l2.ring import Ring
from fastvbg.devices.v4l2.system import ERROR, HANG_UP, IN, INVALID

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Size
    from fastvbg.devices.v4l2.choose import Choice
    from fastvbg.devices.v4l2.nodes import Node
    from fastvbg.devices.v4l2.picture import Bytes, Picture
    from fastvbg.devices.v4l2.ring import Filled
    from fastvbg.devices.v4l2.system import System

_STALE_PERIODS: Final = 2
_FEWEST_FULL: Final = 2
"""A driver whose buffers are all full drops what comes: the last of them may be long past. Of two
or more filled at once, all but the one that was with the reader, that is taken to have been."""


class Frame(NamedTuple):
    """A camera's frame, until the next `read`."""

    data: Bytes
    """`(n,)` uint8, read-only, in the driver's memory, which is filled anew after the next read."""
    captured: float
    """When it was taken, in seconds of `time.monotonic`; never in the future."""
    sequence: int
    """The driver's own number of the frame."""


class Stream:
    """A camera that streams.

    Parameters
    ----------
    node : Node
        Of a camera.
    wishes : (size, rate, format)
        As `choose.choose` takes them.
    steady : bool
        Whether to forbid the camera to lower its rate in dim light.
    system : System
        What makes the calls.
    """

    def __init__(
        self,
        node: Node,
        wishes: tuple[Size | None, Fraction | None, str | None],
        steady: bool,
        system: System,
    ) -> None:
        self.node, self._system = node, system
        self.counter = Counter()
        self._held: int | None = None
        self.holds_rate = False
        with ExitStack() as stack:
            self._device = Device(node.path, system)
            stack.callback(self._device.close)
            choice = choose(str(node), offers_of(self._device), *wishes)
            self.picture = self._negotiated(choice)
            self.rate = set_rate(self._device, abi.CAPTURE, choice.rate)
            self._period = float(1 / (self.rate or choice.rate))
            if steady:
                exposure = SteadyRate(self._device)
                stack.callback(exposure.release)
                self.holds_rate = exposure.held
            self._ring = Ring(self._device)
            stack.callback(self._ring.close)
            self._stack = stack.pop_all()

    def _negotiated(self, choice: Choice) -> Picture:
        picture = set_format(self._device, choice)
        is_small = picture.fourcc not in COMPRESSED and 0 < picture.size < picture.least
        if picture.fourcc != choice.fourcc or is_small:
            raise self._device.error(
                errno.EINVAL,
                f"give {choice.fourcc}; it answered {picture.width}x{picture.height} as "
                f"{picture.fourcc} in {picture.size} bytes",
            )
        return picture

    def read(self, timeout: float) -> Frame | None:
        """Return the newest frame, waiting at most so many seconds; None where none came."""
        end = self._system.now() + timeout
        self._give_back()
        left = timeout
        fresh = left > self._period
        while self._ready(left):
            newest = self._newest(fresh)
            if newest is not None:
                return newest
            fresh = False  # a frame is waited for once only because what was there was old
            left = end - self._system.now()
            if left <= 0:
                break
        return None

    def _ready(self, seconds: float) -> bool:
        came = self._system.poll(self._device.fd, IN, seconds)
        if came & (ERROR | HANG_UP | INVALID) and not came & IN:
            raise CameraGoneError(
                f"{self.node}: its stream broke off; was it unplugged, or its driver unloaded?"
            )
        return bool(came)

    def _newest(self, fresh: bool) -> Frame | None:
        """Drain the driver's queue; all but the newest whole frame go back at once.

        With `fresh`, that one too where it is old because the driver had no buffer for newer ones.
        """
        newest: Filled | None = None
        taken = 0
        while taken < len(self._ring) and (filled := self._ring.take()) is not None:
            taken += 1
            if self._is_fit(filled):
                self._discard(newest)
                newest = filled
            else:
                self._ring.give_back(filled.slot)
        if newest is None:
            return None
        now = self._system.now()
        captured = now if newest.stamp is None else min(newest.stamp, now)
        is_old = now - captured > _STALE_PERIODS * self._period
        is_full = taken >= max(_FEWEST_FULL, len(self._ring) - 1)
        if fresh and is_old and is_full:
            self._discard(newest)
            return None
        self._held = newest.slot
        self.counter.delivered(newest.sequence)
        return Frame(newest.data, captured, newest.sequence)

    def _is_fit(self, filled: Filled) -> bool:
        if filled.has_error:
            self.counter.damaged()
            return False
        if not is_whole(filled.data, self.picture):
            self.counter.short()
            return False
        return True

    def _discard(self, filled: Filled | None) -> None:
        if filled is not None:
            self._ring.give_back(filled.slot)
            self.counter.discarded()

    def _give_back(self) -> None:
        if self._held is not None:
            slot, self._held = self._held, None
            self._ring.give_back(slot)

    def close(self) -> None:
        """Stop the stream and release everything; a second call does nothing."""
        self._stack.close()
