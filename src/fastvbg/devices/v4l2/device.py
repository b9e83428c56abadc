"""A device that is open: its calls, and what each error number means to a user."""

from __future__ import annotations

import errno
import os
from typing import TYPE_CHECKING, Final

from fastvbg.devices.errors import CameraGoneError
from fastvbg.devices.v4l2 import abi
from fastvbg.devices.v4l2.holders import holders, told
from fastvbg.devices.v4l2.system import System
from fastvbg.errors import FastvbgError, SourceError

if TYPE_CHECKING:
    from fastvbg.devices.v4l2.system import Answer

GONE: Final = frozenset({errno.ENODEV, errno.ENXIO, errno.EIO})
"""What calls on a device say once it was unplugged; a driver that gave up says EIO."""

_GONE: Final = "the device is gone; was it unplugged, or its driver unloaded?"
_DENIED: Final = "this user may not open it: 'sudo usermod -aG video USER', then log in again"
_ABSENT: Final = "there is no such device; 'fastvbg live --list' shows those there are"
NO_VIDEO: Final = "is not a video device; 'fastvbg live --list' shows those there are"
"""What is wrong with a node whose driver, or none, knows nothing of video."""
_REASONS: Final = {
    **dict.fromkeys(GONE, _GONE),
    errno.EACCES: _DENIED,
    errno.EPERM: _DENIED,
    errno.ENOENT: _ABSENT,
    errno.ENOTDIR: _ABSENT,
    errno.ENOTTY: NO_VIDEO,
    errno.EISDIR: NO_VIDEO,
}


class Device:
    """A device, open for reading and writing; no call on it waits.

    Parameters
    ----------
    path : str
        Such as /dev/video0.
    system : System
        What makes the calls.
    kind : type
        What is raised: `SourceError` for a camera, `SinkError` for a virtual one.

    Raises
    ------
    SourceError, SinkError
        It cannot be opened; the line says why, and what to do.
    """

    def __init__(self, path: str, system: System, kind: type[FastvbgError] = SourceError) -> None:
        self.path, self.system, self._kind = path, system, kind
        try:
            self.fd = _opened(path, system)
        except OSError as error:
            raise self.error(error.errno, "open it") from None
        self._open = True

    def close(self) -> None:
        """Close it; a second call does nothing."""
        if self._open:
            self._open = False
            self.system.close(self.fd)

    def ask(self, request: int, answer: Answer) -> int:
        """Ask the driver; return 0, or the number of the error."""
        while True:
            try:
                self.system.ioctl(self.fd, request, answer)
            except InterruptedError:  # fcntl.ioctl does not try again by itself
                continue
            except OSError as error:
                return error.errno or errno.EIO
            return 0

    def order(self, request: int, answer: Answer, doing: str) -> None:
        """Ask the driver for what must succeed; `doing` is an infinitive for the error's line."""
        number = self.ask(request, answer)
        if number:
            raise self.error(number, doing)

    def capability(self) -> abi.Capability:
        """Return what the device says of itself."""
        answer = abi.Capability()
        self.order(abi.QUERYCAP, answer, "say what it is")
        return answer

    def error(self, number: int | None, doing: str) -> FastvbgError:
        """Return the error for a number, as one line."""
        return device_error(number or errno.EIO, self.path, doing, self._kind, self.system)


def _opened(path: str, system: System) -> int:
    while True:
        try:
            return system.open(path)
        except InterruptedError:
            continue


def device_error(
    number: int, path: str, doing: str, kind: type[FastvbgError], system: System
) -> FastvbgError:
    """Return the error that a number stands for: what happened, and what to do."""
    if number in GONE and issubclass(kind, SourceError):
        kind = CameraGoneError
    return kind(f"{path}: {_reason(number, path, doing, system)}")


def _reason(number: int, path: str, doing: str, system: System) -> str:
    if number == errno.EBUSY:
        held = told(holders(path, system))
        return f"is in use by {held}: end that, or choose another device"
    if number == errno.EINVAL:
        return f"the driver refuses to {doing}"
    if number in _REASONS:
        return _REASONS[number].replace("USER", os.environ.get("USER") or "$USER")
    return f"cannot {doing}: {os.strerror(number)}"
