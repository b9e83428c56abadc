"""The depth keyer of a run: maps from a file, or of two eyes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from fastvbg.keyers.depth.keyer import DepthKeyer
from fastvbg.matting.beside import Beside, Clock
from fastvbg.matting.keyer import RunKeyer
from fastvbg.matting.stretched import Stretched
from fastvbg.media.names import at_home
from fastvbg.pixels import make_pixels

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import File, Matte
    from fastvbg.matting.beside import Item
    from fastvbg.matting.pairing import Pair
    from fastvbg.matting.run import Run

# Containers round times, Matroska to a millisecond.
_SLACK_SECONDS = 0.002


class DepthMaps:
    """Depth maps in a file beside the video.

    Parameters
    ----------
    run : Run
        The run.
    path : str or Path
        The file.
    """

    def __init__(self, run: Run, path: File) -> None:
        self.beside = Beside(at_home(path), "depth", "depth", run)

    def depth(self, picture: Any, frame: Any) -> Any:  # noqa: ARG002
        """Return the depths of a frame, from the picture beside it."""
        return picture


class StereoMaps(DepthMaps):
    """The right pictures of a stereo pair, whose left ones are the run's frames.

    Parameters
    ----------
    run, path : Run, str or Path
        As for `DepthMaps`.
    focal, baseline : float
        As in `StereoDepth`.
    """

    def __init__(self, run: Run, path: File, focal: float, baseline: float) -> None:
        from fastvbg.keyers.depth.stereo import StereoDepth

        self._matcher = StereoDepth(focal=focal, baseline=baseline)
        self.beside = Beside(at_home(path), run.reading.pixels, "right pictures", run)
        self._left = run.pixels
        self._right = make_pixels(self.beside.info, run.reading.threads)

    def depth(self, picture: Any, frame: Any) -> Any:
        """Return the depths of a frame, which lie in how far things shift between the two."""
        return self._matcher.depth(self._left.luma(frame), self._right.luma(picture))


class DepthRun(RunKeyer):
    """Depth maps, one for each frame, to mattes; a frame that has none is one of holes.

    Parameters
    ----------
    run : Run
        The run.
    maps : DepthMaps
        What they are taken from.
    **given
        Of `DepthKeyer`.
    """

    def __init__(self, run: Run, maps: DepthMaps, **given: Any) -> None:
        self._keyer = DepthKeyer(**given)
        self._maps, self._beside = maps, maps.beside
        self._items = iter(self._beside)
        self._now: Item | None = None
        self._ahead = next(self._items, None)
        self._clock, self._stretched = Clock(run), Stretched(run.shape)
        self._without, self._in_part = 0, run.first is not None
        self._shape: tuple[int, ...] | None = None

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte of the frame's depths."""
        found = self._find(*self._clock(pair, seconds))
        self._without += found is None
        depth = None if found is None else self._maps.depth(found.picture, pair.next)
        if depth is not None and depth.shape != self._shape:
            self._shape = depth.shape
            self._keyer.reset()  # what it holds is of another size
        return self._stretched(self._keyer.key_depth(depth))

    def _find(self, number: int, seconds: float) -> Item | None:
        """Return the frame's map: of its number, or by time the newest; None where it has none."""
        if self._beside.held:
            return self._ahead
        while self._ahead is not None and self._is_due(self._ahead, number, seconds):
            self._now, self._ahead = self._ahead, next(self._items, None)
        if self._now is None:
            return None
        if self._now.seconds is None:
            return self._now if self._now.number == number else None
        over = self._now.seconds + float(1 / self._beside.info.rate) - _SLACK_SECONDS
        return None if self._ahead is None and seconds > over else self._now

    @staticmethod
    def _is_due(item: Item, number: int, seconds: float) -> bool:
        if item.seconds is None:
            return item.number <= number
        return item.seconds <= seconds + _SLACK_SECONDS

    def finish(self) -> list[str]:
        """Return what went wrong with the maps."""
        if not self._without:
            return []
        # Of a part, the count says nothing; without it all parts have one line.
        count = "some" if self._in_part else self._without
        return [
            f"depth: {count} frames have no map; the last one is held for a while, "
            "then all is background"
        ]
