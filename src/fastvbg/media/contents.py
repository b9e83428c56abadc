"""Whether a name means one picture, several in numbered files, or a video: what is in it decides.

A suffix says little: photos are saved as .jfif or with none, videos as .jpg, and what is called
.png or .webp may move.
"""

from __future__ import annotations

import stat
from contextlib import nullcontext
from io import BytesIO
from mmap import ACCESS_READ, mmap
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeAlias

from fastvbg.media.headers import Header, read_header
from fastvbg.media.names import STANDARD, is_address
from fastvbg.media.numbering import IMAGE_SUFFIXES
from fastvbg.media.series import read_series
from fastvbg.storage import open_stored

if TYPE_CHECKING:
    from contextlib import AbstractContextManager
    from io import BufferedReader

    from fastvbg.storage.reading import StoredFile

Kind: TypeAlias = Literal["still", "sequence", "video"]

_HEAD = 1 << 16
# The end of a JPEG picture and the start of another, which no picture has within: 00 follows FF.
_SEAM = b"\xff\xd9\xff\xd8\xff"
# The first bytes of PNG and BMP that hold the size; the header of PNM is no longer, or a comment.
_START = 26


def kind_of(path: str | Path, role: str = "input") -> Kind:
    """Return what a name to read means.

    Parameters
    ----------
    path : str or Path
        A file, a numbered name such as `in%06d.jpg`, a URL, or `-` for standard input.
    role : str
        How messages call it.

    Returns
    -------
    {"still", "sequence", "video"}
        "still": one picture. "video": everything else, also what is none or cannot be read; who
        opens it will tell. A file that does not exist is a picture if its suffix is one's.

    Raises
    ------
    SourceError, MissingLibraryError
        It is an object of a store that cannot be read.
    """
    if str(path) != STANDARD and read_series(path, role) is not None:
        return "sequence"
    stored = open_stored(path, role)
    if stored is not None:
        with stored:
            return "still" if is_still(stored) else "video"
    if str(path) == STANDARD or is_address(path):
        return "video"
    try:
        if not _can_be_wound(path):
            return "video"
        with Path(path).open("rb") as file:
            return "still" if is_still(file) else "video"
    except (OSError, ValueError):
        suffix = Path(path).suffix.lower()
        return "still" if not suffix or suffix in IMAGE_SUFFIXES else "video"


def beginning_of(path: str | Path, role: str = "input") -> bytes:
    """Return the first bytes of a file; none of what is not there, or can be read only once."""
    stored = open_stored(path, role)
    if stored is not None:
        with stored:
            return stored.read(_HEAD)
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


def is_still(file: BufferedReader | StoredFile) -> bool:
    """Tell whether a file that has been opened is one picture, and not several that move."""
    header = read_header(file)
    if header is None or header.moves:
        return False
    return header.image is None or not _another_follows(file, header)


def _another_follows(file: BufferedReader | StoredFile, header: Header) -> bool:
    """Tell whether pictures of one kind and size follow one another, as cameras stream them.

    Pillow looks at the first alone. A photo's own file may hold more: a preview, a gain map, the
    second eye's view. These are listed in its header, or of another size.
    """
    if header.kind not in ("JPEG", "PNG", "BMP", "PPM"):
        return False
    with _whole(file) as data:
        if header.kind != "JPEG":
            return data.find(data[: min(_START, header.end)], 1) > 0
        at = data.find(_SEAM)
        if at < 0 or (header.image is not None and "mp" in header.image.info):
            return False
        second = read_header(BytesIO(data[at + 2 : at + 2 + _HEAD]))
        return second is not None and second.size == header.size


def _whole(file: BufferedReader | StoredFile) -> AbstractContextManager[mmap | bytes]:
    """Return all of a file, until the context is left."""
    if hasattr(file, "check"):  # an object of a store
        file.seek(0)
        return nullcontext(file.read())
    return mmap(file.fileno(), 0, access=ACCESS_READ)
