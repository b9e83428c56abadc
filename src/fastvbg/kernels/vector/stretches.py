"""Which of two pictures a matte wants anything of, stretch by stretch of a row."""

from __future__ import annotations

from typing import Any

from fastvbg.kernels._jit import inline
from fastvbg.kernels.vector._types import LANES
from fastvbg.kernels.vector.arithmetic import all_are
from fastvbg.kernels.vector.memory import load

STRETCH = 2048
"""Pixels of which all is asked for of a picture, or nothing.

By vectors a blend reads less and takes longer, as each beginning of a read costs more than it
spares: a soft ellipse at 1080p reached 0.64 of the roofline on Zen 4 with AVX2, by stretches of 512
pixels 0.60, of 2048 0.78 (4K: 0.75 and 0.90); a matte of one value takes as long as before.
"""


@inline
def stretch(matte: Any, i: Any, soon: Any, count: Any, spare: Any) -> Any:
    """Return the end of the stretch from pixel `i` on, `spare` pixels before `count` at most.

    With it whether the matte wants anything of the picture over, and of that under, `soon` pixels
    further on.
    """
    end = min(i + STRETCH, count - spare)
    at, last = i + soon, min(end + soon, count)
    over = under = False
    while at + LANES <= last:
        coverage = load(matte + at)
        over, under = over | (not all_are(coverage, 0)), under | (not all_are(coverage, 255))
        at += LANES
    return end, over, under


def asking(ask: Any) -> Any:
    """Make the function that asks for what is wanted of two pictures a little past pixel `i`."""

    @inline
    def ask_for(frame: Any, bg: Any, i: Any, over: Any, under: Any) -> None:
        if over:
            ask(frame, i)
        if under:
            ask(bg, i)

    return ask_for
