"""Blocks of planar YUV 4:2:0: two rows of `LANES` luma samples and the chroma that they share.

An I420 block is luma, luma, U, V, its chroma vectors half as long; an NV12 block is luma, luma, UV,
its chroma in pairs. Luma goes in words of even and of odd columns, so that both meet their chroma
sample lane by lane, without a shuffle.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from llvmlite import ir
from numba import types

from fastvbg.constants import YUV_UNIT
from fastvbg.kernels._target import TARGET
from fastvbg.kernels.vector import memory
from fastvbg.kernels.vector._types import (
    ADDRESS,
    BYTES,
    HALF_BYTES,
    INT,
    LANES,
    WORDS,
    constant,
    halves,
    join,
    operation,
    splat,
)
from fastvbg.kernels.vector.arithmetic import (
    absolute,
    choose,
    dot_pairs,
    emit_all_are,
    mix_bytes,
    rounded_high_product,
)

I420 = types.Tuple((BYTES, BYTES, HALF_BYTES, HALF_BYTES))
NV12 = types.Tuple((BYTES, BYTES, BYTES))
I420_ROWS = types.UniTuple(ADDRESS, 4)
NV12_ROWS = types.UniTuple(ADDRESS, 3)
I420_SOURCE = types.UniTuple(ADDRESS, 7)
NV12_SOURCE = types.UniTuple(ADDRESS, 5)
"""A block's rows, and each plane's step: how far what is asked for ahead of its use lies from them.

That is the next pair of rows, until `_ahead` says otherwise.
"""

WEIGHTS = types.Tuple((BYTES, BYTES, *[WORDS] * 8))
"""A `YuvGray` and the bound that gray must exceed, each in all lanes."""

_PRESCALE = 6  # differences times 64: with it a rounding high product shifts by YUV_SHIFT


def _kinds(rows: Any) -> list[Any]:
    return [BYTES, BYTES, HALF_BYTES, HALF_BYTES] if len(rows) == 4 else [BYTES, BYTES, BYTES]


def _offsets(builder: Any, rows: Any, column: Any) -> list[Any]:
    """Return how far in each row a luma column is, which is even."""
    half = builder.ashr(column, ir.Constant(column.type, 1))
    return [column if kind is BYTES else half for kind in _kinds(rows)]


def _places(builder: Any, rows: Any, column: Any) -> list[Any]:
    """Return the addresses in each row at a luma column, which is even."""
    offsets = _offsets(builder, rows, column)
    return [builder.add(row, offset) for row, offset in zip(rows, offsets, strict=True)]


def _counts(builder: Any, rows: Any, count: Any) -> list[Any]:
    """Return how many bytes of each row belong to `count` luma columns."""
    one = ir.Constant(count.type, 1)
    half = builder.lshr(builder.add(count, one), one)
    if len(rows) == 4:
        return [count, count, half, half]
    return [count, count, builder.shl(half, one)]


AHEAD = 1024
"""Columns from a block to the one that is asked for, in wide rows; elsewhere the whole row.

Of three pictures of 4K a whole pair of rows is more than the first cache holds.
"""


def _parted(rows: Any) -> tuple[Any, Any]:
    """Return a source's rows, and for each row what its plane's step is."""
    if len(rows) == len(I420_SOURCE):
        y, u, v = rows[4:]
        return rows[:4], [y, y, u, v]
    y, uv = rows[3:]
    return rows[:3], [y, y, uv]


def _ahead(builder: Any, rows: Any, count: Any, ahead: Any, last: Any) -> list[Any]:
    """Return a source with steps to what is `ahead` columns on.

    For the last of `count` columns that is in the next pair of rows.
    """
    here, steps = _parted(rows)
    within = _offsets(builder, here, ahead)
    beyond = _offsets(builder, here, builder.sub(ahead, count))
    asked = [
        builder.select(last, builder.add(step, far), near)
        for step, far, near in zip(steps, beyond, within, strict=True)
    ]
    return [*here, *asked[1:]]


def _load(builder: Any, rows: Any, column: Any) -> list[Any]:
    """Load a block, and ask for the one a step on, which may lie past the end of memory.

    The CPU's own prefetching loses a dozen rows at every row's end.
    """
    here, steps = _parted(rows)
    places = _places(builder, here, column)
    for place, step in zip(places, steps, strict=True):
        memory.emit_prefetch(builder, builder.add(place, step))
    return [
        memory.emit_load(builder, place, kind.llvm)
        for place, kind in zip(places, _kinds(here), strict=True)
    ]


def _load_few(builder: Any, rows: Any, column: Any, count: Any) -> list[Any]:
    """Load `count` columns, the last one twice: at an odd width it has its chroma alone."""
    rows, _ = _parted(rows)
    places, counts = _places(builder, rows, column), _counts(builder, rows, count)
    return [
        memory.emit_load_few(builder, place, size, kind.llvm, repeat_last=part < 2)
        for part, (place, size, kind) in enumerate(zip(places, counts, _kinds(rows), strict=True))
    ]


def _store(builder: Any, rows: Any, column: Any, block: Any) -> None:
    """Store a block."""
    for place, part in zip(_places(builder, rows, column), block, strict=True):
        memory.emit_store(builder, place, part)


def _stream_two(builder: Any, rows: Any, column: Any, block: Any, follow: Any) -> None:
    """Store two neighbouring blocks past the caches, row by row.

    Each row must lie on a multiple of its vector's length. What fills a cache line is stored at a
    stretch: AVX2's four pieces a line of chroma, taken in turns with those of other planes, took
    twice as long where all planes began at the same place of a page, as large arrays do.
    """
    step = ir.Constant(column.type, LANES)
    here = _places(builder, rows, column)
    beside = _places(builder, rows, builder.add(column, step))
    for place, part, next_place, next_part in zip(here, block, beside, follow, strict=True):
        memory.emit_store(builder, place, part, streaming=memory.STREAMS)
        memory.emit_store(builder, next_place, next_part, streaming=memory.STREAMS)


def _store_few(builder: Any, rows: Any, column: Any, count: Any, block: Any) -> None:
    """Store the first `count` columns of a block."""
    places, counts = _places(builder, rows, column), _counts(builder, rows, count)
    for place, size, part in zip(places, counts, block, strict=True):
        memory.emit_store_few(builder, place, size, part)


def _even(builder: Any, value: Any, multiplier: int = 1) -> Any:
    """Return the bytes of even lanes as words, times a power of two."""
    if TARGET.x86:
        return dot_pairs(builder, value, constant(BYTES, multiplier, 0))
    words = builder.and_(builder.bitcast(value, WORDS.llvm), constant(WORDS, 255))
    return builder.mul(words, constant(WORDS, multiplier))


def _odd(builder: Any, value: Any, multiplier: int = 1) -> Any:
    """Return the bytes of odd lanes as words, times a power of two."""
    if TARGET.x86:
        return dot_pairs(builder, value, constant(BYTES, 0, multiplier))
    words = builder.lshr(builder.bitcast(value, WORDS.llvm), constant(WORDS, 8))
    return builder.mul(words, constant(WORDS, multiplier))


def _clipped(builder: Any, luma: Any, low: Any, high: Any) -> Any:
    luma = builder.select(builder.icmp_unsigned(">", luma, low), luma, low)
    return builder.select(builder.icmp_unsigned("<", luma, high), luma, high)


def _chroma_differences(builder: Any, prev: Any, next: Any) -> list[Any]:
    """Return the differences of U and of V as words, prescaled."""
    if len(prev) == 3:
        return [
            builder.sub(
                part(builder, next[2], 1 << _PRESCALE), part(builder, prev[2], 1 << _PRESCALE)
            )
            for part in (_even, _odd)
        ]
    return [
        builder.shl(
            builder.sub(builder.zext(next[k], WORDS.llvm), builder.zext(prev[k], WORDS.llvm)),
            constant(WORDS, _PRESCALE),
        )
        for k in (2, 3)
    ]


def _moved(builder: Any, prev: Any, next: Any, weights: Any) -> list[Any]:
    """Return the masks of what moved; a chroma sample has where half or more of its luma has."""
    low, high, red_y, red_v, green_y, green_u, green_v, blue_y, blue_u, bound = weights
    du, dv = _chroma_differences(builder, prev, next)
    red = rounded_high_product(builder, dv, red_v)
    green = builder.add(
        rounded_high_product(builder, du, green_u), rounded_high_product(builder, dv, green_v)
    )
    blue = rounded_high_product(builder, du, blue_u)
    masks = []
    for row in range(2):
        before = _clipped(builder, prev[row], low, high)
        after = _clipped(builder, next[row], low, high)
        columns = []
        for part in (_even, _odd):
            dy = builder.sub(
                part(builder, after, 1 << _PRESCALE), part(builder, before, 1 << _PRESCALE)
            )
            terms = [
                absolute(builder, builder.add(rounded_high_product(builder, dy, weight), chroma))
                for weight, chroma in ((red_y, red), (green_y, green), (blue_y, blue))
            ]
            gray = builder.add(builder.add(terms[0], terms[1]), terms[2])
            columns.append(builder.sext(builder.icmp_signed(">", gray, bound), WORDS.llvm))
        even = builder.and_(columns[0], constant(WORDS, 0x00FF))
        masks.append(builder.or_(even, builder.and_(columns[1], constant(WORDS, 0xFF00))))
    masks = [builder.bitcast(mask, BYTES.llvm) for mask in masks]
    return [*masks, *_chroma(builder, _half_or_more(builder, masks), len(next))]


def _half_or_more(builder: Any, masks: Any) -> Any:
    """Return words set where two or more of the four mask bytes are: the sum of -1s is below -1."""
    both = builder.add(*masks)
    if TARGET.x86:
        total = dot_pairs(builder, constant(BYTES, 1), both)
    else:
        words = builder.bitcast(both, WORDS.llvm)
        eight = constant(WORDS, 8)
        even = builder.ashr(builder.shl(words, eight), eight)
        total = builder.add(even, builder.ashr(words, eight))
    return builder.sext(builder.icmp_signed("<", total, constant(WORDS, -1)), WORDS.llvm)


def _chroma(builder: Any, words: Any, parts: int) -> list[Any]:
    """Return words, whose bytes are alike or whose high bytes are 0, as a block's chroma."""
    if parts == 3:
        return [builder.bitcast(words, BYTES.llvm)]
    return [builder.trunc(words, HALF_BYTES.llvm)] * 2


def _coverage(builder: Any, upper: Any, lower: Any, parts: int) -> list[Any]:
    """Return two rows of a matte and its mean, rounded half up, over each chroma sample."""
    total = _even(builder, upper)
    for value in (_odd(builder, upper), _even(builder, lower), _odd(builder, lower)):
        total = builder.add(total, value)
    mean = builder.lshr(builder.add(total, constant(WORDS, 2)), constant(WORDS, 2))
    if parts == 3:
        mean = builder.or_(mean, builder.shl(mean, constant(WORDS, 8)))
    return [upper, lower, *_chroma(builder, mean, parts)]


def _select(builder: Any, masks: Any, yes: Any, no: Any) -> list[Any]:
    """Return samples of `yes` where the mask is set, else of `no`."""
    return [choose(builder, *values) for values in zip(masks, yes, no, strict=True)]


def _bare(builder: Any, masks: Any) -> Any:
    """Tell whether a mask or coverage is 0 all over: its luma is, of which its chroma is made."""
    return emit_all_are(builder, builder.or_(masks[0], masks[1]), 0)


def _mix(builder: Any, coverage: Any, foreground: Any, background: Any) -> list[Any]:
    """Lay a block over another by its coverage."""
    if len(foreground) == 3:
        return [
            mix_bytes(builder, *values)
            for values in zip(coverage, foreground, background, strict=True)
        ]
    luma = [
        mix_bytes(builder, *values)
        for values in zip(coverage[:2], foreground[:2], background[:2], strict=True)
    ]
    # U and V are half a vector each: together they fill one.
    whole = [join(builder, value[2], value[3]) for value in (coverage, foreground, background)]
    return [*luma, *halves(builder, mix_bytes(builder, *whole))]


@operation(WEIGHTS, types.UniTuple(INT, 9), INT)
def weights_of(builder: Any, weights: Any, threshold: Any) -> list[Any]:
    """Return a `YuvGray` in vectors, and what the sum must exceed for gray to exceed `threshold`.

    Gray rounds half up, so it does from `threshold + 1/2` on; one part less turns "at least" into
    "more than".
    """
    half = ir.Constant(threshold.type, YUV_UNIT // 2 - 1)
    bound = builder.add(builder.mul(threshold, ir.Constant(threshold.type, YUV_UNIT)), half)
    return [
        *(splat(builder, BYTES, value) for value in weights[:2]),
        *(splat(builder, WORDS, value) for value in weights[2:]),
        splat(builder, WORDS, bound),
    ]


@operation(types.UniTuple(BYTES, 2), ADDRESS, ADDRESS, INT)
def load_two(builder: Any, upper: Any, lower: Any, column: Any) -> list[Any]:
    """Load `LANES` bytes of each of two rows, and ask for the two rows below them."""
    place, apart = builder.add(lower, column), builder.sub(lower, upper)
    for _ in range(2):
        place = builder.add(place, apart)
        memory.emit_prefetch(builder, place)
    return [
        memory.emit_load(builder, builder.add(row, column), BYTES.llvm) for row in (upper, lower)
    ]


@operation(types.UniTuple(BYTES, 2), ADDRESS, ADDRESS, INT, INT)
def load_two_few(builder: Any, upper: Any, lower: Any, column: Any, count: Any) -> list[Any]:
    """Load `count` bytes of each of two rows, the last one twice."""
    return [
        memory.emit_load_few(builder, builder.add(row, column), count, BYTES.llvm, repeat_last=True)
        for row in (upper, lower)
    ]


def _i420_coverage(builder: Any, matte: Any) -> list[Any]:
    return _coverage(builder, matte[0], matte[1], 4)


def _nv12_coverage(builder: Any, matte: Any) -> list[Any]:
    return _coverage(builder, matte[0], matte[1], 3)


_TWO = types.UniTuple(BYTES, 2)


class Form(NamedTuple):
    """The operations on blocks of one form."""

    ahead: Any
    load: Any
    load_few: Any
    store: Any
    store_few: Any
    stream_two: Any
    moved: Any
    coverage: Any
    select: Any
    mix: Any
    bare: Any


def _form(block: Any, source: Any, rows: Any, coverage: Any) -> Form:
    return Form(
        ahead=operation(source, source, INT, INT, types.boolean)(_ahead),
        load=operation(block, source, INT)(_load),
        load_few=operation(block, source, INT, INT)(_load_few),
        store=operation(types.void, rows, INT, block)(_store),
        store_few=operation(types.void, rows, INT, INT, block)(_store_few),
        stream_two=operation(types.void, rows, INT, block, block)(_stream_two),
        moved=operation(block, block, block, WEIGHTS)(_moved),
        coverage=operation(block, _TWO)(coverage),
        select=operation(block, block, block, block)(_select),
        mix=operation(block, block, block, block)(_mix),
        bare=operation(types.boolean, block)(_bare),
    )


I420_FORM = _form(I420, I420_SOURCE, I420_ROWS, _i420_coverage)
NV12_FORM = _form(NV12, NV12_SOURCE, NV12_ROWS, _nv12_coverage)
