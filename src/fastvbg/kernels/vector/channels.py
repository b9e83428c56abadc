"""Operations on `LANES` pixels as three vectors that hold a channel each.

What is done to pixels of different layouts is done in this form: it is that of planes, and pixels
of three and of four bytes are taken apart to it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core import cgutils

from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import (
    ADDRESS,
    BYTES,
    CHANNELS,
    INT,
    LANES,
    PIXELS,
    WORDS,
    Vector,
    call_x86,
    constant,
    join,
    operation,
    shuffle,
)
from fastvbg.kernels.vector.arithmetic import (
    LANE_BYTES,
    byte_difference,
    choose,
    mix_bytes,
    narrow,
    zip_bytes,
)
from fastvbg.kernels.vector.memory import emit_load, emit_store
from fastvbg.kernels.vector.pixels import (
    GRAY_WEIGHTS,
    _channel,
    _from_lanes,
    _to_lanes,
    channel_pairs,
    weigh_channels,
    weigh_pairs,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

FOURS = types.UniTuple(BYTES, 4)
"""`LANES` pixels of four bytes, in memory's order on every CPU."""

_GROUP = 4  # bytes


def _two_and_one(builder: Any, parts: Any, order: Sequence[int]) -> Any:
    """Pick lanes from three vectors laid end to end, in two shuffles."""
    two = [place if place < 2 * LANES else 0 for place in order]
    pair = shuffle(builder, parts[0], parts[1], two)
    last = [i if place < 2 * LANES else place - LANES for i, place in enumerate(order)]
    return shuffle(builder, pair, parts[2], last)


@operation(CHANNELS, PIXELS)
def channels_of(builder: Any, pixels: Any) -> list[Any]:
    """Take pixels of three bytes apart."""
    if not TARGET.x86:
        return list(pixels)
    if TARGET.level == "avx512":
        return [_two_and_one(builder, pixels, range(channel, 3 * LANES, 3)) for channel in range(3)]
    parts = _to_lanes(builder, pixels)
    return [_channel(builder, parts, channel) for channel in range(3)]


@operation(PIXELS, CHANNELS)
def interleaved(builder: Any, channels: Any) -> list[Any]:
    """Return as pixels what three vectors hold channel by channel."""
    if not TARGET.x86:
        return list(channels)
    width = LANES if TARGET.level == "avx512" else LANE_BYTES
    parts = []
    for part in range(3):
        places = [divmod(width * part + i, 3) for i in range(width)]
        bases = range(0, LANES, width)
        order = [c * LANES + base + p for base in bases for p, c in places]
        parts.append(_two_and_one(builder, channels, order))
    return parts if TARGET.level == "avx512" else _from_lanes(builder, parts)


def _dwords(builder: Any, vectors: Any) -> list[Any]:
    kind = Vector(LANES // _GROUP, 32).llvm
    return [builder.bitcast(vector, kind) for vector in vectors]


def _fours_apart_avx2(builder: Any, fours: Any) -> list[Any]:
    """Take pixels of four bytes apart: four bytes of a channel at a time, then eight, then all."""
    grouped = [c + _GROUP * i for c in range(_GROUP) for i in range(_GROUP)]
    order = [base + place for base in range(0, LANES, LANE_BYTES) for place in grouped]
    parts = _dwords(builder, [shuffle(builder, four, four, order) for four in fours])
    low, high = (0, 8, 1, 9, 4, 12, 5, 13), (2, 10, 3, 11, 6, 14, 7, 15)
    first_low, second_low, first_high = (
        shuffle(builder, parts[k], parts[k + 1], way) for k, way in ((0, low), (2, low), (0, high))
    )
    second_high = shuffle(builder, parts[2], parts[3], high)
    near, far = (0, 1, 8, 9, 4, 5, 12, 13), (2, 3, 10, 11, 6, 7, 14, 15)
    channels = (
        shuffle(builder, first_low, second_low, near),
        shuffle(builder, first_low, second_low, far),
        shuffle(builder, first_high, second_high, near),
    )
    turn = (0, 4, 1, 5, 2, 6, 3, 7)
    return [builder.bitcast(shuffle(builder, c, c, turn), BYTES.llvm) for c in channels]


@operation(CHANNELS, FOURS)
def channels_of_fours(builder: Any, fours: Any) -> list[Any]:
    """Take pixels of four bytes apart, all but the fourth."""
    if TARGET.level == "avx2":
        return _fours_apart_avx2(builder, fours)
    if TARGET.level == "avx512":
        channels = []
        half = LANES // 2
        for channel in range(3):
            # What stands in the upper half of each is not used.
            order = [(_GROUP * i + channel) % (2 * LANES) for i in range(LANES)]
            first, second = (shuffle(builder, fours[k], fours[k + 1], order) for k in (0, 2))
            both = [*range(half), *range(LANES, LANES + half)]
            channels.append(shuffle(builder, first, second, both))
        return channels
    run = join(builder, join(builder, fours[0], fours[1]), join(builder, fours[2], fours[3]))
    return [shuffle(builder, run, run, range(c, _GROUP * LANES, _GROUP)) for c in range(3)]


@operation(FOURS, CHANNELS)
def opaque(builder: Any, channels: Any) -> list[Any]:
    """Return pixels of four bytes, the fourth 255."""
    first, second, third = channels
    full = constant(BYTES, 255)
    if TARGET.level == "avx2":
        pairs = zip(zip_bytes(builder, first, second), zip_bytes(builder, third, full), strict=True)
        kind, parts = Vector(LANES // 2, 16).llvm, list[Any]()
        low = [base + i + 16 * k for base in (0, 8) for i in range(4) for k in range(2)]
        for two, rest in pairs:
            words = builder.bitcast(two, kind), builder.bitcast(rest, kind)
            ways = low, [place + 4 for place in low]
            zipped = (shuffle(builder, *words, way) for way in ways)
            parts += [builder.bitcast(each, BYTES.llvm) for each in zipped]
        halves = list(range(LANE_BYTES)), list(range(LANE_BYTES, LANES))
        return [
            shuffle(builder, parts[k], parts[k + 1], [*half, *(LANES + i for i in half)])
            for half in halves
            for k in (0, 2)
        ]
    if TARGET.level == "avx512":
        alpha, fours = constant(BYTES, 0, 0, 0, 255), []
        for start in range(0, LANES, LANES // _GROUP):
            order = [start + i // _GROUP + LANES * min(i % _GROUP, 2) for i in range(LANES)]
            fours.append(builder.or_(_two_and_one(builder, channels, order), alpha))
        return fours
    run = join(builder, join(builder, first, second), join(builder, third, full))
    order = [c * LANES + i for i in range(LANES) for c in range(_GROUP)]
    return [
        shuffle(builder, run, run, order[start : start + LANES])
        for start in range(0, _GROUP * LANES, LANES)
    ]


@operation(FOURS, ADDRESS)
def load_fours(builder: Any, address: Any) -> list[Any]:
    """Load `LANES` pixels of four bytes."""
    return [emit_load(builder, place, BYTES.llvm) for place in _quarters(builder, address)]


def _quarters(builder: Any, address: Any) -> list[Any]:
    places = (ir.Constant(address.type, LANES * k) for k in range(_GROUP))
    return [builder.add(address, place) for place in places]


@operation(types.void, ADDRESS, FOURS)
def store_fours(builder: Any, address: Any, fours: Any) -> None:
    """Store `LANES` pixels of four bytes."""
    for place, four in zip(_quarters(builder, address), fours, strict=True):
        emit_store(builder, place, four)


@operation(types.void, ADDRESS, FOURS)
def store_three(builder: Any, address: Any, fours: Any) -> None:
    """Store three bytes of each of so many; the fourth is written as it was."""
    three = constant(BYTES, 255, 255, 255, 0)
    for place, four in zip(_quarters(builder, address), fours, strict=True):
        before = emit_load(builder, place, BYTES.llvm)
        emit_store(builder, place, choose(builder, three, four, before))


@operation(ADDRESS)
def room(builder: Any) -> Any:
    """Return the address of as many bytes on the stack as `LANES` pixels of four bytes have."""
    slot = cgutils.alloca_once(builder, Vector(_GROUP * LANES, 8).llvm)
    return builder.ptrtoint(slot, ir.IntType(64))


@operation(types.void, ADDRESS, ADDRESS, INT)
def copy_bytes(builder: Any, to: Any, source: Any, count: Any) -> None:
    """Copy bytes from one address to another."""
    pointer = ir.IntType(8).as_pointer()
    ends = builder.inttoptr(to, pointer), builder.inttoptr(source, pointer)
    cgutils.raw_memcpy(builder, *ends, count, 1)


def _pointer(builder: Any, address: Any) -> Any:
    return builder.inttoptr(address, ir.IntType(8).as_pointer())


def _bring(builder: Any, at: Any, step: Any, count: Any, to: Any, apart: Any) -> None:
    """Copy `count` bytes that lie `step` apart to where they lie `apart`."""
    with cgutils.for_range(builder, count) as loop:
        here = _pointer(builder, builder.add(at, builder.mul(loop.index, step)))
        there = _pointer(builder, builder.add(to, builder.mul(loop.index, apart)))
        builder.store(builder.load(here), there)


def _in_planes(builder: Any, place: Any, at: Any, apart: Any) -> list[tuple[Any, Any]]:
    """Return where each channel's plane is and where its first byte lies."""
    return [
        (
            builder.add(place, place.type(channel * LANES)),
            builder.add(at, builder.mul(apart, apart.type(channel))),
        )
        for channel in range(3)
    ]


@operation(types.void, ADDRESS, ADDRESS, INT, INT, INT)
def gather(builder: Any, place: Any, at: Any, step: Any, apart: Any, count: Any) -> None:
    """Bring pixels that lie anyhow to three planes of `LANES` bytes."""
    for plane, first in _in_planes(builder, place, at, apart):
        _bring(builder, first, step, count, plane, step.type(1))


@operation(types.void, ADDRESS, ADDRESS, INT, INT, INT, INT)
def scatter(
    builder: Any, place: Any, at: Any, step: Any, apart: Any, fourth: Any, count: Any
) -> None:
    """Bring pixels from three planes of `LANES` bytes to where they lie anyhow.

    Set what is `fourth` bytes from the first channel, unless that is 0.
    """
    for plane, first in _in_planes(builder, place, at, apart):
        _bring(builder, plane, step.type(1), count, first, step)
    with (
        builder.if_then(builder.icmp_signed("!=", fourth, fourth.type(0))),
        cgutils.for_range(builder, count) as loop,
    ):
        here = builder.add(builder.add(at, fourth), builder.mul(loop.index, step))
        builder.store(ir.Constant(ir.IntType(8), 255), _pointer(builder, here))


@operation(types.void, ADDRESS, ADDRESS, INT, INT)
def gather_bytes(builder: Any, place: Any, at: Any, step: Any, count: Any) -> None:
    """Bring bytes that lie `step` apart together."""
    _bring(builder, at, step, count, place, step.type(1))


@operation(types.void, ADDRESS, ADDRESS, INT, INT)
def spread_bytes(builder: Any, place: Any, at: Any, step: Any, count: Any) -> None:
    """Bring bytes to where they lie `step` apart."""
    _bring(builder, place, step.type(1), count, at, step)


@operation(BYTES, CHANNELS, CHANNELS, GRAY_WEIGHTS, WORDS)
def moved(builder: Any, first: Any, second: Any, weights: Any, bound: Any) -> Any:
    """Return a mask of where pixels differ by more than a bound; see `pixels.bound_of`."""
    changes = [byte_difference(builder, a, b) for a, b in zip(first, second, strict=True)]
    if TARGET.x86:
        pairs = channel_pairs(builder, changes)
        weighed = [weigh_pairs(builder, *pair, weights) for pair in pairs]
    else:
        weighed = weigh_channels(builder, changes, weights)
    flags = [builder.icmp_signed(">", sums, bound) for sums in weighed]
    masks = [builder.sext(flag, WORDS.llvm) for flag in flags]
    if TARGET.x86:  # undoes the zips of pairs
        return call_x86(builder, "avx2.packsswb|avx512.packsswb.512", BYTES, *masks)
    return narrow(builder, masks)


def _each(emit: Callable[..., Any]) -> Any:
    """Make the operation that does something to each channel by a vector of bytes."""

    def channelwise(builder: Any, by: Any, first: Any, second: Any) -> list[Any]:
        return [emit(builder, by, a, b) for a, b in zip(first, second, strict=True)]

    return operation(CHANNELS, BYTES, CHANNELS, CHANNELS)(channelwise)


select_channels = _each(choose)
"""Return pixels of the first where the mask is 255, of the second where it is 0."""
mix_channels = _each(mix_bytes)
"""Lay pixels over others by their coverage."""
