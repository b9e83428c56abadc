"""The items of HEIF files (HEIC, AVIF): which make up the picture, and what is to be done to them.

ISO/IEC 23008-12. Phones store a photo as a grid of tiles, each an item of its own; FFmpeg's
libraries give every item as a stream whose number is the item's.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass, field
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg._types import Size

CODED = (b"av01", b"hvc1", b"hev1", b"jpeg")
_ALPHA = (b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha", b"urn:mpeg:hevc:2015:auxid:1")


class Box(NamedTuple):
    """A piece of the file, and where its content begins and ends."""

    kind: bytes
    start: int
    end: int


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """Yield the boxes between two places."""
    while start + 8 <= end:
        length, kind = struct.unpack_from(">I4s", data, start)
        header = 8
        if length == 1:
            (length,) = struct.unpack_from(">Q", data, start + 8)
            header = 16
        stop = end if length == 0 else min(end, start + length)
        if stop < start + header:
            return
        yield Box(kind, start + header, stop)
        start = stop


@dataclass
class Item:
    """One item: a coded picture, or one that is put together from others."""

    kind: bytes
    size: Size | None = None
    grid: bytes = b""
    """What an item of the kind `grid` says of its rows and columns."""
    parts: tuple[int, ...] = ()
    """The items that a grid is made of, in the order of its cells."""
    changes: list[tuple[str, bytes]] = field(default_factory=list)
    """What is to be done to the decoded picture, in order: `clap`, `irot`, `imir`."""
    colour: tuple[int, int, int, bool] | None = None
    """Primaries, transfer and matrix by ITU-T H.273, and whether of full range."""
    beside: tuple[int, ...] = ()
    """The items that it belongs to, such as a depth map or a coverage to its picture."""
    covers: bool = False
    """Whether it is a coverage."""


@dataclass
class Items:
    """What a file's directory says."""

    primary: int
    items: dict[int, Item]
    premultiplied: bool = False

    @property
    def alpha(self) -> int | None:
        """The item that is the picture's coverage."""
        found = (k for k, i in self.items.items() if i.covers and self.primary in i.beside)
        return next(found, None)

    @property
    def largest(self) -> Size | None:
        """Width and height of the largest item, as far as they say."""
        sizes = [item.size for item in self.items.values() if item.size is not None]
        return max(sizes, key=lambda size: size[0] * size[1], default=None)


def read_items(data: bytes) -> Items | None:
    """Return the items of a HEIF file; None where it has none that can be made out."""
    meta = next((box for box in boxes(data, 0, len(data)) if box.kind == b"meta"), None)
    if meta is None:
        return None
    inner = {box.kind: box for box in boxes(data, meta.start + 4, meta.end)}
    try:
        return _Reader(data, inner).read()
    except (struct.error, KeyError, IndexError, ValueError):
        return None


class _Reader:
    """Reads the boxes of a directory."""

    def __init__(self, data: bytes, inner: dict[bytes, Box]) -> None:
        self._data, self._inner = data, inner

    def read(self) -> Items:
        primary = self._inner[b"pitm"]
        wide = self._version(primary) > 0
        found = Items(self._number(primary.start + 4, 4 if wide else 2), self._kinds())
        self._refer(found)
        self._describe(found.items)
        for key, item in found.items.items():
            if item.kind == b"grid":
                item.grid = self._content(key)
        return found if found.primary in found.items else self._nothing()

    @staticmethod
    def _nothing() -> Items:
        raise ValueError

    def _version(self, box: Box) -> int:
        return self._data[box.start]

    def _number(self, at: int, size: int) -> int:
        if at + size > len(self._data):
            raise ValueError
        return int.from_bytes(self._data[at : at + size], "big")

    def _kinds(self) -> dict[int, Item]:
        """Return the items by number, of which only the kinds are known yet."""
        table = self._inner[b"iinf"]
        at = table.start + (6 if self._version(table) == 0 else 8)
        items = {}
        for box in boxes(self._data, at, table.end):
            size = 2 if self._version(box) < 3 else 4
            key, place = self._number(box.start + 4, size), box.start + 4 + size + 2
            items[key] = Item(self._data[place : place + 4])
        return items

    def _refer(self, found: Items) -> None:
        """Take in which items others are made of, or belong to."""
        table = self._inner.get(b"iref")
        if table is None:
            return
        size = 2 if self._version(table) == 0 else 4
        for box in boxes(self._data, table.start + 4, table.end):
            key, count = self._number(box.start, size), self._number(box.start + size, 2)
            first = box.start + size + 2
            others = tuple(self._number(first + k * size, size) for k in range(count))
            if box.kind == b"dimg":
                found.items[key].parts = others
            elif box.kind == b"auxl":
                found.items[key].beside += others
            elif box.kind == b"prem":
                found.premultiplied = True

    def _describe(self, items: dict[int, Item]) -> None:
        """Take in the properties of each item."""
        inner = {b.kind: b for b in boxes(self._data, *self._inner[b"iprp"][1:])}
        properties = list(boxes(self._data, *inner[b"ipco"][1:]))
        table = inner[b"ipma"]
        size = 2 if self._version(table) == 0 else 4
        long = self._data[table.start + 3] & 1
        entries, at = self._number(table.start + 4, 4), table.start + 8
        for _ in range(entries):
            item = items.get(self._number(at, size))
            count, at = self._number(at + size, 1), at + size + 1
            for _ in range(count):
                index = self._number(at, 2) & 0x7FFF if long else self._number(at, 1) & 0x7F
                at += 2 if long else 1
                if index and item is not None:
                    self._apply(item, properties[index - 1])

    def _apply(self, item: Item, box: Box) -> None:
        body = self._data[box.start : box.end]
        if box.kind == b"ispe":
            item.size = struct.unpack_from(">II", body, 4)
        elif box.kind in (b"clap", b"irot", b"imir"):
            item.changes.append((box.kind.decode(), body))
        elif box.kind == b"colr" and body[:4] == b"nclx":
            item.colour = *struct.unpack_from(">HHH", body, 4), bool(body[10] & 0x80)
        elif box.kind == b"auxC":
            item.covers = body[4:].split(b"\0", 1)[0] in _ALPHA

    def _content(self, wanted: int) -> bytes:
        """Return an item's bytes."""
        table = self._inner[b"iloc"]
        version, at = self._version(table), table.start + 4
        sizes = self._number(at, 2)
        offset, length, base = sizes >> 12, sizes >> 8 & 15, sizes >> 4 & 15
        index = sizes & 15 if version else 0
        wide = 4 if version == 2 else 2
        count, at = self._number(at + 2, wide), at + 2 + wide
        for _ in range(count):
            key, at = self._number(at, wide), at + wide
            method = self._number(at, 2) & 15 if version else 0
            at += (2 if version else 0) + 2
            origin, extents = self._number(at, base), self._number(at + base, 2)
            at += base + 2
            if method == 1:
                origin += self._inner[b"idat"].start
            content = b""
            for _ in range(extents):
                place = origin + self._number(at + index, offset)
                size = self._number(at + index + offset, length)
                at += index + offset + length
                content += self._data[place : place + size] if key == wanted else b""
            if key == wanted:
                return content
        raise ValueError


class Grid(NamedTuple):
    """Rows and columns of a grid, and the size of what it makes."""

    rows: int
    columns: int
    size: Size


def read_grid(item: Item) -> Grid:
    """Return what a grid item says.

    Raises
    ------
    ValueError
        It does not say it, or has another number of parts.
    """
    body = item.grid
    if len(body) < 8:
        raise ValueError
    kind = ">II" if body[1] & 1 else ">HH"
    if len(body) < 4 + struct.calcsize(kind):
        raise ValueError
    grid = Grid(body[2] + 1, body[3] + 1, struct.unpack_from(kind, body, 4))
    if len(item.parts) != grid.rows * grid.columns:
        raise ValueError
    return grid


def read_crop(body: bytes, size: Size) -> tuple[int, int, int, int]:
    """Return left, top, right and bottom of a clean aperture in a picture of a size."""
    numbers = struct.unpack(">8i", body[:32])
    sides = [Fraction(numbers[k], numbers[k + 1] or 1) for k in (0, 2, 4, 6)]
    edges = []
    for side, wanted, moved in ((size[0], sides[0], sides[2]), (size[1], sides[1], sides[3])):
        first = round((side - wanted) / 2 + moved)
        first = min(max(first, 0), side - 1)
        edges.append((first, min(side, max(first + 1, first + round(wanted)))))
    (left, right), (top, bottom) = edges
    return left, top, right, bottom
