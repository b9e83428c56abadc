"""Operations on `LANES` pixels of four bytes, in four vectors, on x86.

The first three bytes are channels, in memory's order; the fourth counts for nothing. Pixels of
three bytes become such by one shuffle a vector.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types

from fastvbg.constants import GRAY_HALF, GRAY_SHIFT
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector._types import (
    ADDRESS,
    BYTES,
    INT,
    LANES,
    PIXELS,
    Vector,
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
    dot_pairs,
    mix_bytes,
)
from fastvbg.kernels.vector.channels import FOURS
from fastvbg.kernels.vector.memory import (
    AHEAD,
    LINE,
    STREAMS,
    emit_load,
    emit_prefetch,
    emit_store,
)
from fastvbg.kernels.vector.pixels import SPLIT

_DWORDS = Vector(LANES // 4, 32)
LIMITS = types.Tuple((BYTES, BYTES, _DWORDS))
"""The high and low parts of the weights, and what a weighted sum has to exceed."""
THREE = 3 * LANES // 4
"""Bytes that a vector's pixels have without the fourth."""
BEYOND = LANES - THREE
"""Bytes that `load_threes` reads beyond the last pixel."""


def _places(builder: Any, address: Any, step: int) -> list[Any]:
    return [builder.add(address, ir.Constant(address.type, step * k)) for k in range(4)]


_SAME, _TURNED = (0, 1, 2), (2, 1, 0)


def _opened(builder: Any, loaded: Any, way: tuple[int, ...]) -> Any:
    """Give each three bytes a fourth."""
    order = [3 * (i // 4) + (*way, way[2])[i % 4] for i in range(LANES)]
    if TARGET.level == "avx2":
        # First four bytes at a time, so that each 16-byte lane has its pixels, then within lanes.
        kind = _DWORDS.llvm
        wide = builder.bitcast(loaded, kind)
        loaded = builder.bitcast(shuffle(builder, wide, wide, [0, 1, 2, 3, 3, 4, 5, 6]), BYTES.llvm)
        order = [
            place % LANE_BYTES if i < LANE_BYTES else LANE_BYTES + place - THREE // 2
            for i, place in enumerate(order)
        ]
    return shuffle(builder, loaded, loaded, order)


@operation(FOURS, ADDRESS)
def load_threes(builder: Any, address: Any) -> list[Any]:
    """Load pixels of three bytes, and `BEYOND` bytes after them."""
    places = _places(builder, address, THREE)
    return [_opened(builder, emit_load(builder, at, BYTES.llvm), _SAME) for at in places]


@operation(FOURS, ADDRESS)
def load_threes_turned(builder: Any, address: Any) -> list[Any]:
    """Load such, the first and the third channel exchanged."""
    places = _places(builder, address, THREE)
    return [_opened(builder, emit_load(builder, at, BYTES.llvm), _TURNED) for at in places]


@operation(FOURS, FOURS)
def turned(builder: Any, fours: Any) -> list[Any]:
    """Exchange the first and the third channel."""
    order = [i - i % 4 + (2, 1, 0, 3)[i % 4] for i in range(LANES)]
    return [shuffle(builder, four, four, order) for four in fours]


@operation(FOURS, PIXELS)
def opened(builder: Any, pixels: Any) -> list[Any]:
    """Give pixels of three bytes a fourth."""
    fours = []
    for k in range(4):
        first = min(THREE * k // LANES, 1)
        order = [THREE * k - LANES * first + 3 * (i // 4) + min(i % 4, 2) for i in range(LANES)]
        fours.append(shuffle(builder, pixels[first], pixels[first + 1], order))
    return fours


@operation(PIXELS, FOURS)
def closed(builder: Any, fours: Any) -> list[Any]:
    """Take the fourth byte of pixels out."""
    return _closed(builder, fours)


def _closed(builder: Any, fours: Any) -> list[Any]:
    """Take the fourth byte of each pixel out: three vectors of memory's bytes."""
    places = [4 * (i // 3) + i % 3 for i in range(3 * LANES)]
    if TARGET.level == "avx512":
        parts = []
        for k in range(3):
            order = [place - LANES * k for place in places[LANES * k : LANES * (k + 1)]]
            parts.append(shuffle(builder, fours[k], fours[k + 1], order))
        return parts
    kind, order = _DWORDS.llvm, []
    for base in range(0, LANES, LANE_BYTES):
        order += [base + place for place in places[: THREE // 2]] + [base] * 4
    rows = []
    for four in fours:
        within = builder.bitcast(shuffle(builder, four, four, order), kind)
        rows.append(within)
    wide = LANES // 4
    dense = [0, 1, 2, 4, 5, 6]
    parts = []
    for k, (first, second) in enumerate(((6, 2), (4, 4), (2, 6))):
        picks = [*dense[6 - first :], *(wide + place for place in dense[:second])]
        parts.append(builder.bitcast(shuffle(builder, rows[k], rows[k + 1], picks), BYTES.llvm))
    return parts


def _store_each(builder: Any, address: Any, values: Any, *, streaming: bool) -> None:
    for k, value in enumerate(values):
        place = builder.add(address, ir.Constant(address.type, LANES * k))
        emit_store(builder, place, value, streaming=streaming)


def _stores(streaming: bool) -> tuple[Any, Any]:
    """Make the operations that store pixels of three bytes, and of four, the last 255."""

    @operation(types.void, ADDRESS, FOURS)
    def threes(builder: Any, address: Any, fours: Any) -> None:
        _store_each(builder, address, _closed(builder, fours), streaming=streaming)

    @operation(types.void, ADDRESS, FOURS)
    def opaque(builder: Any, address: Any, fours: Any) -> None:
        full = constant(BYTES, 0, 0, 0, 255)
        values = [builder.or_(four, full) for four in fours]
        _store_each(builder, address, values, streaming=streaming)

    return threes, opaque


store_threes, store_opaque = _stores(streaming=False)
stream_threes, stream_opaque = _stores(streaming=STREAMS)
"""Streams need an address that is a multiple of `LANES`."""


@operation(LIMITS, INT, INT)
def limits_of(builder: Any, threshold: Any, order: Any) -> list[Any]:
    """Return what pixels in an order, 0 for BGR and 1 for RGB, are weighed by.

    `gray = (S + half) >> shift`, so `gray > t` when `S >= ((t + 1) << shift) - half`.
    """
    is_bgr = builder.icmp_signed("==", order, order.type(0))
    weights = [
        builder.select(is_bgr, constant(BYTES, b, g, r, 0), constant(BYTES, r, g, b, 0))
        for b, g, r in zip(*SPLIT, strict=True)
    ]
    bound = builder.mul(threshold, threshold.type(1 << GRAY_SHIFT))
    bound = builder.add(bound, threshold.type((1 << GRAY_SHIFT) - GRAY_HALF - 1))
    return [*weights, splat(builder, _DWORDS, bound)]


def _pair_sums(builder: Any, words: Any, factor: int) -> Any:
    """Add neighbouring words, times a factor, to integers."""
    name = "avx2.pmadd.wd|avx512.pmaddw.d.512"
    return call_x86(builder, name, _DWORDS, words, constant(Vector(LANES // 2, 16), factor))


def _flags(builder: Any, prev: Any, next: Any, limits: Any) -> list[Any]:
    """Return of each vector's pixels whether they differ by more than the bound, as bits."""
    high, low, bound = limits
    flags = []
    for before, after in zip(prev, next, strict=True):
        change = byte_difference(builder, before, after)
        above = _pair_sums(builder, dot_pairs(builder, change, high), 256)
        below = _pair_sums(builder, dot_pairs(builder, change, low), 1)
        flags.append(builder.icmp_signed(">", builder.add(above, below), bound))
    return flags


@operation(FOURS, FOURS, FOURS, FOURS, LIMITS)
def composited(builder: Any, prev: Any, next: Any, bg: Any, limits: Any) -> list[Any]:
    """Return `next` where it differs from `prev` by more than the bound, else `bg`."""
    kind, chosen = _DWORDS.llvm, []
    for flag, new, old in zip(_flags(builder, prev, next, limits), next, bg, strict=True):
        both = builder.bitcast(new, kind), builder.bitcast(old, kind)
        chosen.append(builder.bitcast(builder.select(flag, *both), BYTES.llvm))
    return chosen


@operation(BYTES, FOURS, FOURS, LIMITS)
def moved_fours(builder: Any, prev: Any, next: Any, limits: Any) -> Any:
    """Return a mask of where they do, a byte a pixel."""
    flags = _flags(builder, prev, next, limits)
    if TARGET.level == "avx512":
        whole = join(builder, join(builder, *flags[:2]), join(builder, *flags[2:]))
        return builder.sext(whole, BYTES.llvm)
    wide = [builder.sext(flag, _DWORDS.llvm) for flag in flags]
    words = Vector(LANES // 2, 16)
    name = "avx2.packssdw|"
    pairs = [call_x86(builder, name, words, *wide[k : k + 2]) for k in (0, 2)]
    packed = call_x86(builder, "avx2.packsswb|", BYTES, *pairs)
    groups = builder.bitcast(packed, _DWORDS.llvm)
    turn = [0, 4, 1, 5, 2, 6, 3, 7]  # packs work within 16-byte lanes
    return builder.bitcast(shuffle(builder, groups, groups, turn), BYTES.llvm)


@operation(FOURS, BYTES, FOURS, FOURS)
def mixed(builder: Any, coverage: Any, frame: Any, bg: Any) -> list[Any]:
    """Lay pixels over others by their coverage."""
    found = []
    for k, values in enumerate(zip(frame, bg, strict=True)):
        order = [LANES // 4 * k + i // 4 for i in range(LANES)]
        found.append(mix_bytes(builder, shuffle(builder, coverage, coverage, order), *values))
    return found


@operation(types.void, ADDRESS)
def prefetch_fours(builder: Any, address: Any) -> None:
    """Ask for pixels a little past these; the address may lie past the end of memory."""
    for ahead in range(AHEAD, AHEAD + 4 * LANES, LINE):
        emit_prefetch(builder, builder.add(address, ir.Constant(address.type, ahead)))
