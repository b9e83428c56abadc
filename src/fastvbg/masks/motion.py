"""Motion: what differs between two frames, the tutorial's mask."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fastvbg.constants import DEFAULT_THRESHOLD
from fastvbg.masks.base import Mask
from fastvbg.masks.memory import NONE
from fastvbg.options import Integer, option

if TYPE_CHECKING:
    from fastvbg.masks.memory import Memory
    from fastvbg.matting.motion import MotionRun
    from fastvbg.matting.run import Run


@dataclass(frozen=True, eq=False, repr=False)
class Motion(Mask):
    """What moves: what differs between two neighbouring frames."""

    name: ClassVar[str] = "motion"
    kernels: ClassVar[tuple[str, ...]] = ("composite.apart.i420", "composite.planar.composite_i420")

    threshold: int = option(
        DEFAULT_THRESHOLD, Integer("Gray difference above which a pixel has moved.", 0, 255)
    )

    def memory(self) -> Memory:
        """Return that two neighbouring frames are all."""
        return NONE

    def keyer(self, run: Run) -> MotionRun:
        """Return what gives the mask of two frames."""
        from fastvbg.matting.motion import MotionRun

        return MotionRun(run.pixels, self.threshold)
