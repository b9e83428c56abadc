"""The room behind a person: learned, and told from her; `reference.room` has the arithmetic.

Rows must be packed. Only what is marked on the canvas is looked at, so the rest costs nothing.
"""

from __future__ import annotations

import math
from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, floats_at, integers_at
from fastvbg.kernels._planes import OUT_PLANES, PLANES, SHIFTS

_VARIANCE = types.Array(types.float32, 2, "C")
_OPTIONS = types.UniTuple(types.float64, 3)
_ROWS = types.Array(types.int32, 2, "C")
_STEP, _COPY = 1, 2
_NEW = np.uint8(32)
_FULL = np.uint8(255)


@inline
def _learn_run(frame: Any, room: Any, count: Any, mark: Any) -> None:
    """Take samples over, or go one level toward them."""
    now, known = bytes_at(frame, count), bytes_at(room, count)
    if mark == _COPY:
        for x in range(np.uint64(count)):
            known[x] = now[x]
    else:
        for x in range(np.uint64(count)):
            here, before = now[x], known[x]
            known[x] = np.uint8(before + np.uint8(here > before) - np.uint8(here < before))


@inline
def _learn_cells(frame: Any, room: Any, j: Any, run: Any, factor: Any, shifts: Any) -> None:
    """Learn the samples of a run of cells: of chroma those whose first pixel lies in them."""
    first, end, mark = run
    across, down = shifts
    round_x, round_y = (1 << across) - 1, (1 << down) - 1
    top, bottom = (j * factor + round_y) >> down, ((j + 1) * factor + round_y) >> down
    left, right = (first * factor + round_x) >> across, (end * factor + round_x) >> across
    right = min(right, frame.shape[1])
    if right > left:
        for y in range(top, min(bottom, frame.shape[0])):
            start, at = address_of(frame, y) + left, address_of(room, y) + left
            _learn_run(start, at, right - left, mark)


@inline
def _noise_of(frame: Any, room: Any, j: Any, i: Any, factor: Any) -> Any:
    """Return the mean difference of a cell, in parts of 1/8 level."""
    top, bottom = j * factor, min((j + 1) * factor, frame.shape[0])
    left = i * factor
    count = min(factor, frame.shape[1] - left)
    off = np.int32(0)
    for y in range(top, bottom):
        now = bytes_at(address_of(frame, y) + left, count)
        known = bytes_at(address_of(room, y) + left, count)
        for x in range(np.uint64(count)):
            off += abs(np.int32(now[x]) - np.int32(known[x]))
    size = np.int32((bottom - top) * count)
    return (np.int32(16) * off + size) // (np.int32(2) * size)


@kernel(PLANE, PLANES, OUT_PLANES, OUT_PLANE, INT, SHIFTS)
def learn(marks: Any, frame: Any, room: Any, noise: Any, factor: Any, shifts: Any) -> None:
    """Change the room and its noise where cells are marked."""
    rows, cols = marks.shape
    luma = 0, 0
    for j in range(rows):
        mark_row = bytes_at(address_of(marks, j), cols)
        noise_row = bytes_at(address_of(noise, j), cols)
        i = 0
        while i < cols:
            mark = mark_row[np.uint64(i)]
            end = i + 1
            while end < cols and mark_row[np.uint64(end)] == mark:
                end += 1
            if mark:
                for k in range(i, end):
                    before = np.int32(noise_row[np.uint64(k)])
                    off = _noise_of(frame[0], room[0], j, k, factor)
                    held = min(max(off, before - (before >> np.int32(3))), np.int32(255))
                    noise_row[np.uint64(k)] = np.uint8(held) if mark == _STEP else _NEW
                run = i, end, mark
                _learn_cells(frame[0], room[0], j, run, factor, luma)
                _learn_cells(frame[1], room[1], j, run, factor, shifts)
                _learn_cells(frame[2], room[2], j, run, factor, shifts)
            i = end


@inline
def _share(along: Any, length: Any, coverage: Any, off: Any, options: Any) -> Any:
    """Return coverage by the room, or what it is where it is whole."""
    soft, clear, spread = options
    m = np.float32(coverage)
    weight = soft if coverage > np.uint8(0) else clear
    k = weight * (off + spread * (m * m))
    share = (np.float32(np.int32(255) * along) + k * m) / (np.float32(length) + k)
    held = min(max(share, np.float32(0)), np.float32(255))
    value = np.uint8(np.int32(math.floor(held + np.float32(0.5))))
    return coverage if coverage == _FULL else value


@inline
def _add_samples(frame: Any, room: Any, fronts: Any, count: Any, sums: Any) -> None:
    """Add what samples say: how far they lie along the line, and how long it is squared."""
    now, known, front = bytes_at(frame, count), bytes_at(room, count), integers_at(fronts, count)
    along, length = integers_at(sums[0], count), integers_at(sums[1], count)
    for x in range(np.uint64(count)):
        behind = np.int32(known[x])
        reach = front[x] - behind
        along[x] += (np.int32(now[x]) - behind) * reach
        length[x] += reach * reach


@inline
def _add_halved(frame: Any, room: Any, fronts: Any, left: Any, count: Any, sums: Any) -> None:
    """Do so of a row of chroma that is halved across; `left` is the first pixel of luma."""
    first = left >> 1
    samples = ((left + count - 1) >> 1) - first + 1
    now, known = bytes_at(frame + first, samples), bytes_at(room + first, samples)
    front = integers_at(fronts, count)
    along, length = integers_at(sums[0], count), integers_at(sums[1], count)
    for x in range(count):
        k = np.uint64(((left + x) >> 1) - first)
        behind = np.int32(known[k])
        reach = front[np.uint64(x)] - behind
        along[np.uint64(x)] += (np.int32(now[k]) - behind) * reach
        length[np.uint64(x)] += reach * reach


@inline
def _decide_run(
    matte: Any,
    frame: Any,
    room: Any,
    j: Any,
    run: Any,
    factor: Any,
    shifts: Any,
    options: Any,
    rows: Any,
) -> None:
    """Write the coverage of a run of cells; `rows` begin with what each pixel's cell has."""
    first, end = run
    left = first * factor
    count = min(end * factor, matte.shape[1]) - left
    sums = address_of(rows, 4), address_of(rows, 5)
    along, length = integers_at(sums[0], count), integers_at(sums[1], count)
    off = floats_at(address_of(rows, 3), count)
    for y in range(j * factor, min((j + 1) * factor, matte.shape[0])):
        for x in range(np.uint64(count)):
            along[x], length[x] = np.int32(0), np.int32(0)
        at, known = address_of(frame[0], y) + left, address_of(room[0], y) + left
        _add_samples(at, known, address_of(rows, 0), count, sums)
        for c in range(1, 3):
            row = y >> shifts[1]
            at, known = address_of(frame[c], row), address_of(room[c], row)
            if shifts[0]:
                _add_halved(at, known, address_of(rows, c), left, count, sums)
            else:
                _add_samples(at + left, known + left, address_of(rows, c), count, sums)
        coverage = bytes_at(address_of(matte, y) + left, count)
        for x in range(np.uint64(count)):
            coverage[x] = _share(along[x], length[x], coverage[x], off[x], options)


@kernel(OUT_PLANE, PLANES, PLANES, PLANES, _VARIANCE, INT, SHIFTS, _OPTIONS, _ROWS)
def decide(
    matte: Any,
    frame: Any,
    room: Any,
    fronts: Any,
    variance: Any,
    factor: Any,
    shifts: Any,
    options: Any,
    rows: Any,
) -> None:
    """Change a matte, whose rows are packed too, where the variance of cells is not below 0.

    `rows` is scratch: 6 rows of integers, as long as one of the canvas stretched.
    """
    settings = np.float32(options[0]), np.float32(options[1]), np.float32(options[2])
    down, across = variance.shape
    for j in range(down):
        off = floats_at(address_of(variance, j), across)
        i = 0
        while i < across:
            if off[np.uint64(i)] < 0:
                i += 1
                continue
            end = i
            while end < across and off[np.uint64(end)] >= 0:
                _spread(fronts, off, j, end, (end - i) * factor, factor, rows)
                end += 1
            _decide_run(matte, frame, room, j, (i, end), factor, shifts, settings, rows)
            i = end


@inline
def _spread(fronts: Any, off: Any, j: Any, i: Any, at: Any, factor: Any, rows: Any) -> None:
    """Write what a cell has for each of its pixels, from `at` on."""
    for c in range(3):
        front = np.int32(bytes_at(address_of(fronts[c], j), i + 1)[np.uint64(i)])
        to = integers_at(address_of(rows, c) + 4 * at, factor)
        for x in range(np.uint64(factor)):
            to[x] = front
    to_off = floats_at(address_of(rows, 3) + 4 * at, factor)
    for x in range(np.uint64(factor)):
        to_off[x] = off[np.uint64(i)]
