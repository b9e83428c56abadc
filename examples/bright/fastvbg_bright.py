"""A kind of mask for fastvbg: what is brighter than a level, such as a page before a dark desk."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, ClassVar

from fastvbg.masks import Integer, Mask, option

if TYPE_CHECKING:
    from fastvbg.matting.keyer import RunKeyer
    from fastvbg.matting.run import Run


@dataclass(frozen=True, eq=False)
class Bright(Mask):
    """What is brighter than a level."""

    name: ClassVar[str] = "bright"
    refinement: ClassVar[str] = "despeckle=3"

    level: int = option(128, Integer("Luma from which a pixel is kept.", 0, 255))

    def keyer(self, run: Run) -> RunKeyer:
        """Return what keys the run's frames."""
        return run.keyed(BrightKeyer(self.level))


class BrightKeyer:
    """Keys frame by frame, in BGR or in planes, whichever a video has."""

    def __init__(self, level: int) -> None:
        self._level = level

    def key(self, frame: Any, *, out: Any) -> Any:
        """Key a frame, (H, W, 3) uint8 in blue, green, red."""
        import cv2

        return self._write(cv2.cvtColor(frame, cv2.COLOR_BGR2GRAY), out)

    def key_planes(self, planes: Any, *, out: Any) -> Any:
        """Key a frame's planes Y, U and V, uint8; without this, frames come converted to BGR."""
        return self._write(planes[0], out)

    def _write(self, luma: Any, out: Any) -> Any:
        out[:] = 255 * (luma >= self._level)
        return out

    def reset(self) -> None:
        """Forget the scene: there is nothing to forget."""
