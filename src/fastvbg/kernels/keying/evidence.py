"""What keyers decide by, in the words of `_bytes`: one spelling for every variant.

`reference.plate` and `reference.chroma` define it. Samples, floors and results are bytes: of one
pixel, or vectors of them.
"""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._bytes import (
    eighth,
    either,
    high_half,
    less,
    low_half,
    lower,
    more,
    ramp,
    share,
    splat_byte,
    splat_word,
    strength,
    three_eighths,
)
from fastvbg.kernels._jit import inline


@inline
def ramp_limits(options: Any) -> Any:
    """Return tolerance, falloff and slope ready for `ramp`."""
    return splat_byte(options[0]), splat_byte(options[1]), splat_word(options[2])


@inline
def plate_limits(options: Any) -> Any:
    """Return black, which is 255 where shadows are not told, and the ramp."""
    return splat_byte(options[0]), ramp_limits(options[1:])


@inline
def _apart(first: Any, second: Any) -> Any:
    """Return how far two samples are apart."""
    return either(less(first, second), less(second, first))


@inline
def plate_matte(frame: Any, plate: Any, limits: Any) -> Any:
    """Return the matte of Y, U and V before the plate's Y, U, V and floors.

    Of two accounts of a pixel the better one counts: the plate as it is, and the plate in shadow.
    Bits that are never set together are joined by `either`: saturating sums and products are what
    the loop waits for.
    """
    black, (tolerance, falloff, slope) = limits
    floor_y, floor_c = high_half(plate[3]), low_half(plate[3])
    rise, fall = less(less(frame[0], plate[0]), floor_y), less(plate[0], frame[0])
    u, v = _apart(frame[1], plate[1]), _apart(frame[2], plate[2])
    chroma = more(less(u, floor_c), less(v, floor_c))
    bare = more(less(fall, floor_y), more(chroma, chroma))
    paler = less(chroma, eighth(fall))
    darker = more(less(fall, three_eighths(less(plate[0], black))), paler)
    return ramp(more(rise, lower(bare, more(darker, darker))), tolerance, falloff, slope)


@inline
def chroma_limits(options: Any) -> Any:
    """Return the key's direction, what is left of a matte without key, and the ramp."""
    direction = splat_word(options[0]), splat_word(options[1])
    return direction, splat_byte(255), ramp_limits(options[2:])


@inline
def chroma_matte(u: Any, v: Any, reach: Any, limits: Any) -> Any:
    """Return the matte of U and V, and the strength of the key in them."""
    direction, full, slopes = limits
    spill = strength(u, v, direction[0], direction[1])
    evidence = less(full, share(spill, reach))
    return ramp(evidence, slopes[0], slopes[1], slopes[2]), spill


@inline
def tint_limits(options: Any) -> Any:
    """Return for B, G and R how much a unit of spill moves them and whether up or down."""
    factors = splat_word(abs(options[0])), splat_word(abs(options[1])), splat_word(abs(options[2]))
    signs = (
        splat_byte(255 if options[0] > 0 else 0),
        splat_byte(255 if options[1] > 0 else 0),
        splat_byte(255 if options[2] > 0 else 0),
    )
    return factors, signs
