"""Blend by a soft matte on planes of 8 or up to 16 bits, chroma of any usual subsampling.

Besides the package's contract: the samples of a row are consecutive in memory, chroma is halved
across (`shift_x` 1), or across and down (`shift_y` 1 too), or not at all.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels.composite.planes_any import OUT_PLANE16, PLANE16, samples16
from fastvbg.kernels.portable.planes import blend_halved_row, blend_row, over_byte, over_word


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT)
def blend_u8(matte: Any, frame: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    """`out` is `frame` over `bg` by the matte's mean over each sample."""
    height, cols = matte.shape
    rows, count = out.shape
    for y in range(rows):
        upper = y << shift_y
        lower = min(upper + shift_y, height - 1)
        new = bytes_at(address_of(frame, y), count)
        old = bytes_at(address_of(bg, y), count)
        row = bytes_at(address_of(out, y), count)
        above = bytes_at(address_of(matte, upper), cols)
        if shift_x or shift_y:  # a picture of one column is halved downward only
            below = bytes_at(address_of(matte, lower), cols)
            blend_halved_row(over_byte, above, below, new, old, row, cols)
        else:
            blend_row(over_byte, above, new, old, row, count)


@kernel(PLANE, PLANE16, PLANE16, OUT_PLANE16, INT, INT)
def blend_u16(matte: Any, frame: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    """`out` is `frame` over `bg` by the matte's mean over each sample."""
    height, cols = matte.shape
    rows, count = out.shape
    for y in range(rows):
        upper = y << shift_y
        lower = min(upper + shift_y, height - 1)
        new = samples16(address_of(frame, y), count)
        old = samples16(address_of(bg, y), count)
        row = samples16(address_of(out, y), count)
        above = bytes_at(address_of(matte, upper), cols)
        if shift_x or shift_y:  # a picture of one column is halved downward only
            below = bytes_at(address_of(matte, lower), cols)
            blend_halved_row(over_word, above, below, new, old, row, cols)
        else:
            blend_row(over_word, above, new, old, row, count)
