"""Adaptive: what differs from a model of the scene that learns."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fastvbg.constants import ADAPTIVE, ADAPTIVE_SLOWEST
from fastvbg.errors import OptionError
from fastvbg.masks.base import Mask
from fastvbg.masks.memory import SNAPSHOT, WHOLE
from fastvbg.options import File, Flag, Integer, Number, option

if TYPE_CHECKING:
    from fastvbg import _types
    from fastvbg.masks.memory import Memory
    from fastvbg.matting.adaptive import AdaptiveRun
    from fastvbg.matting.run import Run


_LOADED = "these without load_model, or load_model alone"


@dataclass(frozen=True, eq=False, repr=False)
class Adaptive(Mask):
    """What differs from a model of the scene, which learns as it changes."""

    name: ClassVar[str] = "adaptive"
    estimates: ClassVar[bool] = True
    # Edges of differences lie some pixels beside the picture's, so they are guided to them.
    refinement: ClassVar[str] = "fill,specks,guided=4"
    kernels: ClassVar[tuple[str, ...]] = ("keying.adaptive.key_planes",)

    tolerance: int = option(
        ADAPTIVE.threshold // 8, Integer("Gray levels of evidence that are still the scene.", 1, 31)
    )
    learning_rate: float = option(
        2.0**-ADAPTIVE.rate,
        Number("Share of its error that the model loses a frame.", 0, 1, open=True),
    )
    warm_up: int = option(
        ADAPTIVE.warm_up,
        Integer("Frames in which the model learns all it sees.", 1, 1 << 30, metavar="N"),
    )
    absorb: int = option(
        ADAPTIVE.absorb,
        Integer("Every N frames foreground teaches too; 0 for never.", 0, 1 << 30, metavar="N"),
    )
    freeze: bool = option(False, Flag("Stop learning after the warm-up."))
    load_model: _types.File | None = option(
        None, File("Begin with what an earlier run learned.", metavar="FILE")
    )
    save_model: _types.File | None = option(
        None, File("Keep what was learned.", metavar="FILE", written=True)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.learning_rate < ADAPTIVE_SLOWEST:
            raise OptionError(
                f"learning_rate: got {self.learning_rate}, wanted at least {ADAPTIVE_SLOWEST}; "
                "freeze stops learning"
            )
        given = self.given("tolerance", "learning_rate", "warm_up", "absorb")
        if self.load_model is not None and given:
            raise OptionError(
                f"{', '.join(given)}: a model that is loaded has its own; wanted {_LOADED}"
            )

    def memory(self) -> Memory:
        """Return that the model goes on, unless it is kept at the end."""
        return SNAPSHOT if self.save_model is None else WHOLE

    def keyer(self, run: Run) -> AdaptiveRun:
        """Return what keys against the model, and keeps it in the end."""
        from fastvbg.matting.adaptive import AdaptiveRun

        return AdaptiveRun(
            run,
            freeze=self.freeze,
            load_model=self.load_model,
            save_model=self.save_model,
            threshold=self.tolerance,
            learning_rate=self.learning_rate,
            warm_up=self.warm_up,
            absorb=self.absorb,
        )
