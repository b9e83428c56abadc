"""Blend by a soft matte on planes of 8 or up to 16 bits, chroma of any usual subsampling.

Besides the package's contract: the samples of a row are consecutive in memory, chroma is halved
across (`shift_x` 1), or across and down (`shift_y` 1 too), or not at all.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, kernel
from fastvbg.kernels.composite.planes_any import OUT_PLANE16, PLANE16, over_plane
from fastvbg.kernels.portable.planes import mean, over_byte, over_word


@kernel(PLANE, PLANE, PLANE, OUT_PLANE, INT, INT)
def blend_u8(matte: Any, frame: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    """`out` is `frame` over `bg` by the matte's mean over each sample."""
    over_plane(over_byte, mean, matte, frame, bg, out, shift_x, shift_y)


@kernel(PLANE, PLANE16, PLANE16, OUT_PLANE16, INT, INT)
def blend_u16(matte: Any, frame: Any, bg: Any, out: Any, shift_x: Any, shift_y: Any) -> None:
    """`out` is `frame` over `bg` by the matte's mean over each sample."""
    over_plane(over_word, mean, matte, frame, bg, out, shift_x, shift_y)
