"""Ways to a matte that know the scene: a model that learns it, or a coloured screen."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from fastvbg.backgrounds import parse_colour
from fastvbg.errors import OptionError
from fastvbg.keyers.adaptive import AdaptiveKeyer
from fastvbg.keyers.chroma import ChromaKeyer
from fastvbg.keyers.screen import LEAST_SHARE
from fastvbg.keyers.screen_survey import ScreenSurvey
from fastvbg.pipeline.masking.masker import Fused
from fastvbg.pipeline.pixels import make_pixels
from fastvbg.source.sampling import can_be_read_twice, samples

if TYPE_CHECKING:
    from fastvbg._types import Matte
    from fastvbg.keyers.screen import Shown
    from fastvbg.media.model import Picture
    from fastvbg.pipeline.masking.context import Context
    from fastvbg.pipeline.masking.options import MaskOptions
    from fastvbg.pipeline.pixels import Pixels

_GLANCE, _SAMPLES, _MOST_SAMPLES = 8, 32, 256
"""Frames looked at for a screen: where all show one, where some do not, and where none does."""
_PASSED_OVER = (
    "key: {1} of the frames looked at have a {0} border, which was not taken for a screen: "
    "more show another one; --key names the one to take"
)
_REMEDY = "name the screen's colour, as in --key '#40a040'"


class Adaptive(Fused):
    """The adaptive keyer, its model read from a file or kept in one where that is asked for.

    Parameters
    ----------
    options : MaskOptions
        What the user asked for.
    pixels : Pixels
        The operations on the frames.
    shape : (int, int)
        Height and width of the frames.
    """

    def __init__(self, options: MaskOptions, pixels: Pixels, shape: tuple[int, int]) -> None:
        given = options.given("learning_rate", "warm_up", "absorb")
        if options.tolerance is not None:
            given["threshold"] = options.tolerance
        if options.load_model is None:
            self._model = AdaptiveKeyer(**given)
        else:
            self._model = AdaptiveKeyer.load(options.load_model)
        self._freeze = bool(options.freeze)
        self._save = options.save_model
        super().__init__(pixels, self._model, shape)

    def prepare(self, picture: Picture) -> None:  # noqa: ARG002
        """Stop learning when that is due."""
        if self._freeze and self._model.frames >= self._model.settings.warm_up:
            self._model.freeze()

    def reset(self) -> None:
        """Learn another scene, or go on with one that comes back."""
        self._model.cut()

    def finish(self) -> list[str]:
        """Keep the model where that is asked for."""
        if self._save is not None:
            self._model.save(self._save)
        return []


class Chroma(Fused):
    """The chroma keyer, and the frame without the screen's light on it.

    Parameters
    ----------
    options : MaskOptions
        What the user asked for.
    context : Context
        The run. Files are looked through for the screen beforehand; of what can be read once only,
        it is found as soon as it shows, and nothing is kept until then.
    """

    def __init__(self, options: MaskOptions, context: Context) -> None:
        given = options.given("tolerance", "falloff", "choke", "despill")
        key = key_of(options.key)
        self._screen = ChromaKeyer(key, **given)
        self._input, self._told = context.input, list[str]()
        if key is None and can_be_read_twice(context.input):
            screens, self._told = _screens(context)
            self._screen.expect(screens)
        self._despills = options.despill != 0
        super().__init__(context.pixels, self._screen, context.shape)

    def foreground(self, picture: Picture, matte: Matte) -> Picture:
        """Return the frame without the screen's light."""
        return self._pixels.despill(self._screen, picture, matte) if self._despills else picture

    def finish(self) -> list[str]:
        """Demand that the screen has shown.

        Raises
        ------
        OptionError
            It has not.
        """
        name = "standard input" if str(self._input) == "-" else self._input
        if not self._screen.found:
            raise OptionError(f"key: no screen found in any frame of {name}; {_REMEDY}")
        return self._told


def _screens(context: Context) -> tuple[list[Shown], list[str]]:
    """Look through a file for its screens, no closer than is needed; return warnings too."""
    reading = replace(context.reading, threads=None)
    pixels = make_pixels(context.info, None)
    looked, most = 0, 0.0
    for count, hops in ((_GLANCE, True), (_SAMPLES, False), (_MOST_SAMPLES, True)):
        survey = ScreenSurvey()
        for picture in samples(context.input, count, reading, fps=context.fps, hops=hops):
            context.poll()
            survey.add(pixels.sample(picture))
        if survey.is_clear or (count > _GLANCE and survey.screens()):
            told = [_PASSED_OVER.format(*some) for some in survey.passed_over().items()]
            return survey.screens(), told
        looked, most = max(looked, survey.frames), max(most, survey.most)
    if not looked:  # it may yet show in what the run can read
        return [], []
    raise OptionError(
        f"key: no screen found: in none of {looked} frames from all over {context.input} does one "
        f"colour hold {100 * LEAST_SHARE:.0f} % of the border, {100 * most:.0f} % at most; "
        f"{_REMEDY}"
    )


def key_of(key: str | tuple[int, int, int] | None) -> tuple[int, int, int] | None:
    """Return the screen's colour in blue, green, red; None where it is to be found.

    Raises
    ------
    OptionError
        It is no colour.
    """
    if key is None or key == "auto":
        return None
    if not isinstance(key, str):
        return key
    colour = parse_colour(key)
    if colour is None:
        raise OptionError(f"key: got {key!r}, wanted a colour such as #00b140 or green, or auto")
    return colour
