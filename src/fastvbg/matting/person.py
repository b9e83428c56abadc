"""The person keyer in a run: its network looks some frames ahead, in a thread of its own."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.keyers.person.keyer import PersonKeyer
from fastvbg.matting.keyer import RunKeyer
from fastvbg.media.formats import BGR
from fastvbg.pixels import Behind, make_pixels

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Frame, Matte
    from fastvbg.keyers.person.looking import Look
    from fastvbg.matting.byhand import ByHand
    from fastvbg.matting.keyer import OnePass
    from fastvbg.matting.pairing import Pair
    from fastvbg.matting.run import Run
    from fastvbg.media.model import Picture
    from fastvbg.pixels import Pixels

_NOT_USED = (
    "plate: not used: quality 'fast' and frames of less than 480 pixels with halved chroma have no "
    "room that is remembered"
)


class PersonRun(RunKeyer):
    """Mattes of people, or of what another model finds.

    Parameters
    ----------
    run : Run
        The run.
    plate : str, Path or ndarray, optional
        A file or a picture of the empty room.
    **given
        Of `PersonKeyer`, what was asked for.
    """

    looks_back = False

    def __init__(self, run: Run, *, plate: Any = None, **given: Any) -> None:
        info = run.info
        if info.pixel_format != BGR:
            given["matrix"], given["range"] = info.colour.space(info.height)
        self._told: list[str] = []
        if plate is not None:
            from fastvbg.matting.plate import picture_of

            given["plate"] = picture_of(run, plate, self._told)
        self._keyer = PersonKeyer(**given)
        self._by_hand: ByHand | None = None
        if self._keyer.plate is not None:
            from fastvbg.matting.byhand import ByHand

            self._by_hand = ByHand(run, self._keyer.plate)
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
        self._register(pair.keyed)
        pixels = self._pixels.sample if self._keyer.remembers else self._pixels.luma
        return self._keyer.finish(look, pixels(pair.keyed), self._matte)

    def behind(self) -> Behind | None:
        """Return the room, where it is known."""
        found = self._keyer.behind()
        return None if found is None else Behind(*found)

    def fused(self) -> OnePass | None:
        """Return what lays a pair's frame over a background, where their form allows it."""
        return self._composite if self._pixels.fuses else None

    def _composite(self, pair: Pair, behind: Picture) -> Picture:
        self._register(pair.next)
        last = _LastStep(self._keyer, self._seen(pair))
        return self._pixels.key_over(last, pair.next, behind)

    def _register(self, picture: Picture) -> None:
        """Register a plate, where there is one that is yet to be."""
        if self._by_hand is not None and self._keyer.remembers and self._by_hand.searches:
            self._by_hand.look(self._pixels.sample(picture))

    def finish(self) -> list[str]:
        """Say how the plate was registered, or that it was not used."""
        if self._by_hand is None:
            return self._told
        if not self._keyer.remembers:
            return [*self._told, _NOT_USED]
        return self._told + self._by_hand.told()

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
