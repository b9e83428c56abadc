"""How the pixels of a row lie in memory, as numbers that kernels of any layout go by.

A row is five integers: where the first channel of its first pixel is, the kind of layout, how many
bytes lie between two pixels and how many between two channels, and how far from the first channel a
fourth one is that is to be written, or 0. Rows are given in the order blue, green, red, whatever
the order of the frame: an RGB frame is a BGR one whose channels lie the other way.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of

PACKED, FOUR, OPAQUE, PLANES, OTHER = range(5)
"""Three bytes a pixel; three of four bytes; four of which the last is set; planes; anything."""


_FAR = 64
"""Bytes; vectors overrun their pixels by less."""
_ALL = 1 << 40


@inline
def row_of(frame: Any, row: Any, order: Any) -> Any:
    """Return how a row of a frame lies; `order` is 0 for BGR and 1 for RGB."""
    at, step, apart = address_of(frame, row), frame.strides[1], frame.strides[2]
    fourth = 3 * apart if frame.shape[2] == 4 else 0
    kind = OTHER
    if apart in (1, -1):
        if step == 3:
            kind = PACKED
        elif step == 4 and fourth == 0:
            kind = FOUR
        elif step == 4 and apart == 1:
            kind = OPAQUE
    elif step == 1:
        kind = PLANES
    if order:
        at += 2 * apart
        fourth -= 2 * apart if fourth else 0
        apart = -apart
    return at, kind, step, apart, fourth


@inline
def lowest(at: Any, apart: Any) -> Any:
    """Return where the lowest of a pixel's three channels is, whose first is at an address."""
    return at + min(2 * apart, 0)


@inline
def way_of(row: Any) -> Any:
    """Return 1 where a row's pixels are in the order blue, green, red, and -1 for the other."""
    return 1 if row[3] > 0 or row[1] == PLANES or row[1] == OTHER else -1


@inline
def spare_of(frame: Any, row: Any, most: Any) -> Any:
    """Return how many pixels at a row's end are to be taken with care, `most` or none.

    Vectors may read beyond theirs; a row between two others has one of them after it, whichever way
    rows go. Pixels that lie in no way known are all taken so.
    """
    if row_of(frame, 0, 0)[1] == OTHER:
        return _ALL
    inside = 0 < row < frame.shape[0] - 1 and abs(frame.strides[0]) >= _FAR
    return 0 if inside else most


@inline
def pixels_at(frame: Any, row: Any) -> Any:
    """Return where a row of packed pixels begins, whose channels may lie the other way."""
    return address_of(frame, row) + min(2 * frame.strides[2], 0)


@inline
def order_of(frame: Any) -> Any:
    """Return the order in which a BGR frame's channels lie: 0 for BGR and 1 for RGB."""
    return 1 if frame.strides[2] < 0 else 0


@inline
def in_one(array: Any) -> Any:
    """Tell whether each row of a frame or plane goes on where the one before it ends."""
    return array.strides[0] == array.shape[1] * array.strides[1]
