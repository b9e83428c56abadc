"""libjpeg-turbo's own interface, where the system has it: JPEGs to planes, as they are stored.

The functions are those of TurboJPEG 2, which later versions keep
(https://github.com/libjpeg-turbo/libjpeg-turbo/blob/main/src/turbojpeg.h).
"""

from __future__ import annotations

import ctypes
import ctypes.util
from functools import lru_cache
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from fastvbg._types import Planes

_NAMES = "turbojpeg", "libturbojpeg"
_SAMPLINGS = {1: (2, 1), 2: (2, 2)}
"""By TJSAMP_422 and TJSAMP_420: how many luma samples have one of chroma, across and down."""

_MARKER, _SCAN = 0xFF, 0xDA


class Form(NamedTuple):
    """What a JPEG says of itself."""

    width: int
    height: int
    across: int
    """Luma samples that a sample of chroma has across, and down."""
    down: int


class Target:
    """Planes that JPEGs are written to, again and again.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Y, U and V, of packed rows.
    """

    def __init__(self, planes: Planes) -> None:
        self.planes = planes
        self.places = (ctypes.c_void_p * 3)(*(plane.ctypes.data for plane in planes))
        self.steps = (ctypes.c_int * 3)(*(plane.strides[0] for plane in planes))


@lru_cache(maxsize=1)
def library() -> Any | None:
    """Return the library, or None where the system has none."""
    for name in _NAMES:
        path = ctypes.util.find_library(name)
        if path is None:
            continue
        try:
            found = ctypes.CDLL(path)
            _declare(found)
        except (OSError, AttributeError):
            continue
        return found
    return None


def _declare(found: Any) -> None:
    number, address = ctypes.c_int, ctypes.c_void_p
    numbers = ctypes.POINTER(number)
    found.tjInitDecompress.restype = address
    found.tjInitDecompress.argtypes = []
    found.tjDestroy.argtypes = [address]
    found.tjDecompressHeader3.argtypes = [address, address, ctypes.c_ulong, *[numbers] * 4]
    found.tjDecompressToYUVPlanes.argtypes = [
        *(address, address, ctypes.c_ulong, ctypes.POINTER(address)),
        *(number, numbers, number, number),
    ]


def _head_length(data: Any) -> int:
    """Return where a JPEG's compressed samples begin; 0 where that is not seen.

    Until then it is segments: a marker of two bytes, and how long the rest is, in two more (ITU-T
    T.81, B.1.1.4).
    """
    at = 2
    while at + 4 <= data.size and data[at] == _MARKER:
        marker, length = int(data[at + 1]), (int(data[at + 2]) << 8) + int(data[at + 3])
        at += 2 + length
        if marker == _SCAN:
            return at if at < data.size else 0
    return 0


class TurboJpeg:
    """Decodes JPEGs; None is returned of whatever another decoder should look at.

    Such are damaged ones, those that are not of 4:2:2 or 4:2:0, and those of odd sizes.
    """

    def __init__(self) -> None:
        self._turbo = library()
        handle = self._turbo.tjInitDecompress() if self._turbo is not None else None
        self._handle = ctypes.c_void_p(handle) if handle else None
        self._head = b""
        self._said: Form | None = None

    @property
    def is_there(self) -> bool:
        """Whether there is the library."""
        return self._handle is not None

    def form(self, data: Any) -> Form | None:
        """Return what a JPEG, an array of bytes, says of itself.

        A camera's say the same in each frame, so it is looked up by the bytes that say it.
        """
        if self._turbo is None or self._handle is None or not data.size:
            return None
        if self._head and data[: len(self._head)].tobytes() == self._head:
            return self._said
        self._said, self._head = self._parsed(data), data[: _head_length(data)].tobytes()
        return self._said

    def _parsed(self, data: Any) -> Form | None:
        assert self._turbo is not None  # noqa: S101  (`form` has looked)
        width, height, sampling, colours = (ctypes.c_int() for _ in range(4))
        failed = self._turbo.tjDecompressHeader3(
            self._handle, data.ctypes.data, data.size, width, height, sampling, colours
        )
        factors = _SAMPLINGS.get(sampling.value)
        if failed or factors is None or width.value & 1 or height.value & 1:
            return None
        return Form(width.value, height.value, *factors)

    def decode(self, data: Any, form: Form, target: Target) -> bool:
        """Write the planes of a JPEG, an array of bytes, of the form that it says it has.

        Parameters
        ----------
        data : ndarray, shape (N,), uint8
            The JPEG.
        form : Form
            What `form` said of it.
        target : Target
            Where to, of the sizes that the form has.

        Returns
        -------
        bool
            Whether it is whole; else anything may have been written.
        """
        assert self._turbo is not None  # noqa: S101  (or there was no form)
        at, places, steps = data.ctypes.data, target.places, target.steps
        failed = self._turbo.tjDecompressToYUVPlanes(
            self._handle, at, data.size, places, form.width, steps, form.height, 0
        )
        return not failed

    def close(self) -> None:
        """Release it."""
        if self._turbo is not None and self._handle is not None:
            self._turbo.tjDestroy(self._handle)
            self._handle = None
