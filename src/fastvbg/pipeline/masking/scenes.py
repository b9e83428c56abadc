"""Ways to a matte that know the scene: a model that learns it, an empty plate, a screen."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastvbg.keyers.adaptive import AdaptiveKeyer
from fastvbg.pipeline.masking.masker import Keyed

if TYPE_CHECKING:
    from fractions import Fraction

    from fastvbg._types import Matte
    from fastvbg.pipeline.masking.options import MaskOptions
    from fastvbg.pipeline.pairing import Pair
    from fastvbg.pipeline.pixels import Pixels


class Adaptive(Keyed):
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

    def matte(self, pair: Pair, seconds: Fraction) -> Matte:
        """Return the keyer's mask."""
        if self._freeze and self._model.frames >= self._model.settings.warm_up:
            self._model.freeze()
        return super().matte(pair, seconds)

    def finish(self) -> list[str]:
        """Keep the model where that is asked for."""
        if self._save is not None:
            self._model.save(self._save)
        return []
