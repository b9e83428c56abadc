"""Whether a name means one picture, several in numbered files, or a video: what is in it decides.

A suffix says little: photos are saved as .jfif or with none, videos as .jpg, and what is called
.png or .webp may move.
"""

from __future__ import annotations

import stat
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from fastvbg.media.headers import PNG_START, kind_of_picture, pnm_length
from fastvbg.media.jpeg import START, end_of_jpeg, read_jpeg
from fastvbg.media.names import STANDARD, is_address, read_numbering
from fastvbg.media.numbering import IMAGE_SUFFIXES

if TYPE_CHECKING:
    from io import BufferedReader

Kind: TypeAlias = Literal["still", "sequence", "video"]

_HEAD = 1 << 16
# A JPEG picture that has not ended by then is not one of a stream of them.
_LONGEST_JPEG = 1 << 28


def kind_of(path: str | Path) -> Kind:
    """Return what a name to read means.

    Parameters
    ----------
    path : str or Path
        A file, a numbered name such as `in%06d.jpg`, a URL, or `-` for standard input.

    Returns
    -------
    {"still", "sequence", "video"}
        "still": one picture. "video": everything else, also what is none or cannot be read; who
        opens it will tell. A file that does not exist is a picture if its suffix is one's.
    """
    if str(path) == STANDARD or is_address(path):
        return "video"
    if read_numbering(path) is not None:
        return "sequence"
    try:
        if not _can_be_wound(path):
            return "video"
        with Path(path).open("rb") as file:
            return "still" if is_still(file) else "video"
    except (OSError, ValueError):
        suffix = Path(path).suffix.lower()
        return "still" if not suffix or suffix in IMAGE_SUFFIXES else "video"


def beginning_of(path: str | Path) -> bytes:
    """Return the first bytes of a file; none of what is not there, or can be read only once."""
    if str(path) == STANDARD or is_address(path):
        return b""
    try:
        if not _can_be_wound(path):
            return b""
        with Path(path).open("rb") as file:
            return file.read(_HEAD)
    except (OSError, ValueError):
        return b""


def _can_be_wound(path: str | Path) -> bool:
    """Tell whether it is a file: a look into a pipe would take its first bytes away."""
    return stat.S_ISREG(Path(path).stat().st_mode)


def is_still(file: BufferedReader) -> bool:
    """Tell whether a file that has been opened is one picture, and not several that move."""
    head = file.read(_HEAD)
    kind = kind_of_picture(head)
    if kind is None or kind == "gif":
        return False
    if kind == "webp":
        return not (head[12:16] == b"VP8X" and head[20] & 2)
    if kind == "png":
        return not _png_moves(file)
    if kind == "jpeg":
        return not _jpeg_moves(file)
    if kind == "bmp":
        return not _follows(file, int.from_bytes(head[2:6], "little"), b"BM")
    return not (kind == "pnm" and _follows(file, pnm_length(head), head[:2]))


def _follows(file: BufferedReader, at: int | None, start: bytes) -> bool:
    """Tell whether another picture begins in a file where the first ends."""
    if not at:
        return False
    file.seek(at)
    return file.read(len(start)) == start


def _png_moves(file: BufferedReader) -> bool:
    """Tell whether a PNG file is an animation, or several files one after the other."""
    at, seen = len(PNG_START), False
    while True:
        file.seek(at)
        chunk = file.read(8)
        if len(chunk) < 8:
            return False
        seen = seen or chunk[4:] == b"IDAT"
        if chunk[4:] == b"acTL" and not seen:
            return True
        at += 12 + int.from_bytes(chunk[:4], "big")
        if chunk[4:] == b"IEND":
            return _follows(file, at, PNG_START)


def _jpeg_moves(file: BufferedReader) -> bool:
    """Tell whether JPEG pictures of one size follow one another, as cameras stream them.

    A photo's own file may hold more: a preview, a gain map, the second eye's view. These are listed
    in its header.
    """
    size = 1 << 20
    while True:
        file.seek(0)
        data = file.read(size)
        end = end_of_jpeg(data)
        if end is not None or len(data) < size or size > _LONGEST_JPEG:
            break
        size *= 4
    first = read_jpeg(data)
    if end is None or first.several or not _follows(file, end, START):
        return False
    file.seek(end)
    return read_jpeg(file.read(_HEAD)).size == first.size
