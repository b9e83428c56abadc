"""Timing that a noisy machine cannot bend much: interleaved repeats, median and spread."""

from __future__ import annotations

import statistics
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

_MIN_RUNS = 5
_MAX_RUNS = 400
_BATCH_SECONDS = 0.0002  # a timed batch is at least this long, a hundred times the clock's own cost


@dataclass(frozen=True)
class Timing:
    """Milliseconds a call."""

    median_ms: float
    mad_ms: float
    """Median absolute deviation from the median."""
    runs: int


def time_interleaved(
    functions: Mapping[str, Callable[[], object]], *, seconds: float
) -> dict[str, Timing]:
    """Time functions against each other in one run.

    They take turns, so a drift of the machine meets all alike. Each turn begins with an untimed
    call of its own: the one before has left other data in the caches.

    Parameters
    ----------
    functions : mapping of str to callable
        What to time, with everything allocated beforehand.
    seconds : float
        About how long to go on, all told.

    Returns
    -------
    dict of str to Timing
        Of each function.
    """
    batch = {name: _batch_size(function) for name, function in functions.items()}
    samples: dict[str, list[float]] = {name: [] for name in functions}
    end = time.perf_counter() + seconds
    rounds = 0
    while rounds < _MIN_RUNS or (time.perf_counter() < end and rounds < _MAX_RUNS):
        for name, function in functions.items():
            function()
            start = time.perf_counter()
            for _ in range(batch[name]):
                function()
            samples[name].append((time.perf_counter() - start) / batch[name] * 1e3)
        rounds += 1
    return {name: _summary(values) for name, values in samples.items()}


def _batch_size(function: Callable[[], object]) -> int:
    function()
    start = time.perf_counter()
    function()
    return max(1, round(_BATCH_SECONDS / max(time.perf_counter() - start, 1e-7)))


def _summary(values: list[float]) -> Timing:
    median = statistics.median(values)
    spread = statistics.median(abs(value - median) for value in values)
    return Timing(median, spread, len(values))
