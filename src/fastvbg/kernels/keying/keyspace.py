"""BGR frames to the planes of the keying space, whole or a row at a time inside other kernels.

`reference.keyspace` has the matrix. Keyers convert a few rows into scratch that stays in cache, and
go on with the same code as for planes that came from a decoder.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import FRAME, OUT_PLANE, inline, kernel
from fastvbg.kernels._layouts import order_of, pixels_at
from fastvbg.kernels._memory import address_of, bytes_at
from fastvbg.kernels._runs import keyspace_run
from fastvbg.kernels.portable.bgr import keyspace_of

__all__ = ["keyspace", "keyspace_row", "keyspace_run"]


@inline
def keyspace_row(frame: Any, row: Any, y: Any, u: Any, v: Any) -> None:
    """Write Y, U and V of one row of a frame of any strides to three addresses."""
    cols, apart = frame.shape[1], frame.strides[2]
    if frame.strides[1] == 3 and apart in (1, -1):
        keyspace_run(pixels_at(frame, row), y, u, v, cols, order_of(frame))
        return
    y_run, u_run, v_run = bytes_at(y, cols), bytes_at(u, cols), bytes_at(v, cols)
    for x in range(np.uint64(cols)):
        b, g, r = frame[row, x, 0], frame[row, x, 1], frame[row, x, 2]
        y_run[x], u_run[x], v_run[x] = keyspace_of(b, g, r, 0)


@kernel(FRAME, OUT_PLANE, OUT_PLANE, OUT_PLANE)
def keyspace(frame: Any, y: Any, u: Any, v: Any) -> None:
    """`y`, `u` and `v`, whose rows are consecutive bytes, are the frame in the keying space."""
    for row in range(frame.shape[0]):
        keyspace_row(frame, row, address_of(y, row), address_of(u, row), address_of(v, row))
