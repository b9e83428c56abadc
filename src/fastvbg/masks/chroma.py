"""Chroma: what is not of the screen's colour."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from fastvbg.constants import CHROMA_FALLOFF, CHROMA_TOLERANCE, EDGES
from fastvbg.masks.base import Mask
from fastvbg.masks.memory import FADING
from fastvbg.options import Choice, Colour, Integer, option

if TYPE_CHECKING:
    from fastvbg.masks.memory import Memory
    from fastvbg.matting.chroma import ChromaRun
    from fastvbg.matting.run import Run

_FOUND = ("auto",)


@dataclass(frozen=True, eq=False, repr=False)
class Chroma(Mask):
    """What stands before a screen of one colour, green, blue or any other."""

    name: ClassVar[str] = "chroma"
    # The screen's matte lies where it should; only its grain is softened.
    refinement: ClassVar[str] = "feather=1"
    value: ClassVar[str | None] = "key"
    kernels: ClassVar[tuple[str, ...]] = (
        "keying.chroma.key_planes",
        "keying.chroma.despill_planes",
        "keying.screen_light.gain",
        "keying.unmix_planes.clear",
    )

    key: str | tuple[int, int, int] = option(
        "auto",
        Colour(
            "Colour of the screen: #rrggbb, a CSS name, or auto to find it.",
            metavar="COLOUR",
            words=_FOUND,
        ),
    )
    tolerance: int = option(
        CHROMA_TOLERANCE,
        Integer("What may lack of the screen's strength, of 255, and be screen still.", 0, 255),
    )
    falloff: int = option(
        CHROMA_FALLOFF, Integer("Width of the soft ramp beyond the tolerance.", 1, 255)
    )
    choke: int = option(0, Integer("How far the screen's soft edge is drawn in.", 0, 254))
    edges: str = option(
        "key",
        Choice(
            "What decides soft edges: the key, or colours beside them too.", EDGES, metavar="NAME"
        ),
    )
    despill: int = option(255, Integer("How much of the screen's light is taken off.", 0, 255))

    def uses(self) -> tuple[str, ...]:
        """Return what decides soft edges, where that is asked for."""
        return ("keying.soft_edges.decide",) if self.edges == "colours" else ()

    def memory(self) -> Memory:
        """Return that the screen's light is followed."""
        return FADING

    @property
    def learns(self) -> bool:
        """Whether the screen is to be found."""
        from fastvbg.values.words import colour_of

        return colour_of("key", self.key, _FOUND) is None

    def learn(self, run: Run) -> dict[str, Any]:
        """Return the screens that the file shows."""
        from fastvbg.matting.chroma import learned

        return learned(run)

    def keyer(self, run: Run) -> ChromaRun:
        """Return what keys the screen, which is looked for all over a file first."""
        from fastvbg.matting.chroma import ChromaRun
        from fastvbg.values.words import colour_of

        return ChromaRun(
            run,
            colour_of("key", self.key, _FOUND),
            tolerance=self.tolerance,
            falloff=self.falloff,
            choke=self.choke,
            edges=self.edges,
            despill=self.despill,
        )
