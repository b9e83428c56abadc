"""The markers of JPEG files: how large the picture is, how it is turned, and where it ends."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from fastvbg.media.exif import orientation_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg._types import Size

START = b"\xff\xd8\xff"
_END = 0xD9
# Those of frames, of which the first says the size; C4, C8 and CC are tables.
_FRAMES = {*range(0xC0, 0xD0)} - {0xC4, 0xC8, 0xCC}
_SCAN, _EXIF, _INDEX = 0xDA, 0xE1, 0xE2
_WITHOUT_LENGTH = {0x01, *range(0xD0, 0xDA)}
# In a scan's data 00 follows each byte FF that is no marker, and restarts are part of them.
_MARKER = re.compile(rb"\xff[\x01-\xcf\xd8-\xfe]")


class JPEG(NamedTuple):
    """What the segments before the first scan say."""

    size: Size | None
    orientation: int
    several: bool
    """Whether more pictures follow that belong to this one: previews, gain maps."""
    scan: int | None
    """Where the first scan begins; None where the data end before it."""


def read_jpeg(data: bytes) -> JPEG:
    """Return what the header of a JPEG picture says."""
    size: Size | None = None
    orientation, several = 1, False
    for marker, start, end in _segments(data, 2):
        body = data[start:end]
        if marker == _SCAN:
            return JPEG(size, orientation, several, end)
        if marker in _FRAMES and size is None and len(body) >= 5:
            size = int.from_bytes(body[3:5], "big"), int.from_bytes(body[1:3], "big")
        elif marker == _EXIF and body.startswith(b"Exif\0\0") and orientation == 1:
            orientation = orientation_of(body)
        elif marker == _INDEX and body.startswith(b"MPF\0"):
            several = True
    return JPEG(size, orientation, several, None)


def _segments(data: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """Yield each marker from a place on, and where its segment's content begins and ends."""
    while at + 4 <= len(data) and data[at] == 0xFF:
        marker = data[at + 1]
        if marker == 0xFF:  # filling
            at += 1
            continue
        if marker in _WITHOUT_LENGTH:
            yield marker, at + 2, at + 2
            at += 2
            continue
        end = at + 2 + int.from_bytes(data[at + 2 : at + 4], "big")
        yield marker, at + 4, end
        at = end


def end_of_jpeg(data: bytes) -> int | None:
    """Return where the first picture ends; None where the data end before it."""
    at = read_jpeg(data).scan
    while at is not None:
        match = _MARKER.search(data, at)
        if match is None:
            return None
        marker, at = data[match.start() + 1], match.end()
        if marker == _END:
            return at
        if marker not in _WITHOUT_LENGTH:
            at += int.from_bytes(data[at : at + 2], "big")
    return None


def is_cut_off(data: bytes) -> bool:
    """Tell whether a JPEG file ends before its picture does, as far as a quick look can tell."""
    return data.rfind(b"\xff\xd9") < (read_jpeg(data).scan or len(data))
