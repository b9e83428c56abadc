"""TIFF files: the first page as it is stored, its colours not multiplied by its alpha."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING, Any

import numpy as np
from PIL.ExifTags import Base as Tag

from fastvbg.media.headers import UnreadableError
from fastvbg.media.opencv import decode

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy.typing as npt

    Picture = npt.NDArray[Any]

# What tags of TIFF 6.0 may say, and one of BigTIFF's first bytes.
_THUMBNAIL, _INKS, _MULTIPLIED, _STRAIGHT = 1, 5, 1, 2
_SHORT, _BIG = 3, 43


def decode_tiff(content: bytes, tags: Mapping[int, int], max_pixels: int) -> Picture | None:
    """Return the first page of a TIFF file, not turned; None where it cannot be read.

    OpenCV drops the alpha of gray pages, and multiplies 8-bit colours by theirs; FFmpeg's libraries
    do neither, but know fewer kinds of TIFF. Pillow has no deep colours.

    Raises
    ------
    UnreadableError
        It is a camera's raw file, or in inks of more than 8 bits.
    """
    if tags.get(Tag.NewSubfileType, 0) & _THUMBNAIL or Tag.DNGVersion in tags:
        raise UnreadableError(
            "it is a camera's raw file, of which only a thumbnail could be had; wanted one that "
            "has been developed, such as a JPEG"
        )
    samples, bits = tags.get(Tag.SamplesPerPixel, 1), tags.get(Tag.BitsPerSample, 1)
    extra = tags.get(Tag.ExtraSamples, 0)
    inks = tags.get(Tag.PhotometricInterpretation, 0) == _INKS
    if inks and bits > 8:
        raise UnreadableError("it has inks (CMYK) of more than 8 bits, wanted RGB")
    content = _without_orientation(content, tags)
    with_alpha = samples in (2, 4) and not inks
    picture = (
        _by_ffmpeg(content, max_pixels) if with_alpha and (bits == 8 or samples == 2) else None
    )
    multiplied = extra == _MULTIPLIED
    if picture is None:
        picture = decode(content)
        multiplied = multiplied or (bits == 8 and extra == _STRAIGHT)
    if multiplied and picture is not None and picture.ndim == 3 and picture.shape[2] == 4:
        picture = _divided(picture)
    return picture


def _without_orientation(content: bytes, tags: Mapping[int, int]) -> bytes:
    """Return a file that notes no orientation: some readers carry it out, others half of it."""
    order = "<" if content[:2] == b"II" else ">"
    form = f"{order}HHQH" if _BIG in content[2:4] else f"{order}HHIH"
    noted, upright = (
        struct.pack(form, Tag.Orientation, _SHORT, 1, number)
        for number in (tags.get(Tag.Orientation, 1) & 0xFFFF, 1)
    )
    return content.replace(noted, upright)


def _by_ffmpeg(content: bytes, max_pixels: int) -> Picture | None:
    # FFmpeg's libraries are loaded for such pictures only.
    from fastvbg.media.decode import decode_picture

    try:
        return decode_picture(content, max_pixels)
    except UnreadableError:
        return None


def _divided(picture: Picture) -> Picture:
    """Return a picture whose colours were multiplied by its alpha with straight ones."""
    full = int(np.iinfo(picture.dtype).max)
    alpha = picture[:, :, 3:].astype(np.uint64)
    whole = np.maximum(alpha, 1)
    colours = np.minimum((picture[:, :, :3] * np.uint64(full) + whole // 2) // whole, full)
    return np.dstack([colours.astype(picture.dtype), picture[:, :, 3]])
