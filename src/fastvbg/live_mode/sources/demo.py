"""A generated scene as a source, for machines that have no camera."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from fastvbg.errors import OptionError
from fastvbg.live_mode.pictures.grab import FORM, Grab, OfOneSize
from fastvbg.media.colour import ColourTags, FromBGR
from fastvbg.scenes.speaker import Scene

if TYPE_CHECKING:
    from fractions import Fraction

    import av

_SIZE = 640, 360
_RATE = 30
_FRAMES = 120
_MOST_PIXELS = 1920 * 1080
"""Its pictures are all kept, 3 MB each at that size: 373 MB."""
_COLOUR = ColourTags(1, 1)
"""BT.709, limited range, by the numbers of ITU-T H.273 and FFmpeg."""


class DemoSource(OfOneSize):
    """Somebody who talks in a room, who comes in again after four seconds.

    Pictures are drawn as they come up, and ahead of that while nothing is due: a 720p one takes as
    long as it is shown, so all of them would take four seconds before the first.

    Parameters
    ----------
    size : (int, int), optional
        Width and height in pixels; by default 640 and 360.
    rate : Fraction, optional
        Pictures a second, 30 by default, in which the scene goes on at its own pace.
    colour : ColourTags, default BT.709
        What its numbers mean, of limited range.

    Raises
    ------
    OptionError
        That many pixels would take too much memory.
    """

    is_paced = True

    def __init__(
        self,
        size: tuple[int, int] | None = None,
        *,
        rate: Fraction | None = None,
        colour: ColourTags = _COLOUR,
    ) -> None:
        super().__init__("demo")
        width, height = size or _SIZE
        if width * height > _MOST_PIXELS:
            raise OptionError(
                f"size: got {width}x{height} for the generated scene, which is kept in memory, "
                "wanted at most as many pixels as 1920x1080"
            )
        self.width, self.height = max(2, width & ~1), max(2, height & ~1)
        self.rate, self.colour, self.dropped = float(rate or _RATE), colour, 0
        self.told = f"a generated scene, {self.width}x{self.height} at {self.rate:.4g} frames/s"
        self._scene = iter(Scene(self.width, self.height, frames=_FRAMES, rate=_RATE))
        self._convert = FromBGR(self.colour, FORM)
        self._pictures: list[av.VideoFrame] = []
        self._start, self._next = 0.0, 0

    def open(self) -> None:
        """Begin it."""
        self._draw(1)
        self._start, self._next = time.monotonic(), 0

    def _draw(self, count: int) -> float:
        """Draw what is not drawn of so many pictures, in none of the scene's own time.

        Returns
        -------
        float
            Seconds that it took.
        """
        begun = time.monotonic()
        while len(self._pictures) < min(count, _FRAMES):
            self._pictures.append(self._convert(next(self._scene).frame))
        took = time.monotonic() - begun
        self._start += took
        return took

    def read(self, timeout: float) -> Grab | None:
        """Return the picture whose time it is, once it is."""
        early = self._start + self._next / self.rate - time.monotonic()
        if early > 0:  # meanwhile one is drawn ahead
            took = self._draw(len(self._pictures) + 1)
            self._start -= min(took, early)
        wait = self._start + self._next / self.rate - time.monotonic()
        if wait > 0:
            time.sleep(min(wait, timeout))
        if wait > timeout:
            return None
        due = max(self._next, int((time.monotonic() - self._start) * self.rate))
        self.dropped += due - self._next
        self._next = due + 1
        drawn = int(due * _RATE / self.rate) % _FRAMES
        self._draw(drawn + 1)
        return Grab(self._pictures[drawn], self._start + due / self.rate)

    def close(self) -> None:
        """Keep what was drawn, for when it is opened again."""
