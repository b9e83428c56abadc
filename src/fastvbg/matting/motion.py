"""The tutorial's mask in a run: what differs between two frames."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.matting.keyer import RunKeyer

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Matte
    from fastvbg.matting.keyer import OnePass
    from fastvbg.matting.pairing import Pair
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Pixels


class MotionRun(RunKeyer):
    """What differs between two frames.

    Parameters
    ----------
    pixels : Pixels
        The operations on the frames.
    threshold : int
        As in `motion_mask`.
    """

    plain = True

    def __init__(self, pixels: Pixels, threshold: int) -> None:
        self._pixels, self._threshold = pixels, threshold

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:  # noqa: ARG002
        """Return the mask of what moved."""
        return self._pixels.mask(pair.prev, pair.keyed, self._threshold)

    def fused(self) -> OnePass:
        """Return what lays what moved over a background."""
        return self._composite

    def _composite(self, pair: Pair, behind: Picture) -> Picture:
        return self._pixels.composite(pair.prev, pair.next, behind, self._threshold)
