"""What takes are made of: portraits with their mattes, and photographs of rooms."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bench.quality.moving.takes import Take
from bench.quality.people import PAIRS, truth_for
from bench.quality.scenes import gray
from fastvbg import estimate_foreground
from fastvbg.errors import SourceError
from fastvbg.media.image import read_image

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg._types import Frame, Matte

PORTRAITS, ALPHAS = "matting/p3m/original", "matting/p3m/alpha"
ROOMS = ("people/backgrounds/*.jpg", f"{PAIRS}/*/plate*")

# Portraits that follow one another get rooms far apart in the list, and other ones each time round.
_ROOM_STEP = 5


class Material:
    """The pictures below a folder of clips.

    Parameters
    ----------
    clips : Path
        The folder.

    Raises
    ------
    SourceError
        It has no portrait with a matte, or no room.
    """

    def __init__(self, clips: Path) -> None:
        found = [
            (picture, truth_for(picture, clips / ALPHAS))
            for picture in sorted((clips / PORTRAITS).glob("*.*"))
        ]
        self._portraits = [(picture, alpha) for picture, alpha in found if alpha is not None]
        if not self._portraits:
            raise SourceError(f"clips: {clips} has no picture in {PORTRAITS} with one in {ALPHAS}")
        self._rooms = [path for pattern in ROOMS for path in sorted(clips.glob(pattern))]
        if not self._rooms:
            raise SourceError(f"clips: {clips} has no picture of a room: {', '.join(ROOMS)}")

    def take(self, number: int, camera: str, light: str) -> Take:
        """Return the take of a number: the same portrait, room and chance with every camera."""
        portrait, coverage = self.portrait(number)
        return Take(
            portrait, coverage, self.room(number), number=number, camera=camera, light=light
        )

    def portrait(self, number: int) -> tuple[Frame, Matte]:
        """Return a portrait of a number, of which some are the same, and its matte."""
        picture, alpha = self._portraits[number % len(self._portraits)]
        coverage = gray(alpha)
        # Of her own colours at soft edges: else the truth would miss what came along from behind.
        return estimate_foreground(read_image(picture, "portrait"), coverage), coverage

    def room(self, number: int) -> Frame:
        """Return the room of a number."""
        round_ = number // len(self._portraits)
        room = self._rooms[(number * _ROOM_STEP + round_) % len(self._rooms)]
        return read_image(room, "room")
