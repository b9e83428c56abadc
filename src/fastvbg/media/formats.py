"""Pixel formats: which ones are worked on as they are, and what the others become."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from av.video.format import VideoFormat

BGR = "bgr24"

_PLANAR = re.compile(r"yuv(j?)(420|422|444)p(?:(9|10|12|14|16)le)?")
# Planar YUV with alpha, or of the other byte order: the same planes, and one more.
_KIN = re.compile(r"yuva?(420|422|444)p(?:(9|10|12|14|16)[lb]e)?")
_SHIFTS = {"420": (1, 1), "422": (1, 0), "444": (0, 0)}
_DEPTHS = (8, 10, 12)


class Layout(NamedTuple):
    """How samples lie in the planes of a format."""

    name: str
    """FFmpeg's name of it, without the `j` that once meant full range."""
    depth: int
    """Bits a sample; above 8 they lie in 16."""
    shift_x: int
    """Chroma has the width shifted right by this, rounded up."""
    shift_y: int
    """Chroma has the height shifted right by this, rounded up."""

    @property
    def chroma(self) -> str:
        """`420`, `422` or `444`."""
        return {(1, 1): "420", (1, 0): "422", (0, 0): "444"}[self.shift_x, self.shift_y]


@cache
def layout_of(name: str) -> Layout | None:
    """Return the layout of a format that is worked on as it is; None for others and `bgr24`.

    Parameters
    ----------
    name : str
        FFmpeg's name of the format.

    Returns
    -------
    Layout or None
        `nv12` has the layout of `yuv420p`, its chroma planes being interleaved.
    """
    if name == "nv12":
        return Layout("nv12", 8, 1, 1)
    match = _PLANAR.fullmatch(name)
    if match is None:
        return None
    return Layout(name.replace("yuvj", "yuv"), int(match[3] or 8), *_SHIFTS[match[2]])


def has_alpha(format: VideoFormat) -> bool:
    """Tell whether pictures of a format may be transparent; a palette's colours may be, too."""
    return format.has_palette or any(part.is_alpha for part in format.components)


def is_gray(format: VideoFormat) -> bool:
    """Tell whether a format has no colour: luma, alone or with alpha."""
    parts = len(format.components)
    return 0 < parts <= 2 and not (format.is_rgb or format.has_palette)


def is_float(name: str) -> bool:
    """Tell whether a format's samples are floating-point numbers, by FFmpeg's name of it."""
    return re.search(r"f(16|32)[lb]e$", name) is not None


def depth_format(format: VideoFormat) -> str:
    """Return the format in which a decoder's format is read as depths.

    The first plane of gray and planar YUV holds the numbers as they were stored.
    """
    if not is_gray(format):
        return working_format(format)
    bits: int = format.components[0].bits
    if is_float(format.name):
        return "grayf32le"
    return "gray" if bits <= 8 else f"gray{bits}le"


def matte_format(format: VideoFormat) -> str:
    """Return the format in which a matte is read: in colour where alpha lies beside it."""
    return BGR if has_alpha(format) else "gray"


def planar(chroma: str, depth: int) -> str:
    """Return the name of the planar YUV format with a chroma subsampling and a depth."""
    return f"yuv{chroma}p" + (f"{depth}le" if depth > 8 else "")


def working_format(format: VideoFormat) -> str:
    """Return the format in which frames of a decoder's format are worked on.

    Planar YUV in 4:2:0, 4:2:2 and 4:4:4 of any depth, and nv12, stay as they are; of such with
    alpha, or of the other byte order, the planes do. Other YUV becomes the planar form that holds
    its chroma and, up to 12 bits, its depth. Gray becomes 4:2:0. RGB of 8 bits, and palettes,
    become BGR; deeper RGB becomes 4:4:4 of its depth.

    Parameters
    ----------
    format : av.VideoFormat
        Of the decoded frames.

    Returns
    -------
    str
        FFmpeg's name.
    """
    name: str = format.name
    if layout_of(name) is not None:
        return name
    kin = _KIN.fullmatch(name)
    if kin is not None:
        return planar(kin[1], int(kin[2] or 8))
    parts = format.components
    bits = max((part.bits for part in parts), default=8)
    depth = next((depth for depth in _DEPTHS if depth >= bits), _DEPTHS[-1])
    if format.is_rgb or format.has_palette or not parts:
        return BGR if bits <= 8 else planar("444", depth)
    if is_gray(format):
        return planar("420", depth)
    halved = parts[1].width < parts[0].width
    both = parts[1].height < parts[0].height
    return planar("420" if halved and both else "422" if halved else "444", depth)
