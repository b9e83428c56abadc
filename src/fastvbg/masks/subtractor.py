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
    blind: ClassVar[int] = 0
    """In so many first frames of a scene it takes all for foreground, since it knows nothing."""

    def keyer(self, run: Run) -> RunKeyer:
        """Return what subtracts the scene, in BGR, in which it is used elsewhere."""
        from fastvbg.matting.subtracted import Subtracted

        return Subtracted(run, self.name, self.blind)
