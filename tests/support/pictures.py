"""Pictures saved in every format and turn."""

from __future__ import annotations

import struct
import zlib
from pathlib import Path

import numpy as np
from PIL import Image


def scene(width: int = 48, height: int = 32) -> np.ndarray:
    """A BGR picture that looks different whichever way it is turned."""
    picture = np.full((height, width, 3), 90, np.uint8)
    picture[: height // 2, : width // 3] = (250, 30, 30)
    picture[: height // 4] = (30, 30, 240)
    picture[:, -width // 4 :] = (40, 220, 60)
    return picture


def upright(stored: np.ndarray, orientation: int) -> np.ndarray:
    """What a viewer makes of a stored picture, by the EXIF standard."""
    rows = stored.transpose(1, 0, *range(2, stored.ndim))
    return {
        1: stored,
        2: stored[:, ::-1],
        3: stored[::-1, ::-1],
        4: stored[::-1],
        5: rows,
        6: rows[:, ::-1],
        7: rows[::-1, ::-1],
        8: rows[::-1],
    }[orientation]


def saved(path: Path, picture, kind: str, orientation: int = 0, **options) -> Path:
    """A file of a kind by Pillow, of BGR, BGRA or gray."""
    if picture.ndim == 3:
        order = [2, 1, 0, 3][: picture.shape[2]]
        picture = np.ascontiguousarray(picture[:, :, order])
    if orientation and kind == "TIFF":
        options["tiffinfo"] = {274: orientation}
    elif orientation:
        options["exif"] = Image.Exif()
        options["exif"][274] = orientation
    Image.fromarray(picture).save(path, kind, **options)
    return path


KINDS = {
    "JPEG": {"quality": 98, "subsampling": 0},
    "PNG": {},
    "WEBP": {"lossless": True, "exact": True},
    "TIFF": {},
}


def chequered(width: int, height: int) -> np.ndarray:
    y, x = np.mgrid[:height, :width]
    return np.stack(
        [x * 255 // width, y * 255 // height, (x // 16 + y // 16) % 2 * 200], -1
    ).astype(np.uint8)


def png(width: int, height: int, colour: int, bits: int, rows: bytes, *more: bytes) -> bytes:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    head = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    pieces = [chunk(one[:4], one[4:]) for one in more]
    body = chunk(b"IDAT", zlib.compress(rows))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        [chunk(b"IHDR", head), *pieces, body, chunk(b"IEND", b"")]
    )
