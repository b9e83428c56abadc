"""Where a job is cut: at key frames that stand out, at key frames, or anywhere."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from fastvbg.farm.plans import Border
from fastvbg.masks.memory import FADING_SECONDS

if TYPE_CHECKING:
    from collections.abc import Iterator
    from fractions import Fraction

    from fastvbg.masks.memory import Memory
    from fastvbg.source.index import Index

LEAD = 16
"""Frames by which cuts are told: exactly, unless most of the picture changes in all of them."""


def borders_of(
    index: Index,
    memory: Memory,
    held: int,
    base: Fraction,
    seconds: Fraction,
    *,
    first: int = 0,
    count: int | None = None,
) -> tuple[Border, ...]:
    """Return the parts of a job.

    Parameters
    ----------
    index : Index
        Of all frames that are read.
    memory : Memory
        Of the mask.
    held : int
        By how many frames before it a matte is refined.
    base : Fraction
        Seconds a unit of the times.
    seconds : Fraction
        How long a part is to be.
    first : int
        How many frames come before the first one that is made.
    count : int, optional
        How many are made at most.
    """
    times = index.times
    end = len(times) if count is None else min(len(times), first + count)
    cuts = [first, *_cuts(index, base, seconds, first, end), end]
    return tuple(
        _border(times, one, other, _keyed(times, one, memory, held, base))
        for one, other in pairwise(cuts)
    )


def _border(times: list[int], first: int, end: int, keyed: int) -> Border:
    read = max(0, keyed - LEAD)
    return Border(
        number=read,
        read=times[read] if read else None,
        keyed=times[keyed] if keyed else None,
        first=times[first] if first else None,
        end=times[end] if end < len(times) else None,
        until=times[end + 1] if end + 1 < len(times) else None,
        frames=end - first,
    )


def _keyed(times: list[int], first: int, memory: Memory, held: int, base: Fraction) -> int:
    """Return the number of the frame from which on a part's keyer has to see them."""
    if memory.kind == "fading" and first:
        since = times[first] - FADING_SECONDS / base
        first = bisect_left(times, since)
    return max(0, first - held - memory.frames)


def _cuts(index: Index, base: Fraction, seconds: Fraction, first: int, end: int) -> Iterator[int]:
    """Yield the numbers of frames at which parts begin, but for the first part."""
    times, length = index.times, seconds / base
    standing_out = _standing_out(index)
    at = first
    while times[end - 1] - times[at] > length * 3 / 2:
        wanted = times[at] + length
        near = range(
            max(at + 1, bisect_left(times, wanted - length / 2)),
            min(end, bisect_left(times, wanted + length / 2) + 1),
        )
        keys = [number for number in near if times[number] in index.keys]
        best = [number for number in keys if times[number] in standing_out]
        if len(keys) == len(near):  # each frame is one
            keys = []
        candidates = best or keys or [bisect_left(times, wanted)]
        at = max(at + 1, min(candidates, key=lambda number: abs(times[number] - wanted)))
        if at >= end:
            return
        yield at


def _standing_out(index: Index) -> set[int]:
    """Return the key frames that came before their time: as a rule where a scene begins.

    Encoders set key frames at regular distances, and others where most of the picture changes.
    """
    keys = [number for number, time in enumerate(index.times) if time in index.keys]
    steps = [after - before for before, after in pairwise(keys)]
    usual = max(steps, default=0)
    return {
        index.times[after]
        for (_, after), step in zip(pairwise(keys), steps, strict=True)
        if 1 < step < usual
    }
