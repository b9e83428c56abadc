"""The frames of a part of a job, in the state that those before it left behind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeVar

from fastvbg.matting.run import Since
from fastvbg.media.model import CopiedPacket

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from fractions import Fraction

    from fastvbg.matting.masker import Masker
    from fastvbg.matting.pairing import Pair
    from fastvbg.source import Source

    T = TypeVar("T")


@dataclass(frozen=True)
class Part:
    """Which frames of a job are made; all times are those that the job's source gives.

    Frames from `read` on are decoded, so that cuts are known; those from `keyed` on are keyed, so
    that the keyer is in the state that it should be in; those from `first` on are made.
    """

    number: int
    """How many frames of the job come before `read`."""
    origin: int
    """Of the job's first frame."""
    read: int | None
    """None where the job begins."""
    keyed: int | None
    first: int | None
    end: int | None
    """Of the first frame that is not made any more; None where the job ends."""
    until: int | None
    """Of the first frame that is not decoded any more."""
    learned: Mapping[str, Any] | None = None
    """What `Mask.learn` found out of the job as a whole."""
    state: Mapping[str, Any] | None = None
    """What the frames before `keyed` left behind in the keyer, where that is not to be forgotten.
    """
    leaves: tuple[int, ...] = ()
    """Of the frames before which the keyer's state is to be left behind, in order."""
    leave: Callable[[int, dict[str, Any]], None] | None = None
    """Takes that time and state."""

    @property
    def since(self) -> Since | None:
        """Where frames begin to come; None at the job's beginning."""
        if self.read is None or self.first is None:
            return None
        return Since(self.read, self.number, self.first)


class Passing:
    """Lets a part's frames through to where they are keyed and made; without a part, all items.

    Parameters
    ----------
    part : Part or None
        The part.
    source : Source
        Of the job's frames, none of which has been taken.
    masker : Masker
        Gives the mattes.
    """

    def __init__(self, part: Part | None, source: Source, masker: Masker) -> None:
        self._part, self._masker = part, masker
        self.count = 0 if part is None else part.number
        """How many frames come before the first that is given."""
        if part is None:
            return
        narrowed: Any = source
        narrowed.narrow(part.read, part.until, (part.first, part.end))
        if part.keyed is not None:
            masker.go_on(part.state)

    def taken(self, items: Iterator[Pair | CopiedPacket]) -> Iterator[Pair | CopiedPacket]:
        """Yield the pairs that are keyed."""
        part = self._part
        if part is None:
            yield from items
            return
        for item in items:
            if isinstance(item, CopiedPacket):
                continue
            if part.end is not None and item.pts >= part.end:
                return
            if part.keyed is None or item.pts >= part.keyed:
                yield item

    def shown(
        self, items: Iterable[Pair | CopiedPacket], time_base: Fraction
    ) -> Iterator[Pair | CopiedPacket]:
        """Yield the pairs that are made, after those before them were keyed."""
        part = self._part
        if part is None:
            yield from items
            return
        leaves = list(part.leaves)
        for item in items:
            assert not isinstance(item, CopiedPacket)  # noqa: S101
            while leaves and item.pts >= leaves[0]:
                self._leave(leaves.pop(0))
            if part.first is not None and item.pts < part.first:
                self._masker(item, item.pts * time_base)
            else:
                yield item
        for time in leaves:
            self._leave(time)

    def _leave(self, time: int) -> None:
        if self._part is not None and self._part.leave is not None:
            self._part.leave(time, self._masker.state())
