"""What stages may do with the frames of a video, whatever form they have."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Mask, Matte, Plane
    from fastvbg.media.model import Picture

    Planes = tuple[npt.NDArray[Any], ...]
    Sample = tuple[Plane, Plane, Plane]

# A share of pixels is told from so many rows, or twice as many. Whole rows: frames lie in memory
# that no cache holds, where a sample here and there costs as much as the 64 bytes around it.
_ROWS = 24


def row_step(height: int) -> int:
    """Return the even number of rows between those that a share is told from."""
    return max(2, 2 * (height // (2 * _ROWS)))


class Behind(NamedTuple):
    """What is known to be behind a frame's foreground."""

    scene: Any
    """As `Pixels.sample` gives frames."""
    known: Plane | None = None
    """1 in squares of 16 pixels in which it is known, else 0; everywhere where this is None."""


class Keyer(Protocol):
    """Makes a matte of each frame of one video, in order."""

    def key(self, frame: Frame, *, out: Matte) -> Matte:
        """Key a BGR frame."""

    def key_planes(self, planes: Any, *, out: Matte) -> Matte:
        """Key a frame's planes Y, U and V, 8 bits."""

    def reset(self) -> None:
        """Forget what was learned of the scene."""


class OverBackground(Protocol):
    """What lays a frame over a background by a matte that it alone knows."""

    def composite(self, frame: Frame, background: Frame) -> Frame:
        """Key a BGR frame and lay it over a background."""

    def composite_planes(self, planes: Any, background: Any, *, out: Any) -> Any:
        """Key a frame's planes Y, U and V, 8 bits, and lay them over others."""


class FusedKeyer(Keyer, OverBackground, Protocol):
    """A keyer that composites in the pass in which it keys."""


class ScreenKeyer(Keyer, Protocol):
    """A keyer of what stands before a coloured screen."""

    def foreground(self, frame: Frame, matte: Matte) -> Frame:
        """Take the screen's light off a BGR frame."""

    def foreground_planes(self, planes: Any, matte: Matte, *, out: Any = None) -> Planes:
        """Take the screen's light off planes Y, U and V, 8 bits."""


class Pixels(Protocol):
    """What a stage may do with the frames of one video."""

    def mask(self, prev: Any, next: Any, threshold: int) -> Mask:
        """Return where two frames differ; valid until the next call."""

    def share(self, prev: Any, next: Any, threshold: int) -> float:
        """Return about which share of two frames differs."""

    def composite(self, prev: Any, next: Any, bg: Any, threshold: int) -> Picture:
        """Return what moved over a background."""

    def select(self, mask: Mask, next: Any, bg: Any) -> Picture:
        """Return `next` where the mask is set, else `bg`."""

    def blend(self, matte: Matte, frame: Any, bg: Any) -> Picture:
        """Return a frame over a background by a matte."""

    def key(self, keyer: Keyer, picture: Any, out: Matte) -> None:
        """Write a keyer's matte of the next frame into `out`."""

    @property
    def fuses(self) -> bool:
        """Whether frames are of a form that keyers composite in the pass in which they key."""

    def key_over(self, keyer: OverBackground, picture: Any, bg: Any) -> Picture:
        """Return the next frame over a background by a keyer's matte, made in the same pass."""

    def sample(self, picture: Any) -> Frame | Sample:
        """Return a frame as keyers take it: BGR, or planes in 8 bits; valid until the next call."""

    def despill(self, keyer: ScreenKeyer, picture: Any, matte: Matte) -> Picture:
        """Return a frame without the screen's light; to be given back by `recycle`."""

    def own_colours(
        self, picture: Any, matte: Matte, behind: Behind | None = None, *, spare: bool = False
    ) -> Picture:
        """Return a frame with the foreground's own colours at soft edges; as `despill`.

        From what is behind, where that is known. A frame that is spare, since nobody reads it
        afterwards, may be changed itself.
        """

    def luma(self, picture: Any) -> Plane:
        """Return the luma of a frame in 8 bits; valid until the next call."""

    def to_bgr(self, picture: Any) -> Frame:
        """Return a frame in BGR."""

    def from_bgr(self, frame: Frame) -> Picture:
        """Return a BGR picture in the frames' form."""

    def solid(self, colour: tuple[int, int, int]) -> Picture:
        """Return a picture of one colour, given as blue, green, red, in the frames' form."""

    def planes(self, picture: Any) -> Planes:
        """Return the planes of a frame, on its own memory."""

    def empty(self) -> Picture:
        """Return a frame that is to be written."""

    def recycle(self, picture: Any) -> None:
        """Take back a frame that `empty` gave and nobody reads any more."""
