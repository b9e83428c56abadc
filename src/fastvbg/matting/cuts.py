"""Where a new scene begins: most of the picture changes, by much, and at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Pixels

# A pixel has changed by much from this many gray steps on: four times what a sensor's noise, and
# a camera that pans over a textured scene, do to most pixels between two frames.
_MUCH = 24
# A cut changes most of the picture by much ...
_SHARE = 0.5
# ... and far more of it than the pair before: motion, however fast, lasts longer than one pair.
_RISE = 0.3
# After a flash the scene is as it was before: less of it has changed than between two scenes alike.
_SAME = 0.25


class CutDetector:
    """Tells of neighbouring frames, in order, whether a new scene begins with the second.

    It does where at least half of the pixels differ by more than 24 gray steps, and that share is
    larger by 0.3 than it was for the pair of frames before.

    Parameters
    ----------
    pixels : Pixels
        The operations on the video's frames.
    """

    def __init__(self, pixels: Pixels) -> None:
        self._pixels = pixels
        self._before = 0.0

    def __call__(self, prev: Picture, next: Picture) -> bool:
        """Judge the next pair."""
        share = self._pixels.share(prev, next, _MUCH)
        cut = share >= _SHARE and share - self._before >= _RISE
        # The pair after a cut is judged by itself: another cut may follow at once.
        self._before = 0.0 if cut else share
        return cut

    def goes_on(self, before: Picture, after: Picture) -> bool:
        """Tell whether two frames are of one scene, so that what is between them is a flash."""
        return self._pixels.share(before, after, _MUCH) < _SAME
