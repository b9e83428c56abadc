"""Windows along a row: sums and minima of neighbours, in plain loops that LLVM vectorizes.

Each loop reads from one stretch of memory and writes to another: where LLVM sees that they overlap,
as it does for a shift in place, it takes elements one by one. Rows are padded on both sides before
a window is moved over them, so no loop has an edge.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at, words_at
from fastvbg.kernels._room import STEP

PART = 8 * STEP
"""How much of a row of words is summed at a time where rows are longer."""


@inline
def room_within(count: Any) -> Any:
    """Return what `room_for` does, in a kernel."""
    return (count + (STEP - 1)) // STEP * STEP + STEP


@inline
def steps(count: Any) -> Any:
    """Return the multiple of `STEP` that holds `count`, to count by."""
    return np.uint64((count + (STEP - 1)) & ~(STEP - 1))


@inline
def copy_row(source: Any, target: Any, count: Any) -> None:
    """Copy bytes from one address to another; they may be the same but not overlap otherwise."""
    read, write = bytes_at(source, count), bytes_at(target, count)
    for i in range(np.uint64(count)):
        write[i] = read[i]


@inline
def pad_row(row: Any, count: Any, pad: Any, step: Any) -> None:
    """Repeat the first and last `step` elements of `count` that begin at `pad`, `pad` to each side.

    `pad` is a multiple of `step`: the samples of a pixel, 1 in a plane and 3 in a frame.
    """
    end = pad + count
    for i in range(pad):
        row[np.uint64(pad - 1 - i)] = row[np.uint64(pad - 1 - i + step)]
        row[np.uint64(end + i)] = row[np.uint64(end + i - step)]


@inline
def window_sums(
    row: Any, sums: Any, spare: Any, other: Any, count: Any, width: Any, step: Any
) -> None:
    """`sums[i]` is the sum of `row[i]` and its next neighbours, `width` in all and `step` apart.

    By doubling: sums of 1, 2, 4 ... neighbours, of which those that make up the odd `width` are
    added. `spare` and `other` have room for as many elements as `row`.
    """
    wanted = steps(count)
    for i in range(wanted):
        sums[i] = row[i]
    power, taken, source = 1, 1, row
    length = count + (width - 1) * step
    while 2 * power <= width:
        shift, length = np.uint64(power * step), length - power * step
        for i in range(steps(length)):
            spare[i] = source[i] + source[i + shift]
        spare, other, source = other, spare, spare
        power *= 2
        if width & power:
            start = np.uint64(taken * step)
            for i in range(wanted):
                sums[i] += source[i + start]
            taken += power


@inline
def word_sums(row: Any, sums: Any, spare: Any, count: Any, width: Any, step: Any) -> None:
    """Do so for bytes at an address, to words at another.

    `spare` is the address of three rows of words with room for the padded row's elements each.
    """
    length = count + (width - 1) * step
    room = room_within(length)
    narrow, wide = bytes_at(row, length), words_at(spare, length)
    for i in range(steps(length)):
        wide[i] = narrow[i]
    first, second = words_at(spare + 2 * room, length), words_at(spare + 4 * room, length)
    window_sums(wide, words_at(sums, count), first, second, count, width, step)


@inline
def window_minima(row: Any, minima: Any, spare: Any, other: Any, count: Any, width: Any) -> None:
    """`minima[i]` is the least of `row[i]` to `row[i + width - 1]`; the rest as `window_sums`."""
    power, source = 1, row
    length = count + width - 1
    while 2 * power <= width:
        shift, length = np.uint64(power), length - power
        for i in range(steps(length)):
            spare[i] = min(source[i], source[i + shift])
        spare, other, source = other, spare, spare
        power *= 2
    shift = np.uint64(width - power)
    for i in range(steps(count)):
        minima[i] = min(source[i], source[i + shift])
