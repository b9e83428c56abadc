"""The adaptive keyer of a run: its model read from a file, or kept in one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.keyers.adaptive.keyer import AdaptiveKeyer
from fastvbg.matting.keyer import Fused

if TYPE_CHECKING:
    from collections.abc import Mapping

    from fastvbg._types import File
    from fastvbg.matting.run import Run
    from fastvbg.media.model import Picture


class AdaptiveRun(Fused):
    """The adaptive keyer, its model read from a file or kept in one where that is asked for.

    Parameters
    ----------
    run : Run
        The run.
    freeze : bool
        Whether learning ends with the warm-up.
    load_model, save_model : str or Path, optional
        Files that the model is read from at the start, and written to at the end.
    **given
        Of `AdaptiveKeyer`.
    """

    def __init__(
        self,
        run: Run,
        *,
        freeze: bool,
        load_model: File | None,
        save_model: File | None,
        **given: Any,
    ) -> None:
        if load_model is None:
            self._model = AdaptiveKeyer(**given)
        else:
            self._model = AdaptiveKeyer.load(load_model)
        self._freeze, self._save = freeze, save_model
        super().__init__(run.pixels, self._model, run.shape)

    def prepare(self, picture: Picture) -> None:  # noqa: ARG002
        """Stop learning when that is due."""
        if self._freeze and self._model.frames >= self._model.settings.warm_up:
            self._model.freeze()

    def reset(self) -> None:
        """Learn another scene, or go on with one that comes back."""
        self._model.cut()

    def state(self) -> dict[str, Any]:
        """Return what is known of this scene and of those before it."""
        frozen = np.array(self._model.frozen)
        return {**self._model.memory.arrays(), "frozen": frozen}

    def go_on(self, state: Mapping[str, Any]) -> None:
        """Go on with what another one knew."""
        self._model.memory.restore(state)
        if state["frozen"]:
            self._model.freeze()

    def finish(self) -> list[str]:
        """Keep the model where that is asked for."""
        if self._save is not None:
            self._model.save(self._save)
        return []
