"""What callers of the kernels of foreground colours make first: marks, sums and scratch."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.constants import FOREGROUND_CELL as CELL
from fastvbg.constants import FOREGROUND_GAINS, FOREGROUND_LEVELS
from fastvbg.kernels._room import room_for

SQUARE_BITS = 1
"""Flags of what is known are of squares of so many times two cells of luma: of one of chroma."""
SOFT, SUMMED, WANTED, KNOWN = 1, 2, 4, 8
"""Marks: a cell with soft pixels; one whose samples are summed up; one whose mean is asked for; one
with soft pixels before a known scene, for which nothing is summed."""


def _cells_of(shape: tuple[int, int]) -> int:
    """Return how many cells a plane has in all levels together."""
    count = 0
    down, across = -(-shape[0] // CELL), -(-shape[1] // CELL)
    for _ in range(FOREGROUND_LEVELS):
        count += down * across
        down, across = (down + 1) // 2, (across + 1) // 2
    return count


def cells_for(luma: tuple[int, int], chroma: tuple[int, int]) -> Any:
    """Return what `estimate` keeps of cells: marks, weights and sums, each of two planes' sizes.

    Sums are of covered and of uncovered samples; none are touched but near soft edges.
    """
    counts = _cells_of(luma), _cells_of(chroma)
    marks = tuple(np.empty(count, np.uint8) for count in counts)
    return marks, *(tuple(np.empty((2, count), np.int32) for count in counts) for _ in range(2))


def scratch_for(rows: int, cols: int) -> Any:
    """Return its scratch: flags, columns, gains by coverage and by sample, what means are made to.

    The last has three rows for a cell's columns, of covered samples and of uncovered ones.
    Of the gains by sample only those at soft edges are ever touched.
    """
    return (
        np.empty(room_for(cols), np.uint8),
        np.empty((2, room_for(cols)), np.uint16),
        np.array(FOREGROUND_GAINS, np.uint16),
        np.empty((rows, cols), np.uint16),
        np.empty((2, 3 * CELL), np.int32),
    )
