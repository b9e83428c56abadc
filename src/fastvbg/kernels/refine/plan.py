"""What callers of the kernels of refinement make first: scratch, factors, bounds."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._room import room_for

MAX_FEATHER = 63
"""Largest radius: sums of 127 bytes, and what is added for rounding, fit signed 16-bit words."""

REDUCTION = 4
"""Pixels of the frame a pixel of the small planes stands for, each way."""

MAX_GUIDED = 6
"""Of squares at the small size: with 13 by 13 pixels the sums below still fit 32 bits."""

GUIDED_BLOCK = 8
"""Small pixels in a block that is found to be even or not."""

GUIDED_AVERAGED = 4
"""Averaged small rows that are kept: three are between those of a frame row."""

GUIDED_ROWS = 14
"""How many rows there are."""

DESPECKLE_ROWS = 5
"""The row of `despeckle`'s scratch from which on bits are kept, after columns and four to spare."""

EXTREME_ROWS = 4
"""Rows of `extreme`'s scratch beyond those that the window's height wants."""


WORD = 64
"""Pixels that `regions` takes at once, as bits."""


def feather_scratch(cols: int, radius: int, step: int) -> tuple[Any, Any]:
    """Return the scratch of `box`, whose rows have `cols` bytes: words, and the window's rows."""
    room = room_for(cols + 2 * radius * step)
    return np.empty((5, room), np.int16), np.empty((2 * radius + 4, room), np.uint8)


def reciprocal(size: int) -> tuple[int, int]:
    """Return `factor` and `shift` such that `n // size == n * factor >> (16 + shift)`.

    For an odd `size` up to 127 and every n up to `255*size + size//2`. With 2**shift the power of
    two below `size`, the factor's error is below 1, so the product's below n / 2**(16 + shift),
    which is less than 1 / size while n < 2**15.
    """
    shift = size.bit_length() - 1
    return -(-(1 << (16 + shift)) // size), shift


def guided_scratch(rows: int, cols: int, radius: int) -> tuple[Any, ...]:
    """Return the scratch of `smooth`.

    Small planes of both inputs; rings of small rows, fitted and averaged; single rows of the small
    and of the frame's width; and the codes of blocks.
    """
    height, width = -(-rows // REDUCTION), -(-cols // REDUCTION)
    return (
        np.empty((2, height, width), np.uint8),
        np.empty((2, 2 * radius + 2, width), np.int32),
        np.empty((2, GUIDED_AVERAGED, width), np.int32),
        np.empty((GUIDED_ROWS, room_for(width + 2 * MAX_GUIDED)), np.int32),
        np.empty((2, room_for(REDUCTION * width)), np.int32),
        np.empty((height, -(-width // GUIDED_BLOCK) + 2), np.int32),
    )


def despeckle_scratch(cols: int, size: int) -> Any:
    """Return the scratch of `despeckle`: bits of the window's rows and of the one that left it."""
    return np.empty((DESPECKLE_ROWS + size + 1, room_for(cols + size)), np.uint8)


def extreme_scratch(rows: int, cols: int, radius: int) -> Any:
    """Return the scratch of `extreme`: the window's rows, each of minima across."""
    across, down = min(radius, max(cols - 1, 0)), min(radius, max(rows - 1, 0))
    return np.empty((EXTREME_ROWS + 2 * down + 1, room_for(cols + 2 * across)), np.uint8)


def regions_scratch(rows: int, cols: int) -> tuple[Any, ...]:
    """Return the scratch that the kernels here take last.

    They hold the worst case; memory that a picture does not need is never touched, so it costs
    nothing on systems that give memory on first use.
    """
    runs = rows * (cols // 2 + 1) + 1
    return (
        np.empty((runs, 2), np.int32),
        np.empty(runs, np.int32),
        np.empty(runs, np.int64),
        np.empty(rows + 1, np.int64),
        np.empty((1, WORD), np.uint8),
    )


def hold_scratch(cols: int) -> Any:
    """Return the scratch of `hold`: a row."""
    return np.empty(cols, np.uint8)
