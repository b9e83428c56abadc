"""What callers of the keyers' kernels make first: scratch rows, models, slopes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.kernels._target import TARGET

if TYPE_CHECKING:
    import numpy.typing as npt

_LINE = 64

PLATE_ROWS, CHROMA_ROWS = 5, 7
"""Scratch rows of the kernels of either keyer."""

SLACK = TARGET.lanes
"""Bytes of a model beyond the frame's width: vectors' last step may read so far."""


def slope_of(falloff: int) -> int:
    """Return the step of a ramp over `falloff` levels, in 1/256 of a matte step.

    Rounded up: `falloff` times it is 65280 to 65535, whose high byte is 255.
    """
    return -(-65280 // falloff)


def rows_for(rows: int, cols: int) -> Any:
    """Return so many scratch rows for frames of a width, each from a cache line on."""
    width = -(-cols // _LINE) * _LINE + _LINE
    memory = np.empty(rows * width + _LINE, np.uint8)
    start = -memory.ctypes.data % _LINE
    return memory[start : start + rows * width].reshape(rows, width)


def model_for(rows: int, cols: int) -> Any:
    """Return an empty model of frames of a size, whose rows start on cache lines."""
    shape = rows, 4, -(-(cols + SLACK) // _LINE) * _LINE
    size = int(np.prod(shape))
    memory = np.zeros(size + _LINE, np.uint8)
    start = -memory.ctypes.data % _LINE
    return memory[start : start + size].reshape(shape)


def shares_for() -> npt.NDArray[np.int64]:
    """Return what the kernel of a screen's light counts in, its gain the last."""
    return np.zeros(257, np.int64)
