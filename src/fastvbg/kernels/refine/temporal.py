"""What a matte keeps of the frames before. Rows must be packed."""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, kernel
from fastvbg.kernels._memory import address_of, bytes_at

_ROW = types.Array(types.uint8, 1, "C")


@kernel(PLANE, PLANE, OUT_PLANE, INT, _ROW)
def hold(matte: Any, held: Any, out: Any, decay: Any, row: Any) -> None:
    """`out` is `matte`, or `held` less `decay` where that is more; it may be either of them."""
    rows, cols = out.shape
    less = np.uint8(decay)
    for y in range(rows):
        new = bytes_at(address_of(matte, y), cols)
        old = bytes_at(address_of(held, y), cols)
        for i in range(np.uint64(cols)):
            rest = max(old[i], less) - less
            row[i] = max(new[i], np.uint8(rest))
        result = bytes_at(address_of(out, y), cols)
        for i in range(np.uint64(cols)):
            result[i] = row[i]
