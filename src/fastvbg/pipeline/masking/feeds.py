"""Mattes that are not keyed from the frame: from depth maps, or made elsewhere."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.errors import OptionError
from fastvbg.keyers.depth import DepthKeyer
from fastvbg.keyers.external import MatteFeed
from fastvbg.media.names import at_home
from fastvbg.pipeline.masking.beside import Beside, Clock
from fastvbg.pipeline.pixels import make_pixels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction

    from fastvbg._types import Matte
    from fastvbg.media.model import Picture
    from fastvbg.pipeline.masking.beside import Item
    from fastvbg.pipeline.masking.context import Context
    from fastvbg.pipeline.masking.options import MaskOptions
    from fastvbg.pipeline.pairing import Pair

_STEREO = "stereo:"
# Containers round times, Matroska to a millisecond.
_SLACK_SECONDS = 0.002


class _Stretched:
    """Mattes at the frames' size, in a buffer of its own."""

    def __init__(self, shape: tuple[int, int]) -> None:
        self._matte = np.empty(shape, np.uint8)

    def __call__(self, matte: Matte) -> Matte:
        """Return the matte, stretched bilinearly where it has another size."""
        if matte.shape == self._matte.shape:
            return matte
        size = self._matte.shape[1], self._matte.shape[0]
        stretched = cv2.resize(matte, size, dst=self._matte, interpolation=cv2.INTER_LINEAR)
        return np.asarray(stretched, np.uint8)


class Elsewhere:
    """Mattes that another tool made, paired with the frames in order; see `MatteFeed`.

    Parameters
    ----------
    options : MaskOptions
        Their file and hold.
    context : Context
        The run.
    """

    def __init__(self, options: MaskOptions, context: Context) -> None:
        beside = Beside(at_home(options.matte), "matte", "matte", context)
        self._beside = beside
        self._feed = MatteFeed(_mattes(beside), hold=options.matte_hold, name="matte")
        self._clock, self._stretched = Clock(context), _Stretched(context.shape)
        self._count = -1

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte that belongs to the frame."""
        number, time = self._clock(pair, seconds)
        self._count += 1
        if self._beside.held:
            number = self._count
        elif self._beside.numbered:
            time = float(number)
        return self._stretched(self._feed.matte_for(number, time))

    def fused(self) -> None:
        """Return None: the matte may be of another size than the frame."""

    def reset(self) -> None:
        """Do nothing: the mattes know of no scenes."""

    def foreground(self, picture: Picture, matte: Matte) -> Picture:  # noqa: ARG002
        """Return the frame itself."""
        return picture

    def finish(self) -> list[str]:
        """Return what went wrong with the mattes."""
        return self._feed.warnings


def _mattes(beside: Beside) -> Iterator[tuple[Any, float | None]]:
    """Yield the mattes with their times; by numbers, those are the times, and gaps are filled.

    However long a gap is, the end of it alone stands for it.
    """
    last: Any = None
    due = 0
    for item in beside:
        if not beside.numbered:
            yield item.picture, item.seconds
            continue
        if item.number > due:
            yield last, float(item.number - 1)
        if item.number >= 0:
            yield item.picture, float(item.number)
        last, due = item.picture, max(0, item.number + 1)
    if last is not None and not due:
        yield last, 0.0  # all of them belong to frames before the run's first


class DepthMaps:
    """Depth maps, one for each frame, to mattes; a frame that has none is one of holes.

    Parameters
    ----------
    options : MaskOptions
        The maps' file, or that of a stereo pair's right pictures, and the range that is kept.
    context : Context
        The run; its frames are a stereo pair's left pictures.
    """

    def __init__(self, options: MaskOptions, context: Context) -> None:
        if options.near is None or options.far is None:
            raise OptionError(
                "near, far: the mask 'depth' wants both, such as --near 300 --far 900"
            )
        given = options.given("near", "far", "softness")
        renamed = {"depth_invalid": "invalid", "depth_hold": "hold"}
        given |= {renamed[name]: value for name, value in options.given(*renamed).items()}
        self._keyer = DepthKeyer(**given)
        if str(options.depth).startswith(_STEREO):
            self._beside, self._map = _stereo(options, context)
        else:
            self._beside = Beside(at_home(options.depth), "depth", "depth", context)
            self._map = lambda picture, frame: picture  # noqa: ARG005
        self._items = iter(self._beside)
        self._now: Item | None = None
        self._ahead = next(self._items, None)
        self._clock, self._stretched = Clock(context), _Stretched(context.shape)
        self._without = 0
        self._shape: tuple[int, ...] | None = None

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte of the frame's depths."""
        found = self._find(*self._clock(pair, seconds))
        self._without += found is None
        depth = None if found is None else self._map(found.picture, pair.next)
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

    def fused(self) -> None:
        """Return None: the matte may be of another size than the frame."""

    def reset(self) -> None:
        """Do nothing: depths are measured, whatever the scene."""

    def foreground(self, picture: Picture, matte: Matte) -> Picture:  # noqa: ARG002
        """Return the frame itself."""
        return picture

    def finish(self) -> list[str]:
        """Return what went wrong with the maps."""
        if not self._without:
            return []
        return [
            f"depth: {self._without} frames have no map; the last one is held for a while, "
            "then all is background"
        ]


def _stereo(options: MaskOptions, context: Context) -> tuple[Beside, Callable[[Any, Any], Any]]:
    """Return the right pictures, and what makes a depth map of one with the left frame."""
    from fastvbg.keyers.stereo import StereoDepth

    if options.focal is None or options.baseline is None:
        raise OptionError(
            "focal, baseline: a stereo pair wants both: the focal length in pixels and the "
            "distance of the cameras"
        )
    matcher = StereoDepth(focal=options.focal, baseline=options.baseline)
    path = at_home(str(options.depth).removeprefix(_STEREO))
    beside = Beside(path, context.reading.pixels, "right pictures", context)
    pixels, right = context.pixels, make_pixels(beside.info, context.reading.threads)
    return beside, lambda picture, frame: matcher.depth(pixels.luma(frame), right.luma(picture))
