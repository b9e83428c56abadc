"""The roofline: an operation's own traffic with one trivial operation a byte.

What memory alone would allow an operation that reads and writes the same bytes: exclusive or takes
the place of the arithmetic. Loads, prefetches and stores are those of the kernels. Buffers are
flat, begin at multiples of a vector, and hold whole vectors; a rest is left out.
"""

from __future__ import annotations

from typing import Any

from numba import types

from fastvbg.kernels._jit import INT, inline, kernel
from fastvbg.kernels._memory import address_of
from fastvbg.kernels.vector._types import BYTES, LANES, PIXELS, operation
from fastvbg.kernels.vector.memory import (
    fence,
    load,
    load_pixels,
    prefetch_pixels,
    store,
    store_pixels,
    stream,
    stream_pixels,
)

FLAT = types.Array(types.uint8, 1, "A", readonly=True)
OUT_FLAT = types.Array(types.uint8, 1, "A")


@operation(PIXELS, PIXELS, PIXELS)
def xor_pixels(builder: Any, first: Any, second: Any) -> list[Any]:
    """Return the exclusive or of pixels, byte by byte."""
    return [builder.xor(a, b) for a, b in zip(first, second, strict=True)]


@operation(PIXELS, PIXELS, BYTES)
def xor_plane(builder: Any, pixels: Any, plane: Any) -> list[Any]:
    """Return the exclusive or of each of the three vectors of pixels with a vector of a plane."""
    return [builder.xor(part, plane) for part in pixels]


@operation(BYTES, PIXELS)
def xor_together(builder: Any, pixels: Any) -> Any:
    """Return the exclusive or of the three vectors of pixels."""
    return builder.xor(builder.xor(pixels[0], pixels[1]), pixels[2])


@inline
def _starts(first: Any, second: Any, third: Any, out: Any) -> Any:
    return address_of(first, 0), address_of(second, 0), address_of(third, 0), address_of(out, 0)


@inline
def _put(address: Any, pixels: Any, streaming: Any) -> None:
    if streaming:
        stream_pixels(address, pixels)
    else:
        store_pixels(address, pixels)


@kernel(FLAT, FLAT, FLAT, OUT_FLAT, INT)
def three_to_one(first: Any, second: Any, third: Any, out: Any, streaming: Any) -> None:
    """Read three buffers and write one of the same size: composite, planar or not."""
    a, b, c, o = _starts(first, second, third, out)
    for k in range(0, out.size - 3 * LANES + 1, 3 * LANES):
        if streaming:
            prefetch_pixels(a + k)
            prefetch_pixels(b + k)
            prefetch_pixels(c + k)
        mixed = xor_pixels(xor_pixels(load_pixels(a + k), load_pixels(b + k)), load_pixels(c + k))
        _put(o + k, mixed, streaming)
    fence()


@kernel(FLAT, FLAT, OUT_FLAT, INT)
def two_to_one(first: Any, second: Any, out: Any, streaming: Any) -> None:
    """Read two buffers and write one of the same size: blend by a small matte."""
    a, b, o = address_of(first, 0), address_of(second, 0), address_of(out, 0)
    for k in range(0, out.size - 3 * LANES + 1, 3 * LANES):
        mixed = xor_pixels(load_pixels(a + k), load_pixels(b + k))
        _put(o + k, mixed, streaming)
    fence()


@kernel(FLAT, FLAT, FLAT, OUT_FLAT, INT)
def two_and_a_third(first: Any, plane: Any, second: Any, out: Any, streaming: Any) -> None:
    """Read two buffers and a plane of a third of their size, write one buffer: blend."""
    a, p, b, o = _starts(first, plane, second, out)
    for i in range(0, plane.size - LANES + 1, LANES):
        k = 3 * i
        mixed = xor_pixels(load_pixels(a + k), load_pixels(b + k))
        mixed = xor_plane(mixed, load(p + i))
        _put(o + k, mixed, streaming)
    fence()


@kernel(FLAT, FLAT, OUT_FLAT, INT)
def two_to_a_third(first: Any, second: Any, out: Any, streaming: Any) -> None:
    """Read two buffers and write a plane of a third of their size: motion_mask."""
    a, b, o = address_of(first, 0), address_of(second, 0), address_of(out, 0)
    for i in range(0, out.size - LANES + 1, LANES):
        k = 3 * i
        mixed = xor_together(xor_pixels(load_pixels(a + k), load_pixels(b + k)))
        if streaming:
            stream(o + i, mixed)
        else:
            store(o + i, mixed)
    fence()
