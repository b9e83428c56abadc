"""Arithmetic of keyers on bytes, in the variant that `_target` chose: many pixels at once, or one.

Formulas written in these words are the same for both; the loops around them differ.
"""

from __future__ import annotations

from fastvbg.kernels._target import TARGET

if TARGET.variant == "vector":
    from fastvbg.kernels.vector import saturating as _words
else:
    from fastvbg.kernels.portable import bytes as _words  # type: ignore[no-redef]

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

eighth = _words.eighth
either = _words.either
high_half = _words.high_half
less = _words.less
low_half = _words.low_half
lower = _words.lower
more = _words.more
portion = _words.portion
ramp = _words.ramp
relit = _words.relit
share = _words.share
splat_byte = _words.splat_byte
splat_word = _words.splat_word
strength = _words.strength
three_eighths = _words.three_eighths
