"""The weights that a network's input is reduced by, as its kernels take them."""

from __future__ import annotations

from functools import lru_cache
from typing import Any, NamedTuple

import numpy as np

UNIT = 256

_EIGHT = 8  # weights of 0 fill groups of as many


class Columns(NamedTuple):
    """The weights of the columns: per result, first sample, and weights, 0 behind the last."""

    firsts: Any
    weights: Any


@lru_cache(maxsize=64)
def table(length: int, start: int, extent: int, wanted: int, shift: int = 0) -> Any:
    """Return the weights of one axis: per result, first sample, count, and weights that sum to 256.

    Parameters and weights are those of `reference.person.taps`; weights of 0 fill groups of eight.
    Tables are kept, since looks at the
    whole frame alternate with those at a part of it; they are not to be written to.
    """
    where, weights = _shares(extent, wanted) if wanted <= extent else _between(extent, wanted)
    where = (np.minimum(where, extent - 1) + start) >> shift
    first = where.min(axis=1, initial=length, where=weights > 0)
    last = where.max(axis=1, initial=0, where=weights > 0)
    most = int((last - first).max()) + 1
    result = np.zeros((wanted, 2 + -(-most // _EIGHT) * _EIGHT), np.int32)
    result[:, 0], result[:, 1] = first, last - first + 1
    rows = np.broadcast_to(np.arange(wanted)[:, np.newaxis], where.shape)
    counts = weights > 0
    np.add.at(result, (rows[counts], (2 + where - first[:, np.newaxis])[counts]), weights[counts])
    result.flags.writeable = False
    return result


@lru_cache(maxsize=64)
def columns(length: int, start: int, extent: int, wanted: int, shift: int = 0) -> Columns:
    """Return a `table` as the kernels take that of the columns."""
    rows = table(length, start, extent, wanted, shift)
    weights = rows[:, 2:].astype(np.int16)
    weights.flags.writeable = False
    firsts = np.ascontiguousarray(rows[:, 0])
    firsts.flags.writeable = False
    return Columns(firsts, weights)


def _shares(extent: int, wanted: int) -> tuple[Any, Any]:
    """Return samples and weights of the equal shares of an axis, `wanted` parts a sample."""
    first = np.arange(wanted, dtype=np.int64)[:, np.newaxis] * extent
    samples = first // wanted + np.arange(extent // wanted + 2)
    covered = np.minimum((samples + 1) * wanted, first + extent) - first
    sums = (2 * UNIT * covered + extent) // (2 * extent)
    return samples, np.diff(sums, axis=1, prepend=0)


def _between(extent: int, wanted: int) -> tuple[Any, Any]:
    """Return the two samples around each result's centre, and their weights."""
    centre = (2 * np.arange(wanted, dtype=np.int64) + 1) * extent - wanted
    left = centre // (2 * wanted)
    part = (UNIT * (centre - left * 2 * wanted) + wanted) // (2 * wanted)
    samples = np.maximum(np.stack([left, left + 1], axis=1), 0)
    return samples, np.stack([UNIT - part, part], axis=1)
