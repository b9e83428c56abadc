"""Pictures of live mode in one piece of memory: Y, then U and V, as I420 has it."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.checks import check_integer, check_planes
from fastvbg.errors import OptionError, ShapeError

if TYPE_CHECKING:
    from fastvbg._types import Plane, Planes, Size

_MOST_SIDE = 1 << 14
_BLACK = (16, 128, 128)  # limited range, ITU-R BT.601-7 section 2.5.3


def check_even_size(width: int, height: int) -> Size:
    """Return a size that has 4:2:0 pictures without a remainder: even, 2 to 16384 each."""
    for name, side in (("width", width), ("height", height)):
        if check_integer(name, side, 2, _MOST_SIDE) % 2:
            raise OptionError(f"{name}: got {side}, wanted an even number of pixels")
    return width, height


def check_picture(planes: Planes, width: int, height: int) -> None:
    """Demand a picture of 4:2:0 planes of that size."""
    (rows, columns), *halved = check_planes("planes", planes)
    if (columns, rows) != (width, height) or halved != [1, 1]:
        raise ShapeError(
            f"planes: got luma of {columns}x{rows} and chroma of "
            f"{planes[1].shape[1]}x{planes[1].shape[0]}, wanted {width}x{height} and half of it"
        )


def picture_bytes(width: int, height: int, align: int = 1) -> int:
    """Return how many bytes a picture has whose rows begin at multiples of `align`."""
    return sum(rows * stride for rows, _, stride in _shapes(width, height, align))


def planes_in(memory: Plane, width: int, height: int, align: int = 1) -> Planes:
    """Return the planes of the picture at the beginning of a row of bytes, as views.

    Parameters
    ----------
    memory : (N,) uint8 ndarray
        At least `picture_bytes` of them.
    width, height : int
        Of the picture, even.
    align : int
        What rows begin at multiples of.
    """
    planes, start = [], 0
    for rows, columns, stride in _shapes(width, height, align):
        end = start + rows * stride
        planes.append(memory[start:end].reshape(rows, stride)[:, :columns])
        start = end
    return planes[0], planes[1], planes[2]


def _shapes(width: int, height: int, align: int) -> list[tuple[int, int, int]]:
    """Return rows, columns and bytes from row to row of each plane."""
    sizes = [(height, width), *[(height // 2, width // 2)] * 2]
    return [(rows, columns, -(-columns // align) * align) for rows, columns in sizes]


def in_one_piece(planes: Planes) -> memoryview | None:
    """Return a picture's bytes where its planes lie one behind the other; None where they do not.

    Such a picture need not be copied to be written. It has to live as long as that takes.
    """
    start = end = planes[0].ctypes.data
    for plane in planes:
        if plane.ctypes.data != end or not plane.flags.c_contiguous:
            return None
        end += plane.size
    return memoryview((ctypes.c_uint8 * (end - start)).from_address(start))


def copy_planes(planes: Planes, into: Planes) -> None:
    """Copy a picture over another one of its size."""
    for plane, target in zip(planes, into, strict=True):
        np.copyto(target, plane)


def black(width: int, height: int) -> Planes:
    """Return a black picture of its own memory."""
    picture = planes_in(np.empty(picture_bytes(width, height), np.uint8), width, height)
    for plane, level in zip(picture, _BLACK, strict=True):
        plane[:] = level
    return picture
