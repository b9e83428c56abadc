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
from fastvbg.kernels.person.discriminant_lanes import decide_eight
from fastvbg.kernels.person.plan import CELL, CELL_LINE, CELL_SUMS

_REACH = 2
_NONE, _FULL = np.uint8(0), np.uint8(255)
_UNSURE, _SOLVED, _GATHERED = np.uint8(1), np.uint8(2), np.uint8(4)
"""Marks of cells with unsure pixels, of those these lie between, and of all that tell of these."""

_GUIDES = types.UniTuple(PLANE, 3)
_SUMS = types.Array(types.int32, 3, "C")
_LINES = types.Array(types.int64, 3, "C")
_MARKS = types.Array(types.uint8, 2, "C")
_OPTIONS = types.UniTuple(types.float64, 8)


@inline
def _mark_cells(inside: Any, near: Any, marks: Any) -> None:
    """Mark each cell that has an unsure pixel."""
    rows, cols = inside.shape
    whole = cols // CELL
    for j in range(marks.shape[0]):
        own, last = bytes_at(address_of(marks, j), marks.shape[1]), min(CELL * j + CELL, rows)
        for k in range(np.uint64(marks.shape[1])):
            own[k] = np.uint8(0)
        for y in range(CELL * j, last):
            ins, nears = address_of(inside, y), address_of(near, y)
            eights, others = long_words_at(ins, whole), long_words_at(nears, whole)
            for k in range(np.uint64(whole)):
                own[k] |= np.uint8(eights[k] != others[k])
            rest, other_rest = bytes_at(ins, cols), bytes_at(nears, cols)
            for x in range(np.uint64(CELL * whole), np.uint64(cols)):
                own[np.uint64(whole)] |= np.uint8(rest[x] != other_rest[x])


@inline
def _mark_about(marks: Any, reach: Any, mark: Any) -> None:
    """Mark what is at most so many cells from those with unsure pixels."""
    height, width = marks.shape
    for j in range(height):
        for k in range(width):
            if marks[j, k] & _UNSURE:
                for a in range(max(j - reach, 0), min(j + reach + 1, height)):
                    for b in range(max(k - reach, 0), min(k + reach + 1, width)):
                        marks[a, b] |= mark


@inline
def _gather(
    inside: Any, near: Any, guides: Any, j: Any, k: Any, wanted: Any, sums: Any, first: Any
) -> None:
    """Sum up a cell's samples of a side, where `inside` and `near` are both as wanted.

    One side at a time, whose sums then stay in registers.
    """
    rows, cols = inside.shape
    n, of_y, of_u, of_v = 0, 0, 0, 0
    yy, uu, vv, yu, yv, uv = 0, 0, 0, 0, 0, 0
    for y in range(CELL * j, min(CELL * j + CELL, rows), 2):
        ins, nears = bytes_at(address_of(inside, y), cols), bytes_at(address_of(near, y), cols)
        y_row = bytes_at(address_of(guides[0], y), cols)
        u_row = bytes_at(address_of(guides[1], y), cols)
        v_row = bytes_at(address_of(guides[2], y), cols)
        for at in range(CELL * k, min(CELL * k + CELL, cols), 2):
            x = np.uint64(at)
            if ins[x] == wanted and nears[x] == wanted:
                luma, blue, red = np.int32(y_row[x]), np.int32(u_row[x]), np.int32(v_row[x])
                n, of_y, of_u, of_v = n + 1, of_y + luma, of_u + blue, of_v + red
                yy, uu, vv = yy + luma * luma, uu + blue * blue, vv + red * red
                yu, yv, uv = yu + luma * blue, yv + luma * red, uv + blue * red
    sums[first], sums[first + 1] = np.int32(n), np.int32(of_y)
    sums[first + 2], sums[first + 3] = np.int32(of_u), np.int32(of_v)
    sums[first + 4], sums[first + 5] = np.int32(yy), np.int32(uu)
    sums[first + 6], sums[first + 7] = np.int32(vv), np.int32(yu)
    sums[first + 8], sums[first + 9] = np.int32(yv), np.int32(uv)


@inline
def _around(sums: Any, j: Any, k: Any, total: Any) -> None:
    """Sum up what was gathered in the cells around one."""
    # A count that is known would have LLVM unroll the loops before it finds vectors for them.
    count = sums.shape[2]
    for index in range(np.uint64(count)):
        total[index] = np.int32(0)
    for a in range(max(j - _REACH, 0), min(j + _REACH + 1, sums.shape[0] - 1)):
        for b in range(max(k - _REACH, 0), min(k + _REACH + 1, sums.shape[1])):
            own = sums[a, b]
            for index in range(np.uint64(count)):
                total[index] += own[index]


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
def _reaches(marks: Any, j: Any, k: Any) -> Any:
    """Tell whether unsure pixels of a row of cells lie within a column of them or beside it."""
    found = marks[j, k] | marks[j, max(k - 1, 0)] | marks[j, min(k + 1, marks.shape[1] - 1)]
    return found & _UNSURE


@inline
def _lines_at(lines: Any, y: Any, marks: Any) -> Any:
    """Write what row `y` has of the lines, times 16, behind their last row; return it."""
    count = lines.shape[0] - 1
    j, below, far = _beside(y, count)
    row = lines[count]
    for k in range(marks.shape[1]):
        if _reaches(marks, j, k):
            near, next_near, own = lines[j, k], lines[below, k], row[k]
            for index in range(np.uint64(CELL_LINE)):
                own[index] = (16 - far) * near[index] + far * next_near[index]
    return row


@inline
def _decide_half(lines: Any, first: Any, start: Any, end: Any, rows: Any, result: Any) -> None:
    """Decide the unsure pixels of a row between the middles of a cell and the next.

    Beyond the outermost middles there is one cell alone.
    """
    count = lines.shape[0]
    left, right = lines[max(first, 0)], lines[min(first + 1, count - 1)]
    values, ins, nears, y_row, u_row, v_row = rows
    y_left, u_left, v_left, base_left, share_left = left[0], left[1], left[2], left[3], left[4]
    y_right, u_right, v_right = right[0], right[1], right[2]
    base_right, share_right = right[3], right[4]
    middle = CELL * first + CELL // 2
    for at in range(start, end):
        x = np.uint64(at)
        if ins[x] == nears[x]:
            continue
        far = np.int64(2 * (at - middle) + 1)
        near = 16 - far
        told = near * base_left + far * base_right
        told += (near * y_left + far * y_right) * np.int64(y_row[x])
        told += (near * u_left + far * u_right) * np.int64(u_row[x])
        told += (near * v_left + far * v_right) * np.int64(v_row[x])
        share = near * share_left + far * share_right
        told = min(max(told, np.int64(0)), 255 * share)
        value = np.int64(values[x]) * (65536 - share) + told
        result[x] = np.uint8((value + 32768) >> 16)


@inline
def _decide_row(
    y: Any, matte: Any, inside: Any, near: Any, guides: Any, lines: Any, marks: Any, out: Any
) -> None:
    """Decide the unsure pixels of a row; leave the others."""
    cols = matte.shape[1]
    values, result = bytes_at(address_of(matte, y), cols), bytes_at(address_of(out, y), cols)
    for x in range(np.uint64(cols)):
        result[x] = values[x]
    rows = (
        values,
        bytes_at(address_of(inside, y), cols),
        bytes_at(address_of(near, y), cols),
        bytes_at(address_of(guides[0], y), cols),
        bytes_at(address_of(guides[1], y), cols),
        bytes_at(address_of(guides[2], y), cols),
    )
    own_lines = _lines_at(lines, y, marks)
    count = marks.shape[1]
    for cell in range(count):
        if marks[y // CELL, cell] & _UNSURE:
            start = CELL * cell
            if start + CELL <= cols:
                decide_eight(
                    address_of(matte, y) + start,
                    (
                        address_of(guides[0], y) + start,
                        address_of(guides[1], y) + start,
                        address_of(guides[2], y) + start,
                    ),
                    address_of(inside, y) + start,
                    address_of(near, y) + start,
                    (
                        address_of(own_lines, max(cell - 1, 0)),
                        address_of(own_lines, cell),
                        address_of(own_lines, min(cell + 1, count - 1)),
                    ),
                    address_of(out, y) + start,
                )
            else:
                middle = min(start + CELL // 2, cols)
                _decide_half(own_lines, cell - 1, start, middle, rows, result)
                _decide_half(own_lines, cell, middle, cols, rows, result)


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
    _mark_about(marks, 1, _SOLVED)
    _mark_about(marks, _REACH + 1, _GATHERED)
    total = sums[marks.shape[0], 0]
    for j in range(marks.shape[0]):
        for k in range(marks.shape[1]):
            if marks[j, k] & _GATHERED:
                _gather(inside, near, guides, j, k, _FULL, sums[j, k], 0)
                _gather(inside, near, guides, j, k, _NONE, sums[j, k], CELL_SUMS)
    for j in range(marks.shape[0]):
        for k in range(marks.shape[1]):
            if marks[j, k] & _SOLVED:
                _around(sums, j, k, total)
                _solve(total, options, lines[j, k])
    for y in range(matte.shape[0]):
        _decide_row(y, matte, inside, near, guides, lines, marks, out)
