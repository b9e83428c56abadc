"""A plate from outside the clip in a run: registered to the first frame that shows the room."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.errors import OptionError
from fastvbg.pixels import make_pixels
from fastvbg.source.sampling import can_be_read_twice, samples

if TYPE_CHECKING:
    from fastvbg.keyers.person.plate import RoomPlate
    from fastvbg.keyers.plate.keyer import PlateKeyer
    from fastvbg.matting.run import Run

_SAMPLES = 8
_MOST_DECODED = 240
"""Frames that are looked through for the room where there are few key frames."""
_EVERY = 8
"""Frames from one try to the next, of half a second each at 1080p."""


class ByHand:
    """Registers a plate to a run's frames.

    Parameters
    ----------
    run : Run
        The run.
    keyer : PlateKeyer or RoomPlate
        Made with `register`; or the plate of a person keyer.
    """

    def __init__(self, run: Run, keyer: PlateKeyer | RoomPlate) -> None:
        self._run, self._keyer = run, keyer
        self._frames = 0
        self._refused = False

    @property
    def searches(self) -> bool:
        """Whether the plate is yet to be registered, so that frames are to be looked at."""
        return self._keyer.waits or self._refused

    def look(self, seen: Any) -> None:
        """Look at the next frame, as keyers take it.

        Raises
        ------
        OptionError
            No frame of the clip shows the plate's room; of what can be read once only, this one.
        """
        if not self.searches:
            return
        self._frames += 1
        if self._frames % _EVERY != 1:
            return
        try:
            found = self._keyer.register(seen)
        except OptionError:
            # A slate, another scene: the room may come later.
            if not self._refused and not self._comes():
                raise
            self._refused = True
            return
        self._refused = False
        if found is not None or self._keyer.doubt:
            self._run.tell(self._keyer.doubt or str(found))

    def _comes(self) -> bool:
        """Tell whether a frame from elsewhere in the clip shows the plate's room."""
        run = self._run
        if not can_be_read_twice(run.input):
            return False
        pixels, reading = make_pixels(run.info, None), replace(run.reading, threads=None)
        for picture in samples(run.input, _SAMPLES, reading, fps=run.fps, most=_MOST_DECODED):
            run.poll()
            given: Any = picture
            if isinstance(picture, np.ndarray):
                given = pixels.from_bgr(picture)
            try:
                self._keyer.register(pixels.sample(given))
            except OptionError:
                continue
            return True
        return False

    def told(self) -> list[str]:
        """Return what a run's result says of it."""
        found, doubt = self._keyer.registration, self._keyer.doubt
        told = [] if found is None else [str(found)]
        return [*told, doubt] if doubt else told
