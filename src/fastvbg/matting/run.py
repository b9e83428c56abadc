"""A run as masks see it: the frames, the file they come from, and what is opened beside it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, NamedTuple

from fastvbg.matting.keyer import keyed
from fastvbg.matting.reports import Reports

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from contextlib import ExitStack
    from fractions import Fraction
    from pathlib import Path

    from fastvbg.matting.keyer import RunKeyer
    from fastvbg.media.model import ReadOptions, StreamInfo
    from fastvbg.pixels import Pixels


def _never() -> None:
    pass


def unheard(line: str) -> None:
    """Take a line that nobody hears."""


class Since(NamedTuple):
    """Where a part of a job begins, in the times of its source."""

    time: int
    """Of the first frame that is decoded."""
    number: int
    """How many frames of the job come before that."""
    first: int
    """Of the first frame that is the part's own."""


@dataclass(frozen=True)
class Run:
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
    tell: Callable[[str], None] = unheard
    """To be called with a line that is worth knowing before the run ends."""
    reports: Reports = field(default_factory=Reports)
    """Takes in what is opened beside the video."""
    first: int | None = None
    """Of a part of a job, the time of the job's first frame; what lies beside it counts from that.
    """
    since: Since | None = None
    """Of a part of a job that is not its first, where frames begin to come."""
    learned: Mapping[str, Any] | None = None
    """Of a part of a job, what `Mask.learn` found out of the job as a whole."""

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width of the frames."""
        return self.info.height, self.info.width

    def keyed(self, keyer: Any) -> RunKeyer:
        """Return what gives the frames the mattes of a keyer on arrays.

        Parameters
        ----------
        keyer : object
            Its `key(frame, *, out)` writes the matte of a BGR frame, (H, W, 3) uint8, into `out`,
            (H, W) uint8, and returns it; `reset()` forgets the scene. With `key_planes(planes, *,
            out)` as well, frames are keyed in the planes in which they were decoded, 8 bits.
        """
        return keyed(self.pixels, keyer, self.shape)
