"""Pictures that neither OpenCV nor Pillow reads, by FFmpeg's libraries."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from io import BytesIO
from typing import TYPE_CHECKING, Any

import numpy as np
from av.error import FFmpegError

from fastvbg.media.colour import ToBGR, tags_of
from fastvbg.media.demux import open_bytes
from fastvbg.media.headers import UnreadableError
from fastvbg.media.planes import plane_of
from fastvbg.media.upright import AS_IT_IS, noted_matrix, turn_of

if TYPE_CHECKING:
    import av
    import numpy.typing as npt
    from av.container import InputContainer

    Plane = npt.NDArray[Any]

# What pictures mean that do not say it, unlike videos: ITU-R BT.601, whatever their height.
_UNTAGGED, _BT470BG = 2, 5
# What HEIF files put together from others, or crop.
_DERIVED = (b"grid", b"iovl", b"iden", b"clap")
_DIRECTORY = 1 << 16


def decode_picture(data: bytes, max_pixels: int) -> Plane:
    """Return the picture of a file, upright: (H, W), or (H, W, 3 or 4) in BGR and alpha."""
    with _opened(data) as container:
        return _array(_first_frame(container, max_pixels))


def decode_one_piece(data: bytes, max_pixels: int) -> Plane:
    """Return the picture of a HEIF file that is in one piece: FFmpeg's libraries join none."""
    with _opened(data) as container:
        derived = any(kind in data[:_DIRECTORY] for kind in _DERIVED)
        if derived or len(container.streams.video) > 1:
            raise UnreadableError(
                "it is cropped or in several pieces, such as tiles; "
                "pip install 'fastvbg[heif]' adds pillow-heif, which joins them"
            )
        return _array(_first_frame(container, max_pixels))


def _opened(data: bytes) -> closing[InputContainer]:
    try:
        return closing(open_bytes(BytesIO(data)))
    except (FFmpegError, OSError, ValueError) as error:
        raise UnreadableError(_words(error)) from None


def _words(error: Exception) -> str:
    return str(getattr(error, "strerror", None) or error)


def _first_frame(container: InputContainer, max_pixels: int) -> av.VideoFrame:
    if not container.streams.video:
        raise UnreadableError("it has no picture")
    stream = container.streams.video[0]
    try:
        # The decoder refuses larger pictures by itself, before it takes memory for them.
        stream.codec_context.options = {"max_pixels": str(max_pixels)}
        return next(iter(container.decode(video=0)))
    except (FFmpegError, OSError, ValueError) as error:
        raise UnreadableError(_words(error)) from None
    except StopIteration:
        raise UnreadableError("it cannot be decoded") from None


def _array(frame: av.VideoFrame) -> Plane:
    """Return a decoded frame as an array, by the colours that it notes."""
    turn = turn_of(noted_matrix(frame)) or AS_IT_IS
    if frame.format.name in ("gray", "gray16le"):
        return turn.array(np.array(plane_of(frame, 0)))
    tags = tags_of(frame)
    if tags.matrix == _UNTAGGED:
        tags = replace(tags, matrix=_BT470BG)
    picture: Plane = ToBGR(tags)(frame)
    if len(frame.format.components) in (2, 4) or frame.format.has_palette:
        alpha = frame.reformat(format="bgra")
        picture = np.dstack([picture, plane_of(alpha, 0, 4)[:, :, 3]])
    return turn.array(picture)
