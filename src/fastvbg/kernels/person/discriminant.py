"""Where a matte is not sure, colour decides; `reference.discriminant` has the arithmetic.

Only about the matte's edges is anything gathered or decided: elsewhere the matte is left.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import OUT_PLANE, PLANE, inline, kernel
from fastvbg.kernels._memory import address_of, bytes_at, long_words_at
from fastvbg.kernels._symmetric import cofactors
from fastvbg.kernels.person.plan import CELL, CELL_LINE, CELL_SUMS

_REACH = 2

_GUIDES = types.UniTuple(PLANE, 3)
_SUMS = types.Array(types.int32, 3, "C")
_LINES = types.Array(types.int64, 3, "C")
_MARKS = types.Array(types.uint8, 2, "C")
_OPTIONS = types.UniTuple(types.float64, 8)


@inline
def _mark_cells(inside: Any, near: Any, marks: Any) -> None:
    """Mark each cell that has an unsure pixel."""
    rows, cols = inside.shape
    marks[:] = np.uint8(0)
    whole = cols // CELL
    for y in range(rows):
        ins, nears = address_of(inside, y), address_of(near, y)
        eights, others = long_words_at(ins, whole), long_words_at(nears, whole)
        for k in range(np.uint64(whole)):
            marks[y // CELL, k] |= np.uint8(eights[k] != others[k])
        rest, other_rest = bytes_at(ins, cols), bytes_at(nears, cols)
        for x in range(np.uint64(CELL * whole), np.uint64(cols)):
            marks[y // CELL, whole] |= np.uint8(rest[x] != other_rest[x])


@inline
def _is_near(marks: Any, j: Any, k: Any, reach: Any) -> Any:
    """Tell whether a cell is marked, or one that is so far from it."""
    height, width = marks.shape
    for a in range(max(j - reach, 0), min(j + reach + 1, height)):
        for b in range(max(k - reach, 0), min(k + reach + 1, width)):
            if marks[a, b]:
                return True
    return False


@inline
def _gather(inside: Any, near: Any, guides: Any, j: Any, k: Any, sums: Any) -> None:
    """Sum up the samples of a cell, those of foreground and those of background."""
    rows, cols = inside.shape
    for index in range(2 * CELL_SUMS):
        sums[index] = 0
    for y in range(CELL * j, min(CELL * j + CELL, rows), 2):
        ins, nears = bytes_at(address_of(inside, y), cols), bytes_at(address_of(near, y), cols)
        y_row = bytes_at(address_of(guides[0], y), cols)
        u_row = bytes_at(address_of(guides[1], y), cols)
        v_row = bytes_at(address_of(guides[2], y), cols)
        for at in range(CELL * k, min(CELL * k + CELL, cols), 2):
            x = np.uint64(at)
            if ins[x] != nears[x]:
                continue
            luma, blue, red = np.int32(y_row[x]), np.int32(u_row[x]), np.int32(v_row[x])
            side = 0 if ins[x] else CELL_SUMS
            sums[side] += 1
            sums[side + 1] += luma
            sums[side + 2] += blue
            sums[side + 3] += red
            sums[side + 4] += luma * luma
            sums[side + 5] += blue * blue
            sums[side + 6] += red * red
            sums[side + 7] += luma * blue
            sums[side + 8] += luma * red
            sums[side + 9] += blue * red


@inline
def _around(sums: Any, j: Any, k: Any, total: Any) -> None:
    """Sum up what was gathered in the cells around one."""
    for index in range(2 * CELL_SUMS):
        total[index] = 0
    for a in range(max(j - _REACH, 0), min(j + _REACH + 1, sums.shape[0] - 1)):
        for b in range(max(k - _REACH, 0), min(k + _REACH + 1, sums.shape[1])):
            for index in range(2 * CELL_SUMS):
                total[index] += sums[a, b, index]


@inline
def _varies(total: Any, i: Any, j: Any, moment: Any) -> Any:
    """Return how two of Y, U and V vary together within both sides."""
    n, m = np.float64(total[0]), np.float64(total[CELL_SUMS])
    front, back = np.float64(total[moment]), np.float64(total[CELL_SUMS + moment])
    within = front - np.float64(total[i]) * np.float64(total[j]) / n
    beyond = back - np.float64(total[CELL_SUMS + i]) * np.float64(total[CELL_SUMS + j]) / m
    return (within + beyond) / (n + m)


@inline
def _solve(total: Any, options: Any, line: Any) -> None:
    """Write a cell's line from the sums around it; each operation is as in the reference."""
    fewest, noise_y, noise_u, noise_v, doubt, spread, spill, clear = options
    n, m = np.float64(total[0]), np.float64(total[CELL_SUMS])
    if n < fewest or m < fewest:
        for index in range(CELL_LINE):
            line[index] = 0
        return
    mean_y, mean_u, mean_v = (
        np.float64(total[CELL_SUMS + 1]) / m,
        np.float64(total[CELL_SUMS + 2]) / m,
        np.float64(total[CELL_SUMS + 3]) / m,
    )
    d_y = np.float64(total[1]) / n - mean_y
    d_u = np.float64(total[2]) / n - mean_u
    d_v = np.float64(total[3]) / n - mean_v
    yy = _varies(total, 1, 1, 4) + noise_y
    uu = _varies(total, 2, 2, 5) + noise_u
    vv = _varies(total, 3, 3, 6) + noise_v
    yu, yv = _varies(total, 1, 2, 7), _varies(total, 1, 3, 8)
    uv = _varies(total, 2, 3, 9)
    c_yy, c_uu, c_vv, c_yu, c_yv, c_uv, determinant = cofactors(yy, uu, vv, yu, yv, uv)
    scale = 1.0 / determinant
    w_y = (c_yy * d_y + c_yu * d_u + c_yv * d_v) * scale
    w_u = (c_yu * d_y + c_uu * d_u + c_uv * d_v) * scale
    w_v = (c_yv * d_y + c_uv * d_u + c_vv * d_v) * scale
    squared = d_y * w_y + d_u * w_u + d_v * w_v
    least = spread / np.sqrt(squared + 1.0)
    more = (1.0 + spill * squared / (squared + clear)) / (1.0 - least)
    gain = more / (squared + doubt) * (255 * 256)
    of_y, of_u, of_v = (
        np.floor(w_y * gain + 0.5),
        np.floor(w_u * gain + 0.5),
        np.floor(w_v * gain + 0.5),
    )
    line[0], line[1], line[2] = np.int64(of_y), np.int64(of_u), np.int64(of_v)
    mean = of_y * mean_y + of_u * mean_u + of_v * mean_v
    line[3] = np.int64(np.floor(0.5 - (mean + least * squared * gain)))
    line[4] = np.int64(np.floor(256.0 * squared / (squared + doubt) + 0.5))


@inline
def _beside(at: Any, count: Any) -> Any:
    """Return a pixel's cell, the other one it lies between, and how much that counts, of 16."""
    own, inner = at // CELL, at % CELL
    other = own - 1 if 2 * inner < CELL else own + 1
    return own, min(max(other, 0), count - 1), np.int64(abs(2 * inner + 1 - CELL))


@inline
def _between(lines: Any, index: Any, down: Any, across: Any) -> Any:
    """Return what a pixel has of a part of the lines, times 256."""
    j, below, far_y = down
    k, beside, far_x = across
    near = 16 - far_x
    upper = near * lines[j, k, index] + far_x * lines[j, beside, index]
    lower = near * lines[below, k, index] + far_x * lines[below, beside, index]
    return (16 - far_y) * upper + far_y * lower


@inline
def _decide_row(
    y: Any, matte: Any, inside: Any, near: Any, guides: Any, lines: Any, marks: Any, out: Any
) -> None:
    """Decide the unsure pixels of a row; leave the others."""
    cols = matte.shape[1]
    down = _beside(y, lines.shape[0])
    ins, nears = bytes_at(address_of(inside, y), cols), bytes_at(address_of(near, y), cols)
    y_row = bytes_at(address_of(guides[0], y), cols)
    u_row = bytes_at(address_of(guides[1], y), cols)
    v_row = bytes_at(address_of(guides[2], y), cols)
    values, result = bytes_at(address_of(matte, y), cols), bytes_at(address_of(out, y), cols)
    for x in range(np.uint64(cols)):
        result[x] = values[x]
    for cell in range(marks.shape[1]):
        if not marks[y // CELL, cell]:
            continue
        for at in range(CELL * cell, min(CELL * cell + CELL, cols)):
            x = np.uint64(at)
            if ins[x] == nears[x]:
                continue
            across = _beside(at, lines.shape[1])
            told = _between(lines, 3, down, across)
            told += _between(lines, 0, down, across) * np.int64(y_row[x])
            told += _between(lines, 1, down, across) * np.int64(u_row[x])
            told += _between(lines, 2, down, across) * np.int64(v_row[x])
            share = _between(lines, 4, down, across)
            told = min(max(told, np.int64(0)), 255 * share)
            value = np.int64(values[x]) * (65536 - share) + told
            result[x] = np.uint8((value + 32768) >> 16)


@kernel(PLANE, PLANE, PLANE, _GUIDES, _OPTIONS, OUT_PLANE, _SUMS, _LINES, _MARKS)
def separate(
    matte: Any,
    inside: Any,
    near: Any,
    guides: Any,
    options: Any,
    out: Any,
    sums: Any,
    lines: Any,
    marks: Any,
) -> None:
    """`out` is the matte, decided by colour where it is near foreground but not inside it.

    The options are those of the reference, in its order. Rows must be packed.
    """
    _mark_cells(inside, near, marks)
    total = sums[marks.shape[0], 0]
    for j in range(marks.shape[0]):
        for k in range(marks.shape[1]):
            if _is_near(marks, j, k, _REACH + 1):
                _gather(inside, near, guides, j, k, sums[j, k])
    for j in range(marks.shape[0]):
        for k in range(marks.shape[1]):
            if _is_near(marks, j, k, 1):
                _around(sums, j, k, total)
                _solve(total, options, lines[j, k])
    for y in range(matte.shape[0]):
        _decide_row(y, matte, inside, near, guides, lines, marks, out)
