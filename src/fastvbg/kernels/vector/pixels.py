"""Operations on `LANES` BGR pixels at once."""

from __future__ import annotations

from typing import Any

from llvmlite import ir

from fastvbg.constants import GRAY_B, GRAY_G, GRAY_HALF, GRAY_R, GRAY_SHIFT
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import (
    BYTES,
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
    mix_bytes,
    narrow,
    widen,
    zip_bytes,
)


def _split(weight: int) -> tuple[int, int]:
    """Write a luma weight as `256*high + low` with both in a signed byte."""
    low = (weight + 128) % 256 - 128
    return (weight - low) // 256, low


# With S the weighted sum of the differences, S = 256*high + low, where high is at most 32640 and
# low within 26775 of 0: both fit signed words. Floor division makes S >> 8 = high + (low >> 8).
_SPLIT = tuple(_split(weight) for weight in (GRAY_B, GRAY_G, GRAY_R))


def _combined(builder: Any, high: Any, low: Any) -> Any:
    return builder.add(high, builder.ashr(low, constant(WORDS, 8)))


def _weigh_pairs(builder: Any, blue_green: Any, red: Any) -> Any:
    """Weigh pixels given as byte pairs (blue, green) and (red, anything)."""
    sums = []
    for part in range(2):
        b, g, r = (weight[part] for weight in _SPLIT)
        first = dot_pairs(builder, blue_green, constant(BYTES, b, g))
        second = dot_pairs(builder, red, constant(BYTES, r, 0))
        sums.append(builder.add(first, second))
    return _combined(builder, *sums)


def _weigh_avx512(builder: Any, pixels: Any) -> list[Any]:
    """Pairs of 32 pixels come from two of the three vectors by one byte permutation each."""
    weighed = []
    for first, second, start in ((pixels[0], pixels[1], 0), (pixels[1], pixels[2], LANES // 2)):
        places = [3 * (start + i) - (0 if start == 0 else LANES) for i in range(LANES // 2)]
        blue_green = [place + k for place in places for k in range(2)]
        red = [place + 2 for place in places for _ in range(2)]
        weighed.append(
            _weigh_pairs(
                builder,
                shuffle(builder, first, second, blue_green),
                shuffle(builder, first, second, red),
            )
        )
    return weighed


def _to_lanes(builder: Any, pixels: Any) -> list[Any]:
    """Lay 32 pixels out so that each 16-byte lane of the three vectors holds 16 of them in turn."""
    first, second, third = pixels
    low, high = range(LANE_BYTES), range(LANE_BYTES, 2 * LANE_BYTES)
    return [
        shuffle(builder, first, second, [*low, *(LANES + i for i in high)]),
        shuffle(builder, first, third, [*high, *(LANES + i for i in low)]),
        shuffle(builder, second, third, [*low, *(LANES + i for i in high)]),
    ]


def _from_lanes(builder: Any, parts: Any) -> list[Any]:
    """Undo `_to_lanes`."""
    first, second, third = parts
    low, high = range(LANE_BYTES), range(LANE_BYTES, 2 * LANE_BYTES)
    return [
        shuffle(builder, first, second, [*low, *(LANES + i for i in low)]),
        shuffle(builder, third, first, [*low, *(LANES + i for i in high)]),
        shuffle(builder, second, third, [*high, *(LANES + i for i in high)]),
    ]


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


def _weigh_avx2(builder: Any, pixels: Any) -> list[Any]:
    parts = _to_lanes(builder, pixels)
    blue, green, red = (_channel(builder, parts, channel) for channel in range(3))
    blue_green = zip_bytes(builder, blue, green)
    reds = zip_bytes(builder, red, constant(BYTES, 0))
    return [_weigh_pairs(builder, *pairs) for pairs in zip(blue_green, reds, strict=True)]


def _weigh_channels(builder: Any, channels: Any) -> list[Any]:
    weighed = []
    for bgr in zip(*(widen(builder, channel) for channel in channels), strict=True):
        sums = []
        for part in range(2):
            products = [
                builder.mul(value, constant(WORDS, weight[part] % 65536))
                for value, weight in zip(bgr, _SPLIT, strict=True)
            ]
            sums.append(builder.add(builder.add(products[0], products[1]), products[2]))
        weighed.append(_combined(builder, *sums))
    return weighed


@operation(TWO_WORDS, PIXELS)
def weigh(builder: Any, pixels: Any) -> list[Any]:
    """Return the luma-weighted sums of pixels, shifted right by 8, in an order `above` knows."""
    if TARGET.level == "avx512":
        return _weigh_avx512(builder, pixels)
    return (_weigh_avx2 if TARGET.level == "avx2" else _weigh_channels)(builder, pixels)


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
