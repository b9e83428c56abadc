"""Decoded frames to frames to work on: turned, scaled, and in a format that is worked on."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING

import av
import numpy as np

from fastvbg.errors import SourceError
from fastvbg.media.alpha import AlphaReader
from fastvbg.media.colour import Converter, tags_of
from fastvbg.media.formats import (
    BGR,
    depth_format,
    has_alpha,
    layout_of,
    matte_format,
    planar,
    working_format,
)
from fastvbg.media.planes import described_like, new_picture, plane_of, planes_of
from fastvbg.media.upright import AS_IT_IS, noted_matrix, turn_of
from fastvbg.media.weighed import scaled, scaled_by_weight

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg.media.model import Picture, ReadOptions
    from fastvbg.media.upright import Matrix

    Alpha = npt.NDArray[np.uint8]


class Preparer:
    """Prepares the frames of one video, as its first frame and the options demand.

    What is given out is upright: as a viewer sees it, so that all that lies beside it does, too. A
    turn that is no quarter turn is left to the player.

    Parameters
    ----------
    first : av.VideoFrame
        The first decoded frame.
    options : ReadOptions
        What the source is asked for.
    matrix : tuple of int, optional
        The display matrix that holds until a frame notes another.
    """

    def __init__(
        self, first: av.VideoFrame, options: ReadOptions, matrix: Matrix | None = None
    ) -> None:
        self._matrix: Matrix | None = None
        self._turn = AS_IT_IS
        self._angle: int | None = None
        self.display_matrix: Matrix | None = None
        """What is left to the player, as the first frame has it."""
        self._heed(matrix)
        self._follow(first)
        if turn_of(self._matrix) is None:
            self.display_matrix = self._matrix
        self.turn = self._turn
        """What was done to the first frame."""
        self._reading = options.pixels
        shown = self.shown(first)
        self.size = scaled_size(shown, options.scale)
        self._working = self._format_for(first)
        tags = tags_of(first)
        if self._working != BGR:
            # Deep RGB becomes limited YUV here, as 8 bits do in the encoder.
            tags = tags.encoded()
        self.colour = tags.at_height(first.height, self.size[1])
        self.aspect_change = Fraction(shown[0] * self.size[1], shown[1] * self.size[0])
        self.pixel_format = self._working
        layout = layout_of(self._working)
        if self.turn.quarter and layout is not None and layout.chroma == "422":
            self.pixel_format = planar("444", layout.depth)
        self._alpha = AlphaReader()
        self.has_alpha = has_alpha(first.format)
        """Whether the first frame has alpha."""
        self._converters: dict[tuple[str, tuple[int, int]], Converter] = {}

    def _format_for(self, first: av.VideoFrame) -> str:
        if self._reading == "depth":
            return depth_format(first.format)
        if self._reading == "matte":
            return matte_format(first.format)
        if self._reading == "bgr":
            return BGR
        name = working_format(first.format)
        scaled = self.size != self.shown(first)
        return planar("420", 8) if scaled and name == "nv12" else name

    def _follow(self, frame: av.VideoFrame) -> None:
        """Heed the matrix of a frame; one that notes none is shown like the one before it.

        Before PyAV 19, a frame whose side data is looked at lives until the garbage collector
        comes: at 360p, 20 MB more by 1200 frames. Its angle is told without that.
        """
        angle = frame.rotation
        if angle != self._angle:
            self._angle = angle
            self._heed(noted_matrix(frame))

    def _heed(self, matrix: Matrix | None) -> None:
        if matrix is not None and matrix != self._matrix:
            self._matrix = matrix
            self._turn = turn_of(matrix) or AS_IT_IS

    def shown(self, frame: av.VideoFrame) -> tuple[int, int]:
        """Return width and height of a frame as it is shown, before it is scaled."""
        self._follow(frame)
        return self._turn.size((frame.width, frame.height))

    def __call__(self, frame: av.VideoFrame) -> Picture:
        """Return a decoded frame as it is to be worked on."""
        self._follow(frame)
        converted = self._scaled(frame)
        if self._reading == "native" and self.pixel_format != BGR:
            return self._in_format(self._turn.frame(converted), self.pixel_format, self.size)
        if self._reading == "depth" and self.pixel_format == BGR:
            raise SourceError("depth: the video is in colour, wanted gray or YUV")
        picture = plane_of(converted, 0, 3 if self.pixel_format == BGR else 1)
        if self._reading == "matte" and self.has_alpha:
            alpha = self._of_frame(frame)
            opaque = np.full(picture.shape[:2], 255, np.uint8)
            picture = np.dstack([picture, opaque if alpha is None else alpha])
        return self._turn.array(picture)

    def _scaled(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return a frame in the format that is worked on and of the size wanted, not turned yet."""
        size = self._turn.size(self.size)
        before = frame.width, frame.height
        alpha = None if size == before else self._alpha(frame)
        if alpha is None:
            return self._in_format(frame, self._working, size)
        whole = self._in_format(frame, self._working, before)
        result = new_picture(*size, self._working)
        for plane, target in zip(planes_of(whole), planes_of(result), strict=True):
            rows, cols = plane.shape[:2]
            weight = np.asarray(scaled(alpha, (cols, rows)), np.uint8)
            target[:] = scaled_by_weight(plane, weight, (target.shape[1], target.shape[0]))
        return described_like(result, whole)

    def alpha(self, frame: av.VideoFrame) -> Alpha | None:
        """Return a decoded frame's own coverage, as `Timed` has it; None where all is opaque."""
        if self._reading == "matte":
            return None
        alpha = self._of_frame(frame)
        return None if alpha is None else np.ascontiguousarray(self._turn.array(alpha))

    def _of_frame(self, frame: av.VideoFrame) -> Alpha | None:
        """Return a frame's alpha at the size wanted, not turned yet."""
        self._follow(frame)
        alpha = self._alpha(frame)
        size = self._turn.size(self.size)
        if alpha is None or size == (frame.width, frame.height):
            return alpha
        return scaled(alpha, size)

    def _in_format(self, frame: av.VideoFrame, name: str, size: tuple[int, int]) -> av.VideoFrame:
        """Return a frame in a format and of a size; converters are kept."""
        converter = self._converters.get((name, size))
        if converter is None:
            converter = self._converters[name, size] = Converter(self.colour, name, size)
        return converter(frame)


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
