"""How far a batch is: frames over all files, and what each worker is at."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable


class At(NamedTuple):
    """What a worker is at."""

    label: str
    frames: int
    expected: int | None


@dataclass
class Standing:
    """How far a batch is."""

    frames: int = 0
    """Done, over all files."""
    expected: int | None = None
    """Of all files, as far as they have been looked at; None before that."""
    earlier: int = 0
    """Of those done, how many were found done when the batch began."""
    workers: dict[str, At] = field(default_factory=dict)


class Board:
    """Keeps count, and shows it.

    Parameters
    ----------
    show : callable, optional
        Called with where things stand, whenever that changes.
    """

    def __init__(self, show: Callable[[Standing], None] | None = None) -> None:
        self._show = show
        self._expected: dict[int, int] = {}
        self._done: dict[int, int] = {}
        self._live: dict[tuple[int, str], int] = {}
        self._at: dict[str, tuple[tuple[int, str], At]] = {}
        self._earlier = 0

    def expect(self, number: int, frames: int | None) -> None:
        """Take how many frames a file has."""
        self._expected[number] = frames or 0
        self.shown()

    def found(self, number: int, frames: int) -> None:
        """Take that a part of a file was there already."""
        self._earlier += frames
        self._done[number] = self._done.get(number, 0) + frames
        self.shown()

    def moved(self, number: int, label: str, worker: str, frames: int, whole: int | None) -> None:
        """Take how far a piece of a file is."""
        self._live[number, label] = frames
        self._at[worker] = (number, label), At(label, frames, whole)
        self.shown()

    def ended(self, number: int, label: str, frames: int) -> None:
        """Take that a piece of a file is done, or that nothing has come of it."""
        self._live.pop((number, label), None)
        self._at = {name: at for name, at in self._at.items() if at[0] != (number, label)}
        self._done[number] = self._done.get(number, 0) + frames
        self.shown()

    def closed(self, number: int, frames: int) -> None:
        """Take that a file is over, with so many frames: there are no more to come."""
        self._live = {key: live for key, live in self._live.items() if key[0] != number}
        self._at = {name: at for name, at in self._at.items() if at[0][0] != number}
        self._expected[number] = self._done[number] = frames
        self.shown()

    def shown(self) -> None:
        """Show where things stand."""
        if self._show is not None:
            self._show(self.standing())

    def standing(self) -> Standing:
        """Return where things stand."""
        done = sum(self._done.values()) + sum(self._live.values())
        expected = sum(self._expected.values()) or None
        if expected is not None:
            expected = max(expected, done)
        workers = {name: at for name, (_, at) in self._at.items()}
        return Standing(done, expected, self._earlier, workers)
