"""Which frames are compared, and whose picture and time the result gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg._types import Frame
    from fastvbg.media.model import Timed

PairingName = Literal["neighbours", "tutorial"]
PAIRINGS: tuple[PairingName, ...] = ("neighbours", "tutorial")


class Pair(NamedTuple):
    """What one output frame is made of."""

    prev: Frame
    next: Frame
    pts: int
    position: int
    """Count of source frames before the one whose time this is."""


class Pairing(Protocol):
    """Takes the source's frames in order and gives the pairs to composite."""

    def push(self, timed: Timed) -> Iterator[Pair]:
        """Yield the pairs that this frame completes."""

    def finish(self) -> Iterator[Pair]:
        """Yield what is left at the end of the video."""


class Neighbours:
    """As many pairs as frames: each against the one before it, the first against the second.

    The difference is symmetric, so the first frame has the mask of the pair (0, 1) over its own
    picture. A video of one frame is compared with itself: nothing moves.
    """

    def __init__(self) -> None:
        self._previous: Timed | None = None
        self._count = 0

    def push(self, timed: Timed) -> Iterator[Pair]:
        """Yield the pairs that this frame completes."""
        previous, self._previous = self._previous, timed
        index, self._count = self._count, self._count + 1
        if previous is None:
            return
        if index == 1:
            yield Pair(timed.frame, previous.frame, previous.pts, 0)
        yield Pair(previous.frame, timed.frame, timed.pts, index)

    def finish(self) -> Iterator[Pair]:
        """Yield the only frame of a video of one."""
        if self._count == 1 and self._previous is not None:
            only = self._previous
            yield Pair(only.frame, only.frame, only.pts, 0)


class Tutorial:
    """The tutorial's own sequence: even frames to `prev`, odd ones to `next`, from the third on."""

    def __init__(self) -> None:
        self._latest: dict[int, Frame] = {}
        self._count = 0

    def push(self, timed: Timed) -> Iterator[Pair]:
        """Yield the latest even and odd frame, from the third frame on."""
        index, self._count = self._count, self._count + 1
        self._latest[index % 2] = timed.frame
        if index >= 2:
            yield Pair(self._latest[0], self._latest[1], timed.pts, index)

    def finish(self) -> Iterator[Pair]:
        """Yield nothing."""
        return iter(())


def make_pairing(name: PairingName) -> Pairing:
    """Return the pairing of a name."""
    return Tutorial() if name == "tutorial" else Neighbours()
