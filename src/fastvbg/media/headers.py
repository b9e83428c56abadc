"""What the first bytes of a file say: which kind of picture it is, how large, and how turned.

The size is read before anything is decoded, so that no memory is taken for a picture that is too
large; the bytes decide, never the name.
"""

from __future__ import annotations

import re
import struct
from typing import TYPE_CHECKING, NamedTuple

from fastvbg.media.exif import orientation_of, read_directory
from fastvbg.media.jpeg import START, read_jpeg

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from fastvbg._types import Size

PNG_START = b"\x89PNG\r\n\x1a\n"
_CODESTREAM = b"\xff\x4f\xff\x51"
# By the first bytes; the rest of the kinds wants a look at more of them.
_STARTS: dict[str, tuple[bytes, ...]] = {
    "jpeg": (START,),
    "png": (PNG_START,),
    "gif": (b"GIF87a", b"GIF89a"),
    "tiff": (b"II*\0", b"MM\0*", b"II+\0\x08\0", b"MM\0+\0\x08"),
    "jpeg2000": (b"\0\0\0\x0cjP  \r\n\x87\n", _CODESTREAM),
    "jpegxl": (b"\xff\x0a", b"\0\0\0\x0cJXL \r\n\x87\n"),
    "other": (
        b"#?RADIANCE",
        b"#?RGBE",
        b"v/1\x01",  # OpenEXR
        b"8BPS",  # Photoshop
        b"qoif",
        b"DDS ",
        b"\x01\xda",  # SGI
        b"\x59\xa6\x6a\x95",  # Sun
    ),
}
_PNM = re.compile(rb"P([1-7fF])[\s#]")
_PNM_HEADER = re.compile(rb"P[1-6]((?:\s+|#[^\n]*\n)+)(\d+)((?:\s+|#[^\n]*\n)+)(\d+)")
_PNM_DEPTH = re.compile(rb"(?:\s+|#[^\n]*\n)+(\d+)\s")
_STILL_BRANDS = (b"avif", b"heic", b"heix", b"heim", b"heis", b"mif1")
_BMP_HEADERS = (12, 16, 40, 52, 56, 64, 108, 124)


def kind_of_picture(head: bytes) -> str | None:
    """Return the kind of picture that a file's first bytes show; None where they show none.

    Parameters
    ----------
    head : bytes
        32 bytes or more, where the file has so many.

    Returns
    -------
    str or None
        "jpeg", "png", "gif", "webp", "tiff", "bmp", "pnm", "jpeg2000", "jpegxl", "heif" (HEIC and
        AVIF too) or "other".
    """
    for kind, starts in _STARTS.items():
        if head.startswith(starts):
            return kind
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    if head[4:12] in {b"ftyp" + brand for brand in _STILL_BRANDS}:
        return "heif"
    if head[:2] == b"BM" and int.from_bytes(head[14:18], "little") in _BMP_HEADERS:
        return "bmp"
    match = _PNM.match(head)
    if match:
        return "pnm" if match[1] in b"123456" else "other"
    return None


class Header(NamedTuple):
    """What is known of a picture before it is decoded."""

    kind: str
    size: Size | None
    """Width and height as stored; None where they cannot be told."""
    orientation: int = 1


def read_header(data: bytes) -> Header | None:
    """Return what a picture file's bytes say of it; None where it is no picture."""
    kind = kind_of_picture(data[:64])
    if kind is None:
        return None
    try:
        return _READERS[kind](data) if kind in _READERS else Header(kind, None)
    except (struct.error, IndexError, ValueError):  # it ends within its header
        return Header(kind, None)


def _jpeg(data: bytes) -> Header:
    found = read_jpeg(data)
    return Header("jpeg", found.size, found.orientation)


def png_chunks(data: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield the kind of each chunk of a PNG file, and where its content begins and ends."""
    at = len(PNG_START)
    while at + 8 <= len(data):
        length = int.from_bytes(data[at : at + 4], "big")
        yield data[at + 4 : at + 8], at + 8, at + 8 + length
        at += 12 + length


def _png(data: bytes) -> Header:
    size = struct.unpack_from(">II", data, 16)
    exif = next((data[a:b] for kind, a, b in png_chunks(data) if kind == b"eXIf"), b"")
    return Header("png", size, orientation_of(exif))


def _webp(data: bytes) -> Header:
    kind, orientation = data[12:16], 1
    if kind == b"VP8X":
        size = tuple(1 + int.from_bytes(data[at : at + 3], "little") for at in (24, 27))
        at = 12
        while at + 8 <= len(data):
            length = int.from_bytes(data[at + 4 : at + 8], "little")
            if data[at : at + 4] == b"EXIF":
                orientation = orientation_of(data[at + 8 : at + 8 + length])
            at += 8 + length + length % 2
    elif kind == b"VP8L":
        (bits,) = struct.unpack_from("<I", data, 21)
        size = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    else:
        size = tuple(side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
    return Header("webp", (size[0], size[1]), orientation)


def _tiff(data: bytes) -> Header:
    directory = read_directory(data)
    if directory is None or not {256, 257} <= directory.tags.keys():
        return Header("tiff", None)
    return Header("tiff", (directory.tags[256], directory.tags[257]))


def _bmp(data: bytes) -> Header:
    old = data[14] == 12
    width, height = struct.unpack_from("<HH" if old else "<ii", data, 18)
    return Header("bmp", (abs(width), abs(height)))


def _pnm(data: bytes) -> Header:
    match = _PNM_HEADER.match(data)
    return Header("pnm", None if match is None else (int(match[2]), int(match[4])))


def _jpeg2000(data: bytes) -> Header:
    at = data.index(_CODESTREAM)
    right, bottom, left, top = struct.unpack_from(">IIII", data, at + 8)
    return Header("jpeg2000", (right - left, bottom - top))


_READERS: dict[str, Callable[[bytes], Header]] = {
    "jpeg": _jpeg,
    "png": _png,
    "webp": _webp,
    "tiff": _tiff,
    "bmp": _bmp,
    "pnm": _pnm,
    "jpeg2000": _jpeg2000,
}


def pnm_length(data: bytes) -> int | None:
    """Return how many bytes a PNM picture takes; None where its samples are written as text."""
    match = _PNM_HEADER.match(data)
    kind = data[1:2]
    if match is None or kind not in b"456":
        return None
    width, height = int(match[2]), int(match[4])
    if kind == b"4":
        return match.end() + 1 + (width + 7) // 8 * height
    depth = _PNM_DEPTH.match(data, match.end())
    if depth is None:
        return None
    samples = width * height * (3 if kind == b"6" else 1)
    return depth.end() + samples * (2 if int(depth[1]) > 255 else 1)
