"""Frame difference against a frame that is kept, where parts of the result may stay as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at
from fastvbg.kernels._rows import copy_row
from fastvbg.kernels.composite.plan import BLOCK
from fastvbg.kernels.portable.bgr import weighted_bound, weighted_difference

_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)


@inline
def _keep_pixel(kept: Any, next: Any, bg: Any, out: Any, i: Any, order: Any, bound: Any) -> None:
    """Do as `composite_pixel` does against the kept pixel `i`, and keep that of `next`."""
    k = _THREE * i
    b, g, r = next[k], next[k + _ONE], next[k + _TWO]
    moved = weighted_difference(kept[k], kept[k + _ONE], kept[k + _TWO], b, g, r, order) >= bound
    bg_b, bg_g, bg_r = bg[k], bg[k + _ONE], bg[k + _TWO]
    kept[k], kept[k + _ONE], kept[k + _TWO] = b, g, r
    out[k] = b if moved else bg_b
    out[k + _ONE] = g if moved else bg_g
    out[k + _TWO] = r if moved else bg_r


@inline
def _moves(prev: Any, next: Any, order: Any, bound: Any) -> Any:
    """Tell whether any pixel of a block differs by the bound or more."""
    most = np.int32(0)
    for i in range(np.uint64(BLOCK)):
        k = _THREE * i
        difference = weighted_difference(
            prev[k], prev[k + _ONE], prev[k + _TWO], next[k], next[k + _ONE], next[k + _TWO], order
        )
        most = max(most, difference)
    return most >= bound


@inline
def composite_kept_run(
    kept: Any,
    next: Any,
    bg: Any,
    out: Any,
    known: Any,
    count: Any,
    threshold: Any,
    order: Any,
    streaming: Any,
    aligning: Any,
) -> None:
    """Write `next` where it differs from `kept` by more than `threshold`, else `bg`; keep `next`.

    `known` is the address of a map of the whole blocks: where nothing moves and it is set, `out`
    is `bg` already, and neither is touched. `out` may be `next` or `bg` exactly.
    """
    bound = weighted_bound(threshold)
    blocks, size = count // BLOCK, 3 * BLOCK
    is_background = bytes_at(known, blocks)
    for j in range(np.uint64(blocks)):
        k = size * j
        old, new, behind = bytes_at(kept + k, size), bytes_at(next + k, size), bg + k
        if _moves(old, new, order, bound):
            is_background[j] = 0
            behind_run, out_run = bytes_at(behind, size), bytes_at(out + k, size)
            for i in range(np.uint64(BLOCK)):
                _keep_pixel(old, new, behind_run, out_run, i, order, bound)
            continue
        copy_row(next + k, kept + k, size)
        if not is_background[j]:
            is_background[j] = 1
            copy_row(behind, out + k, size)
    k = size * blocks
    rest = 3 * count - k
    old, new = bytes_at(kept + k, rest), bytes_at(next + k, rest)
    behind_run, out_run = bytes_at(bg + k, rest), bytes_at(out + k, rest)
    for i in range(np.uint64(count - BLOCK * blocks)):
        _keep_pixel(old, new, behind_run, out_run, i, order, bound)
