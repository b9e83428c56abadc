"""Plate: what differs from a picture of the empty scene."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from fastvbg.constants import PLATE_FALLOFF, PLATE_TOLERANCE
from fastvbg.masks.base import Mask
from fastvbg.masks.memory import FADING
from fastvbg.options import File, Integer, option

if TYPE_CHECKING:
    from fastvbg import _types
    from fastvbg.masks.memory import Memory
    from fastvbg.matting.plate import PlateRun
    from fastvbg.matting.run import Run


@dataclass(frozen=True, eq=False, repr=False)
class Plate(Mask):
    """What differs from the empty scene; the camera stands, or moves a little."""

    name: ClassVar[str] = "plate"
    estimates: ClassVar[bool] = True
    owns: ClassVar[tuple[str, ...]] = ("foreground.plate.uncover",)
    # Edges of differences lie some pixels beside the picture's, so they are guided to them.
    refinement: ClassVar[str] = "despeckle=5,fill,specks,guided"
    deciding: ClassVar[tuple[str, ...]] = ("keying.soft_edges.decide", "refine.regions.hysteresis")
    value: ClassVar[str | None] = "plate"
    kernels: ClassVar[tuple[str, ...]] = (
        "keying.plate.measure",
        "keying.plate.light",
        "keying.plate.key_planes",
    )

    plate: _types.File | _types.Frame = option(
        "auto",
        File(
            "The empty scene: a picture; first:2s, from the clip's beginning; or auto, from all "
            "of it.",
            metavar="PLATE",
            picture=True,
            words=("auto", "first:"),
        ),
    )
    tolerance: int = option(
        PLATE_TOLERANCE, Integer("Gray levels of difference that are still the scene.", 0, 255)
    )
    falloff: int = option(
        PLATE_FALLOFF, Integer("Width of the soft ramp beyond the tolerance.", 1, 255)
    )

    def __post_init__(self) -> None:
        super().__post_init__()
        if isinstance(self.plate, str):
            from fastvbg.values.words import parse_first

            parse_first("plate", self.plate)

    def memory(self) -> Memory:
        """Return that light and camera are followed."""
        return FADING

    @property
    def learns(self) -> bool:
        """Whether the plate is taken from the clip."""
        plate = self.plate
        return isinstance(plate, str) and (plate == "auto" or plate.startswith("first:"))

    def learn(self, run: Run) -> dict[str, Any]:
        """Return the plate and its noise."""
        from fastvbg.matting.plate import learned

        return learned(run, self.plate)

    def keyer(self, run: Run) -> PlateRun:
        """Return what keys against the plate, which is read or estimated first."""
        from fastvbg.matting.plate import PlateRun

        return PlateRun(run, self.plate, tolerance=self.tolerance, falloff=self.falloff)
