"""Frame difference against a frame that is kept, where parts of the result may stay as they are."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.arithmetic import all_are
from fastvbg.kernels.vector.bgr import PIXELS_A_BYTE
from fastvbg.kernels.vector.memory import (
    AHEAD,
    lead,
    load_few_pixels,
    load_pixels,
    prefetch_passing,
    prefetch_pixels,
    store_few_pixels,
    store_pixels,
    stream_pixels,
)
from fastvbg.kernels.vector.pixels import (
    above,
    bound_of,
    differences,
    excess,
    gray_weights,
    select_pixels,
    spread,
    weigh,
)
from fastvbg.kernels.vector.saturating import splat_byte

__all__ = ["composite_kept_run"]

_BLOCKS_AHEAD = np.uint64(AHEAD // (3 * LANES))

# With byte permutations it is cheaper than a branch that is often foretold wrong.
_WEIGHING_IS_DEAR = TARGET.level != "avx512"


@inline
def _composite_few(
    kept: Any, next: Any, bg: Any, out: Any, few: Any, weights: Any, bound: Any
) -> None:
    """Composite some pixels, which fill no vector."""
    new, old = load_few_pixels(next, few), load_few_pixels(kept, few)
    moved = above(weigh(differences(old, new), weights), bound)
    pixels = select_pixels(spread(moved), new, load_few_pixels(bg, few))
    store_few_pixels(kept, few, new)
    store_few_pixels(out, few, pixels)


@inline
def _block(arrays: Any, is_background: Any, j: Any, gray: Any, streaming: Any) -> None:
    """Composite a vector's pixels."""
    kept, next, bg, out = arrays
    weights, bound, most = gray
    k = 3 * LANES * np.int64(j)
    new = load_pixels(next + k)
    changes = differences(load_pixels(kept + k), new)
    # Also what has not changed is stored: a test would cost more than it saves.
    store_pixels(kept + k, new)
    there = is_background[j] != 0
    # No gray difference is above the largest one of the channels.
    if _WEIGHING_IS_DEAR and (there & all_are(excess(changes, most), 0)):
        return
    moved = above(weigh(changes, weights), bound)
    still = all_are(moved, 0)
    if not (still & there):
        is_background[j] = still
        pixels = select_pixels(spread(moved), new, load_pixels(bg + k))
        if streaming:
            stream_pixels(out + k, pixels)
        else:
            store_pixels(out + k, pixels)


@inline
def _fetched_block(arrays: Any, is_background: Any, j: Any, gray: Any) -> None:
    """Do so, ask for what comes, and store past the caches."""
    _, next, bg, _ = arrays
    k = 3 * LANES * np.int64(j)
    prefetch_passing(next + k)
    # Where the last frame moved so does this one, mostly.
    if not is_background[min(j + _BLOCKS_AHEAD, np.uint64(is_background.size - 1))]:
        prefetch_pixels(bg + k)
    _block(arrays, is_background, j, gray, True)


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

    `known` is the address of a map of the whole vectors: where nothing moves and it is set, `out`
    is `bg` already, and neither is touched. `out` may be `next` or `bg` exactly.
    """
    weights, bound = gray_weights(order), bound_of(threshold)
    first = lead(out * PIXELS_A_BYTE, count, aligning)
    if first > 0:
        _composite_few(kept, next, bg, out, first, weights, bound)
    blocks = (count - first) // LANES
    is_background = bytes_at(known, blocks)
    gray = weights, bound, splat_byte(threshold)
    start = 3 * first
    arrays = kept + start, next + start, bg + start, out + start
    if streaming:
        for j in range(np.uint64(blocks)):
            _fetched_block(arrays, is_background, j, gray)
    else:
        for j in range(np.uint64(blocks)):
            _block(arrays, is_background, j, gray, False)
    done = first + LANES * blocks
    if done < count:
        k = 3 * done
        _composite_few(kept + k, next + k, bg + k, out + k, count - done, weights, bound)
