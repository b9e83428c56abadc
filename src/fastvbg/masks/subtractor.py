"""What OpenCV's background subtractors have in common; they are there to compare with."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from fastvbg.masks.base import Mask

if TYPE_CHECKING:
    from fastvbg.matting.keyer import RunKeyer
    from fastvbg.matting.run import Run


class Subtractor(Mask):
    """One of OpenCV's background subtractors, of the kind's own name."""

    refinement: ClassVar[str] = "despeckle=5,fill"  # its users' usual clean-up

    def keyer(self, run: Run) -> RunKeyer:
        """Return what subtracts the scene, in BGR, in which it is used elsewhere."""
        from fastvbg.keyers.subtractors import SubtractorKeyer
        from fastvbg.matting.keyer import KeyedInBGR

        return KeyedInBGR(run.pixels, SubtractorKeyer(self.name), run.shape)
