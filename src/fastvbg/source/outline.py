"""Where a file's outermost pieces end by their own account, beyond which nothing is needed."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from typing import BinaryIO, TypeAlias

    from fastvbg.storage.reading import StoredFile

    Bytes: TypeAlias = BinaryIO | StoredFile

_SEGMENT = 0x18538067
_EXTENSION, _PICTURE = b"!,"
# Before a Matroska's segment comes its head, and rarely a filler.
_MOST_BEFORE_SEGMENT = 4


class Boxes(NamedTuple):
    """The outermost boxes of an MP4 or MOV."""

    end: int
    """Where the last one ends; beyond the file's own end if that is cut off."""
    fragmented: bool
    """Whether samples are listed in pieces along the way."""
    lacks_index: bool = False
    """Whether it begins as such a file does, and what would list its samples never comes."""


def boxes_of(file: Bytes) -> Boxes:
    """Return what the outermost boxes say; nothing more once they make no sense."""
    at, fragmented, kinds = 0, False, []
    while len(head := _read(file, at, 16)) >= 8:
        size, kind = int.from_bytes(head[:4], "big"), head[4:8]
        if size == 1:
            size = int.from_bytes(head[8:16], "big")
        if size < 8:  # to the file's end, or no box at all
            break
        fragmented = fragmented or kind == b"moof"
        kinds.append(kind)
        at += size
    return Boxes(at, fragmented, kinds[:1] == [b"ftyp"] and b"moov" not in kinds)


def segment_end(file: Bytes) -> int | None:
    """Return where a Matroska's segment ends; None if it does not say, as live ones do not."""
    at = 0
    for _ in range(_MOST_BEFORE_SEGMENT):
        head = _read(file, at, 12)
        kind, after = _number(head, 0, marked=True)
        size, after = _number(head, after, marked=False)
        if kind is None or size is None:
            return None
        at += after + size
        if kind == _SEGMENT:
            return at
    return None


def gif_ends_early(file: Bytes) -> bool:
    """Tell whether a GIF ends within one of its blocks; that only its last byte lacks is common."""
    head = _read(file, 0, 13)
    if len(head) < 13:
        return True
    at = 13 + _colours(head[10])
    while len(mark := _read(file, at, 11)) and mark[0] in (_EXTENSION, _PICTURE):
        if mark[0] == _PICTURE:
            if len(mark) < 10:
                return True
            at += 11 + _colours(mark[9])  # the last byte of these is the width of its codes
        else:
            at += 2
        while size := _read(file, at, 1):
            at += 1 + size[0]
            if not size[0]:
                break
        else:
            return True
    return False


def _colours(flags: int) -> int:
    """Return how many bytes a GIF's table of colours takes; 0 where the flags say there is none."""
    return 3 << (1 + (flags & 7)) if flags & 0x80 else 0


def _read(file: Bytes, at: int, count: int) -> bytes:
    file.seek(at)
    return file.read(count)


def _number(data: bytes, at: int, *, marked: bool) -> tuple[int | None, int]:
    """Return EBML's number at a place, with or without its mark, and where it ends.

    None where it is cut off or all ones, which is how an unknown size is written.
    """
    first = data[at] if at < len(data) else 0
    length = 9 - first.bit_length()
    piece = data[at : at + length]
    if not first or len(piece) < length:
        return None, at
    number = int.from_bytes(piece, "big")
    bare = number & (1 << 7 * length) - 1
    if bare == (1 << 7 * length) - 1:
        return None, at
    return number if marked else bare, at + length
