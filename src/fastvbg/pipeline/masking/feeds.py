"""Mattes that are not keyed from the frame: from depth maps, or made elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, NamedTuple

import cv2
import numpy as np

from fastvbg.errors import OptionError
from fastvbg.keyers.depth import DepthKeyer
from fastvbg.keyers.external import MatteFeed
from fastvbg.media.model import CopiedPacket
from fastvbg.media.numbering import IMAGE_SUFFIXES, parse_numbering
from fastvbg.pipeline.overlap import Ahead
from fastvbg.pipeline.pixels import make_pixels
from fastvbg.source import open_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from fractions import Fraction
    from pathlib import Path

    from fastvbg._types import Matte
    from fastvbg.media.model import Picture
    from fastvbg.pipeline.masking.context import Context
    from fastvbg.pipeline.masking.options import MaskOptions
    from fastvbg.pipeline.pairing import Pair
    from fastvbg.source import Source

_STEREO = "stereo:"
# Containers round times, Matroska to a millisecond.
_SLACK_SECONDS = 0.002


class _Item(NamedTuple):
    picture: Picture
    number: int
    """Its place in the sequence; missing files count."""
    seconds: float | None
    """From the first one on; None in an image sequence, whose rate nobody knows."""


def _open(path: str, pixels: Any, role: str, context: Context) -> tuple[Source, Iterator[_Item]]:
    options = replace(context.reading, pixels=pixels, alpha="told", role=role, scale=None)
    source = context.stack.enter_context(open_source(path, options=options))
    ahead = context.stack.enter_context(Ahead(source, role, context.poll))
    return source, _items(source, iter(ahead), timed=parse_numbering(path) is None)


def _items(source: Source, frames: Any, *, timed: bool) -> Iterator[_Item]:
    first: int | None = None
    count = 0
    for item in frames:
        if isinstance(item, CopiedPacket):
            continue
        first = item.pts if first is None else first
        since = item.pts - first
        seconds = float(since * source.info.time_base) if timed else None
        yield _Item(item.frame, count if timed else since, seconds)
        count += 1


class _Frames:
    """Numbers and times of the frames, each time counted from the first."""

    def __init__(self) -> None:
        self._first: Fraction | None = None

    def seconds(self, seconds: Fraction) -> float:
        """Return the time from the first call's on."""
        if self._first is None:
            self._first = seconds
        return float(seconds - self._first)


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
        path = str(options.matte)
        source, items = _open(path, "matte", "matte", context)
        pictures: Any = ((item.picture, item.seconds) for item in items)
        if is_still(path):
            picture = next(pictures)[0]
            pictures = iter(lambda: (picture, None), None)
        self._source = source
        self._feed = MatteFeed(pictures, hold=options.matte_hold, name="matte")
        self._frames, self._stretched = _Frames(), _Stretched(context.shape)

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte that belongs to the frame."""
        return self._stretched(self._feed.matte_for(pair.position, self._frames.seconds(seconds)))

    def fused(self) -> None:
        """Return None: the matte may be of another size than the frame."""

    def reset(self) -> None:
        """Do nothing: the mattes know of no scenes."""

    def foreground(self, picture: Picture, matte: Matte) -> Picture:  # noqa: ARG002
        """Return the frame itself."""
        return picture

    def finish(self) -> list[str]:
        """Return what went wrong with the mattes."""
        return [*self._source.warnings, *self._feed.warnings]


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
        path = str(options.depth)
        if path.startswith(_STEREO):
            self._source, self._items, self._map = _stereo(options, context)
        else:
            self._source, self._items = _open(path, "depth", "depth", context)
            self._map = lambda picture, frame: picture  # noqa: ARG005
        self._now: _Item | None = None
        self._ahead = next(self._items, None)
        self._frames, self._stretched = _Frames(), _Stretched(context.shape)
        self._without = 0

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the matte of the frame's depths."""
        found = self._find(pair.position, self._frames.seconds(seconds))
        self._without += found is None
        depth = None if found is None else self._map(found.picture, pair.next)
        return self._stretched(self._keyer.key_depth(depth))

    def _find(self, number: int, seconds: float) -> _Item | None:
        """Return the frame's map: of its number, or by time the newest; None where it has none."""
        while self._ahead is not None and self._is_due(self._ahead, number, seconds):
            self._now, self._ahead = self._ahead, next(self._items, None)
        if self._now is None:
            return None
        if self._now.seconds is None:
            return self._now if self._now.number == number else None
        over = self._now.seconds + float(1 / self._source.info.rate) - _SLACK_SECONDS
        return None if self._ahead is None and seconds > over else self._now

    @staticmethod
    def _is_due(item: _Item, number: int, seconds: float) -> bool:
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
        warnings = list(self._source.warnings)
        if self._without:
            warnings.append(
                f"depth: {self._without} frames have no map; the last one is held for a while, "
                "then all is background"
            )
        return warnings


def _stereo(
    options: MaskOptions, context: Context
) -> tuple[Source, Iterator[_Item], Callable[[Any, Any], Any]]:
    """Return the right pictures, and what makes a depth map of one with the left frame."""
    from fastvbg.keyers.stereo import StereoDepth

    if options.focal is None or options.baseline is None:
        raise OptionError(
            "focal, baseline: a stereo pair wants both: the focal length in pixels and the "
            "distance of the cameras"
        )
    matcher = StereoDepth(focal=options.focal, baseline=options.baseline)
    path = str(options.depth).removeprefix(_STEREO)
    source, items = _open(path, context.reading.pixels, "right pictures", context)
    pixels, right = context.pixels, make_pixels(source.info, context.reading.threads)
    return (
        source,
        items,
        lambda picture, frame: matcher.depth(pixels.luma(frame), right.luma(picture)),
    )


def is_still(path: str | Path) -> bool:
    """Tell whether a file is one picture, by its name."""
    return parse_numbering(path) is None and str(path).lower().endswith(IMAGE_SUFFIXES)
