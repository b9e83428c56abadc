"""What the remembered room knows on the canvas; `reference.room` has the arithmetic.

All planes of the canvas are of consecutive bytes.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.constants import ROOM_FEWEST, ROOM_GRID, ROOM_REACH, ROOM_TURNS
from fastvbg.kernels._jit import INT, inline, kernel
from fastvbg.kernels._lanes import SIXTEEN
from fastvbg.kernels._memory import address_of, bytes_at, floats_at, integers_at
from fastvbg.kernels._rows import copy_row
from fastvbg.kernels.person.plan import ROOM_PAD, ROOM_SUMS
from fastvbg.kernels.person.room_lanes import sum_squares

_CANVAS = types.Array(types.uint8, 2, "C", readonly=True)
_OUT_CANVAS = types.Array(types.uint8, 2, "C")
_GUIDES = types.UniTuple(_CANVAS, 3)
_VARIANCE = types.Array(types.float32, 2, "C")
_SUMS = types.Array(types.int32, 3, "C")
_ROWS = types.Array(types.int32, 2, "C")

_FRONT, _SOUND, _NOISE = 0, 4, 5
"""Sums of squares: of foreground, and of its Y, U and V; of what is known, and its noise.
"""
_ONE, _TWO, _HALF, _FULL = np.uint8(1), np.uint8(2), np.uint8(4), np.uint8(255)
_WHERE_NONE = np.float32(-1)


@inline
def _flat(plane: Any) -> Any:
    """Return the bytes of a plane."""
    return bytes_at(address_of(plane, 0), plane.size)


@inline
def _difference(first: Any, second: Any) -> Any:
    return np.uint8(max(first, second) - min(first, second))


@inline
def _open_most(alike: Any, j: Any, to: Any, cols: Any) -> None:
    """Write 2 to those cells of a row that look as the room with most about them, 1 beside any."""
    above, row, below = (
        bytes_at(address_of(alike, j), cols + 2),
        bytes_at(address_of(alike, j + 1), cols + 2),
        bytes_at(address_of(alike, j + 2), cols + 2),
    )
    kinds = bytes_at(to, cols)
    for x in range(np.uint64(cols)):
        one, two = x + np.uint64(1), x + np.uint64(2)
        total = above[x] + above[one] + above[two] + row[x] + row[one] + row[two]
        total += below[x] + below[one] + below[two]
        most = row[one] & np.uint8(np.uint8(total) > _HALF)
        kinds[x] = _TWO if most else np.uint8(np.uint8(total) > np.uint8(0))


@kernel(
    _GUIDES,
    _GUIDES,
    types.UniTuple(_CANVAS, 4),
    _CANVAS,
    types.UniTuple(INT, 4),
    types.UniTuple(INT, 2),
    _OUT_CANVAS,
    _OUT_CANVAS,
    _OUT_CANVAS,
)
def survey(
    guides: Any,
    room: Any,
    mattes: Any,
    known: Any,
    levels: Any,
    luma: Any,
    apart: Any,
    edge: Any,
    alike: Any,
) -> Any:
    """Write how far a frame is from the room, and which cells have an edge; return counts.

    The last is scratch, a cell larger all around, in which zeros lie beyond the canvas.
    """
    covered, changed = np.int32(levels[0]), np.int32(levels[1])
    certain, nearest = np.uint8(levels[2]), np.uint8(levels[3])
    dark, light = np.uint8(luma[0]), np.uint8(luma[1])
    count = np.uint64(apart.size)
    y, u, v = _flat(guides[0]), _flat(guides[1]), _flat(guides[2])
    room_y, room_u, room_v = _flat(room[0]), _flat(room[1]), _flat(room[2])
    near, least, beside, sure = mattes
    off, most, held = _flat(apart), _flat(near), _flat(known)
    low, high, seen, to = _flat(least), _flat(beside), _flat(sure), _flat(edge)
    for x in range(count):
        chroma = max(_difference(u[x], room_u[x]), _difference(v[x], room_v[x]))
        off[x] = max(_difference(y[x], room_y[x]), chroma)
    for x in range(count):
        told = np.uint8((room_y[x] > dark) & (room_y[x] < light))
        told &= np.uint8((seen[x] < certain) & (off[x] < nearest))
        to[x] = held[x] & np.uint8(high[x] > np.uint8(0)) & told
    height, cols = edge.shape
    for j in range(height):
        row, wide = address_of(edge, j), address_of(alike, j + 1)
        copy_row(row, wide + 1, cols)
    for j in range(height):
        _open_most(alike, j, address_of(edge, j), cols)
    for x in range(count):
        soft = np.uint8((low[x] < _FULL) | (to[x] > np.uint8(0)))
        soft &= held[x] & np.uint8(high[x] > np.uint8(0))
        to[x] = max(to[x] & _TWO, soft)
    sound, others, edges = np.int32(0), np.int32(0), np.int32(0)
    for x in range(count):
        heard = np.int32(held[x]) & np.int32(np.int32(most[x]) < covered)
        sound += heard
        others += heard & np.int32(np.int32(off[x]) > changed)
    for x in range(count):
        edges += np.int32(to[x] > np.uint8(0))
    return np.int64(sound), np.int64(others), np.int64(edges)


@inline
def _sum_rest(chosen: Any, values: Any, kept: Any, rows: Any, cols: Any, at: Any, to: Any) -> None:
    """Write the sums of squares from column `at` on, of which fewer than four are whole."""
    size = rows * cols
    mask, value = bytes_at(chosen, size), bytes_at(values, size)
    for first in range(at, cols, ROOM_GRID):
        total = np.int32(0)
        for k in range(rows * ROOM_GRID):
            x = first + k % ROOM_GRID
            if x < cols:
                n = np.uint64(k // ROOM_GRID * cols + x)
                total += np.int32(mask[n] & value[n] & kept)
        integers_at(to + 4 * (first // ROOM_GRID), 1)[0] = total


@inline
def _sum_plane(chosen: Any, values: Any, kept: Any, shape: Any, sums: Any) -> None:
    """Write sums over squares of those bits of bytes that are kept, where chosen by 255.

    The planes are addresses.
    """
    height, cols = shape
    whole = cols // SIXTEEN * SIXTEEN
    for j in range((height + ROOM_GRID - 1) // ROOM_GRID):
        top = j * ROOM_GRID
        rows = min(height - top, ROOM_GRID)
        mask, value, to = chosen + top * cols, values + top * cols, address_of(sums, j)
        for x in range(0, whole, SIXTEEN):
            sum_squares(mask + x, value + x, kept, cols, rows, to + x)
        _sum_rest(mask, value, kept, rows, cols, whole, to)


@inline
def _add_row(sums: Any, j: Any, column: Any, sign: Any) -> None:
    """Add a row of squares to the sums of columns, or take it away, where there is one."""
    if 0 <= j < sums.shape[0]:
        width = sums.shape[1]
        values, totals = integers_at(address_of(sums, j), width), integers_at(column, width)
        for x in range(np.uint64(width)):
            totals[x] += sign * values[x]


@inline
def _sum_around(column: Any, width: Any, reach: Any, to: Any) -> None:
    """Write the sums of each column and so many each way; all are addresses, zeros lie beyond."""
    sums = integers_at(to, width)
    for x in range(np.uint64(width)):
        sums[x] = 0
    for d in range(-reach, reach + 1):
        values = integers_at(column + 4 * d, width)
        for x in range(np.uint64(width)):
            sums[x] += values[x]


@inline
def _variances(variance: Any, j: Any, rows: Any, doubt: Any) -> None:
    """Write the variance of a row of squares."""
    width = variance.shape[1]
    to = floats_at(address_of(variance, j), width)
    heard, noise = integers_at(address_of(rows, 0), width), integers_at(address_of(rows, 1), width)
    least, levels = np.float32(doubt[0]), np.float32(doubt[1])
    for x in range(np.uint64(width)):
        mean = np.float32(noise[x]) / np.float32(max(heard[x], np.int32(1)))
        off = max(mean, least) * levels
        to[x] = off * off if heard[x] >= ROOM_FEWEST[1] else _WHERE_NONE


@kernel(
    _GUIDES,
    _CANVAS,
    _CANVAS,
    _CANVAS,
    _CANVAS,
    INT,
    types.UniTuple(types.float64, 2),
    _SUMS,
    _VARIANCE,
    types.UniTuple(_OUT_CANVAS, 2),
    _ROWS,
)
def gather(
    guides: Any,
    matte: Any,
    edge: Any,
    known: Any,
    noise: Any,
    level: Any,
    doubt: Any,
    sums: Any,
    variance: Any,
    chosen: Any,
    rows: Any,
) -> None:
    """Write what is foreground in squares, and the variance of the room there.

    The last four are as `plan.squares_scratch` makes them.
    """
    front = np.uint8(level)
    count = np.uint64(matte.size)
    coverage, kinds, whole = _flat(matte), _flat(edge), _flat(chosen[0])
    held, heard = _flat(known), _flat(chosen[1])
    for x in range(count):
        whole[x] = _FULL if (coverage[x] >= front) & (kinds[x] != _TWO) else np.uint8(0)
    for x in range(count):
        heard[x] = _FULL if held[x] > np.uint8(0) else np.uint8(0)
    fronts, sounds = address_of(chosen[0], 0), address_of(chosen[1], 0)
    values = (
        fronts,
        address_of(guides[0], 0),
        address_of(guides[1], 0),
        address_of(guides[2], 0),
        sounds,
        address_of(noise, 0),
    )
    for k in range(ROOM_SUMS):
        kept = _ONE if (k == _FRONT) | (k == _SOUND) else _FULL
        _sum_plane(fronts if k < _SOUND else sounds, values[k], kept, matte.shape, sums[k])
    for k in range(2):
        column = integers_at(address_of(rows, 2 + k), rows.shape[1])
        for x in range(np.uint64(rows.shape[1])):
            column[x] = 0
    for j in range(-ROOM_REACH, variance.shape[0]):
        for k in range(2):
            column = address_of(rows, 2 + k) + 4 * ROOM_PAD
            _add_row(sums[_SOUND + k], j + ROOM_REACH, column, np.int32(1))
            _add_row(sums[_SOUND + k], j - ROOM_REACH - 1, column, np.int32(-1))
            _sum_around(column, sums.shape[2], ROOM_REACH, address_of(rows, k))
        if j >= 0:
            _variances(variance, j, rows, doubt)


@kernel(
    _CANVAS,
    _CANVAS,
    _CANVAS,
    _OUT_CANVAS,
    _OUT_CANVAS,
    INT,
    types.UniTuple(INT, 5),
    _OUT_CANVAS,
)
def mark(
    near: Any,
    sure: Any,
    apart: Any,
    known: Any,
    free_for: Any,
    turn: Any,
    levels: Any,
    marks: Any,
) -> None:
    """Mark what is to be learned, and change what is known.

    Rows have turns, but what is another room is taken at once in all of them, in the first turn:
    else rows of a thing that passes would be of different times, which shows as stripes.
    """
    covered, changed, frames, certain, alike = levels
    count = np.uint64(near.size)
    most, since = _flat(near), _flat(free_for)
    low = np.uint8(covered)
    for x in range(count):
        later = np.uint8(min(since[x], np.uint8(254)) + np.uint8(1))
        since[x] = later if most[x] < low else np.uint8(0)
    anew = np.uint8(2) if turn == 0 else np.uint8(0)
    for j in range(near.shape[0]):
        values = np.uint8((j - turn) % ROOM_TURNS == 0), anew
        _mark_row(known, free_for, apart, marks, j, np.uint8(frames), np.uint8(changed), values)
    seen, off, held = _flat(sure), _flat(apart), _flat(known)
    person, room = np.uint8(certain), np.uint8(alike)
    for x in range(count):
        held[x] = held[x] & np.uint8((seen[x] < person) | (off[x] >= room))


@inline
def _mark_row(
    known: Any,
    free_for: Any,
    apart: Any,
    marks: Any,
    j: Any,
    frames: Any,
    changed: Any,
    values: Any,
) -> None:
    """Mark a row by a value where the room is the one that is known, and by one where it is not.

    What is marked is known then.
    """
    cols = marks.shape[1]
    held, since = bytes_at(address_of(known, j), cols), bytes_at(address_of(free_for, j), cols)
    off, to = bytes_at(address_of(apart, j), cols), bytes_at(address_of(marks, j), cols)
    for x in range(np.uint64(cols)):
        anew = (held[x] == np.uint8(0)) | (off[x] > changed)
        value = values[1] if anew else values[0]
        to[x] = value if since[x] >= frames else np.uint8(0)
    for x in range(np.uint64(cols)):
        held[x] = held[x] | np.uint8(to[x] > np.uint8(0))
