"""Sums of surely covered and surely uncovered samples in cells, and the means they make.

Rows of the matte must be packed. A plane's samples may lie any number of bytes apart: a frame is
three planes whose samples lie three apart.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.constants import FOREGROUND_CELL as CELL
from fastvbg.constants import FOREGROUND_LEVELS, FOREGROUND_PARENT, FOREGROUND_SURE, FOREGROUND_UNIT
from fastvbg.kernels._jit import inline
from fastvbg.kernels._lanes import sum_eight_words
from fastvbg.kernels._memory import address_of, bytes_at, unsigned_words_at
from fastvbg.kernels.foreground.marks import cells, run_end, run_start
from fastvbg.kernels.foreground.plan import SOFT, SUMMED, WANTED

_W = np.uint16
_BOUND, _SURE, _PARENT = (
    np.uint8(255 - FOREGROUND_SURE),
    np.uint8(FOREGROUND_SURE),
    FOREGROUND_PARENT,
)


@inline
def _covered(coverage: Any) -> Any:
    """Return how much a sample counts for the foreground."""
    return np.uint8(max(coverage, _BOUND) - _BOUND)


@inline
def _uncovered(coverage: Any) -> Any:
    """Return how much it counts for what is behind."""
    return np.uint8(_SURE - min(coverage, _SURE))


@inline
def _add_weights(matte: Any, count: Any, front: Any, behind: Any) -> None:
    """Add the weights of a row of samples to sums of columns."""
    coverage = bytes_at(matte, count)
    for x in range(np.uint64(count)):
        front[x] = _W(front[x] + _W(_covered(coverage[x])))
        behind[x] = _W(behind[x] + _W(_uncovered(coverage[x])))


@inline
def _add_samples(matte: Any, plane: Any, step: Any, count: Any, front: Any, behind: Any) -> None:
    """Add the weighted samples of a row; they lie `step` bytes apart, if that is not negative."""
    coverage, samples = bytes_at(matte, count), bytes_at(plane, count * step)
    for x in range(np.uint64(count)):
        sample = _W(samples[x * np.uint64(step)])
        front[x] = _W(front[x] + _W(_W(_covered(coverage[x])) * sample))
        behind[x] = _W(behind[x] + _W(_W(_uncovered(coverage[x])) * sample))


@inline
def _add_row(matte: Any, plane: Any, step: Any, count: Any, front: Any, behind: Any) -> None:
    """Do so, each usual distance in a loop of its own: LLVM has vectors for those it knows."""
    if step == 1:
        _add_samples(matte, plane, 1, count, front, behind)
    elif step == 3:
        _add_samples(matte, plane, 3, count, front, behind)
    else:
        for x in range(count):
            at = np.uint64(x)
            coverage = bytes_at(matte + x, 1)[0]
            sample = _W(bytes_at(plane + x * step, 1)[0])
            front[at] = _W(front[at] + _W(_W(_covered(coverage)) * sample))
            behind[at] = _W(behind[at] + _W(_W(_uncovered(coverage)) * sample))


@inline
def _gather(columns: Any, out: Any, at: Any, count: Any) -> None:
    """Write the sums of cells, each of its eight columns, which are at an address."""
    for c in range(count):
        out[np.uint64(at + c)] = sum_eight_words(columns + 2 * CELL * c)


@inline
def _add_up(marks: Any, sums: Any, size: Any) -> None:
    """Sum up larger and larger squares."""
    at, (down, across) = 0, size
    for _ in range(FOREGROUND_LEVELS - 1):
        after, wide = at + down * across, (across + 1) // 2
        for j in range((down + 1) // 2):
            i = run_start(marks, after + j * wide, 0, wide, SUMMED)
            while i < wide:
                own, (front, behind) = np.uint64(after + j * wide + i), (np.int32(0), np.int32(0))
                for y in range(2 * j, min(2 * j + 2, down)):
                    for x in range(2 * i, min(2 * i + 2, across)):
                        one = np.uint64(at + y * across + x)
                        if marks[one] & SUMMED:
                            front += sums[0, one]
                            behind += sums[1, one]
                sums[0, own], sums[1, own] = front, behind
                i = run_start(marks, after + j * wide, i + 1, wide, SUMMED)
        at, down, across = after, (down + 1) // 2, wide


@inline
def _clear(front: Any, behind: Any, count: Any) -> None:
    for x in range(np.uint64(count)):
        front[x] = _W(0)
        behind[x] = _W(0)


@inline
def _size(matte: Any) -> Any:
    """Return how many rows and columns of cells a matte has."""
    rows, cols = matte.shape
    return cells(rows), cells(cols)


@inline
def _taken(marks: Any, columns: Any, sums: Any, j: Any, i: Any, end: Any, across: Any) -> Any:
    """Write the sums of a run of cells; return where the next run begins."""
    at = j * across
    _gather(address_of(columns, 0), sums[0], at + i, end - i)
    _gather(address_of(columns, 1), sums[1], at + i, end - i)
    return run_start(marks, at, end, across, SUMMED)


@inline
def weigh(matte: Any, marks: Any, weights: Any, columns: Any, gains: Any, gain_plane: Any) -> None:
    """Sum up how much samples count, in marked cells of all levels; look up gains in soft ones."""
    down, across = _size(matte)
    for j in range(down):
        at, i = j * across, run_start(marks, j * across, 0, across, SUMMED)
        while i < across:
            end = run_end(marks, at, i, across, SUMMED)
            _sum_weights(matte, j, i, end, columns)
            i = _taken(marks, columns, weights, j, i, end, across)
        i = run_start(marks, at, 0, across, SOFT)
        while i < across:
            end = run_end(marks, at, i, across, SOFT)
            _look_up(matte, j, i, end, gains, gain_plane)
            i = run_start(marks, at, end, across, SOFT)
    _add_up(marks, weights, (down, across))


@inline
def _look_up(matte: Any, j: Any, i: Any, end: Any, gains: Any, gain_plane: Any) -> None:
    """Write the gains of a run of cells: all planes of a matte use them."""
    rows, cols = matte.shape
    first, count = CELL * i, min(CELL * end, cols) - CELL * i
    for y in range(CELL * j, min(CELL * (j + 1), rows)):
        coverage = bytes_at(address_of(matte, y) + first, count)
        out = unsigned_words_at(address_of(gain_plane, y) + 2 * first, count)
        for x in range(np.uint64(count)):
            out[x] = gains[np.uint64(coverage[x])]


@inline
def _sum_weights(matte: Any, j: Any, i: Any, end: Any, columns: Any) -> None:
    rows, cols = matte.shape
    room = CELL * (end - i)
    front = unsigned_words_at(address_of(columns, 0), room)
    behind = unsigned_words_at(address_of(columns, 1), room)
    _clear(front, behind, room)
    count = min(CELL * end, cols) - CELL * i
    for y in range(CELL * j, min(CELL * (j + 1), rows)):
        _add_weights(address_of(matte, y) + CELL * i, count, front, behind)


@inline
def _sum_samples(matte: Any, plane: Any, j: Any, i: Any, end: Any, columns: Any) -> None:
    rows, cols = matte.shape
    room, step = CELL * (end - i), plane.strides[1]
    front = unsigned_words_at(address_of(columns, 0), room)
    behind = unsigned_words_at(address_of(columns, 1), room)
    _clear(front, behind, room)
    count = min(CELL * end, cols) - CELL * i
    for y in range(CELL * j, min(CELL * (j + 1), rows)):
        coverage = address_of(matte, y) + CELL * i
        _add_row(coverage, address_of(plane, y) + CELL * i * step, step, count, front, behind)


@inline
def _total(weights: Any, sums: Any, marks: Any, first: Any, side: Any) -> Any:
    """Return the mean over all that is summed, from the largest squares, or -1."""
    weight, weighted = np.int64(0), np.int64(0)
    for k in range(first, marks.size):
        if marks[np.uint64(k)] & SUMMED:
            weight += weights[side, np.uint64(k)]
            weighted += sums[side, np.uint64(k)]
    return (FOREGROUND_UNIT * weighted + weight // 2) // weight if weight else np.int64(-1)


@inline
def _mean(weight: Any, weighted: Any, parent: Any) -> Any:
    """Return a cell's mean, by as much as it has no weight its parent's.

    Numerators are below 2**31, so that the quotient of floats is never rounded to a next integer.
    """
    share = weight + np.int32(_PARENT)
    value = FOREGROUND_UNIT * weighted + np.int32(_PARENT) * parent + (share >> np.int32(1))
    return np.int32(np.float64(value) / np.float64(share))


@inline
def _parent(means: Any, at: Any, j: Any, i: Any, size: Any) -> Any:
    """Return what a square takes from the four nearest next larger ones, `size` of them."""
    down, across = size
    y, x = j >> 1, i >> 1
    below = min(max(y + 2 * (j & 1) - 1, 0), down - 1)
    beside = min(max(x + 2 * (i & 1) - 1, 0), across - 1)
    near, far = at + y * across, at + below * across
    own, side = means[np.uint64(near + x)], means[np.uint64(near + beside)]
    under, corner = means[np.uint64(far + x)], means[np.uint64(far + beside)]
    weighted = np.int32(9) * own + np.int32(3) * (side + under) + corner
    return (weighted + np.int32(8)) >> np.int32(4)


@inline
def _level(size: Any, level: Any) -> Any:
    """Return where a level begins, and its size."""
    at, (down, across) = 0, size
    for _ in range(level):
        at, down, across = at + down * across, (down + 1) // 2, (across + 1) // 2
    return at, down, across


@inline
def _to_means(weights: Any, means: Any, marks: Any, size: Any, side: Any, whole: Any) -> None:
    """Make means of sums, from the largest squares down."""
    above, up_size = 0, (1, 1)
    for back in range(FOREGROUND_LEVELS):
        at, down, across = _level(size, FOREGROUND_LEVELS - 1 - back)
        for j in range(down):
            i = run_start(marks, at + j * across, 0, across, WANTED)
            while i < across:
                k = np.uint64(at + j * across + i)
                parent = np.int32(whole)
                if back:
                    parent = _parent(means, above, j, i, up_size)
                if marks[k] & SUMMED:
                    means[k] = _mean(weights[k], means[k], parent)
                else:
                    means[k] = parent
                i = run_start(marks, at + j * across, i + 1, across, WANTED)
        above, up_size = at, (down, across)


@inline
def make_means(plane: Any, matte: Any, marks: Any, weights: Any, means: Any, columns: Any) -> bool:
    """Write the means of covered and uncovered samples; return whether there are both."""
    size = _size(matte)
    across = size[1]
    for j in range(size[0]):
        at, i = j * across, run_start(marks, j * across, 0, across, SUMMED)
        while i < across:
            end = run_end(marks, at, i, across, SUMMED)
            _sum_samples(matte, plane, j, i, end, columns)
            i = _taken(marks, columns, means, j, i, end, across)
    _add_up(marks, means, size)
    first = _level(size, FOREGROUND_LEVELS - 1)[0]
    front, behind = (
        _total(weights, means, marks, first, 0),
        _total(weights, means, marks, first, 1),
    )
    if front < 0 or behind < 0:
        return False
    _to_means(weights[0], means[0], marks, size, 0, front)
    _to_means(weights[1], means[1], marks, size, 1, behind)
    return True
