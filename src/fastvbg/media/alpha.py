"""The alpha of decoded frames, whatever their format, in bytes."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from fastvbg.media.formats import has_alpha, is_float
from fastvbg.media.planes import plane_of, with_rows_downward

if TYPE_CHECKING:
    import numpy.typing as npt
    from av.video.format import VideoFormat

    Alpha = npt.NDArray[np.uint8]

_FIRST = ("abgr", "argb", "ayuv", "ayuv64be", "ayuv64le")
_LAST = (
    *("bgra", "bgra64be", "bgra64le", "rgba", "rgba64be", "rgba64le"),
    *("uyva", "vuya", "ya16be", "ya16le", "ya8"),
)
_PLACE = dict.fromkeys(_FIRST, 0) | dict.fromkeys(_LAST, -1)
"""Where alpha lies among the interleaved samples of a pixel."""


class AlphaReader:
    """Reads the alpha of decoded frames; keeps the converter from call to call.

    Samples are taken from the frames' own memory wherever it is known how they lie in it;
    libswscale may round what it converts.
    """

    def __init__(self) -> None:
        self._converter = VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> Alpha | None:
        """Return a frame's alpha, (H, W); None where all of it is opaque."""
        format = frame.format
        if not _any(format.name):
            return None
        if format.name not in _PLACE and _plane_of_alpha(format) is None:
            frame = self._converter.reformat(frame, format=_known_format(format))
        alpha = _in_bytes(with_rows_downward(frame))
        return None if int(alpha.min()) == 255 else alpha


@cache
def _any(name: str) -> bool:
    return has_alpha(av.VideoFormat(name))


def _plane_of_alpha(format: VideoFormat) -> int | None:
    """Return which plane is alpha and nothing else, in whole numbers."""
    if format.has_palette or is_float(format.name):
        return None
    parts = format.components
    shared = [part.plane for part in parts if not part.is_alpha]
    own = [part.plane for part in parts if part.is_alpha and part.plane not in shared]
    return own[0] if own else None


def _known_format(format: VideoFormat) -> str:
    """Return the format nearest to another one in which the place of alpha is known."""
    if format.has_palette:
        return "bgra"
    if len(format.components) == 2:
        return "ya16le"
    return "rgba64le" if format.is_rgb else "yuva444p16le"


def _in_bytes(frame: av.VideoFrame) -> Alpha:
    format = frame.format
    plane, parts = _plane_of_alpha(format), format.components
    if plane is None:
        samples: Any = plane_of(frame, 0, len(parts))[:, :, _PLACE[format.name]]
    else:
        samples = plane_of(frame, plane)
    bits = parts[-1].bits
    if bits == 8:
        return np.ascontiguousarray(samples)
    return np.asarray(_table(bits)[samples], np.uint8)


@cache
def _table(bits: int) -> Alpha:
    """Return the bytes that samples of so many bits become, rounded half up."""
    most = (1 << bits) - 1
    samples = np.minimum(np.arange(1 << 16, dtype=np.int64), most)
    return ((510 * samples + most) // (2 * most)).astype(np.uint8)
