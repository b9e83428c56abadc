"""By how much the light on a screen has changed; `reference.chroma.screen_gain` defines it."""

from __future__ import annotations

from typing import Any

from numba import types

from fastvbg.kernels._jit import INT, PLANE, kernel

__all__ = ["gain"]

_COUNTS = types.Array(types.int64, 1, "C")
_LEAST = 6


@kernel(PLANE, PLANE, PLANE, types.UniTuple(INT, 2), _COUNTS)
def gain(u: Any, v: Any, usual: Any, direction: Any, counts: Any) -> None:
    """`counts[256]` is the gain; before it is how many samples have each share of their strength.

    All three planes are of one size, of any strides.
    """
    counts[:] = 0
    screen, alike = 0, 0
    for row in range(u.shape[0]):
        for col in range(u.shape[1]):
            strong = usual[row, col]
            if strong == 0:
                continue
            screen += 1
            du, dv = INT(u[row, col]) - 128, INT(v[row, col]) - 128
            along = du * direction[0] + dv * direction[1]
            beside = abs(du * direction[1] - dv * direction[0])
            strength = (along - (beside >> 1)) >> 6
            if strength < _LEAST or 11 * beside > 4 * along:
                continue
            alike += 1
            counts[min(255, (64 * strength + (strong >> 1)) // strong)] += 1
    if alike == 0 or 2 * alike < screen:
        return
    share, below = 0, counts[0]
    while 2 * below < alike:
        share += 1
        below += counts[share]
    counts[256] = share
