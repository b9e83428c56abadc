"""Each operation on one pixel, and on one run of them: plain loops that LLVM vectorizes by itself.

A run is `count` consecutive pixels from given addresses. `order` is 0 for BGR and 1 for RGB. Reads
of a pixel precede its write, so an output run may be an input run exactly. `streaming` is for the
explicit vectors' sake: plain loops have no such stores.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from fastvbg.constants import (
    GRAY_B,
    GRAY_G,
    GRAY_HALF,
    GRAY_R,
    GRAY_SHIFT,
    KEYSPACE_SHIFT,
    KEYSPACE_U,
    KEYSPACE_V,
    KEYSPACE_Y,
)
from fastvbg.kernels._jit import inline
from fastvbg.kernels._memory import bytes_at, long_words_at, words_at
from fastvbg.kernels._rows import copy_row, room_within, window_sums, word_sums

# 32-bit constants keep the arithmetic in 32-bit lanes; a Python int would widen it to 64.
_B, _G, _R = np.int32(GRAY_B), np.int32(GRAY_G), np.int32(GRAY_R)

_Y_B, _Y_G, _Y_R = (np.int32(weight) for weight in KEYSPACE_Y)
_U_B, _U_G, _U_R = (np.int32(weight) for weight in KEYSPACE_U)
_V_B, _V_G, _V_R = (np.int32(weight) for weight in KEYSPACE_V)
_KEY_SHIFT, _KEY_HALF = np.int32(KEYSPACE_SHIFT), np.int32(1 << (KEYSPACE_SHIFT - 1))
_CHROMA_ZERO = np.int32(128)

# Unsigned indices: a signed one is tested for wrap-around, which keeps LLVM from vectorizing.
_ONE, _TWO, _THREE = np.uint64(1), np.uint64(2), np.uint64(3)


@inline
def weighted_bound(threshold: Any) -> Any:
    """Return the least weighted sum whose gray value exceeds `threshold`.

    `gray = (sum + half) >> shift`, so `gray > t` exactly when `sum >= ((t + 1) << shift) - half`.
    """
    return np.int32(((threshold + 1) << GRAY_SHIFT) - GRAY_HALF)


@inline
def as_bgr(first: Any, second: Any, third: Any, order: Any) -> Any:
    """Return blue, green and red of three channels in an order."""
    return (third, second, first) if order else (first, second, third)


@inline
def weighted_difference(a0: Any, a1: Any, a2: Any, b0: Any, b1: Any, b2: Any, order: Any) -> Any:
    """Return the luma-weighted sum of the absolute differences of two pixels."""
    first, second = abs(np.int32(a0) - np.int32(b0)), abs(np.int32(a1) - np.int32(b1))
    blue, green, red = as_bgr(first, second, abs(np.int32(a2) - np.int32(b2)), order)
    return _B * blue + _G * green + _R * red


@inline
def over(coverage: Any, foreground: Any, background: Any) -> Any:
    """Return `(a*F + (255-a)*B) / 255` rounded half up.

    `t = v + 128; (t + (t >> 8)) >> 8` equals that for every v in 0..65025 (Blinn, "Three Wrongs
    Make a Right", IEEE Computer Graphics and Applications 15(6), 1995).
    """
    a = np.uint32(coverage)
    t = a * np.uint32(foreground) + (np.uint32(255) - a) * np.uint32(background) + np.uint32(128)
    return np.uint8((t + (t >> np.uint32(8))) >> np.uint32(8))


@inline
def composite_pixel(
    prev: Any, next: Any, bg: Any, out: Any, i: Any, bound: Any, order: Any
) -> None:
    """Write pixel `i` of `next` where it differs from `prev` by the bound or more, else of `bg`."""
    k = _THREE * i
    b, g, r = next[k], next[k + _ONE], next[k + _TWO]
    moved = weighted_difference(prev[k], prev[k + _ONE], prev[k + _TWO], b, g, r, order) >= bound
    bg_b, bg_g, bg_r = bg[k], bg[k + _ONE], bg[k + _TWO]
    out[k] = b if moved else bg_b
    out[k + _ONE] = g if moved else bg_g
    out[k + _TWO] = r if moved else bg_r


@inline
def motion_mask_pixel(prev: Any, next: Any, out: Any, i: Any, bound: Any, order: Any) -> None:
    """Write 255 where pixel `i` of `next` differs from `prev` by the bound or more, else 0."""
    k = _THREE * i
    old = prev[k], prev[k + _ONE], prev[k + _TWO]
    difference = weighted_difference(*old, next[k], next[k + _ONE], next[k + _TWO], order)
    out[i] = np.uint8(255) if difference >= bound else np.uint8(0)


@inline
def blend_pixel(frame: Any, matte: Any, bg: Any, out: Any, i: Any) -> None:
    """Lay pixel `i` of `frame` over `bg` by `matte`."""
    k = _THREE * i
    a = matte[i]
    out[k] = over(a, frame[k], bg[k])
    out[k + _ONE] = over(a, frame[k + _ONE], bg[k + _ONE])
    out[k + _TWO] = over(a, frame[k + _TWO], bg[k + _TWO])


@inline
def composite_run(
    prev: Any,
    next: Any,
    bg: Any,
    out: Any,
    count: Any,
    threshold: Any,
    order: Any,
    streaming: Any,
) -> None:
    """Write `next` where it differs from `prev` by more than `threshold`, else `bg`."""
    size = 3 * count
    prev_run, next_run, bg_run = bytes_at(prev, size), bytes_at(next, size), bytes_at(bg, size)
    out_run = bytes_at(out, size)
    bound = weighted_bound(threshold)
    for i in range(np.uint64(count)):
        composite_pixel(prev_run, next_run, bg_run, out_run, i, bound, order)


@inline
def motion_mask_run(
    prev: Any, next: Any, out: Any, count: Any, threshold: Any, order: Any, streaming: Any
) -> None:
    """Write 255 where `next` differs from `prev` by more than `threshold`, else 0."""
    prev_run, next_run = bytes_at(prev, 3 * count), bytes_at(next, 3 * count)
    out_run = bytes_at(out, count)
    bound = weighted_bound(threshold)
    for i in range(np.uint64(count)):
        motion_mask_pixel(prev_run, next_run, out_run, i, bound, order)


@inline
def blend_run(frame: Any, matte: Any, bg: Any, out: Any, count: Any, streaming: Any) -> None:
    """Lay `frame` over `bg` by `matte`."""
    size = 3 * count
    frame_run, bg_run, out_run = bytes_at(frame, size), bytes_at(bg, size), bytes_at(out, size)
    matte_run = bytes_at(matte, count)
    for i in range(np.uint64(count)):
        blend_pixel(frame_run, matte_run, bg_run, out_run, i)


@inline
def keyspace_of(first: Any, second: Any, third: Any, order: Any) -> Any:
    """Return Y, U and V of a pixel; `reference.keyspace` has the matrix."""
    blue, green, red = as_bgr(np.int32(first), np.int32(second), np.int32(third), order)
    y = (_Y_B * blue + _Y_G * green + _Y_R * red + _KEY_HALF) >> _KEY_SHIFT
    u = ((_U_B * blue + _U_G * green + _U_R * red + _KEY_HALF) >> _KEY_SHIFT) + _CHROMA_ZERO
    v = ((_V_B * blue + _V_G * green + _V_R * red + _KEY_HALF) >> _KEY_SHIFT) + _CHROMA_ZERO
    return np.uint8(y), np.uint8(u), np.uint8(v)


@inline
def keyspace_run(frame: Any, y: Any, u: Any, v: Any, count: Any, order: Any) -> None:
    """Write Y, U and V of pixels."""
    run = bytes_at(frame, 3 * count)
    y_run, u_run, v_run = bytes_at(y, count), bytes_at(u, count), bytes_at(v, count)
    for i in range(np.uint64(count)):
        k = _THREE * i
        planes = keyspace_of(run[k], run[k + _ONE], run[k + _TWO], order)
        y_run[i], u_run[i], v_run[i] = planes


@inline
def gray_run(frame: Any, out: Any, count: Any, order: Any, ahead: Any) -> None:
    """Write the gray of pixels, as OpenCV has it."""
    run, gray = bytes_at(frame, 3 * count), bytes_at(out, count)
    for i in range(np.uint64(count)):
        k = _THREE * i
        blue, green, red = as_bgr(run[k], run[k + _ONE], run[k + _TWO], order)
        total = _B * np.int32(blue) + _G * np.int32(green) + _R * np.int32(red)
        gray[i] = np.uint8((total + np.int32(GRAY_HALF)) >> np.int32(GRAY_SHIFT))


@inline
def _toward(first: Any, way: Any, weight: Any) -> Any:
    """Return `first + way * weight / 2**15`, rounded half up."""
    product = np.int32(way) * np.int32(weight) + np.int32(1 << 14)
    return np.int32(first) + (product >> np.int32(15))


@inline
def ramp_run(left: Any, right: Any, weights: Any, out: Any, count: Any) -> None:
    """Write the words, 128 to a matte step, from `left` toward `right` by 15-bit weights."""
    first, way = np.int32((left << 7) + 64), np.int32((right - left) << 7)
    weight_run, out_run = words_at(weights, count), words_at(out, count)
    for i in range(np.uint64(count)):
        out_run[i] = np.int16(_toward(first, way, weight_run[i]))


@inline
def lerp_run(first: Any, second: Any, weight: Any, out: Any, count: Any) -> None:
    """Write the bytes between two runs of such words by one 15-bit weight."""
    near, far, out_run = words_at(first, count), words_at(second, count), bytes_at(out, count)
    for i in range(np.uint64(count)):
        way = np.int32(far[i]) - np.int32(near[i])
        out_run[i] = np.uint8(_toward(near[i], way, weight) >> np.int32(7))


@inline
def blend_between_run(
    frame: Any,
    first: Any,
    second: Any,
    weight: Any,
    row: Any,
    bg: Any,
    out: Any,
    count: Any,
    streaming: Any,
) -> None:
    """Lay `frame` over `bg` by the matte between two runs of words, which is kept in `row`."""
    lerp_run(first, second, weight, row, count)
    blend_run(frame, row, bg, out, count, streaming)


@inline
def _mean(total: Any, half: Any, factor: Any, down: Any) -> Any:
    return np.uint8(((np.uint32(np.uint16(total)) + half) * factor) >> down)


@inline
def window_mean_run(
    row: Any,
    sums: Any,
    spare: Any,
    out: Any,
    count: Any,
    width: Any,
    step: Any,
    factor: Any,
    shift: Any,
) -> None:
    """Write the means of `width` bytes, `step` apart, from each byte of a padded row on."""
    word_sums(row, sums, spare, count, width, step)
    sum_run, out_run = words_at(sums, count), bytes_at(out, count)
    half, scale, down = np.uint32(width // 2), np.uint32(factor), np.uint32(16 + shift)
    for i in range(np.uint64(count)):
        out_run[i] = _mean(sum_run[i], half, scale, down)


@inline
def slide_mean_run(
    sums: Any, enters: Any, leaves: Any, out: Any, count: Any, width: Any, factor: Any, shift: Any
) -> None:
    """Add a row of bytes to sums of `width` rows, take one from them, and write the means."""
    sum_run, out_run = words_at(sums, count), bytes_at(out, count)
    new, old = bytes_at(enters, count), bytes_at(leaves, count)
    half, scale, down = np.uint32(width // 2), np.uint32(factor), np.uint32(16 + shift)
    for i in range(np.uint64(count)):
        sum_run[i] += np.int16(new[i]) - np.int16(old[i])
    for i in range(np.uint64(count)):
        out_run[i] = _mean(sum_run[i], half, scale, down)


@inline
def vote_run(
    columns: Any, spare: Any, matte: Any, out: Any, count: Any, width: Any, half: Any
) -> None:
    """Write a matte with 0 or 255 where most of `width` columns' counts are on the other side.

    `spare` is the address of four rows of bytes with room for the padded columns each.
    """
    length = count + width - 1
    row, counts = bytes_at(columns, length), bytes_at(spare, count)
    room = room_within(length)
    first, second = bytes_at(spare + room, length), bytes_at(spare + 2 * room, length)
    window_sums(row, counts, first, second, count, width, 1)
    values, result = bytes_at(matte, count), bytes_at(spare + 3 * room, count)
    bound = np.uint8(half)
    for i in range(np.uint64(count)):
        value = values[i]
        high = value if value >= np.uint8(128) else np.uint8(255)
        low = value if value < np.uint8(128) else np.uint8(0)
        result[i] = high if counts[i] > bound else low
    copy_row(spare + 3 * room, out, count)


_LOW_BITS = np.uint64(0x7F7F7F7F7F7F7F7F)
_HIGH_BITS = np.uint64(0x8080808080808080)
_ONES = np.uint64(0x0101010101010101)
# Times a word whose bytes are 0 or 1 this has in its highest byte the eight of them as bits.
_GATHER = np.uint64(0x0102040810204080)


@inline
def reaching_bits(address: Any, threshold: Any) -> Any:
    """Return a bit for each of 64 bytes, the first lowest: whether it is at least `threshold`.

    Eight bytes a word, little end first. A byte's low seven bits plus 128 less those of the
    threshold carry into its high bit exactly when they reach them, and never out of the byte.
    """
    words = long_words_at(address, 8)
    carry = _ONES * np.uint64(128 - (threshold & 127))
    bits = np.uint64(0)
    for k in range(8):
        word = words[k]
        reached = (word & _LOW_BITS) + carry
        reached = (reached & word if threshold >= 128 else reached | word) & _HIGH_BITS
        gathered = ((reached >> np.uint64(7)) * _GATHER) >> np.uint64(56)
        bits |= gathered << np.uint64(8 * k)
    return bits


@inline
def fence() -> None:
    """Nothing: plain stores need no fence."""
