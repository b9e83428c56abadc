"""Ways to a matte that know the scene: a model that learns it, or a coloured screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.backgrounds import parse_colour
from fastvbg.errors import OptionError
from fastvbg.keyers.adaptive import AdaptiveKeyer
from fastvbg.keyers.chroma import ChromaKeyer
from fastvbg.pipeline.masking.masker import Fused

if TYPE_CHECKING:
    from fastvbg._types import Matte
    from fastvbg.media.model import Picture
    from fastvbg.pipeline.masking.options import MaskOptions
    from fastvbg.pipeline.pixels import Pixels


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
    pixels : Pixels
        The operations on the frames.
    shape : (int, int)
        Height and width of the frames.
    """

    def __init__(self, options: MaskOptions, pixels: Pixels, shape: tuple[int, int]) -> None:
        given = options.given("tolerance", "falloff", "choke", "despill")
        self._screen = ChromaKeyer(key_of(options.key), **given)
        self._despills = options.despill != 0
        super().__init__(pixels, self._screen, shape)

    def foreground(self, picture: Picture, matte: Matte) -> Picture:
        """Return the frame without the screen's light."""
        return self._pixels.despill(self._screen, picture, matte) if self._despills else picture


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
