"""Matte: mattes that another tool made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fastvbg.constants import MOST_HOLD
from fastvbg.masks.base import Mask
from fastvbg.masks.memory import Memory
from fastvbg.options import File, Integer, option

if TYPE_CHECKING:
    from fastvbg import _types
    from fastvbg.matting.mattes import MattesRun
    from fastvbg.matting.run import Run


@dataclass(frozen=True, eq=False, repr=False)
class Matte(Mask):
    """Mattes made elsewhere: a video, an image sequence or one picture."""

    name: ClassVar[str] = "matte"
    estimates: ClassVar[bool] = True
    value: ClassVar[str | None] = "matte"
    wants: ClassVar[str | None] = "matte"
    kernels: ClassVar[tuple[str, ...]] = ("composite.apart.i420", "composite.planar.blend_i420")

    matte: _types.File | None = option(
        None, File("The mattes, of any size, in the order of the frames.", metavar="FILE")
    )
    matte_hold: int | None = option(
        None,
        Integer(
            "Frames for which the last matte is held; without it, to the end.",
            0,
            MOST_HOLD,
            metavar="N",
        ),
    )

    def memory(self) -> Memory:
        """Return for how many frames a last matte is held.

        By the one frame before it a part knows whether the mattes end where it begins, which it has
        to tell, or ended before.
        """
        return Memory("frames", 1 + (self.matte_hold or 0))

    def keyer(self, run: Run) -> MattesRun:
        """Return what pairs the mattes with the frames."""
        from fastvbg.matting.mattes import MattesRun

        assert self.matte is not None  # noqa: S101  (it is wanted)
        return MattesRun(run, self.matte, self.matte_hold)
