"""The person keyer in a run: its network looks some frames ahead, in a thread of its own."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.matting.keyer import RunKeyer
from fastvbg.media.formats import BGR
from fastvbg.pixels import make_pixels

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Frame, Matte
    from fastvbg.keyers.person.keyer import Look
    from fastvbg.matting.keyer import OnePass
    from fastvbg.matting.pairing import Pair
    from fastvbg.matting.run import Run
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Pixels


class PersonRun(RunKeyer):
    """Mattes of people, or of what another model finds.

    Parameters
    ----------
    run : Run
        The run.
    **given
        Of `PersonKeyer`, what was asked for.
    """

    def __init__(self, run: Run, **given: Any) -> None:
        info = run.info
        self._planar = info.pixel_format != BGR
        if self._planar:
            given["matrix"], given["range"] = info.colour.space(info.height)
        self._keyer = PersonKeyer(**given)
        # What `Pixels` returns is valid until its next call: each thread has one of its own.
        self._pixels, self._ahead = run.pixels, make_pixels(info, run.reading.threads)
        self._looks: deque[Look] = deque()
        self._matte = np.empty(run.shape, np.uint8)

    def foresee(self, pair: Pair) -> None:
        """Look at the frame of the next pair; `matte` is called with the same pairs later."""
        self._looks.append(self._look(pair, self._ahead))

    def _look(self, pair: Pair, pixels: Pixels) -> Look:
        if pair.begins:
            self._keyer.reset()
        return self._keyer.look(pixels.sample(pair.keyed))

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:  # noqa: ARG002
        """Return the keyer's matte."""
        look = self._seen(pair)
        planes = self._keyer.remembers and self._planar
        pixels = self._pixels.sample if planes else self._pixels.luma
        return self._keyer.finish(look, pixels(pair.keyed), self._matte)

    def fused(self) -> OnePass | None:
        """Return what lays a pair's frame over a background, where their form allows it."""
        return self._composite if self._pixels.fuses else None

    def _composite(self, pair: Pair, behind: Picture) -> Picture:
        last = _LastStep(self._keyer, self._seen(pair))
        return self._pixels.key_over(last, pair.next, behind)

    def _seen(self, pair: Pair) -> Look:
        return self._looks.popleft() if self._looks else self._look(pair, self._pixels)


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
