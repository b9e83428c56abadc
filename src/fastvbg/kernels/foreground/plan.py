"""What callers of the kernels of foreground colours make first: marks, sums and scratch."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.constants import FOREGROUND_CELL as CELL
from fastvbg.constants import FOREGROUND_GAINS, FOREGROUND_LEVELS
from fastvbg.kernels._room import room_for


def cells_of(rows: int, cols: int) -> int:
    """Return how many cells planes of a size have in all levels together."""
    count = 0
    down, across = -(-rows // CELL), -(-cols // CELL)
    for _ in range(FOREGROUND_LEVELS):
        count += down * across
        down, across = (down + 1) // 2, (across + 1) // 2
    return count


def marks_for(rows: int, cols: int) -> Any:
    """Return the marks of the cells of all levels."""
    return np.zeros(cells_of(rows, cols), np.uint8)


def cells_for(rows: int, cols: int) -> Any:
    """Return sums of the cells of all levels, covered and uncovered; nothing is set yet."""
    return np.empty((2, cells_of(rows, cols)), np.int32)


def flags_for(cols: int) -> Any:
    """Return a row of flags of pixels."""
    return np.empty(room_for(cols), np.uint8)


def columns_for(cols: int) -> Any:
    """Return two rows of sums of columns of a cell."""
    return np.empty((2, room_for(cols)), np.uint16)


def rows_for(cols: int) -> Any:
    """Return the rows in which cells are stretched: one of cells and two of samples."""
    return np.empty((3, room_for(cols + 2 * CELL)), np.int32)


def gain_plane(rows: int, cols: int) -> Any:
    """Return the gains of a matte's samples, of which only those at soft edges are ever touched."""
    return np.empty((rows, cols), np.uint16)


def gains() -> Any:
    """Return, by coverage, the share of what means leave of a sample: `FOREGROUND_GAINS`."""
    return np.array(FOREGROUND_GAINS, np.uint16)
