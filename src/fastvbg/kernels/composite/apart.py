"""Whether memory of planes is apart: asked in one call, where NumPy would take one for each pair.

By where each array begins and ends, so views that interleave count as not apart.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline, kernel
from fastvbg.kernels._memory import address_of
from fastvbg.kernels._planes import PLANES
from fastvbg.kernels.composite.planar_forms import NV12


@inline
def _span(array: Any) -> Any:
    """Return the address of an array's first byte and that behind its last."""
    first = last = address_of(array, 0)
    for axis in range(array.ndim):
        reach = (array.shape[axis] - 1) * array.strides[axis]
        first, last = first + min(reach, 0), last + max(reach, 0)
    return first, last + 1


@inline
def _apart(one: Any, other: Any) -> Any:
    (first, end), (other_first, other_end) = _span(one), _span(other)
    return end <= other_first or other_end <= first or one.size == 0 or other.size == 0


@inline
def _apart_or_same(one: Any, other: Any) -> Any:
    return (
        address_of(one, 0) == address_of(other, 0)
        and one.strides == other.strides
        and one.shape == other.shape
    ) or _apart(one, other)


@kernel(PLANES, PLANES)
def i420(out: Any, planes: Any) -> Any:
    """Tell whether planes are those of `out`, each its own, or share no memory with any."""
    y, u, v = out
    luma, blue, red = planes
    return (
        _apart_or_same(y, luma)
        and _apart_or_same(u, blue)
        and _apart_or_same(v, red)
        and _apart(y, blue)
        and _apart(y, red)
        and _apart(u, luma)
        and _apart(u, red)
        and _apart(v, luma)
        and _apart(v, blue)
    )


@kernel(NV12.frame, NV12.frame)
def nv12(out: Any, planes: Any) -> Any:
    """Tell whether planes are those of `out`, each its own, or share no memory with any."""
    y, uv = out
    luma, chroma = planes
    return (
        _apart_or_same(y, luma)
        and _apart_or_same(uv, chroma)
        and _apart(y, chroma)
        and _apart(uv, luma)
    )
