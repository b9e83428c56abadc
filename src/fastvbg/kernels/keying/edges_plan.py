"""What callers of the kernel of soft edges make first: cells, their colours, and scratch."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.kernels._room import room_for

if TYPE_CHECKING:
    import numpy.typing as npt

SOLID, COVERED, OPEN = 1, 2, 4
"""What a cell is: whole foreground; not bare; the plate though the matte covers it."""
CORE, EDGE, MEANT = 1, 2, 4
"""Marks: whole foreground all around; at an edge; its mean colour is known."""
MOST = 8
"""Colours that a cell at an edge takes from the cores nearest to it."""
REACH = 16
"""Cells from an edge up to which cores are looked for."""
NOISE, DOUBT = 16.0, 100.0
"""Variance of a frame's noise, luma and chroma together, and that over the variance of a matte in
its soft band, 0.16. A quarter or four times of either changed errors by less than 5 %."""
LOW, HIGH = 9 * NOISE, 25 * NOISE
"""Squared distances that coverage leaves, from which on the matte counts: 3 and 5 times the noise.
"""
SMALL, LARGE = 4, 8
_MOST_ROWS = 480
"""Frames of so many rows at most have small cells: their heads are as few pixels wide."""


def cell_of(shape: tuple[int, int]) -> int:
    """Return how many pixels a side cells of a frame have."""
    return SMALL if min(shape) <= _MOST_ROWS else LARGE


def _steps() -> npt.NDArray[np.int64]:
    """Return steps to the cells about one, the nearest first, then by row and column."""
    span = np.arange(-REACH, REACH + 1)
    y, x = (each.ravel() for each in np.meshgrid(span, span, indexing="ij"))
    far = y * y + x * x
    order = np.lexsort((x, y, far))
    order = order[(far[order] > 0) & (far[order] <= REACH * REACH)]
    return np.ascontiguousarray(np.stack((y, x), 1)[order], np.int64)


def edges_scratch(rows: int, cols: int, cell: int) -> Any:
    """Return scratch: kinds and marks of cells, in a ring of cells beyond the frame; their colours.

    And steps outward, rows of bytes, what is known of one cell's pixels, and numbers of cores.
    """
    down, across = -(-rows // cell), -(-cols // cell)
    ring = down + 2, room_for(across + 2)
    return (
        np.full(ring, SOLID, np.uint8),
        np.zeros(ring, np.uint8),
        np.empty((down * across, 3), np.float32),
        _steps(),
        np.zeros((3 + cell, room_for(cols + 2)), np.uint8),
        np.empty((11, cell * cell), np.float32),
        np.empty(MOST, np.int64),
    )
