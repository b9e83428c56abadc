"""A canvas matte fitted to luma and chroma at once; `reference.person.fit` has the arithmetic.

Chroma has done its part on the canvas: what it gives is added to the bases, so the frame's own luma
alone meets slopes and bases (`edges`). Where the matte is the same all around, slopes are 0 and
bases the matte itself, so only the box about its edges is fitted, and of that only those blocks of
a row that are not all 0 or all 255 around: a third of it about a person. Sums of columns are made
where such blocks need them, from those of the row before where these were needed, too. Rows must be
packed.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numba import types

from fastvbg.kernels._jit import INT, PLANE, inline, kernel
from fastvbg.kernels._lanes import SIXTEEN, set_sixteen, sixteen_differ, sum_neighbours
from fastvbg.kernels._memory import address_of, bytes_at, integers_at, long_words_at
from fastvbg.kernels._rows import pad_row
from fastvbg.kernels._symmetric import cofactors
from fastvbg.kernels.person.colour_means import IN_BLOCK, average_row, blocks_of
from fastvbg.kernels.person.moments import sum_columns
from fastvbg.kernels.person.plan import FIT_BLOCK, FITTED, MOMENTS

_PLANES = types.Array(types.int32, 3, "C")
_ROWS = types.Array(types.int32, 2, "C")
_GUIDES = types.UniTuple(PLANE, 3)
_CONTRASTS = types.UniTuple(INT, 2)
_FLAGS = types.Array(types.uint8, 2, "C")

_SUMS = 13


@inline
def _differs_at(here: Any, below: Any, x: Any, width: Any) -> Any:
    """Tell whether a pixel differs from the one below or from that to the right."""
    own, beside = here[np.uint64(x)], here[np.uint64(min(x + 1, width - 1))]
    return own != below[np.uint64(x)] or own != beside


@inline
def _eight_alike(matte: Any, y: Any, x: Any) -> Any:
    """Tell whether none of eight pixels does, to whose right there is one."""
    row, below = address_of(matte, y) + x, address_of(matte, min(y + 1, matte.shape[0] - 1)) + x
    own = long_words_at(row, 1)[0]
    return own == long_words_at(below, 1)[0] and own == long_words_at(row + 1, 1)[0]


@inline
def _edge_box(matte: Any, margin: Any) -> Any:
    """Return top, end, left and end of all edges of a matte, with a margin at least.

    The margin is flat, so more of it changes nothing; columns are those of whole blocks.
    """
    height, width = matte.shape
    top, bottom, left, right = height, 0, width, 0
    for y in range(height):
        here = bytes_at(address_of(matte, y), width)
        below = bytes_at(address_of(matte, min(y + 1, height - 1)), width)
        differs = np.uint8(0)
        for x in range(np.uint64(width)):
            differs |= here[x] ^ below[x]
        for x in range(np.uint64(width - 1)):
            differs |= here[x] ^ here[x + np.uint64(1)]
        if differs:
            top, bottom = min(top, y), max(bottom, min(y + 2, height))
            x = 0
            while x < left and not _differs_at(here, below, x, width):
                # Eight at a time: most are as those beside and below.
                x += 8 if x + 9 <= width and _eight_alike(matte, y, x) else 1
            left = min(left, x)
            x = width - 1
            while x > right - 2 and x >= 0 and not _differs_at(here, below, x, width):
                x -= 8 if x > 8 and x < width - 1 and _eight_alike(matte, y, x - 7) else 1
            right = max(right, min(x + 2, width))
    if top == height:
        return 0, 0, 0, 0
    return (
        max(top - margin, 0),
        min(bottom + margin, height),
        max(left - margin, 0) // FIT_BLOCK * FIT_BLOCK,
        min(FIT_BLOCK * blocks_of(right + margin), width),
    )


@inline
def _move_one(row: Any, plane: Any, entering: Any, leaving: Any, box: Any) -> None:
    left, width = box
    enters = bytes_at(address_of(plane, entering) + left, width)
    leaves = bytes_at(address_of(plane, leaving) + left, width)
    sums = integers_at(row, width)
    for x in range(np.uint64(width)):
        sums[x] += np.int32(enters[x]) - np.int32(leaves[x])


@inline
def _sum_of(rows: Any, index: Any, start: Any) -> Any:
    return integers_at(address_of(rows, _SUMS + index) + 4 * start, FIT_BLOCK)


@inline
def _solve(rows: Any, slopes: Any, start: Any, count: Any, contrasts: Any) -> None:
    """Write a block's slopes of Y, U and V, and bases, from the sums.

    In float64, each operation as in the reference, so each rounding is the same; the base by a
    reciprocal as in `_guided_fit`.
    """
    s_p, s_y = _sum_of(rows, 0, start), _sum_of(rows, 1, start)
    s_u, s_v = _sum_of(rows, 2, start), _sum_of(rows, 3, start)
    s_yp, s_up = _sum_of(rows, 4, start), _sum_of(rows, 5, start)
    s_vp, s_yy = _sum_of(rows, 6, start), _sum_of(rows, 7, start)
    s_uu, s_vv = _sum_of(rows, 8, start), _sum_of(rows, 9, start)
    s_yu, s_yv = _sum_of(rows, 10, start), _sum_of(rows, 11, start)
    s_uv = _sum_of(rows, 12, start)
    a_y, a_u, a_v, base = slopes
    n, share = np.float64(count), np.float64(1.0) / (2 * np.float64(count))
    flat, flat_c = (
        np.float64(count * count * contrasts[0]),
        np.float64(count * count * contrasts[1]),
    )
    for x in range(IN_BLOCK):
        p, y, u, v = (
            np.float64(s_p[x]),
            np.float64(s_y[x]),
            np.float64(s_u[x]),
            np.float64(s_v[x]),
        )
        yp, up = n * np.float64(s_yp[x]) - y * p, n * np.float64(s_up[x]) - u * p
        vp = n * np.float64(s_vp[x]) - v * p
        yy = n * np.float64(s_yy[x]) - y * y + flat
        uu = n * np.float64(s_uu[x]) - u * u + flat_c
        vv = n * np.float64(s_vv[x]) - v * v + flat_c
        yu, yv = n * np.float64(s_yu[x]) - y * u, n * np.float64(s_yv[x]) - y * v
        uv = n * np.float64(s_uv[x]) - u * v
        c_yy, c_uu, c_vv, c_yu, c_yv, c_uv, determinant = cofactors(yy, uu, vv, yu, yv, uv)
        scale = 256.0 / determinant
        of_y = np.floor((c_yy * yp + c_yu * up + c_yv * vp) * scale + 0.5)
        of_u = np.floor((c_yu * yp + c_uu * up + c_uv * vp) * scale + 0.5)
        of_v = np.floor((c_yv * yp + c_uv * up + c_vv * vp) * scale + 0.5)
        rest = 256.0 * p - of_y * y - of_u * u - of_v * v
        a_y[x], a_u[x], a_v[x] = np.int32(of_y), np.int32(of_u), np.int32(of_v)
        base[x] = np.int32(np.floor((2.0 * rest + n) * share))


@kernel(PLANE, _GUIDES, INT, _CONTRASTS, _PLANES, _PLANES, _ROWS, _ROWS, _FLAGS, _ROWS)
def fit(
    matte: Any,
    guides: Any,
    radius: Any,
    contrasts: Any,
    planes: Any,
    fitted: Any,
    rows: Any,
    averages: Any,
    mixed: Any,
    kept: Any,
) -> None:
    """`planes` are the averaged slopes of luma, and bases with chroma's part."""
    height, width = matte.shape
    if height == 0 or width == 0:
        return
    for y in range(height):
        values = bytes_at(address_of(matte, y), width)
        slopes = integers_at(address_of(planes[0], y), width)
        bases = integers_at(address_of(planes[1], y), width)
        for x in range(np.uint64(width)):
            slopes[x], bases[x] = np.int32(0), np.int32(values[x]) << np.int32(8)
    box = _edge_box(matte, 2 * radius)
    top, bottom = box[:2]
    if bottom == top:
        return
    for k in range(kept.shape[1]):
        kept[0, k] = kept[1, k] = np.int32(-2)
        kept[2, k] = np.int32(0)
    for y in range(top, bottom + radius):
        if y < bottom:
            _fit_row(matte, guides, y, radius, contrasts, fitted, rows, mixed, kept[0], box)
        if y - radius >= top:
            average_row(guides, y - radius, radius, planes, fitted, averages, mixed, kept, box)


@inline
def _fit_row(
    matte: Any,
    guides: Any,
    y: Any,
    radius: Any,
    contrasts: Any,
    fitted: Any,
    rows: Any,
    mixed: Any,
    kept: Any,
    box: Any,
) -> None:
    """Fit slopes and bases in a row of a box; beyond it its own border is repeated."""
    left, right = box[2:]
    width = right - left
    length, slot = width + 2 * radius, y % fitted.shape[1]
    _sum_matte(rows, matte, y, radius, box)
    blocks, reach = blocks_of(width), blocks_of(radius)
    done = 0
    for k in range(blocks):
        mixed[y, k] = _is_mixed(rows, FIT_BLOCK * k, length, radius)
        if mixed[y, k]:
            for block in range(max(done, k - reach), min(k + reach + 1, blocks)):
                sum_columns(rows, matte, guides, y, radius, box, block, kept)
            done = max(done, min(k + reach + 1, blocks))
    if done and (kept[0] == y or kept[blocks - 1] == y):
        for index in range(1, MOMENTS):
            pad_row(integers_at(address_of(rows, index), length), width, radius, 1)
    for k in range(blocks):
        start = FIT_BLOCK * k
        if mixed[y, k]:
            _fit_block(rows, fitted, slot, start, radius, contrasts)
        else:
            sum_here = integers_at(address_of(rows, 0), length)[start]
            for index in range(FITTED - 1):
                set_sixteen(address_of(fitted[index], slot) + 4 * start, np.int32(0))
            base = np.int32((255 << 8) if sum_here else 0)
            set_sixteen(address_of(fitted[FITTED - 1], slot) + 4 * start, base)


@inline
def _sum_matte(rows: Any, matte: Any, y: Any, radius: Any, box: Any) -> None:
    """Make the matte's sums of columns those about row `y`: they tell which blocks are mixed."""
    top, bottom, left, right = box
    width, last = right - left, bottom - 1
    column = address_of(rows, 0) + 4 * radius
    if y == top:
        sums = integers_at(column, width)
        for x in range(np.uint64(width)):
            sums[x] = np.int32(0)
        for k in range(y - radius, y + radius + 1):
            values = bytes_at(address_of(matte, min(max(k, top), last)) + left, width)
            for x in range(np.uint64(width)):
                sums[x] += np.int32(values[x])
    else:
        entering, leaving = min(y + radius, last), max(y - radius - 1, top)
        _move_one(column, matte, entering, leaving, (left, width))
    pad_row(integers_at(address_of(rows, 0), width + 2 * radius), width, radius, 1)


@inline
def _is_mixed(rows: Any, start: Any, length: Any, radius: Any) -> Any:
    """Tell whether the squares about a block have anything but 0, or but 255."""
    size = 2 * radius + 1
    count = min(FIT_BLOCK + size - 1, length - start)
    at = address_of(rows, 0) + 4 * start
    sum_here = integers_at(at, 1)[0]
    # A column whose sum is that of 0 or 255 has nothing else.
    if sum_here != 0 and sum_here != 255 * size:
        return np.uint8(1)
    around, differs = integers_at(at, count), False
    if count < SIXTEEN:
        for x in range(count):
            differs |= around[np.uint64(x)] != sum_here
        return np.uint8(differs)
    for x in range(0, count, SIXTEEN):
        differs |= sixteen_differ(at + 4 * min(x, count - SIXTEEN), sum_here)
    return np.uint8(differs)


@inline
def _fit_block(rows: Any, fitted: Any, slot: Any, start: Any, radius: Any, contrasts: Any) -> None:
    """Fit a mixed block, of which what lies past the box holds anything."""
    size = 2 * radius + 1
    for index in range(MOMENTS):
        row = address_of(rows, index) + 4 * start
        sum_neighbours(row, size, address_of(rows, _SUMS + index) + 4 * start)
    block = (
        integers_at(address_of(fitted[0], slot) + 4 * start, FIT_BLOCK),
        integers_at(address_of(fitted[1], slot) + 4 * start, FIT_BLOCK),
        integers_at(address_of(fitted[2], slot) + 4 * start, FIT_BLOCK),
        integers_at(address_of(fitted[3], slot) + 4 * start, FIT_BLOCK),
    )
    _solve(rows, block, start, size * size, contrasts)
