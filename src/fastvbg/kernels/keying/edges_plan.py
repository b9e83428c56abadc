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
"""Marks: foreground that edges take colours of; at an edge; its mean colour is known."""
MOST = 8
"""Colours that a cell at an edge takes from the cores nearest to it."""
REACH = 16
"""Cells from an edge up to which cores are looked for."""
DOUBT = 25 / 16
"""Noise squared times this weighs for the matte. Of noise 16 that is the noise over the variance of
mattes in their soft band, 0.2 squared; what is more is a plate that lies amiss, which errs alike in
all pixels of an edge."""
LOW, HIGH = 9.0, 25.0
"""Variances of noise that coverage leaves, from which on the matte counts: 3 and 5 deviations."""
SMALL, LARGE = 4, 8
_MOST_ROWS = 480
"""Frames of so many rows at most have small cells, any of which may be a core: what is sharp there
is a pixel wide, and 8 to 16 pixels are half an arm."""


def cells_of(shape: tuple[int, int]) -> tuple[int, int]:
    """Return how many pixels a side cells of a frame have, and how many must be around a core."""
    return (SMALL, 0) if min(shape) <= _MOST_ROWS else (LARGE, 1)


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
