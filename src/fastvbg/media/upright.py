"""Turns that a file only notes: read from frames, and carried out.

A display matrix says where a player shows a frame's pixels: x' = a x + c y, y' = b x + d y. Quarter
turns and mirrorings, eight in all, move samples and change none.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, NamedTuple

import av
import cv2
import numpy as np

from fastvbg.media.formats import layout_of, planar
from fastvbg.media.planes import described_like, new_picture, planes_of

if TYPE_CHECKING:
    import numpy.typing as npt

    Array = npt.NDArray[Any]

Matrix = tuple[int, ...]

# FFmpeg's own player takes for a quarter turn what is so within a degree.
_SLACK = math.tan(math.radians(1))


class Turn(NamedTuple):
    """A quarter turn, a mirroring, or both; first rows become columns, then pixels are mirrored."""

    quarter: bool = False
    """Whether rows become columns."""
    flip_x: bool = False
    """Whether left becomes right."""
    flip_y: bool = False
    """Whether the top becomes the bottom."""

    def size(self, size: tuple[int, int]) -> tuple[int, int]:
        """Return width and height, turned (or turned back)."""
        return size[::-1] if self.quarter else size

    def field_order(self, order: int, height: int) -> int:
        """Return FFmpeg's number of the field order, turned; 0 where no field is rows any more."""
        if self.quarter:
            return 0
        swaps = self.flip_y and height % 2 == 0 and order >= 2
        return order ^ 1 if swaps else order

    def array(self, array: Array, out: Array | None = None) -> Array:
        """Return an array (H, W) or (H, W, samples), turned; written to `out` where it is given."""
        if self.quarter:
            array = cv2.transpose(array, dst=out)
        if self.flip_x or self.flip_y:
            code = -1 if self.flip_x and self.flip_y else int(self.flip_x)
            array = cv2.flip(array, code, dst=array if self.quarter else out)
        return array

    def frame(self, frame: av.VideoFrame) -> av.VideoFrame:
        """Return a frame of a format that is worked on, turned.

        Chroma that is halved across would be halved down after a quarter turn, which no format here
        is: 4:2:2 becomes 4:4:4, each sample twice.
        """
        if not any(self):
            return frame
        planes, name = planes_of(frame), frame.format.name
        layout = layout_of(name)
        if self.quarter and layout is not None and layout.chroma == "422":
            name = planar("444", layout.depth)
            planes = planes[0], *(_widened(plane)[:, : frame.width] for plane in planes[1:])
        turned = new_picture(*self.size((frame.width, frame.height)), name)
        for plane, target in zip(planes, planes_of(turned), strict=True):
            got = self.array(plane, target)
            if not np.may_share_memory(got, target):  # OpenCV could not write there
                np.copyto(target, got)
        return described_like(turned, frame)


def _widened(plane: Array) -> Array:
    """Return a plane with each sample twice."""
    rows, cols = plane.shape
    return cv2.resize(plane, (2 * cols, rows), interpolation=cv2.INTER_NEAREST)


AS_IT_IS = Turn()


def noted_matrix(frame: av.VideoFrame) -> Matrix | None:
    """Return the nine numbers of the display matrix that a frame carries, None without one."""
    try:
        data: Any = frame.side_data.get("DISPLAYMATRIX")
    except ValueError:  # PyAV below 19 gives none where it does not know one, such as EXIF data
        return _matrix_of(frame.rotation)
    if data is None:
        return None
    return tuple(int(value) for value in np.frombuffer(bytes(data), np.int32))


def _matrix_of(degrees: int) -> Matrix | None:
    """Return the matrix of a turn against the clock, None where it is none."""
    if not degrees:
        return None
    x, y = (round(part(math.radians(degrees)) * (1 << 16)) for part in (math.cos, math.sin))
    return x, -y, 0, y, x, 0, 0, 0, 1 << 30


def turn_of(matrix: Matrix | None) -> Turn | None:
    """Return the turn that a display matrix stands for.

    Parameters
    ----------
    matrix : tuple of int, optional
        FFmpeg's nine numbers. Where it moves the picture does not matter, nor by how much it scales
        it: the shape of pixels is told elsewhere.

    Returns
    -------
    Turn or None
        None for any other angle, and for perspective; `AS_IT_IS` without a matrix, and for one that
        would leave nothing of the picture.
    """
    if matrix is None:
        return AS_IT_IS
    a, b, u, c, d, v = matrix[:6]
    if a * d == b * c:
        return AS_IT_IS
    if u or v:
        return None
    if max(abs(b), abs(c)) <= _SLACK * min(abs(a), abs(d)):
        return Turn(quarter=False, flip_x=a < 0, flip_y=d < 0)
    if max(abs(a), abs(d)) <= _SLACK * min(abs(b), abs(c)):
        return Turn(quarter=True, flip_x=c < 0, flip_y=b < 0)
    return None


def angle_of(matrix: Matrix) -> int:
    """Return by how many degrees a display matrix turns, clockwise, rounded; for messages."""
    return round(math.degrees(math.atan2(matrix[1], matrix[0]))) % 360
