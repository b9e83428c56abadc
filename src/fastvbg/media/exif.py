"""Tags of TIFF directories, which TIFF files and EXIF have alike, and the eight orientations."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

ORIENTATION = 274
_UPRIGHT = 1
# Bytes of a value of each type of TIFF 6.0 and BigTIFF that holds an integer, and how it is read.
_INTEGERS = {1: "B", 3: "H", 4: "I", 13: "I", 16: "Q", 18: "Q"}
_SIZES = {**{kind: struct.calcsize(code) for kind, code in _INTEGERS.items()}, 2: 1, 5: 8, 7: 1}


class Directory(NamedTuple):
    """The first directory of a TIFF file."""

    tags: dict[int, int]
    """The first value of each tag that is an integer."""
    places: dict[int, int]
    """Where in the file that value stands."""
    order: str
    """`<` or `>`, as `struct` takes it."""
    more: bool
    """Whether another directory follows: another page, or a thumbnail."""


def read_directory(data: bytes) -> Directory | None:
    """Return the first directory of TIFF data, or None where there is none to be read."""
    try:
        return _read(data)
    except (struct.error, KeyError):
        return None


def _read(data: bytes) -> Directory:
    order = {b"II": "<", b"MM": ">"}[data[:2]]
    (magic,) = struct.unpack_from(f"{order}H", data, 2)
    big = {42: False, 43: True}[magic]
    offset, count, word = ("Q", "Q", 8) if big else ("I", "H", 4)
    (at,) = struct.unpack_from(order + offset, data, 8 if big else 4)
    (entries,) = struct.unpack_from(order + count, data, at)
    at += struct.calcsize(count)
    tags: dict[int, int] = {}
    places: dict[int, int] = {}
    for _ in range(min(entries, 1 << 16)):
        tag, kind = struct.unpack_from(f"{order}HH", data, at)
        (values,) = struct.unpack_from(order + offset, data, at + 4)
        place = at + 4 + word
        if kind in _INTEGERS and values:
            if values * _SIZES[kind] > word:
                (place,) = struct.unpack_from(order + offset, data, place)
            (tags[tag],) = struct.unpack_from(order + _INTEGERS[kind], data, place)
            places[tag] = place
        at += 4 + 2 * word
    (following,) = struct.unpack_from(order + offset, data, at)
    return Directory(tags, places, order, bool(following))


def orientation_of(exif: bytes) -> int:
    """Return the orientation that EXIF data note, 1 to 8; 1 where they say nothing."""
    directory = read_directory(exif.removeprefix(b"Exif\0\0"))
    return _valid(directory.tags.get(ORIENTATION, _UPRIGHT)) if directory else _UPRIGHT


def with_orientation_taken(data: bytes, directory: Directory) -> tuple[bytes, int]:
    """Return a TIFF file that notes no orientation, so that no reader carries it out, and which."""
    place = directory.places.get(ORIENTATION)
    if place is None:
        return data, _UPRIGHT
    cleared = bytearray(data)
    struct.pack_into(f"{directory.order}H", cleared, place, _UPRIGHT)
    return bytes(cleared), _valid(directory.tags[ORIENTATION])


def _valid(number: int) -> int:
    return number if _UPRIGHT <= number <= 8 else _UPRIGHT


def turned_upright(picture: npt.NDArray[Any], orientation: int) -> npt.NDArray[Any]:
    """Return a picture as a viewer shows it: orientations 5 to 8 swap rows and columns."""
    if orientation >= 5:
        picture = picture.swapaxes(0, 1)
    if orientation in (2, 3, 6, 7):
        picture = picture[:, ::-1]
    if orientation in (3, 4, 7, 8):
        picture = picture[::-1]
    return np.ascontiguousarray(picture)
