"""What callers of the kernels here make first: scratch, and maps of what is background."""

from __future__ import annotations

import threading
from typing import Any

import numpy as np

from fastvbg.kernels._target import TARGET

SLACK = TARGET.lanes
"""Words in a scratch row beyond the frame's width: the vectors' last step may reach so far."""

STRETCH_ROWS = 4
"""Column weights, two stretched matte rows, and one row of the stretched matte itself."""

_LINE = 32  # words in a cache line

BLOCK = TARGET.lanes if TARGET.variant == "vector" else 64
"""Pixels in a row of which a map tells whether they are background, in one byte for all of them."""


def background_map(rows: int, cols: int) -> Any:
    """Return a map for a frame, of which nothing is known to be background."""
    return np.zeros((rows, -(-cols // BLOCK)), np.uint8)


NOTHING_KNOWN = background_map(0, 0)
"""No map, for kernels that may do without."""


class _Kept(threading.local):
    """A thread's last scratch: to make it takes as long as to blend a small frame."""

    widths: tuple[int, int] | None = None
    scratch: tuple[Any, Any]


_kept = _Kept()


def stretch_scratch(matte_width: int, frame_width: int) -> tuple[Any, Any]:
    """Return the two scratch arrays that the kernels here take last, this thread's own.

    Rows of the second start on cache lines: vectors across two lines would cost twice the loads.
    """
    widths = matte_width, frame_width
    if _kept.widths != widths:
        _kept.widths, _kept.scratch = widths, _new_scratch(*widths)
    return _kept.scratch


def _new_scratch(matte_width: int, frame_width: int) -> tuple[Any, Any]:
    row = -(-(frame_width + SLACK) // _LINE) * _LINE
    memory = np.empty(STRETCH_ROWS * row + _LINE, np.int16)
    start = -memory.ctypes.data % (2 * _LINE) // 2
    scratch = memory[start : start + STRETCH_ROWS * row].reshape(STRETCH_ROWS, row)
    return np.empty(matte_width + 2, np.int64), scratch
