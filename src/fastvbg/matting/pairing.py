"""Which frames are compared, and whose picture and time the result gets."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    import numpy.typing as npt

    from fastvbg.constants import PairingName
    from fastvbg.media.model import Picture, Timed


class Pair(NamedTuple):
    """What one output frame is made of."""

    prev: Picture
    next: Picture
    pts: int
    position: int
    """Count of source frames before the one whose time this is."""
    begins: bool = False
    """Whether `next` is the first frame of a scene."""
    alpha: npt.NDArray[np.uint8] | None = None
    """The coverage of `next` of its own, as `Timed` has it."""
    flash: bool = False
    """Whether `next` is a flash within a scene; `prev` is the frame before it."""
    spare: bool = False
    """Whether nobody reads `next` once it is laid over its background, so it may be changed."""

    @property
    def keyed(self) -> Picture:
        """The frame to key: `next`, or of a flash the one before it, which looks like the scene."""
        return self.prev if self.flash else self.next


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

    So it is with each scene: the first frame after a hard cut is not compared with the last one
    before it, from which all of it differs, but with the one after it. A scene of one frame is
    compared with itself; if the scene before it goes on after it, it is a flash in that.

    Parameters
    ----------
    is_cut : callable, optional
        Tells of two neighbouring frames whether a new scene begins with the second.
    goes_on : callable, optional
        Tells of two frames with one between them whether they are of one scene.
    count : int
        How many frames there are before the first that is pushed.
    """

    def __init__(
        self,
        is_cut: Callable[[Any, Any], bool] | None = None,
        goes_on: Callable[[Any, Any], bool] | None = None,
        count: int = 0,
    ) -> None:
        self._is_cut, self._goes_on = is_cut, goes_on
        self._before: Timed | None = None  # the frame before one that begins a scene
        self._previous: Timed | None = None
        self._count = count
        self._waiting = False  # whether the previous frame begins a scene and is not given yet

    def push(self, timed: Timed) -> Iterator[Pair]:
        """Yield the pairs that this frame completes."""
        previous, self._previous = self._previous, timed
        index, self._count = self._count, self._count + 1
        if previous is None:
            self._waiting = True
            return
        cut = self._is_cut is not None and self._is_cut(previous.frame, timed.frame)
        before, self._before = self._before, previous if cut else None
        if cut and before is not None and self._is_flash(before, timed):
            self._waiting, self._before = False, None
            yield _pair(before, previous, index - 1)._replace(flash=True)
            yield _pair(before, timed, index)
            return
        if self._waiting:
            other = previous if cut else timed
            yield _pair(other, previous, index - 1, begins=True)
        self._waiting = cut
        if not cut:
            yield _pair(previous, timed, index)

    def _is_flash(self, before: Timed, after: Timed) -> bool:
        return self._goes_on is not None and self._goes_on(before.frame, after.frame)

    def finish(self) -> Iterator[Pair]:
        """Yield the only frame of a last scene of one."""
        if self._waiting and self._previous is not None:
            only = self._previous
            yield _pair(only, only, self._count - 1, begins=True)


class Tutorial:
    """The tutorial's own sequence: even frames to `prev`, odd ones to `next`, from the third on."""

    def __init__(self, count: int = 0) -> None:
        self._latest: dict[int, Timed] = {}
        self._count = count

    def push(self, timed: Timed) -> Iterator[Pair]:
        """Yield the latest even and odd frame, from the third frame on."""
        index, self._count = self._count, self._count + 1
        self._latest[index % 2] = timed
        if index >= 2 and len(self._latest) == 2:
            yield _pair(self._latest[0], self._latest[1], index)._replace(pts=timed.pts)

    def finish(self) -> Iterator[Pair]:
        """Yield nothing."""
        return iter(())


def _pair(prev: Timed, next: Timed, position: int, *, begins: bool = False) -> Pair:
    return Pair(prev.frame, next.frame, next.pts, position, begins, next.alpha)


def make_pairing(
    name: PairingName,
    is_cut: Callable[[Any, Any], bool] | None = None,
    goes_on: Callable[[Any, Any], bool] | None = None,
    count: int = 0,
) -> Pairing:
    """Return the pairing of a name; only neighbours heed cuts."""
    return Tutorial(count) if name == "tutorial" else Neighbours(is_cut, goes_on, count)
