"""Auto: looks at the clip and chooses another kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from fastvbg.masks.base import Mask

if TYPE_CHECKING:
    from fastvbg.matting.run import Run


@dataclass(frozen=True, eq=False, repr=False)
class Auto(Mask):
    """Looks at the clip: chroma before a screen, else person where people are, else motion."""

    name: ClassVar[str] = "auto"

    @classmethod
    def needs(cls, refine: str | None = None, *, estimates: bool = True) -> tuple[str, ...]:
        """Return the kernels of all that it may choose."""
        from fastvbg.masks.registry import own

        every = (
            name for kind in _CHOICES for name in own()[kind].needs(refine, estimates=estimates)
        )
        return tuple(dict.fromkeys(every))

    def chosen(self, run: Run) -> Mask:
        """Return the kind that suits the clip, after a line that says which and why."""
        from fastvbg.masks.registry import parse
        from fastvbg.matting.choosing import choose

        name, why = choose(run)
        others = " or ".join(other for other in _CHOICES if other != name)
        run.tell(f"mask: {name}, {why}; --mask {others} chooses otherwise")
        return parse(name)


_CHOICES = ("chroma", "person", "motion")
