"""A run of samples from between others, as a plain loop."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at

__all__ = ["between_run"]

_RUN, _ONE = np.uint64(16), np.uint64(1)


@inline
def between_run(above: Any, under: Any, out: Any, across: Any, down: Any) -> None:
    """Write 16 samples between two rows and between pixels, both in parts of 1/16."""
    one, two, to = bytes_at(above, 17), bytes_at(under, 17), bytes_at(out, 16)
    for k in range(_RUN):
        upper = (16 - across) * np.int64(one[k]) + across * np.int64(one[k + _ONE])
        lower = (16 - across) * np.int64(two[k]) + across * np.int64(two[k + _ONE])
        to[k] = np.uint8(((16 - down) * upper + down * lower + 128) >> 8)
