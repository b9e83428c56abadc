"""What a source gives: pictures of one form, and when they were taken."""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple, Protocol

from fastvbg.media.colour import ColourTags
from fastvbg.media.planes import new_picture, planes_of

if TYPE_CHECKING:
    import av

    from fastvbg.live_mode.pictures.framing import Sight

FORM = "yuv420p"
"""Of all pictures in live mode, limited range: what virtual cameras want, and keyers like best."""


class Grab(NamedTuple):
    """A picture of a source."""

    picture: av.VideoFrame
    captured: float
    """When it was taken, in seconds of `time.monotonic`."""
    scene: int = 0
    """What it was taken of: where that changes, a picture does not follow on the one before."""
    spare: bool = False
    """Whether it may be changed; not what a decoder gives, which may read it again."""
    since: tuple[int, ...] = ()
    """Which opening of the source, and which connection, it came by: where that is another one, a
    picture does not follow on the one before, which may have been in another light."""


class Source(Protocol):
    """Where pictures come from. All but `close` is called from one thread at a time."""

    name: str
    """As the user wrote it."""
    width: int
    height: int
    rate: float
    """Nominal frames a second."""
    colour: ColourTags
    told: str
    """What was negotiated, for people: format, size, rate."""
    is_prompt: bool
    """Whether `read` never takes longer than it was told to wait, but for decoding."""
    is_whole: bool
    """Whether all its pictures are given, however late they are taken: nothing else is live."""
    is_paced: bool
    """Whether its pictures come at its own pace, however slow: silence does not say it is gone."""

    @property
    def dropped(self) -> int:
        """Frames that were left out so that the newest is given."""

    def open(self) -> None:
        """Open it, or open it again; raises a `FastvbgError` of one line where that fails."""

    def read(self, timeout: float) -> Grab | None:
        """Return the newest picture; None where none came in time.

        Raises
        ------
        FastvbgError
            It is gone.
        EOFError
            It is over, and is not to be opened again.
        """

    def recycle(self, picture: av.VideoFrame) -> None:
        """Take back a picture that nobody needs any more."""

    def close(self) -> None:
        """Release it."""


class Pool:
    """Pictures that are used again: new memory costs a page fault every 4 kB."""

    def __init__(self, width: int, height: int) -> None:
        self._size = width, height
        self._free: deque[av.VideoFrame] = deque(maxlen=6)

    def take(self) -> av.VideoFrame:
        """Return a picture that is to be written."""
        try:
            return self._free.pop()
        except IndexError:
            return new_picture(*self._size, FORM)

    def give(self, picture: av.VideoFrame) -> None:
        """Take a picture back."""
        if (picture.width, picture.height) == self._size:
            self._free.append(picture)


class OfOneSize:
    """A source whose pictures stay of one size, from its first opening on.

    Its subclasses fill in what `Source` has.
    """

    is_prompt = is_whole = is_paced = False

    def __init__(self, name: str) -> None:
        self.name, self.told = name, ""
        self.width = self.height = 0
        self.rate, self.colour = 0.0, ColourTags()
        self.pool: Pool | None = None

    def recycle(self, picture: av.VideoFrame) -> None:
        """Take back a picture that nobody needs any more, where pictures are used again."""
        if self.pool is not None:
            self.pool.give(picture)


def seen_as(picture: av.VideoFrame, sight: Sight) -> av.VideoFrame:
    """Return a picture as it is shown; itself where that is as it was taken."""
    if not sight.changes:
        return picture
    result = new_picture(picture.width, picture.height, FORM)
    for source, target in zip(planes_of(picture), planes_of(result), strict=True):
        sight.show(source, target)
    return result
