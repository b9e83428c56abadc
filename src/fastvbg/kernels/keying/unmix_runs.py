"""What takes the soft pixels of a run to their own colours; `reference.unmix` defines it.

Arithmetic on 32-bit numbers, the same in all variants, which LLVM vectorizes. A run has `RUN` of
them; beyond those that were found lies anything.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, inline
from fastvbg.kernels._memory import long_words_at
from fastvbg.kernels.keying.unmix_plan import (
    ALONG,
    BESIDE,
    GAIN,
    NOW_U,
    NOW_V,
    RUN,
    SEEN_U,
    SEEN_V,
)

__all__ = [
    "CHROMA",
    "DIRECTION",
    "GAINS",
    "NUMBERS",
    "alike",
    "held",
    "luma_shift",
    "screen_at",
    "shift_chroma",
]

GAINS = types.Array(types.int32, 1, "C", readonly=True)
"""`unmix_plan.gains_of`: by how much a difference grows at each coverage, in 1/256."""
CHROMA = types.Array(types.int32, 2, "C", readonly=True)
"""Of the screen, along the key and beside it, for each value of `reach`, in 1/64 levels."""
NUMBERS = types.Array(types.int32, 1, "C")
DIRECTION = types.UniTuple(INT, 2)

# A Python int would widen the arithmetic to 64 bits, and so would Numba without these.
_I = np.int32
_FULL, _HALF, _GRAY, _ZERO = _I(255), _I(128), _I(128), _I(0)
_BITS, _FINE = _I(8), _I(6)
_FIRST, _SECOND = np.uint64(0), np.uint64(1)


@inline
def alike(upper: Any, lower: Any, words: Any) -> Any:
    """Tell whether so many times 8 pixels of two rows are covered by 0, or all by 255."""
    above, below = long_words_at(upper, words), long_words_at(lower, words)
    some, every = np.uint64(0), np.uint64(0xFFFFFFFFFFFFFFFF)
    for x in range(np.uint64(words)):
        some |= above[x] | below[x]
        every &= above[x] & below[x]
    return some == np.uint64(0) or every == np.uint64(0xFFFFFFFFFFFFFFFF)


@inline
def held(value: Any) -> Any:
    """Return a level, 0 to 255."""
    return np.uint8(min(max(value, _ZERO), _FULL))


@inline
def luma_shift(luma: Any, light: Any, gain: Any) -> Any:
    """Return how far luma moves away from the screen's."""
    away = _I(luma - light)
    by = min(_I(_I(_I(abs(away) * gain) + _HALF) >> _BITS), _FULL)
    return by if away > _ZERO else _I(-by)


@inline
def screen_at(reach: Any, line: Any, at: Any, chroma: Any) -> Any:
    """Return the screen's chroma at a place, along the key and beside it."""
    strong = np.uint64(reach[line, at])
    return chroma[_FIRST, strong], chroma[_SECOND, strong]


@inline
def _further(seen: Any, known: Any, gain: Any) -> Any:
    """Return what is seen, taken further from what is known of the screen."""
    return _I(seen + _I(_I(_I(_I(seen - known) * gain) + _HALF) >> _BITS))


@inline
def _parts(u: Any, v: Any, x: Any, y: Any) -> Any:
    """Return how far chroma goes along a direction, and beside it."""
    du, dv = _I(u - _GRAY), _I(v - _GRAY)
    return _I(_I(du * x) + _I(dv * y)), _I(_I(du * y) - _I(dv * x))


@inline
def shift_chroma(numbers: Any, direction: Any, bounds: Any, j: Any, i: Any) -> None:
    """Write how far U and V of a run in a cell move, in 1/64 levels."""
    x, y = _I(direction[0]), _I(direction[1])
    lowest, least, most = bounds[0, j + 1, i + 1], bounds[1, j + 1, i + 1], bounds[2, j + 1, i + 1]
    for k in range(np.uint64(RUN)):
        gain = numbers[GAIN + k]
        far, off = _parts(numbers[SEEN_U + k], numbers[SEEN_V + k], x, y)
        along, beside = _parts(numbers[NOW_U + k], numbers[NOW_V + k], x, y)
        far = min(_further(far, numbers[ALONG + k], gain), along)
        far = _I(max(far, min(lowest, along)) - along)
        off = _further(off, numbers[BESIDE + k], gain)
        off = _I(min(max(off, min(least, beside)), max(most, beside)) - beside)
        numbers[SEEN_U + k] = _I(_I(_I(far * x) + _I(off * y)) >> _FINE)
        numbers[SEEN_V + k] = _I(_I(_I(far * y) - _I(off * x)) >> _FINE)
