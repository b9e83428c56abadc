"""TIFF files: the first page, upright, its colours not multiplied by its alpha."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.media.exif import Directory, turned_upright, with_orientation_taken
from fastvbg.media.opencv import decode

if TYPE_CHECKING:
    import numpy.typing as npt

    Picture = npt.NDArray[Any]

# Tags of TIFF 6.0, and one of DNG's; what they may say.
_SUBFILE, _BITS, _PHOTOMETRIC, _SAMPLES, _EXTRA, _DNG = 254, 258, 262, 277, 338, 50706
_THUMBNAIL, _INKS, _MULTIPLIED, _STRAIGHT = 1, 5, 1, 2


class UnusableError(Exception):
    """The picture is not what it seems; the words say what it is."""


def decode_tiff(content: bytes, directory: Directory, max_pixels: int) -> Picture | None:
    """Return the first page of a TIFF file; None where it cannot be read.

    OpenCV drops the alpha of gray pages, and multiplies 8-bit colours by theirs; FFmpeg's libraries
    do neither, but know fewer kinds of TIFF.

    Raises
    ------
    UnusableError
        It is a camera's raw file, or in inks of more than 8 bits.
    """
    tags = directory.tags
    if tags.get(_SUBFILE, 0) & _THUMBNAIL or _DNG in tags:
        raise UnusableError(
            "is a camera's raw file, of which only a thumbnail could be had; wanted one that has "
            "been developed, such as a JPEG"
        )
    samples, bits = tags.get(_SAMPLES, 1), tags.get(_BITS, 1)
    inks = tags.get(_PHOTOMETRIC) == _INKS
    if inks and bits > 8:
        raise UnusableError("has inks (CMYK) of more than 8 bits, wanted RGB")
    content, orientation = with_orientation_taken(content, directory)
    with_alpha = samples in (2, 4) and not inks
    picture = (
        _by_ffmpeg(content, max_pixels) if with_alpha and (bits == 8 or samples == 2) else None
    )
    multiplied = tags.get(_EXTRA) == _MULTIPLIED
    if picture is None:
        picture = decode(content)
        multiplied = multiplied or (bits == 8 and tags.get(_EXTRA) == _STRAIGHT)
    if picture is None:
        return None
    if multiplied and picture.ndim == 3 and picture.shape[2] == 4:
        picture = _divided(picture)
    return turned_upright(picture, orientation)


def _by_ffmpeg(content: bytes, max_pixels: int) -> Picture | None:
    # FFmpeg's libraries are loaded for such pictures only.
    from fastvbg.media.decode import UnreadableError, decode_picture

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
