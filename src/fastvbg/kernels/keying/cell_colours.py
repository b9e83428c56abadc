"""Cells of a frame before a plate: their colours, and coverage between those and the plate's."""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import address_of, bytes_at, floats_at
from fastvbg.kernels.keying.edges_plan import DOUBT, HIGH, LOW

_ZERO, _ONE, _TWO = np.float32(0), np.float32(1), np.float32(2)
_DOUBT, _LOW, _SPAN = np.float32(DOUBT), np.float32(LOW), np.float32(HIGH - LOW)
_FAR = np.float32(1e9)

BEHIND, PRIOR, USED, SHARE, WEIGHT, LEAST = 3, 6, 7, 8, 9, 10
"""Rows of what is known of a cell's pixels: from 0 on how far they are from the plate, from
`BEHIND` on the plate, coverage as it is known before, whether it is asked for, and as it is found,
with what that takes."""


@inline
def read_cell(frame: Any, plate: Any, shifts: Any, j: Any, i: Any, cell: Any, pixels: Any) -> Any:
    """Write a cell's plate, and how far the frame is from it; return how many pixels it has."""
    height, cols = frame[0].shape
    left, top = i * cell, j * cell
    wide, high = min(left + cell, cols) - left, min(top + cell, height) - top
    stride = plate.shape[2]
    for c in range(3):
        across, down = (shifts[0], shifts[1]) if c else (0, 0)
        off = floats_at(address_of(pixels, c), cell * cell)
        behind = floats_at(address_of(pixels, BEHIND + c), cell * cell)
        at = 0
        for y in range(top, top + high):
            first = left >> across
            now = bytes_at(address_of(frame[c], y >> down) + first, wide)
            known = bytes_at(address_of(plate, y) + c * stride + left, wide)
            for x in range(wide):
                k = np.uint64(at + x)
                value = np.float32(known[np.uint64(x)])
                off[k] = np.float32(now[np.uint64(x >> across)]) - value
                behind[k] = value
            at += wide
    return wide * high


@inline
def mean_cell(
    frame: Any, shifts: Any, j: Any, i: Any, cell: Any, colours: Any, number: Any
) -> None:
    """Write a cell's mean colour."""
    height, cols = frame[0].shape
    left, top = i * cell, j * cell
    wide, high = min(left + cell, cols) - left, min(top + cell, height) - top
    for c in range(3):
        across, down = (shifts[0], shifts[1]) if c else (0, 0)
        total = 0
        for y in range(top, top + high):
            now = bytes_at(address_of(frame[c], y >> down) + (left >> across), wide)
            for x in range(wide):
                total += np.int64(now[np.uint64(x >> across)])
        colours[number, c] = np.float32(total) / np.float32(wide * high)


@inline
def _weigh(pixels: Any, size: Any, colour: Any, noise: Any) -> None:
    """Add what one colour says of the coverage of a cell's pixels."""
    y_off, u_off = floats_at(address_of(pixels, 0), size), floats_at(address_of(pixels, 1), size)
    v_off = floats_at(address_of(pixels, 2), size)
    y_behind = floats_at(address_of(pixels, BEHIND), size)
    u_behind = floats_at(address_of(pixels, BEHIND + 1), size)
    v_behind = floats_at(address_of(pixels, BEHIND + 2), size)
    prior = floats_at(address_of(pixels, PRIOR), size)
    weighed, weight = (
        floats_at(address_of(pixels, SHARE), size),
        floats_at(address_of(pixels, WEIGHT), size),
    )
    least = floats_at(address_of(pixels, LEAST), size)
    y_front, u_front, v_front = colour
    doubt = _DOUBT * noise * noise
    for x in range(np.uint64(size)):
        y, u, v = y_front - y_behind[x], u_front - u_behind[x], v_front - v_behind[x]
        length = y * y + _TWO * (u * u + v * v)
        along = y_off[x] * y + _TWO * (u_off[x] * u + v_off[x] * v)
        share = min(max((along + doubt * prior[x]) / (length + doubt), _ZERO), _ONE)
        y, u, v = y_off[x] - share * y, u_off[x] - share * u, v_off[x] - share * v
        off = y * y + _TWO * (u * u + v * v)
        close = _ONE / (off + noise)
        close = close * close
        least[x] = min(least[x], off)
        weighed[x] += close * share
        weight[x] += close


@inline
def cover(pixels: Any, size: Any, colours: Any, found: Any, count: Any, noise: Any) -> None:
    """Write the coverage of a cell's pixels by colours of the numbers that were found."""
    weighed, weight = (
        floats_at(address_of(pixels, SHARE), size),
        floats_at(address_of(pixels, WEIGHT), size),
    )
    least, prior = (
        floats_at(address_of(pixels, LEAST), size),
        floats_at(address_of(pixels, PRIOR), size),
    )
    for x in range(np.uint64(size)):
        weighed[x], weight[x], least[x] = _ZERO, _ZERO, _FAR
    for k in range(count):
        at = found[np.uint64(k)]
        _weigh(pixels, size, (colours[at, 0], colours[at, 1], colours[at, 2]), noise)
    for x in range(np.uint64(size)):
        share = weighed[x] / weight[x]
        doubted = min(max((least[x] - _LOW * noise) / (_SPAN * noise), _ZERO), _ONE)
        weighed[x] = share + doubted * (prior[x] - share)
