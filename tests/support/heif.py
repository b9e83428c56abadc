"""HEIF files for tests: one picture or a grid of tiles, turned, with coverage."""

from __future__ import annotations

import re
import struct
from fractions import Fraction
from typing import NamedTuple

import av
import numpy as np


class Coded(NamedTuple):
    data: bytes
    config: bytes
    size: tuple[int, int]


def box(kind: bytes, *parts: bytes) -> bytes:
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def _pieces(data: bytes) -> list[bytes]:
    return [piece for piece in re.split(rb"\x00\x00\x00?\x01", data) if piece]


def coded(picture: np.ndarray) -> Coded:
    """A picture in HEVC: gray, or BGR in full range BT.601 at 4:4:4."""
    height, width = picture.shape[:2]
    codec = av.CodecContext.create("libx265", "w")
    codec.width, codec.height = width, height
    codec.pix_fmt = "gray" if picture.ndim == 2 else "yuv444p"
    codec.time_base, codec.framerate = Fraction(1, 25), Fraction(25)
    codec.color_range, codec.colorspace = 2, 5
    codec.flags |= 1 << 22  # parameter sets go into the configuration
    codec.options = {"crf": "2", "x265-params": "log-level=none"}
    frame = av.VideoFrame.from_ndarray(picture, format="gray" if picture.ndim == 2 else "bgr24")
    frame = frame.reformat(format=codec.pix_fmt, dst_colorspace=5, dst_color_range=2)
    frame.pts = 0
    data = b"".join(bytes(packet) for packet in (*codec.encode(frame), *codec.encode(None)))
    sets: dict[int, list[bytes]] = {}
    for piece in _pieces(bytes(codec.extradata or b"")):
        sets.setdefault(piece[0] >> 1 & 63, []).append(piece)
    kinds = [kind for kind in (32, 33, 34) if kind in sets]
    config = b"\1" + sets[33][0][3:15]
    config += struct.pack(">HBBBBHB", 0xF000, 0xFC, 0xFD, 0xF8, 0xF8, 0, 0x0F) + bytes([len(kinds)])
    for kind in kinds:
        config += bytes([0x80 | kind]) + struct.pack(">H", len(sets[kind]))
        for piece in sets[kind]:
            config += struct.pack(">H", len(piece)) + piece
    data = b"".join(struct.pack(">I", len(piece)) + piece for piece in _pieces(data))
    return Coded(data, config, (width, height))


def heif(
    tiles: list[Coded],
    *,
    rows: int = 1,
    columns: int = 1,
    size: tuple[int, int] | None = None,
    turns: int = 0,
    mirror: int | None = None,
    alpha: Coded | None = None,
) -> bytes:
    """A HEIC file; more than one tile make a grid of a size."""
    infos, properties, links, contents, references = [], [], [], [], []

    def number(content: bytes) -> int:
        if content not in properties:
            properties.append(content)
        return properties.index(content) + 1

    def item(key: int, kind: bytes, content: bytes, of: list[bytes]) -> None:
        infos.append(full(b"infe", 2, 0, struct.pack(">HH4s", key, 0, kind), b"\0"))
        links.append((key, [number(one) for one in of]))
        contents.append((key, content))

    def extent(width: int, height: int) -> bytes:
        return full(b"ispe", 0, 0, struct.pack(">II", width, height))

    changes = [box(b"irot", bytes([turns]))] if turns else []
    changes += [] if mirror is None else [box(b"imir", bytes([mirror]))]
    grid = size is not None
    for key, tile in enumerate(tiles, 1):
        own = [] if grid else changes
        item(key, b"hvc1", tile.data, [box(b"hvcC", tile.config), extent(*tile.size), *own])
    primary = 1
    if size is not None:
        primary = len(tiles) + 1
        shape = bytes([0, 0, rows - 1, columns - 1]) + struct.pack(">HH", *size)
        item(primary, b"grid", shape, [extent(*size), *changes])
        parts = struct.pack(f">HH{len(tiles)}H", primary, len(tiles), *range(1, len(tiles) + 1))
        references.append(box(b"dimg", parts))
    if alpha is not None:
        key = primary + 1
        means = full(b"auxC", 0, 0, b"urn:mpeg:mpegB:cicp:systems:auxiliary:alpha\0")
        of = [box(b"hvcC", alpha.config), extent(*alpha.size), means, *changes]
        item(key, b"hvc1", alpha.data, of)
        references.append(box(b"auxl", struct.pack(">HHH", key, 1, primary)))
    head = box(b"ftyp", b"heic\0\0\0\0mif1heic")

    def meta(at: int) -> bytes:
        places = b""
        for key, content in contents:
            places += struct.pack(">HHHII", key, 0, 1, at, len(content))
            at += len(content)
        linked = b"".join(struct.pack(">HB", key, len(of)) + bytes(of) for key, of in links)
        return full(
            *(b"meta", 0, 0),
            full(b"hdlr", 0, 0, struct.pack(">I4s12s", 0, b"pict", b""), b"\0"),
            full(b"pitm", 0, 0, struct.pack(">H", primary)),
            full(b"iloc", 0, 0, b"\x44\0", struct.pack(">H", len(contents)), places),
            full(b"iinf", 0, 0, struct.pack(">H", len(infos)), *infos),
            box(
                b"iprp",
                box(b"ipco", *properties),
                full(b"ipma", 0, 0, struct.pack(">I", len(links)), linked),
            ),
            *([full(b"iref", 0, 0, *references)] if references else []),
        )

    body = [content for _, content in contents]
    return head + meta(len(head) + len(meta(0)) + 8) + box(b"mdat", *body)
