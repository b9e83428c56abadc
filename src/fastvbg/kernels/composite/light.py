"""How much light of the background falls on each pixel of the foreground. Rows must be packed."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, kernel
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels.portable.bgr import over


@kernel(PLANE, PLANE, OUT_PLANE, INT)
def weigh(matte: Any, light: Any, out: Any, strength: Any) -> None:
    """`out` is `matte * light / 255`, times `strength / 255`, each rounded half up.

    Where `out` is one of the planes, LLVM's loop takes pixels one by one.
    """
    rows, cols = out.shape
    share, none = np.uint8(strength), np.uint8(0)
    for y in range(rows):
        coverage, lit = bytes_at(address_of(matte, y), cols), bytes_at(address_of(light, y), cols)
        result = bytes_at(address_of(out, y), cols)
        for x in range(np.uint64(cols)):
            result[x] = over(over(coverage[x], lit[x], none), share, none)
