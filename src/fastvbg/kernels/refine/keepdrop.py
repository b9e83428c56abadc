"""Region mattes laid over a matte. Besides the package's contract: rows' bytes are consecutive."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at

_FULL = np.uint8(255)


@inline
def _kept(matte: Any, keep: Any) -> Any:
    return max(matte, keep)


@inline
def _dropped(matte: Any, drop: Any) -> Any:
    return min(matte, np.uint8(_FULL - drop))


@kernel(PLANE, PLANE, PLANE, OUT_PLANE)
def keep_and_drop(matte: Any, keep: Any, drop: Any, out: Any) -> None:
    """`out` is `matte`, at least `keep`, and then at most what `drop` leaves."""
    rows, cols = out.shape
    for y in range(rows):
        old, row = bytes_at(address_of(matte, y), cols), bytes_at(address_of(out, y), cols)
        more, less = bytes_at(address_of(keep, y), cols), bytes_at(address_of(drop, y), cols)
        for x in range(np.uint64(cols)):
            row[x] = _dropped(_kept(old[x], more[x]), less[x])


@inline
def _changed(change: Any, matte: Any, other: Any, out: Any) -> None:
    rows, cols = out.shape
    for y in range(rows):
        old, row = bytes_at(address_of(matte, y), cols), bytes_at(address_of(out, y), cols)
        by = bytes_at(address_of(other, y), cols)
        for x in range(np.uint64(cols)):
            row[x] = change(old[x], by[x])


@kernel(PLANE, PLANE, OUT_PLANE)
def keep(matte: Any, keep: Any, out: Any) -> None:
    """`out` is `matte`, at least `keep`."""
    _changed(_kept, matte, keep, out)


@kernel(PLANE, PLANE, OUT_PLANE)
def drop(matte: Any, drop: Any, out: Any) -> None:
    """`out` is `matte`, at most what `drop` leaves."""
    _changed(_dropped, matte, drop, out)
