"""Whether arrays share memory.

By where each begins and ends, so views that interleave count as not apart.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of


@inline
def _span(array: Any) -> Any:
    """Return the address of an array's first byte and that behind its last."""
    first = last = address_of(array, 0)
    for axis in range(array.ndim):
        reach = (array.shape[axis] - 1) * array.strides[axis]
        first, last = first + min(reach, 0), last + max(reach, 0)
    return first, last + 1


@inline
def apart(one: Any, other: Any) -> Any:
    """Tell whether two arrays share no memory."""
    (first, end), (other_first, other_end) = _span(one), _span(other)
    return end <= other_first or other_end <= first or one.size == 0 or other.size == 0


@inline
def apart_or_same(one: Any, other: Any) -> Any:
    """Tell whether they share none, or are the same pixels exactly."""
    return (
        address_of(one, 0) == address_of(other, 0)
        and one.strides == other.strides
        and one.shape == other.shape
    ) or apart(one, other)


@inline
def i420_apart(out: Any, planes: Any) -> Any:
    """Tell whether planes are those of `out`, each its own, or share no memory with any."""
    y, u, v = out
    luma, blue, red = planes
    return (
        apart_or_same(y, luma)
        and apart_or_same(u, blue)
        and apart_or_same(v, red)
        and apart(y, blue)
        and apart(y, red)
        and apart(u, luma)
        and apart(u, red)
        and apart(v, luma)
        and apart(v, blue)
    )


@inline
def nv12_apart(out: Any, planes: Any) -> Any:
    """Tell so of planes of which chroma is interleaved."""
    y, uv = out
    luma, chroma = planes
    return (
        apart_or_same(y, luma)
        and apart_or_same(uv, chroma)
        and apart(y, chroma)
        and apart(uv, luma)
    )
