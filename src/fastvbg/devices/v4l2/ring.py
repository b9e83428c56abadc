"""The driver's buffers: mapped, queued, taken when they are filled."""

from __future__ import annotations

import errno
from contextlib import suppress
from ctypes import c_int32
from typing import TYPE_CHECKING, Final, NamedTuple

import numpy as np

from fastvbg.devices.v4l2 import abi

if TYPE_CHECKING:
    import mmap

    from fastvbg.devices.v4l2.device import Device
    from fastvbg.devices.v4l2.picture import Bytes

_BUFFERS: Final = 4
"""One is with the reader, one is being filled, and two bridge the reader's pauses."""
_FEWEST: Final = 2


class Filled(NamedTuple):
    """A buffer that the driver has filled and handed over."""

    slot: int
    sequence: int
    stamp: float | None
    """When it was filled, by the kernel's monotonic clock; None where the driver has another."""
    has_error: bool
    data: Bytes
    """`(n,)` uint8, read-only: the driver's own memory."""


class Ring:
    """Buffers that a driver fills in turn.

    Parameters
    ----------
    device : Device
        A camera whose format is set.

    Raises
    ------
    SourceError
        The driver gives no buffers; another program that streams has them (EBUSY).
    """

    def __init__(self, device: Device) -> None:
        self._device = device
        self._maps: list[mmap.mmap] = []
        self._data: list[Bytes] = []
        self._streams = False
        try:
            for index in range(self._request(_BUFFERS)):
                self._map(index)
                self.give_back(index)
            device.order(abi.STREAMON, c_int32(abi.CAPTURE), "start its stream")
            self._streams = True
        except BaseException:
            self.close()
            raise

    def __len__(self) -> int:
        return len(self._data)

    def take(self) -> Filled | None:
        """Return the oldest buffer that is filled; None if none is. It is to be given back."""
        answer = abi.Buffer(type=abi.CAPTURE, memory=abi.MEMORY_MMAP)
        number = self._device.ask(abi.DQBUF, answer)
        if number == errno.EAGAIN:
            return None
        if number:
            raise self._device.error(number, "hand over a frame")
        data = self._data[answer.index]
        return Filled(
            answer.index,
            answer.sequence,
            _stamp(answer),
            bool(answer.flags & abi.BUFFER_ERROR),
            data[: min(answer.bytesused, data.size)],
        )

    def give_back(self, slot: int) -> None:
        """Let the driver fill a buffer anew."""
        answer = abi.Buffer(index=slot, type=abi.CAPTURE, memory=abi.MEMORY_MMAP)
        self._device.order(abi.QBUF, answer, "take a buffer")

    def close(self) -> None:
        """Stop the stream and release the buffers; a device that is gone has none."""
        if self._streams:
            self._streams = False
            self._device.ask(abi.STREAMOFF, c_int32(abi.CAPTURE))
        self._data.clear()
        for one in self._maps:
            with suppress(BufferError):  # somebody has a view of it: it goes with the last one
                one.close()
        self._maps.clear()
        self._device.ask(abi.REQBUFS, _wanted(0))

    def _request(self, count: int) -> int:
        answer = _wanted(count)
        self._device.order(abi.REQBUFS, answer, "give memory for frames")
        if answer.count < _FEWEST:
            raise self._device.error(errno.ENOMEM, "give memory for frames")
        return int(answer.count)

    def _map(self, index: int) -> None:
        answer = abi.Buffer(index=index, type=abi.CAPTURE, memory=abi.MEMORY_MMAP)
        self._device.order(abi.QUERYBUF, answer, "tell where its frames are")
        try:
            one = self._device.system.map(self._device.fd, answer.length, answer.offset)
        except OSError as error:
            raise self._device.error(error.errno, "map its frames") from None
        self._maps.append(one)
        self._data.append(np.frombuffer(one, np.uint8))


def _wanted(count: int) -> abi.RequestBuffers:
    return abi.RequestBuffers(count=count, type=abi.CAPTURE, memory=abi.MEMORY_MMAP)


def _stamp(answer: abi.Buffer) -> float | None:
    if answer.flags & abi.TIMESTAMP_MASK != abi.TIMESTAMP_MONOTONIC:
        return None
    return float(answer.timestamp.seconds + answer.timestamp.microseconds / 1e6)
