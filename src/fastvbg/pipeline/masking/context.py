"""What the ways to a matte share: the run that they are part of."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from fastvbg.pipeline.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import ExitStack
    from fractions import Fraction
    from pathlib import Path

    from fastvbg.media.model import ReadOptions, StreamInfo
    from fastvbg.pipeline.pixels import Pixels


def _never() -> None:
    pass


@dataclass(frozen=True)
class Context:
    """A run, as far as masks need to know it."""

    pixels: Pixels
    """The operations on the frames."""
    info: StreamInfo
    """Of the frames."""
    input: str | Path
    """The video, which a plate may be taken from."""
    reading: ReadOptions
    """How it is read; what goes beside it begins where it does."""
    stack: ExitStack
    """Closes what is opened."""
    fps: Fraction | None = None
    """Of an image sequence, where it was said."""
    poll: Callable[[], None] = _never
    """To be called now and then where it takes long; what it raises ends the run."""
    reports: Reports = field(default_factory=Reports)
    """Takes in what is opened beside the video."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the frames."""
        return self.info.height, self.info.width
