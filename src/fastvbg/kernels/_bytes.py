"""Arithmetic of keyers on bytes, in the variant that `_target` chose: many pixels at once, or one.

Formulas written in these words are the same for both; the loops around them differ.
"""

from __future__ import annotations

from fastvbg.kernels._target import TARGET

if TARGET.variant == "vector":
    from fastvbg.kernels.vector.saturating import (
        eighth,
        either,
        high_half,
        less,
        low_half,
        lower,
        more,
        portion,
        ramp,
        relit,
        share,
        splat_byte,
        splat_word,
        strength,
        three_eighths,
    )
else:
    from fastvbg.kernels.portable.bytes import (
        eighth,
        either,
        high_half,
        less,
        low_half,
        lower,
        more,
        portion,
        ramp,
        relit,
        share,
        splat_byte,
        splat_word,
        strength,
        three_eighths,
    )

__all__ = [
    "eighth",
    "either",
    "high_half",
    "less",
    "low_half",
    "lower",
    "more",
    "portion",
    "ramp",
    "relit",
    "share",
    "splat_byte",
    "splat_word",
    "strength",
    "three_eighths",
]
