"""Mattes of OpenCV's background subtractors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.keyers.subtractors import SubtractorKeyer
from fastvbg.matting.keyer import KeyedInBGR

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Matte
    from fastvbg.matting.pairing import Pair
    from fastvbg.matting.run import Run


class Subtracted(KeyedInBGR):
    """Mattes of a subtractor, which keep nothing while it is blind: a call would show the room.

    Parameters
    ----------
    run : Run
        What the mattes are for.
    kind : str
        Of the subtractor.
    blind : int
        In so many first frames of a scene it takes all for foreground.
    """

    def __init__(self, run: Run, kind: str, blind: int) -> None:
        super().__init__(run.pixels, SubtractorKeyer(kind), run.shape)
        self._blind, self._seen = blind, 0

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the subtractor's matte."""
        matte = super().matte(pair, seconds)
        if self._seen < self._blind:
            self._seen += 1
            matte[...] = 0
        return matte

    def reset(self) -> None:
        """Let it forget the scene."""
        super().reset()
        self._seen = 0
