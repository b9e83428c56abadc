"""The person keyer in a run: its network looks some frames ahead, in a thread of its own."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.errors import OptionError
from fastvbg.keyers.person import PersonKeyer
from fastvbg.media.formats import BGR
from fastvbg.pipeline.pixels import make_pixels

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Frame, Matte
    from fastvbg.keyers.person import Look
    from fastvbg.media.model import Picture, StreamInfo
    from fastvbg.pipeline.masking.masker import OnePass
    from fastvbg.pipeline.masking.options import MaskOptions
    from fastvbg.pipeline.pairing import Pair
    from fastvbg.pipeline.pixels import Pixels

_SIZE = re.compile(r"(\d+)x(\d+)")


class Person:
    """Mattes of people, or of what another model finds.

    Parameters
    ----------
    options : MaskOptions
        What the user asked for.
    pixels : Pixels
        The operations on the frames, for the thread that composites.
    info : StreamInfo
        Of the frames.
    threads : int, optional
        As for the other operations on pixels.
    """

    def __init__(
        self, options: MaskOptions, pixels: Pixels, info: StreamInfo, threads: int | None
    ) -> None:
        given = options.given("model", "model_range", "runtime", "every")
        if options.model_size is not None:
            given["model_size"] = _size(options.model_size)
        if info.pixel_format != BGR:
            given["matrix"], given["range"] = info.colour.space(info.height)
        self._keyer = PersonKeyer(**given)
        # What `Pixels` returns is valid until its next call: each thread has one of its own.
        self._pixels, self._ahead = pixels, make_pixels(info, threads)
        self._looks: deque[Look] = deque()
        self._matte = np.empty((info.height, info.width), np.uint8)

    def foresee(self, pair: Pair) -> None:
        """Look at the frame of the next pair; `matte` is called with the same pairs later."""
        if pair.begins:
            self._keyer.reset()
        self._looks.append(self._keyer.look(self._ahead.sample(pair.keyed)))

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:  # noqa: ARG002
        """Return the keyer's matte."""
        look = self._seen(pair)
        return self._keyer.finish(look, self._pixels.luma(pair.keyed), self._matte)

    def fused(self) -> OnePass | None:
        """Return what lays a pair's frame over a background, where their form allows it."""
        return self._composite if self._pixels.fuses else None

    def _composite(self, pair: Pair, behind: Picture) -> Picture:
        last = _LastStep(self._keyer, self._seen(pair))
        return self._pixels.key_over(last, pair.next, behind)

    def _seen(self, pair: Pair) -> Look:
        if not self._looks:
            self.foresee(pair)
        return self._looks.popleft()

    def reset(self) -> None:
        """Do nothing: `foresee` heeds the beginnings of scenes."""

    def foreground(self, picture: Picture, matte: Matte) -> Picture:  # noqa: ARG002
        """Return the frame itself."""
        return picture

    def finish(self) -> list[str]:
        """Return nothing."""
        return []


class _LastStep:
    """The last step of one frame's keying, as what operations on pixels take for a keyer."""

    def __init__(self, keyer: PersonKeyer, look: Look) -> None:
        self._keyer, self._look = keyer, look

    def composite(self, frame: Frame, background: Frame) -> Frame:
        """Lay a BGR frame over a background."""
        out = np.empty_like(frame)
        return self._keyer.finish_frame_over(self._look, frame, background, out)

    def composite_planes(self, planes: Any, background: Any, *, out: Any) -> Any:
        """Lay a frame in planes over a background."""
        return self._keyer.finish_planes_over(self._look, planes, background, out)


def _size(size: str | tuple[int, int]) -> tuple[int, int]:
    if isinstance(size, str):
        match = _SIZE.fullmatch(size)
        size = (int(match[1]), int(match[2])) if match else (0, 0)
    if len(size) != 2 or min(size) < 1:
        raise OptionError("model_size: wanted WIDTHxHEIGHT, such as 256x256")
    return size
