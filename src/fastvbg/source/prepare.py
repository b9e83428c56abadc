"""Decoded frames to frames to work on: turned, scaled, and in a format that is worked on."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av

from fastvbg.errors import SourceError
from fastvbg.media.colour import Converter, tags_of
from fastvbg.media.formats import BGR, depth_format, matte_format, planar, working_format
from fastvbg.media.planes import plane_of
from fastvbg.media.upright import Turner, display_matrix_of, turning_filters

if TYPE_CHECKING:
    from fastvbg.media.model import Picture, ReadOptions


class Preparer:
    """Prepares the frames of one video, as its first frame and the options demand.

    Parameters
    ----------
    first : av.VideoFrame
        The first decoded frame.
    options : ReadOptions
        What the source is asked for.
    """

    def __init__(self, first: av.VideoFrame, options: ReadOptions) -> None:
        matrix = display_matrix_of(first)
        self._turner: Turner | None = None
        turned = first
        if matrix is not None and options.upright and turning_filters(matrix):
            self._turner = Turner(first, matrix)
            turned = self._turner(first)
            matrix = None
        self.display_matrix = matrix
        self.colour = tags_of(first)
        self.pixel_format = BGR
        if options.pixels == "native":
            self.pixel_format = working_format(turned.format)
        elif options.pixels == "depth":
            self.pixel_format = depth_format(turned.format) or turned.format.name
        elif options.pixels == "matte":
            self.pixel_format = matte_format(turned.format)
        self._reading = options.pixels
        self.size = scaled_size((turned.width, turned.height), options.scale)
        if self.size != (turned.width, turned.height) and self.pixel_format == "nv12":
            self.pixel_format = planar("420", 8)
        self.aspect_change = Fraction(turned.width * self.size[1], turned.height * self.size[0])
        self.turned = self._turner is not None and turned.width == first.height
        self._convert = Converter(self.colour, self.pixel_format, self.size)

    def __call__(self, frame: av.VideoFrame) -> Picture:
        """Return a decoded frame as it is to be worked on."""
        if self._turner is not None:
            frame = self._turner(frame)
        converted = self._convert(frame)
        if self._reading == "native":
            return plane_of(converted, 0, 3) if self.pixel_format == BGR else converted
        if self._reading == "depth":
            if self.pixel_format == BGR:
                raise SourceError("depth: the video is in colour, wanted gray or YUV")
            return plane_of(converted, 0)
        return plane_of(converted, 0, {BGR: 3, "bgra": 4, "gray": 1}[self.pixel_format])


def scaled_size(size: tuple[int, int], scale: tuple[int, int] | None) -> tuple[int, int]:
    """Return the size asked for; a 0 follows from the proportions, to an even number."""
    if scale is None:
        return size
    width, height = scale
    if not width:
        width = max(2, 2 * round(size[0] * height / size[1] / 2))
    if not height:
        height = max(2, 2 * round(size[1] * width / size[0] / 2))
    return width, height
