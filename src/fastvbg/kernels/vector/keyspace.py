"""Pixels to the planes of the keying space, and to gray, in explicit vectors."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.memory import (
    AHEAD,
    load_few_pixels,
    load_pixels,
    prefetch_pixels,
    store,
    store_few,
)
from fastvbg.kernels.vector.pixels import gray_of, gray_weights, key_weights, keyspace_of

__all__ = ["gray_run", "keyspace_run"]


@inline
def keyspace_run(frame: Any, y: Any, u: Any, v: Any, count: Any, order: Any) -> None:
    """Write Y, U and V of pixels."""
    weights = key_weights(order)
    i = 0
    while i + LANES <= count:
        planes = keyspace_of(load_pixels(frame + 3 * i), weights)
        store(y + i, planes[0])
        store(u + i, planes[1])
        store(v + i, planes[2])
        i += LANES
    few = count - i
    if few > 0:
        planes = keyspace_of(load_few_pixels(frame + 3 * i, few), weights)
        store_few(y + i, few, planes[0])
        store_few(u + i, few, planes[1])
        store_few(v + i, few, planes[2])


@inline
def gray_run(frame: Any, out: Any, count: Any, order: Any, ahead: Any) -> None:
    """Write the gray of pixels, as OpenCV has it, and ask for those so many bytes on.

    Short runs of row after row are nothing that the CPU's own prefetching foresees.
    """
    weights = gray_weights(order)
    i = 0
    while i + LANES <= count:
        prefetch_pixels(frame + 3 * i + ahead - AHEAD)
        store(out + i, gray_of(load_pixels(frame + 3 * i), weights))
        i += LANES
    few = count - i
    if few > 0:
        store_few(out + i, few, gray_of(load_few_pixels(frame + 3 * i, few), weights))
