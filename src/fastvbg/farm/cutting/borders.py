"""Where a job is cut: soon after key frames, or where scenes begin."""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise
from typing import TYPE_CHECKING

from fastvbg.farm.cutting.plans import Border
from fastvbg.masks.memory import FADING_SECONDS

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
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
    fades = memory.kind == "fading"

    def lead(key: int) -> int:
        keyed = min(key + LEAD, len(times) - 1)
        seen = bisect_left(times, times[keyed] + FADING_SECONDS / base) if fades else keyed
        return seen + held + memory.frames

    whole = _standing_out(index) if fades else set()
    cuts = [first, *_cuts(index, lead, whole, seconds / base, first, end), end]
    return tuple(
        _border(index, one, other, _keyed(times, one, memory, held, base))
        for one, other in pairwise(cuts)
    )


def _border(index: Index, first: int, end: int, keyed: int) -> Border:
    times, read = index.times, max(0, keyed - LEAD)
    return Border(
        number=read,
        read=times[read] if read else None,
        keyed=times[keyed] if keyed else None,
        first=times[first] if first else None,
        end=times[end] if end < len(times) else index.beyond,
        until=times[end + 1] if end + 1 < len(times) else index.beyond,
        frames=end - first,
    )


def _keyed(times: list[int], first: int, memory: Memory, held: int, base: Fraction) -> int:
    """Return the number of the frame from which on a part's keyer has to see them."""
    if memory.kind == "fading" and first:
        since = times[first] - FADING_SECONDS / base
        first = bisect_left(times, since)
    return max(0, first - held - memory.frames)


def _cuts(
    index: Index,
    lead: Callable[[int], int],
    whole: set[int],
    length: Fraction,
    first: int,
    end: int,
) -> Iterator[int]:
    """Yield the numbers of frames at which parts begin, but for the first part.

    A part begins where what it looks at before it begins with a key frame: else all that is decoded
    from the key frame before that is thrown away.

    Parameters
    ----------
    index : Index
        Of all frames.
    lead : callable
        Returns the number of the frame at which a part begins that is decoded from a frame on.
    whole : set of int
        The times of frames at which nothing is owed to those before them; they are taken first.
    length : Fraction
        Of a part, in units of the times.
    first, end : int
        The frames that are made.
    """
    times = index.times
    at = first
    while times[end - 1] - times[at] > length * 3 / 2:
        wanted = times[at] + length
        least = max(at + 1, bisect_left(times, wanted - length / 2))
        most = min(end, bisect_left(times, wanted + length / 2) + 1)
        keys = [number for number in range(at, most) if times[number] in index.keys]
        best = [number for number in keys if times[number] in whole and number >= least]
        led = [number for key in keys if least <= (number := lead(key)) < most]
        candidates = best or led or [bisect_left(times, wanted)]
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
