"""A covering design: few rows in which each two values of different factors meet."""

from __future__ import annotations

from itertools import combinations
from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

Row = tuple[Any, ...]


def pairs_of(row: Row) -> set[tuple[int, Any, int, Any]]:
    return {(i, row[i], j, row[j]) for i, j in combinations(range(len(row)), 2)}


def all_pairs(
    factors: Sequence[Sequence[Any]], possible: Callable[[Row], bool], *, tries: int = 60
) -> list[Row]:
    """Rows that hold every pair of values that some possible row holds; greedy, always the same."""
    rng = np.random.default_rng(5)

    def drawn(fixed: dict[int, Any]) -> Row:
        return tuple(
            fixed.get(k, values[int(rng.integers(len(values)))]) for k, values in enumerate(factors)
        )

    wanted = {
        (i, a, j, b)
        for i, j in combinations(range(len(factors)), 2)
        for a in factors[i]
        for b in factors[j]
    }
    rows: list[Row] = []
    while wanted:
        i, a, j, b = min(wanted, key=repr)
        found = [row for _ in range(tries) if possible(row := drawn({i: a, j: b}))]
        if not found:
            wanted.discard((i, a, j, b))
            continue
        best = max(found, key=lambda row: len(pairs_of(row) & wanted))
        rows.append(best)
        wanted -= pairs_of(best)
    return rows
