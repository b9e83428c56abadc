"""What callers of the person keyer's kernels make first: scratch and bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.constants import ROOM_COLOURS, ROOM_GRID, ROOM_REACH, TEXTURE_PITCH
from fastvbg.kernels._room import room_for
from fastvbg.kernels.keying.plan import rows_for

FACTORS = (1, 2, 4, 8)

MOMENTS = 13
"""Sums of matte, Y, U, V; of their products with Y, U and V."""

FITTED = 4
"""Slopes of Y, U and V, and bases, which are averaged."""

FIT_BLOCK = 16
"""Columns that are averaged at once."""

CELL = 8
"""Pixels of a side of a cell of the discriminant."""

CELL_SUMS = 10
"""Moments of a side: how many samples; sums of Y, U and V; of their squares; of YU, YV and UV."""

CELL_LINE = 5
"""Slopes of Y, U and V, base, and how much they count."""


ROOM_SUMS = 6
"""Sums of squares of the room: of foreground, of its Y, U and V; of what is known, of its noise."""

TEXTURE_PAD = 8
"""Zeros beside a row of `texture.want`: it looks no further to the sides."""

WHOLE_SUMS = 64
"""Squares of which LLVM's loops take a whole number at once."""

ROOM_PAD = ROOM_REACH
"""Zeros beside a row of them."""


def reduce_scratch(canvas_cols: int, factor: int) -> Any:
    """Return the scratch of `reduce`: a row of words."""
    return np.empty((1, room_for(factor * canvas_cols)), np.int16)


def frame_scratch(canvas_cols: int, factor: int) -> Any:
    """Return the scratch of `reduce_frame`: two rows of words for sums, and one for means."""
    return np.empty((3, room_for(3 * factor * (canvas_cols + 1))), np.int16)


def carry_scratch(rows: int, cols: int) -> Any:
    """Return the scratch of `carry`: two planes of motion, and a row of each."""
    return np.empty((2, (rows + 1) // 2 + 1, (cols + 1) // 2), np.int32)


def colourfit_scratch(rows: int, cols: int, radius: int) -> tuple[Any, ...]:
    """Return the planes of `fit`, which are its result, and its scratch.

    That is the last fitted rows, as many as a square has and one; column sums and sums of moments;
    those of what is fitted; which blocks are mixed; and what is known of each block's column sums.
    """
    room = cols + 2 * radius + 2 * FIT_BLOCK
    return (
        np.empty((2, rows, cols), np.int32),
        np.empty((FITTED, 2 * radius + 2, room), np.int32),
        np.empty((2 * MOMENTS, room), np.int32),
        np.empty((2 * FITTED, room), np.int32),
        np.empty((rows, -(-cols // FIT_BLOCK)), np.uint8),
        np.empty((3, -(-cols // FIT_BLOCK)), np.int32),
    )


def texture_scratch(rows: int, cols: int) -> tuple[Any, Any, Any, Any]:
    """Return where `texture.gather` writes, where `want` does, and its scratch.

    That is flags, and rows with zeros beside the first.
    """
    some = -(-rows // TEXTURE_PITCH), -(-cols // TEXTURE_PITCH)
    return (
        np.empty(some, np.int32),
        np.empty(some, np.uint8),
        np.empty((rows, cols), np.uint8),
        np.zeros((3, cols + 2 * TEXTURE_PAD), np.uint8),
    )


def discriminant_scratch(rows: int, cols: int) -> tuple[Any, Any, Any]:
    """Return the scratch of `separate`: sums and lines of cells, and which have unsure pixels.

    Sums and lines have one row of cells more: for those around a cell, and for what a row of pixels
    has of them.
    """
    down, across = -(-rows // CELL), -(-cols // CELL)
    return (
        np.empty((down + 1, across, 2 * CELL_SUMS), np.int32),
        np.empty((down + 1, across, CELL_LINE), np.int64),
        np.empty((down, across), np.uint8),
    )


def edges_scratch(canvas_rows: int, canvas_cols: int, factor: int) -> tuple[Any, Any, Any]:
    """Return the scratch of the kernels.

    The runs of a canvas row, its slopes and bases, and how many runs there are; marks; and rows of
    a matte.
    """
    return (
        np.empty(4 * canvas_cols + 1, np.int32),
        np.empty((canvas_rows + 1, canvas_cols + 2), np.uint8),
        rows_for(3, factor * canvas_cols),
    )


def room_scratch(canvas_cols: int, factor: int) -> Any:
    """Return the scratch of `learn`: rows of what samples have."""
    return np.empty((5, room_for(factor * canvas_cols)), np.int32)


def squares_scratch(rows: int, cols: int) -> tuple[Any, Any, Any, Any]:
    """Return the planes of `gather`, which are its result, and its scratch.

    Sums of squares, and their variance; which cells count; and rows of sums, of squares and of
    columns. Of both sums the width is rounded up, with zeros beyond.
    """
    down, across = -(-rows // ROOM_GRID), -(-cols // ROOM_GRID)
    width = -(-across // WHOLE_SUMS) * WHOLE_SUMS
    front, sound = np.empty((2, rows, cols), np.uint8)
    return (
        np.zeros((ROOM_SUMS, down, width), np.int32),
        np.empty((down, across), np.float32),
        (front, sound),
        np.empty((4, width + 2 * ROOM_PAD), np.int32),
    )


def room_edges_scratch() -> tuple[Any, Any, Any]:
    """Return steps to the squares about one, the nearest first; and scratch.

    That is rows of bytes of 16 pixels, and colours.
    """
    most, reach = ROOM_COLOURS
    span = np.arange(-reach, reach + 1)
    y, x = (each.ravel() for each in np.meshgrid(span, span, indexing="ij"))
    far = y * y + x * x
    order = np.lexsort((x, y, far))
    order = order[far[order] <= reach * reach]
    outward = np.ascontiguousarray(np.stack((y, x), 1)[order], np.int64)
    return outward, np.zeros((8, 32), np.uint8), np.empty((most, 3), np.float32)


def network_scratch(cols: int, wanted: int) -> tuple[Any, Any]:
    """Return the scratch of the kernels, for frames of a width and inputs of a width.

    Rows of words, of which the last two hold pixels; and rows of integers.
    """
    room = cols + 16  # two vectors of words
    return np.empty((6, room), np.int16), np.empty((3, wanted), np.int32)
