"""Colour tags, and the conversion between decoded frames and BGR by them.

Matrix and range are taken from the stream in both directions, so a kept pixel comes back in the
colour it had.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import av
import numpy as np
from av.video.reformatter import VideoReformatter

from fastvbg.media.formats import is_gray
from fastvbg.media.planes import with_rows_downward

if TYPE_CHECKING:
    from fastvbg._types import Frame

# Code points of ITU-T H.273.
_MATRIX_RGB, _MATRIX_BT709, _MATRIX_UNSPECIFIED, _MATRIX_BT470BG = 0, 1, 2, 5
_MATRIX_SMPTE240M, _MATRICES_BT2020 = 7, (9, 10)
_RANGE_LIMITED, _RANGE_FULL = 1, 2
# All that it defines; libswscale and encoders fail on others.
_MATRICES, _PRIMARIES, _TRANSFERS = {*range(18)} - {3}, {1, 2, *range(4, 13), 22}, {1, 2}
_TRANSFERS |= {*range(4, 19)}

# Before 18 it hands libswscale primaries and transfer, which refuses some of them for no use.
_HANDS_ON_ALL = int(av.__version__.split(".")[0]) < 18

# SWS_BILINEAR | SWS_FULL_CHR_H_INT | SWS_ACCURATE_RND of libswscale. Its default rounds down: a
# trip to BGR and back darkens by 1.7 steps of luma on average, this one by none (random colours,
# BT.709).
EXACT = 0x2 | 0x2000 | 0x40000

# Above standard definition an untagged stream is BT.709: what players assume.
_STANDARD_DEFINITION_HEIGHT = 576


@dataclass(frozen=True)
class ColourTags:
    """How a stream's numbers mean colours, in the code points of ITU-T H.273; 2 is unspecified.

    `range` is FFmpeg's: 0 unspecified, 1 limited, 2 full.
    """

    matrix: int = _MATRIX_UNSPECIFIED
    range: int = 0
    primaries: int = 2
    transfer: int = 2

    def conversion_matrix(self, height: int) -> int:
        """Return the matrix to convert with, which for an untagged stream depends on its height."""
        if self.matrix not in (_MATRIX_RGB, _MATRIX_UNSPECIFIED):
            return self.matrix
        return _MATRIX_BT709 if height > _STANDARD_DEFINITION_HEIGHT else _MATRIX_BT470BG

    def at_height(self, before: int, after: int) -> ColourTags:
        """Return the tags for pictures that get another height: what one implies is said then."""
        matrix = self.conversion_matrix(before)
        if self.matrix != _MATRIX_UNSPECIFIED or matrix == self.conversion_matrix(after):
            return self
        return replace(self, matrix=matrix)

    def space(self, height: int) -> tuple[str, str]:
        """Return the names of the matrix and the range, as `composite_planar` takes them.

        SMPTE 240M's weights are within 0.01 of BT.709's, and FCC's within 0.005 of BT.601's: near
        enough for the gray of a difference.
        """
        matrix = self.conversion_matrix(height)
        if matrix in _MATRICES_BT2020:
            name = "bt2020"
        else:
            name = "bt709" if matrix in (_MATRIX_BT709, _MATRIX_SMPTE240M) else "bt601"
        return name, "full" if self.range == _RANGE_FULL else "limited"

    def encoded(self) -> ColourTags:
        """Return the tags for the same colours in YUV, which RGB sources are encoded to."""
        if self.matrix != _MATRIX_RGB:
            return self
        return ColourTags(_MATRIX_UNSPECIFIED, _RANGE_LIMITED, self.primaries, self.transfer)


def tags_of(frame: av.VideoFrame) -> ColourTags:
    """Return the tags that a decoded frame carries."""
    # FFmpeg's own rule: the formats with a j, and gray that says nothing else, are full range.
    gray = is_gray(frame.format) and not int(frame.color_range)
    full = gray or frame.format.name.startswith("yuvj")
    return ColourTags(
        matrix=_defined(frame.colorspace, _MATRICES),
        range=_RANGE_FULL if full else int(frame.color_range),
        primaries=_defined(frame.color_primaries, _PRIMARIES),
        transfer=_defined(frame.color_trc, _TRANSFERS),
    )


def light_of(transfer: int | None) -> str:
    """Return what kind of light a transfer stands for, in words."""
    return {16: "HDR (PQ)", 18: "HDR (HLG)"}.get(transfer or 0, "SDR")


def _defined(number: int, known: set[int]) -> int:
    return int(number) if int(number) in known else _MATRIX_UNSPECIFIED


def with_defined_tags(frame: av.VideoFrame) -> av.VideoFrame:
    """Return a frame whose tags that mean nothing, as in damaged streams, say nothing."""
    frame.colorspace = _defined(frame.colorspace, _MATRICES)
    frame.color_primaries = _defined(frame.color_primaries, _PRIMARIES)
    frame.color_trc = _defined(frame.color_trc, _TRANSFERS)
    return frame


def _reformatted(converter: VideoReformatter, frame: av.VideoFrame, **wanted: Any) -> av.VideoFrame:
    if not _HANDS_ON_ALL:
        return converter.reformat(frame, **wanted)
    primaries, transfer = frame.color_primaries, frame.color_trc
    frame.color_primaries = frame.color_trc = _MATRIX_UNSPECIFIED
    converted = converter.reformat(frame, **wanted)
    for one in (frame, converted):
        one.color_primaries, one.color_trc = primaries, transfer
    return converted


class ToBGR:
    """Converts decoded frames to BGR by a stream's tags; keeps the converter from call to call.

    Parameters
    ----------
    tags : ColourTags
        Of the stream.
    """

    def __init__(self, tags: ColourTags) -> None:
        self._tags = tags
        self._converter = VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> Frame:
        """Return a decoded frame as (H, W, 3) uint8 BGR of its own memory."""
        matrix = self._tags.conversion_matrix(frame.height)
        converted = _reformatted(
            self._converter,
            frame,
            format="bgr24",
            src_colorspace=matrix,
            dst_colorspace=matrix,
            src_color_range=self._tags.range,
            dst_color_range=_RANGE_FULL,
            interpolation=EXACT,
        )
        return np.ascontiguousarray(converted.to_ndarray(), np.uint8)


class Converter:
    """Converts frames to another pixel format or size by a stream's tags; keeps the converter.

    Parameters
    ----------
    tags : ColourTags
        Of the stream, for both ends as far as they are YUV; RGB is full range.
    pixel_format : str
        FFmpeg's name of the format wanted.
    size : (int, int), optional
        Width and height wanted; as given when absent.
    range : int, optional
        FFmpeg's number of the range wanted, as far as that is YUV; by the tags when absent.
    matrix : int, optional
        The matrix wanted, as far as that is YUV; that of the tags when absent.
    """

    def __init__(
        self,
        tags: ColourTags,
        pixel_format: str,
        size: tuple[int, int] | None = None,
        *,
        range: int | None = None,
        matrix: int | None = None,
    ) -> None:
        self._tags = tags
        self._given = tags.range or _RANGE_LIMITED
        self._wanted = range or self._given
        self._matrix = tags.matrix if matrix is None else matrix
        self._format = pixel_format
        self._size = size
        self._rgb = av.VideoFormat(pixel_format).is_rgb
        self._converter = VideoReformatter()

    def __call__(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return the frame, itself when it is so already."""
        width, height = self._size or (frame.width, frame.height)
        unchanged = (frame.width, frame.height, frame.format.name) == (width, height, self._format)
        matrix = self._tags.conversion_matrix(frame.height)
        wanted = replace(self._tags, matrix=self._matrix).conversion_matrix(frame.height)
        alike = self._given == self._wanted and matrix == wanted
        if unchanged and (self._rgb or alike):
            return with_rows_downward(frame)
        converted = _reformatted(
            self._converter,
            frame,
            width=width,
            height=height,
            format=self._format,
            src_colorspace=matrix,
            dst_colorspace=wanted,
            src_color_range=_RANGE_FULL if frame.format.is_rgb else self._given,
            dst_color_range=_RANGE_FULL if self._rgb else self._wanted,
            interpolation=EXACT,
        )
        converted.pts = frame.pts
        if frame.time_base is not None:
            converted.time_base = frame.time_base
        if not self._rgb:
            converted.colorspace, converted.color_range = self._matrix, self._wanted
        return converted


class FromBGR:
    """Converts BGR to frames to encode, by the tags of the stream to be; keeps the converter.

    Parameters
    ----------
    tags : ColourTags
        Of the stream to be.
    pixel_format : str
        FFmpeg's name of the format to encode.
    """

    def __init__(self, tags: ColourTags, pixel_format: str) -> None:
        self._convert = Converter(tags, pixel_format)

    def __call__(self, frame: Frame) -> av.VideoFrame:
        """Return (H, W, 3) uint8 BGR as a frame to encode."""
        return self._convert(av.VideoFrame.from_ndarray(frame, format="bgr24"))
