"""What keyers' kernels share: scratch rows, and rows of planes as wide as luma.

Keying is the same code whether the three planes came from a BGR frame or from a decoder. A chroma
sample counts for all luma samples that it covers.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of, bytes_at, packed

SCRATCH = types.Array(types.uint8, 2, "C")

_ONE, _TWO = np.uint64(1), np.uint64(2)


@inline
def packed_alike(frame: Any, other: Any) -> Any:
    """Tell whether both are pixels of three bytes, channels in one order, as BGR or as RGB."""
    apart = frame.strides[2]
    if apart not in (1, -1) or frame.strides[1] != 3 or frame.shape[2] != 3:
        return False
    return other.strides[1] == 3 and other.strides[2] == apart and other.shape[2] == 3


@inline
def packed_row(plane: Any, row: Any, to: Any) -> Any:
    """Return where a row's consecutive samples are: in place, or gathered in scratch."""
    if packed(plane):
        return address_of(plane, row)
    cols = plane.shape[1]
    run = bytes_at(to, cols)
    for x in range(np.uint64(cols)):
        run[x] = plane[row, x]
    return to


@inline
def doubled_row(source: Any, to: Any, cols: Any) -> None:
    """Write `cols` samples, each of the source's twice."""
    samples, run = bytes_at(source, (cols + 1) // 2), bytes_at(to, cols)
    for x in range(np.uint64(cols // 2)):
        run[_TWO * x] = samples[x]
        run[_TWO * x + _ONE] = samples[x]
    if cols & 1:
        run[np.uint64(cols - 1)] = samples[np.uint64(cols // 2)]


@inline
def put_row(source: Any, out: Any, row: Any) -> None:
    """Bring a row of a result to where it belongs, unless it is there."""
    if packed(out) and address_of(out, row) == source:
        return
    run = bytes_at(source, out.shape[1])
    for x in range(np.uint64(out.shape[1])):
        out[row, x] = run[x]


@inline
def result_row(out: Any, row: Any, scratch: Any) -> Any:
    """Return where to write a row of a result: in place, or in scratch for `put_row`."""
    return address_of(out, row) if packed(out) else scratch
