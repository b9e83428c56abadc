"""The screen of a run: looked for all over the file, or found as soon as it shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.errors import OptionError
from fastvbg.keyers.chroma.keyer import ChromaKeyer
from fastvbg.keyers.chroma.screen import LEAST_SHARE, Shown
from fastvbg.keyers.chroma.survey import ScreenSurvey
from fastvbg.matting.keyer import Fused
from fastvbg.pixels import make_pixels
from fastvbg.source.sampling import can_be_read_twice, samples

if TYPE_CHECKING:
    from collections.abc import Mapping
    from fractions import Fraction

    from fastvbg._types import Colour, Matte
    from fastvbg.matting.keyer import OnePass
    from fastvbg.matting.pairing import Pair
    from fastvbg.matting.run import Run
    from fastvbg.media.model import Picture

_GLANCE, _SAMPLES, _MOST_SAMPLES = 8, 32, 256
"""Frames looked at for a screen: where all show one, where some do not, and where none does."""
_PASSED_OVER = (
    "key: {1} of the frames looked at have a {0} border, which was not taken for a screen: "
    "more show another one; --key names the one to take"
)
_REMEDY = "name the screen's colour, as in --key '#40a040'"
_NOT_SHOWN = (
    "key: no frame shows a screen of the colour #{2:02x}{1:02x}{0:02x}, or so strong a one, so it "
    "is kept; name the colour that the screen has, or leave the key out to have it found"
)


class ChromaRun(Fused):
    """The chroma keyer, and the frame without the screen's light on it.

    Parameters
    ----------
    run : Run
        The run. Files are looked through for the screen beforehand; of what can be read once only,
        it is found as soon as it shows, and nothing is kept until then.
    key : (int, int, int) or None
        The screen's colour; None where it is to be found.
    edges : {"key", "colours"}
        Whether soft edges are decided by the colours beside them.
    **given
        Of `ChromaKeyer`.
    """

    def __init__(self, run: Run, key: Colour | None, *, edges: str, **given: Any) -> None:
        self._decides = edges == "colours"
        self._screen = ChromaKeyer(key, **given)
        self._input, self._told, self._key = run.input, list[str](), key
        self._is_part = run.learned is not None or run.first is not None
        if key is None and run.learned is not None:
            self._screen.expect(_screens_of(run.learned))
            self._told = [str(line) for line in run.learned["told"]]
        elif key is None and can_be_read_twice(run.input):
            screens, self._told = _screens(run)
            self._screen.expect(screens)
        self._despills = given.get("despill") != 0
        super().__init__(run.pixels, self._screen, run.shape)

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the keyer's matte, its soft edges decided before grain is softened."""
        matte = super().matte(pair, seconds)
        if self._decides:
            self._screen.decide_edges(self._pixels.sample(pair.keyed), matte, out=matte)
        return matte

    def fused(self) -> OnePass | None:
        """Return nothing where more is done than one pass does.

        Where light is taken off, that of soft edges would stay.
        """
        return None if self._despills or self._decides else super().fused()

    def foreground(self, picture: Picture, matte: Matte) -> Picture:
        """Return the frame without the screen's light."""
        return self._pixels.despill(self._screen, picture, matte) if self._despills else picture

    def finish(self) -> list[str]:
        """Demand that the screen has shown, or say so of a colour that was named.

        A part may be one that does not show it.

        Raises
        ------
        OptionError
            It has not.
        """
        name = "standard input" if str(self._input) == "-" else self._input
        if not self._screen.found and not self._is_part:
            raise OptionError(f"key: no screen found in any frame of {name}; {_REMEDY}")
        if self._key is not None and not (self._screen.shown or self._is_part):
            return [*self._told, _NOT_SHOWN.format(*self._key)]
        return self._told


def learned(run: Run) -> dict[str, Any]:
    """Return the screens of a run and what is told of them, as arrays."""
    screens, told = _screens(run)
    colours = np.array([screen[:3] for screen in screens], np.float64).reshape(-1, 3)
    names = np.array([screen.name for screen in screens], np.str_)
    return {"colours": colours, "names": names, "told": np.array(told, np.str_)}


def _screens_of(arrays: Mapping[str, Any]) -> list[Shown]:
    pairs = zip(arrays["colours"].tolist(), arrays["names"].tolist(), strict=True)
    return [Shown(u, v, share, name) for (u, v, share), name in pairs]


def _screens(run: Run) -> tuple[list[Shown], list[str]]:
    """Look through a file for its screens, no closer than is needed; return warnings too."""
    reading = replace(run.reading, threads=None)
    pixels = make_pixels(run.info, None)
    looked, most = 0, 0.0
    for count, hops in ((_GLANCE, True), (_SAMPLES, False), (_MOST_SAMPLES, True)):
        survey = ScreenSurvey()
        for picture in samples(run.input, count, reading, fps=run.fps, hops=hops):
            run.poll()
            survey.add(pixels.sample(picture))
        if survey.is_clear or (count > _GLANCE and survey.screens()):
            told = [_PASSED_OVER.format(*some) for some in survey.passed_over().items()]
            return survey.screens(), told
        looked, most = max(looked, survey.frames), max(most, survey.most)
    if not looked:  # it may yet show in what the run can read
        return [], []
    raise OptionError(
        f"key: no screen found: in none of {looked} frames from all over {run.input} does an even "
        f"green or blue region reach around, or one colour hold {100 * LEAST_SHARE:.0f} % of the "
        f"border, {100 * most:.0f} % at most; {_REMEDY}"
    )
