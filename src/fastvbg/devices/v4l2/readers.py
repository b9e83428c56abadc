"""Who reads a virtual camera: the module's own count, or a look at all processes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, Protocol

from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.holders import walk
from fastvbg.devices.v4l2.system import PRIORITY

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg.devices.v4l2.device import Device

_MOST_EVENTS: Final = 1000
_ASK_AGAIN: Final = 5.0
"""Seconds after which the count itself is asked for: a change whose event is lost would hold."""
_BETWEEN: Final = 1.0
"""Seconds from the beginning of one look at all processes to the next."""
_SHARE: Final = 1 / 20
"""Of the time since the last call, which a look may take of this one: it is on the way of frames,
and with some hundred processes takes several milliseconds."""
_LONGEST: Final = 0.05


class Readers(Protocol):
    """Tells whether somebody reads a virtual camera."""

    def watched(self) -> bool | None:
        """Return whether somebody reads it; None where that is not known (yet)."""


class CountedReaders:
    """Readers that stream, as newer versions of v4l2loopback count them; who only asks is none.

    Parameters
    ----------
    device : Device
        A virtual camera, whose module has taken the subscription.
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._count: int | None = None
        self._asked = device.system.now()

    def watched(self) -> bool | None:
        """Return whether somebody streams from it."""
        now = self._device.system.now()
        if now - self._asked >= _ASK_AGAIN:
            self._asked = now
            self._device.ask(abi.UNSUBSCRIBE_EVENT, _subscription())
            self._device.ask(abi.SUBSCRIBE_EVENT, _subscription())
        for _ in range(_MOST_EVENTS):
            if not self._device.system.poll(self._device.fd, PRIORITY, 0.0) & PRIORITY:
                break
            answer = abi.Event()
            if self._device.ask(abi.DQEVENT, answer):
                break
            if answer.type == abi.EVENT_CLIENT_USAGE:
                self._count = answer.count
        return None if self._count is None else self._count > 0


class SeenReaders:
    """Processes that have the device open, as far as this user may see them.

    It looks at processes a few at a time, and starts anew at most once a second. A program that
    only asks what cameras there are may be seen too: whoever acts on it waits a while.

    Parameters
    ----------
    device : Device
        A virtual camera. Its own process does not count.
    """

    def __init__(self, device: Device) -> None:
        self._system = device.system
        self._path = device.system.real(device.path)
        self._watched: bool | None = None
        self._look: Iterator[tuple[int, bool]] | None = None
        self._called = self._system.now()
        self._begun = self._called - _BETWEEN
        self._others = False

    def watched(self) -> bool | None:
        """Return what the last look saw; None before the first has ended, or if it sees nobody."""
        now = self._system.now()
        end = now + min(_LONGEST, _SHARE * (now - self._called))
        self._called = now
        if self._look is None and now - self._begun >= _BETWEEN:
            self._begun, self._others = now, False
            self._look = walk(self._path, self._system)
        if self._look is not None and self._ends(self._look, end):
            self._look = None
        return self._watched

    def _ends(self, look: Iterator[tuple[int, bool]], end: float) -> bool:
        """Go on with a look until a reader is seen, all have been looked at, or it is time."""
        for _, holds in look:
            self._others = True
            if holds:
                self._watched = True
                return True
            if self._system.now() >= end:
                return False
        if self._others:  # where no other process can be seen, this tells nothing
            self._watched = False
        return True


def counted_readers(device: Device) -> CountedReaders | None:
    """Return the module's own count of readers; None where it has none, such as 0.12.7."""
    return None if device.ask(abi.SUBSCRIBE_EVENT, _subscription()) else CountedReaders(device)


def _subscription() -> abi.EventSubscription:
    return abi.EventSubscription(type=abi.EVENT_CLIENT_USAGE, flags=abi.SEND_INITIAL)
