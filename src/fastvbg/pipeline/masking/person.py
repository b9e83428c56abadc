"""The person keyer in a run: its network looks some frames ahead, in a thread of its own."""

from __future__ import annotations

import re
from collections import deque
from typing import TYPE_CHECKING

import numpy as np

from fastvbg.errors import OptionError
from fastvbg.keyers.person import PersonKeyer
from fastvbg.media.formats import BGR
from fastvbg.pipeline.pixels import make_pixels

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Matte
    from fastvbg.keyers.person import Look
    from fastvbg.media.model import Picture, StreamInfo
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
        self._looks.append(self._keyer.look(self._ahead.sample(pair.next)))

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:  # noqa: ARG002
        """Return the keyer's matte."""
        if not self._looks:
            self.foresee(pair)
        luma = self._pixels.luma(pair.next)
        return self._keyer.finish(self._looks.popleft(), luma, self._matte)

    def fused(self) -> None:
        """Return None: the matte is made ahead, in another thread."""

    def reset(self) -> None:
        """Do nothing: `foresee` heeds the beginnings of scenes."""

    def foreground(self, picture: Picture, matte: Matte) -> Picture:  # noqa: ARG002
        """Return the frame itself."""
        return picture

    def finish(self) -> list[str]:
        """Return nothing."""
        return []


def _size(size: str | tuple[int, int]) -> tuple[int, int]:
    if isinstance(size, str):
        match = _SIZE.fullmatch(size)
        size = (int(match[1]), int(match[2])) if match else (0, 0)
    if len(size) != 2 or min(size) < 1:
        raise OptionError("model_size: wanted WIDTHxHEIGHT, such as 256x256")
    return size
