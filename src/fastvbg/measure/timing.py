"""Timing that a noisy machine cannot bend much: interleaved repeats, median and spread."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MIN_RUNS = 3
_MIN_SLOW_RUNS = 2
_MAX_RUNS = 400
_BATCH_SECONDS = 0.0002  # a timed batch is at least this long, a hundred times the clock's own cost
_SLOW_SECONDS = 0.1  # so long that what the caches held before no longer counts


@dataclass(frozen=True)
class Timing:
    """Milliseconds a call."""

    median_ms: float
    mad_ms: float
    """Median absolute deviation from the median."""
    runs: int

    def shared_by(self, frames: int) -> Timing:
        """Return the time of each of so many frames, which a call does."""
        return replace(self, median_ms=self.median_ms / frames, mad_ms=self.mad_ms / frames)


@dataclass
class _Lane:
    """One function's turns."""

    function: Callable[[], object]
    once: float
    before: Callable[[], object] | None = None
    samples: list[float] = field(default_factory=list)
    spent: float = 0.0

    def __post_init__(self) -> None:
        if self.is_slow:
            self.samples.append(self.once * 1e3)

    @property
    def is_slow(self) -> bool:
        return self.once >= _SLOW_SECONDS

    @property
    def runs_wanted(self) -> int:
        return _MIN_SLOW_RUNS if self.is_slow else _MIN_RUNS

    @property
    def batch(self) -> int:
        return max(1, round(_BATCH_SECONDS / max(self.once, 1e-7)))

    def take_turn(self) -> None:
        begun = time.perf_counter()
        batch = self.batch if self.before is None else 1
        if self.before is not None:
            self.before()
        elif not self.is_slow:
            self.function()  # untimed: the function before has left other data in the caches
        start = time.perf_counter()
        for _ in range(batch):
            self.function()
        end = time.perf_counter()
        self.samples.append((end - start) / batch * 1e3)
        self.spent += end - begun

    def summary(self) -> Timing:
        median = statistics.median(self.samples)
        spread = statistics.median(abs(value - median) for value in self.samples)
        return Timing(median, spread, len(self.samples))


def time_interleaved(
    functions: Mapping[str, Callable[[], object]],
    *,
    seconds: float,
    before: Callable[[], object] | None = None,
) -> dict[str, Timing]:
    """Time functions against each other in one run.

    They take turns, so a drift of the machine meets all alike. Each turn begins with an untimed
    call of its own, unless it is far slower than memory. One that has used up its share of the time
    sits out, after three runs at least, two where each takes a tenth of a second or more.

    Parameters
    ----------
    functions : mapping of str to callable
        What to time, with everything allocated beforehand; each has been called before.
    seconds : float
        About how long to go on, all told.
    before : callable, optional
        Called before each timed call, untimed, in place of an untimed call of the function.

    Returns
    -------
    dict of str to Timing
        Of each function.
    """
    lanes = {name: _Lane(call, _time_once(call), before) for name, call in functions.items()}
    share = seconds / max(1, len(lanes))
    while True:
        waiting = [
            lane
            for lane in lanes.values()
            if len(lane.samples) < lane.runs_wanted
            or (lane.spent < share and len(lane.samples) < _MAX_RUNS)
        ]
        if not waiting:
            return {name: lane.summary() for name, lane in lanes.items()}
        for lane in waiting:
            lane.take_turn()


def _time_once(function: Callable[[], object]) -> float:
    start = time.perf_counter()
    function()
    return time.perf_counter() - start
