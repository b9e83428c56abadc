"""MOG2: OpenCV's subtractor of that name, to compare with."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fastvbg.masks.base import Mask

if TYPE_CHECKING:
    from fastvbg.matting.keyer import RunKeyer
    from fastvbg.matting.run import Run


@dataclass(frozen=True, eq=False)
class MOG2(Mask):
    """OpenCV's background subtractor by Gaussian mixtures, to compare with."""

    name: ClassVar[str] = "mog2"
    refinement: ClassVar[str] = "despeckle=5,fill"  # its users' usual clean-up

    def keyer(self, run: Run) -> RunKeyer:
        """Return what subtracts the scene, in BGR, in which it is used elsewhere."""
        from fastvbg.keyers.subtractors import SubtractorKeyer
        from fastvbg.matting.keyer import KeyedInBGR

        return KeyedInBGR(run.pixels, SubtractorKeyer("mog2"), run.shape)
