"""Operations on `LANES` pixels of three channels at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types

from fastvbg.constants import (
    GRAY_B,
    GRAY_G,
    GRAY_HALF,
    GRAY_R,
    GRAY_SHIFT,
    KEYSPACE_U,
    KEYSPACE_V,
    KEYSPACE_Y,
)
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import (
    BYTES,
    CHANNELS,
    INT,
    LANES,
    PIXELS,
    TWO_WORDS,
    WORDS,
    call_x86,
    constant,
    join,
    operation,
    shuffle,
    splat,
)
from fastvbg.kernels.vector.arithmetic import (
    LANE_BYTES,
    byte_difference,
    choose,
    dot_pairs,
    emit_saturated,
    mix_bytes,
    narrow,
    widen,
    zip_bytes,
)

if TYPE_CHECKING:
    from collections.abc import Sequence


def _split(weight: int) -> tuple[int, int]:
    """Write a luma weight as `256*high + low` with both in a signed byte."""
    low = (weight + 128) % 256 - 128
    return (weight - low) // 256, low


# With S the weighted sum of the differences, S = 256*high + low, where high is at most 32640 and
# low within 26775 of 0: both fit signed words. Floor division makes S >> 8 = high + (low >> 8).
SPLIT = tuple(_split(weight) for weight in (GRAY_B, GRAY_G, GRAY_R))
"""High and low part of the weights of blue, green and red."""

# Weights are values, chosen by the order of the channels once a run: as constants of the code they
# would need a second loop for RGB. Of sums of bytes they are pairs of bytes, of a pixel's first two
# channels and of its last with 0; of sums of words they are words, a vector a channel.
GRAY_WEIGHTS = types.UniTuple(BYTES, 4) if TARGET.x86 else types.UniTuple(WORDS, 6)
"""The high parts of the three, then the low ones."""
KEY_WEIGHTS = types.UniTuple(BYTES, 6) if TARGET.x86 else types.UniTuple(WORDS, 9)
"""Those of Y, of U and of V."""


def _chosen(builder: Any, order: Any, rows: Sequence[tuple[int, ...]]) -> list[Any]:
    """Return weights of B, G and R for BGR pixels where `order` is 0, else for RGB ones."""
    is_bgr = builder.icmp_signed("==", order, ir.Constant(order.type, 0))
    chosen = []
    for blue, green, red in rows:
        if TARGET.x86:
            forms = [((blue, green), (red, green)), ((red, 0), (blue, 0))]
        else:
            ways = zip((blue, green, red), (red, green, blue), strict=True)
            forms = [((one % 65536,) * 2, (other % 65536,) * 2) for one, other in ways]
        kind = BYTES if TARGET.x86 else WORDS
        chosen += [
            builder.select(is_bgr, *(constant(kind, *way) for way in form)) for form in forms
        ]
    return chosen


@operation(GRAY_WEIGHTS, INT)
def gray_weights(builder: Any, order: Any) -> list[Any]:
    """Return the luma weights of channels in an order, 0 for BGR, 1 for RGB."""
    return _chosen(builder, order, list(zip(*SPLIT, strict=True)))


@operation(KEY_WEIGHTS, INT)
def key_weights(builder: Any, order: Any) -> list[Any]:
    """Return the weights of the keying space of channels in an order."""
    return _chosen(builder, order, (KEYSPACE_Y, KEYSPACE_U, KEYSPACE_V))


def _combined(builder: Any, high: Any, low: Any) -> Any:
    return builder.add(high, builder.ashr(low, constant(WORDS, 8)))


def weigh_pairs(builder: Any, pair: Any, last: Any, weights: Any) -> Any:
    """Weigh pixels given as byte pairs: the first two channels, and the third with anything."""
    sums = []
    for part in range(2):
        first = dot_pairs(builder, pair, weights[2 * part])
        second = dot_pairs(builder, last, weights[2 * part + 1])
        sums.append(builder.add(first, second))
    return _combined(builder, *sums)


def _pairs_avx512(builder: Any, pixels: Any) -> list[tuple[Any, Any]]:
    """Return byte pairs of channels (1, 2) and (3, 3) of the first and of the last 32 pixels.

    They come from two of the three vectors by one byte permutation each.
    """
    pairs = []
    for first, second, start in ((pixels[0], pixels[1], 0), (pixels[1], pixels[2], LANES // 2)):
        places = [3 * (start + i) - (0 if start == 0 else LANES) for i in range(LANES // 2)]
        two = [place + k for place in places for k in range(2)]
        last = [place + 2 for place in places for _ in range(2)]
        pairs.append((shuffle(builder, first, second, two), shuffle(builder, first, second, last)))
    return pairs


_LOW, _HIGH = range(LANE_BYTES), range(LANE_BYTES, 2 * LANE_BYTES)
# Of each vector to be: two vectors by number, and which bytes of the one and of the other.
_TO_LANES = (0, _LOW, 1, _HIGH), (0, _HIGH, 2, _LOW), (1, _LOW, 2, _HIGH)
_FROM_LANES = (0, _LOW, 1, _LOW), (2, _LOW, 0, _HIGH), (1, _HIGH, 2, _HIGH)


def _joined(builder: Any, vectors: Any, halves: tuple[tuple[int, range, int, range], ...]) -> Any:
    return [
        shuffle(builder, vectors[one], vectors[other], [*here, *(LANES + i for i in there)])
        for one, here, other, there in halves
    ]


def _to_lanes(builder: Any, pixels: Any) -> list[Any]:
    """Lay 32 pixels out so that each 16-byte lane of the three vectors holds 16 of them in turn."""
    return list(_joined(builder, pixels, _TO_LANES))


def _from_lanes(builder: Any, parts: Any) -> list[Any]:
    """Undo `_to_lanes`."""
    return list(_joined(builder, parts, _FROM_LANES))


def _channel(builder: Any, parts: Any, channel: int) -> Any:
    """Gather one channel: byte `3*i + channel` of each lane's 48 to byte `i`."""
    places = [3 * i + channel for i in range(LANE_BYTES)]
    owner = {place % LANE_BYTES: place // LANE_BYTES for place in places}
    lanes = range(0, LANES, LANE_BYTES)
    gathered = parts[0]
    for k in (1, 2):
        blend = [
            base + i + (LANES if owner[i] == k else 0) for base in lanes for i in range(LANE_BYTES)
        ]
        gathered = shuffle(builder, gathered, parts[k], blend)
    order = [base + place % LANE_BYTES for base in lanes for place in places]
    return shuffle(builder, gathered, gathered, order)


def _pairs_avx2(builder: Any, pixels: Any) -> list[tuple[Any, Any]]:
    """Return byte pairs of channels (1, 2) and (3, 0), low halves of 16-byte lanes first."""
    parts = _to_lanes(builder, pixels)
    return channel_pairs(builder, [_channel(builder, parts, channel) for channel in range(3)])


def channel_pairs(builder: Any, channels: Any) -> list[tuple[Any, Any]]:
    """Return such byte pairs of three vectors that hold a channel each."""
    first, second, third = channels
    two = zip_bytes(builder, first, second)
    last = zip_bytes(builder, third, constant(BYTES, 0))
    return list(zip(two, last, strict=True))


def weigh_channels(builder: Any, channels: Any, weights: Any) -> list[Any]:
    """Weigh pixels given as three vectors that hold a channel each, without x86's instructions."""
    weighed = []
    for values in zip(*(widen(builder, channel) for channel in channels), strict=True):
        sums = []
        for part in range(2):
            three = zip(values, weights[3 * part : 3 * part + 3], strict=True)
            products = [builder.mul(value, weight) for value, weight in three]
            sums.append(builder.add(builder.add(products[0], products[1]), products[2]))
        weighed.append(_combined(builder, *sums))
    return weighed


def _weighed(builder: Any, pixels: Any, weights: Any) -> list[Any]:
    if not TARGET.x86:
        return weigh_channels(builder, pixels, weights)
    pairs = _pairs_avx512 if TARGET.level == "avx512" else _pairs_avx2
    return [weigh_pairs(builder, *pair, weights) for pair in pairs(builder, pixels)]


@operation(TWO_WORDS, PIXELS, GRAY_WEIGHTS)
def weigh(builder: Any, pixels: Any, weights: Any) -> list[Any]:
    """Return the luma-weighted sums of pixels, shifted right by 8, in an order `above` knows."""
    return _weighed(builder, pixels, weights)


def _key_pairs(builder: Any, two: Any, last: Any, weights: Any) -> list[Any]:
    """Return words whose high bytes are Y, U and V of pixels given as byte pairs.

    U and V: unsigned bytes times signed weights stay within 32385 of 0, and adding 2**15 for the
    128 in a high byte makes them unsigned. Y's weights reach 150: there the weights are the
    unsigned side, and pixels less 128 the signed one, which takes 128*256 = 2**15 from the sum.
    """
    flip = constant(BYTES, 0x80)
    shifted = builder.xor(two, flip), builder.xor(last, flip)
    sums = []
    for row, plain in enumerate((KEYSPACE_Y, KEYSPACE_U, KEYSPACE_V)):
        pair, single = weights[2 * row : 2 * row + 2]
        if min(plain) > 0:
            first, second = (
                dot_pairs(builder, pair, shifted[0]),
                dot_pairs(builder, single, shifted[1]),
            )
        else:
            first, second = dot_pairs(builder, two, pair), dot_pairs(builder, last, single)
        sums.append(builder.add(builder.add(first, second), constant(WORDS, 0x8000 + 128)))
    return sums


def _key_avx512(builder: Any, pixels: Any, weights: Any) -> list[Any]:
    halves = [_key_pairs(builder, *pairs, weights) for pairs in _pairs_avx512(builder, pixels)]
    high = range(1, 2 * LANES, 2)
    planes = []
    for parts in zip(*halves, strict=True):
        first, second = (builder.bitcast(words, BYTES.llvm) for words in parts)
        planes.append(shuffle(builder, first, second, high))
    return planes


def _key_avx2(builder: Any, pixels: Any, weights: Any) -> list[Any]:
    halves = [_key_pairs(builder, *pairs, weights) for pairs in _pairs_avx2(builder, pixels)]
    return [
        call_x86(
            builder,
            "avx2.packuswb|avx512.packuswb.512",
            BYTES,
            *(builder.lshr(words, constant(WORDS, 8)) for words in parts),
        )
        for parts in zip(*halves, strict=True)
    ]


def _key_channels(builder: Any, channels: Any, weights: Any) -> list[Any]:
    halves = []
    for values in zip(*(widen(builder, channel) for channel in channels), strict=True):
        sums = []
        for row, plain in enumerate((KEYSPACE_Y, KEYSPACE_U, KEYSPACE_V)):
            total = constant(WORDS, 128 if min(plain) > 0 else 0x8000 + 128)
            for value, weight in zip(values, weights[3 * row : 3 * row + 3], strict=True):
                total = builder.add(total, builder.mul(value, weight))
            sums.append(builder.lshr(total, constant(WORDS, 8)))
        halves.append(sums)
    return [narrow(builder, parts) for parts in zip(*halves, strict=True)]


@operation(CHANNELS, PIXELS, KEY_WEIGHTS)
def keyspace_of(builder: Any, pixels: Any, weights: Any) -> list[Any]:
    """Return Y, U and V of pixels, a vector each in order; `reference.keyspace` has the matrix."""
    if TARGET.level == "avx512":
        return _key_avx512(builder, pixels, weights)
    return (_key_avx2 if TARGET.level == "avx2" else _key_channels)(builder, pixels, weights)


@operation(WORDS, INT)
def bound_of(builder: Any, threshold: Any) -> Any:
    """Return what `weigh` must exceed for gray to exceed `threshold`, in all lanes.

    `gray = (S + half) >> shift`, so `gray > t` when `S >= ((t + 1) << shift) - half`. That bound is
    a multiple of 256, so `S >> 8` decides exactly; one less turns "at least" into "more than".
    """
    high = GRAY_SHIFT - 8
    bound = builder.mul(threshold, ir.Constant(threshold.type, 1 << high))
    rest = (1 << high) - (GRAY_HALF >> 8) - 1
    return splat(builder, WORDS, builder.add(bound, ir.Constant(threshold.type, rest)))


@operation(BYTES, TWO_WORDS, WORDS)
def above(builder: Any, weighed: Any, bound: Any) -> Any:
    """Return a mask, a byte a pixel: 255 where `weigh` gave more than `bound`, else 0."""
    flags = [builder.icmp_signed(">", sums, bound) for sums in weighed]
    if TARGET.level == "avx512":
        return builder.sext(join(builder, *flags), BYTES.llvm)
    masks = [builder.sext(flag, WORDS.llvm) for flag in flags]
    if TARGET.level == "avx2":
        return call_x86(builder, "avx2.packsswb|avx512.packsswb.512", BYTES, *masks)
    return narrow(builder, masks)


@operation(BYTES, PIXELS, GRAY_WEIGHTS)
def gray_of(builder: Any, pixels: Any, weights: Any) -> Any:
    """Return the gray of pixels, in order: rounding's half is a multiple of 256, as in `above`."""
    half, shift = constant(WORDS, GRAY_HALF >> 8), constant(WORDS, GRAY_SHIFT - 8)
    grays = [
        builder.lshr(builder.add(part, half), shift) for part in _weighed(builder, pixels, weights)
    ]
    if TARGET.level == "avx2":  # as `_pairs_avx2` has put them, this puts them in order
        return call_x86(builder, "avx2.packuswb|avx512.packuswb.512", BYTES, *grays)
    return narrow(builder, grays)


@operation(PIXELS, BYTES)
def spread(builder: Any, plane: Any) -> list[Any]:
    """Return pixels whose channels all hold the plane's byte for that pixel."""
    if not TARGET.x86:
        return [plane] * 3
    if TARGET.level == "avx512":
        return [
            shuffle(builder, plane, plane, [(LANES * k + i) // 3 for i in range(LANES)])
            for k in range(3)
        ]
    parts = [
        shuffle(
            builder,
            plane,
            plane,
            [
                base + (LANE_BYTES * k + i) // 3
                for base in range(0, LANES, LANE_BYTES)
                for i in range(LANE_BYTES)
            ],
        )
        for k in range(3)
    ]
    return _from_lanes(builder, parts)


@operation(PIXELS, PIXELS, PIXELS)
def differences(builder: Any, first: Any, second: Any) -> list[Any]:
    """Return |first - second| channel by channel."""
    return [byte_difference(builder, a, b) for a, b in zip(first, second, strict=True)]


@operation(BYTES, PIXELS, BYTES)
def excess(builder: Any, pixels: Any, most: Any) -> Any:
    """Return bytes that are all 0 where no channel of any pixel is above that of `most`."""
    parts = [emit_saturated(builder, "usub", part, most) for part in pixels]
    return builder.or_(builder.or_(parts[0], parts[1]), parts[2])


@operation(PIXELS, PIXELS, PIXELS, PIXELS)
def select_pixels(builder: Any, masks: Any, yes: Any, no: Any) -> list[Any]:
    """Return pixels of `yes` where the spread mask is 255, of `no` where it is 0."""
    return [choose(builder, *values) for values in zip(masks, yes, no, strict=True)]


@operation(PIXELS, PIXELS, PIXELS, PIXELS)
def mix_pixels(builder: Any, coverage: Any, foreground: Any, background: Any) -> list[Any]:
    """Lay pixels over others by their spread coverage."""
    return [
        mix_bytes(builder, *values) for values in zip(coverage, foreground, background, strict=True)
    ]
