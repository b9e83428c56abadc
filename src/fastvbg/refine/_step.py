"""What all steps share: their form, and the way from a caller's arrays to packed ones."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any, ClassVar

from fastvbg.checks import (
    check_apart,
    check_plane,
    check_same_size,
)
from fastvbg.layout import packed, written_packed
from fastvbg.outputs import plane_out

if TYPE_CHECKING:
    from fastvbg._types import Matte, Plane


class Step(ABC):
    """One refinement with its options, and its scratch for the size it last saw.

    Parameters and their checks are the subclass's. Scratch is made when the size changes, so a
    video's frames allocate once.
    """

    needs_guide: ClassVar[bool] = False
    """Whether the step looks at the frame's luma."""

    frames: int | None = 0
    """By how many frames before it a matte is told; None for all of them."""

    def __init__(self) -> None:
        self._shape: tuple[int, int] | None = None

    def __call__(self, matte: Matte, out: Matte, guide: Plane | None = None) -> None:  # noqa: ARG002
        """Write the refined matte; all arrays are packed, of one size, and `out` may be `matte`."""
        self.prepare(matte)
        self.run(matte, out)

    def prepare(self, matte: Matte) -> None:
        """Make the scratch unless it is there."""
        if matte.shape != self._shape:
            self._shape = (matte.shape[0], matte.shape[1])
            self.fit(self._shape)

    @abstractmethod
    def fit(self, shape: tuple[int, int]) -> None:
        """Make the scratch for mattes of a size."""

    @abstractmethod
    def run(self, matte: Matte, out: Matte) -> None:
        """Write the refined matte with the scratch made."""

    def reset(self) -> None:  # noqa: B027  (most steps keep nothing of a frame)
        """Forget the frames before."""


def apply_once(
    step: Step, name: str, matte: Matte, out: Matte | None, guide: Plane | None = None
) -> Matte:
    """Check a caller's arrays, run one step on them, and return the result."""
    shape = check_plane(name, matte)
    out = plane_out(out, shape, name, **{name: matte})
    if step.needs_guide:
        luma: Any = guide
        check_guide(luma, shape, name, out)
        guide = packed(luma)
    with written_packed(out) as (result,):
        step(packed(matte), result, guide)
    return out


def check_guide(guide: Plane, shape: tuple[int, int], name: str, out: Matte) -> None:
    """Demand that a guide has the matte's size and is apart from `out`."""
    got = check_plane("guide", guide)
    if got != shape:
        check_same_size("guide", got, name, shape)
    check_apart(out, (("guide", guide),))
