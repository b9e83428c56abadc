"""Which chroma the foreground has near each cell of a frame; `reference.unmix` defines it.

Bounds are planes of numbers, in a ring of cells beyond the frame: the first three are of a cell and
those around it, the others sums of the cell itself, then means, and how many were summed up.
"""

from __future__ import annotations

from typing import Any

from numba import types

from fastvbg.kernels._jit import INT, inline

__all__ = ["BOUNDS", "add", "is_core", "spread"]

BOUNDS = types.Array(types.int32, 3, "C")
_FULL = 255


@inline
def is_core(matte: Any, row: Any, col: Any, step: Any) -> Any:
    """Tell whether a pixel is whole, and those a step above, below and beside that there are."""
    rows, cols = matte.shape
    above, below = max(row - step, 0), row + step if row + step < rows else row
    left, right = max(col - step, 0), col + step if col + step < cols else col
    return (
        matte[row, col] == _FULL
        and matte[above, col] == _FULL
        and matte[below, col] == _FULL
        and matte[row, left] == _FULL
        and matte[row, right] == _FULL
    )


@inline
def add(bounds: Any, down: Any, across: Any, chroma: Any, direction: Any) -> None:
    """Add U and V to what is found of a cell."""
    du, dv = INT(chroma[0]) - 128, INT(chroma[1]) - 128
    j, i = down + 1, across + 1
    bounds[3, j, i] += du * direction[0] + dv * direction[1]
    bounds[4, j, i] += du * direction[1] - dv * direction[0]
    bounds[5, j, i] += 1


@inline
def spread(bounds: Any) -> None:
    """Write the bounds of each cell, of the means of those around it."""
    down, across = bounds.shape[1:]
    for j in range(1, down - 1):
        for i in range(1, across - 1):
            count = max(bounds[5, j, i], 1)
            bounds[3, j, i] //= count
            bounds[4, j, i] //= count
    for j in range(1, down - 1):
        for i in range(1, across - 1):
            along, least, most = 0, 0, 0
            for y in range(j - 1, j + 2):
                for x in range(i - 1, i + 2):
                    along = min(along, bounds[3, y, x])
                    least = min(least, bounds[4, y, x])
                    most = max(most, bounds[4, y, x])
            bounds[0, j, i], bounds[1, j, i], bounds[2, j, i] = along, least, most
