"""What the remembered room does to samples, in vectors; `reference.room` has the arithmetic."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from fastvbg.kernels._lanes import SIXTEEN, load_lanes, splat, store_lanes

LEARNED = 32
"""Samples that `learn_samples` takes."""
APART = 24
"""Integers from the beginning of a row of the lanes of `decide_samples` to the next."""

_BYTE, _WORD, _INTEGER, _FLOAT = ir.IntType(8), ir.IntType(16), ir.IntType(32), ir.FloatType()
_OFF, _ALONG, _LENGTH = 3, 4, 5
"""Rows of lanes; the colours of the foreground are the first three."""
_DOUBLED = [k // 2 for k in range(SIXTEEN)]


def _wider(builder: Any, value: Any, kind: Any) -> Any:
    return builder.zext(value, ir.VectorType(kind, value.type.count))


def _chosen(builder: Any, sign: str, first: Any, second: Any) -> Any:
    """Return the more or the less of two vectors of unsigned numbers."""
    return builder.select(builder.icmp_unsigned(sign, first, second), first, second)


@intrinsic
def learn_samples(typing_context: Any, now: Any, known: Any, marks: Any, off: Any) -> Any:
    """Add the differences of 32 samples to as many words, then learn where they are marked.

    All are addresses; marks are those of `learn`, a byte a sample.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        at, room, marks, off = arguments
        seen, before, mark = (load_lanes(builder, x, _BYTE, LEARNED) for x in (at, room, marks))
        more, less = (_chosen(builder, sign, seen, before) for sign in (">", "<"))
        apart = builder.sub(more, less)
        total = builder.add(load_lanes(builder, off, _WORD, LEARNED), _wider(builder, apart, _WORD))
        store_lanes(builder, total, off)
        two = ir.Constant(seen.type, [2] * LEARNED)
        # A level toward what is seen, or all the way.
        most = builder.select(builder.icmp_unsigned("==", mark, two), apart, mark)
        step = _chosen(builder, "<", apart, most)
        up = builder.icmp_unsigned(">", seen, before)
        after = builder.select(up, builder.add(before, step), builder.sub(before, step))
        store_lanes(builder, after, room)
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 4), generate


@intrinsic
def fill_lanes(typing_context: Any, to: Any, value: Any) -> Any:
    """Write eight of an integer or a float to an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        to, value = arguments
        store_lanes(builder, splat(builder, value, 8), to)
        return context.get_dummy_value()

    return types.void(types.int64, value), generate


def _row(builder: Any, lanes: Any, number: int) -> Any:
    """Return the address of a row of lanes."""
    return builder.add(lanes, ir.Constant(lanes.type, 4 * APART * number))


def _line(builder: Any, seen: Any, behind: Any, front: Any) -> tuple[Any, Any]:
    """Return how far samples lie along the line to the foreground, and its length squared."""
    behind = _wider(builder, behind, _INTEGER)
    reach = builder.sub(front, behind)
    from_room = builder.sub(_wider(builder, seen, _INTEGER), behind)
    return builder.mul(from_room, reach), builder.mul(reach, reach)


def _chroma_of(halved: bool) -> Any:
    """Make `add_chroma` or `add_halved_chroma`."""

    @intrinsic
    def add(
        typing_context: Any,
        u_now: Any,
        u_known: Any,
        v_now: Any,
        v_known: Any,
        lanes: Any,
    ) -> Any:
        """Write to the lanes at an address what U and V of 16 pixels say, at addresses too."""
        return types.void(*(types.int64,) * 5), generate

    def samples(builder: Any, address: Any) -> Any:
        if not halved:
            return load_lanes(builder, address, _BYTE, SIXTEEN)
        value = load_lanes(builder, address, _BYTE, SIXTEEN // 2)
        order = ir.Constant(ir.VectorType(_INTEGER, SIXTEEN), _DOUBLED)
        return builder.shuffle_vector(value, ir.Constant(value.type, ir.Undefined), order)

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        *planes, lanes = arguments
        u, v = (
            _line(
                builder,
                samples(builder, now),
                samples(builder, known),
                load_lanes(builder, _row(builder, lanes, number), _INTEGER, SIXTEEN),
            )
            for number, (now, known) in enumerate((planes[:2], planes[2:]), start=1)
        )
        store_lanes(builder, builder.add(u[0], v[0]), _row(builder, lanes, _ALONG))
        store_lanes(builder, builder.add(u[1], v[1]), _row(builder, lanes, _LENGTH))
        return context.get_dummy_value()

    return add


add_chroma, add_halved_chroma = _chroma_of(False), _chroma_of(True)


@intrinsic
def decide_samples(
    typing_context: Any,
    now: Any,
    known: Any,
    matte: Any,
    lanes: Any,
    soft: Any,
    clear: Any,
    spread: Any,
) -> Any:
    """Write the coverage of 16 pixels, of whose chroma the lanes know already; by addresses."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        now, known, matte, lanes, *options = arguments
        floats = ir.VectorType(_FLOAT, SIXTEEN)
        soft, clear, spread = (splat(builder, option, SIXTEEN) for option in options)
        front, along, length = (
            load_lanes(builder, _row(builder, lanes, number), _INTEGER, SIXTEEN)
            for number in (0, _ALONG, _LENGTH)
        )
        off = load_lanes(builder, _row(builder, lanes, _OFF), _FLOAT, SIXTEEN)
        seen, behind = (load_lanes(builder, x, _BYTE, SIXTEEN) for x in (now, known))
        said = _line(builder, seen, behind, front)
        along, length = builder.add(along, said[0]), builder.add(length, said[1])
        coverage = load_lanes(builder, matte, _BYTE, SIXTEEN)
        m = builder.uitofp(coverage, floats)
        nothing = ir.Constant(coverage.type, [0] * SIXTEEN)
        weight = builder.select(builder.icmp_unsigned(">", coverage, nothing), soft, clear)
        doubt = builder.fadd(off, builder.fmul(spread, builder.fmul(m, m)))
        k = builder.fmul(weight, doubt)
        whole = ir.Constant(along.type, [255] * SIXTEEN)
        above = builder.sitofp(builder.mul(along, whole), floats)
        above = builder.fadd(above, builder.fmul(k, m))
        share = builder.fdiv(above, builder.fadd(builder.sitofp(length, floats), k))
        low, high, half = (ir.Constant(floats, [x] * SIXTEEN) for x in (0.0, 255.0, 0.5))
        share = builder.select(builder.fcmp_ordered(">", share, low), share, low)
        share = builder.select(builder.fcmp_ordered("<", share, high), share, high)
        value = builder.fptoui(builder.fadd(share, half), along.type)
        value = builder.trunc(value, coverage.type)
        sure = builder.icmp_unsigned("==", coverage, ir.Constant(coverage.type, [255] * SIXTEEN))
        stays = builder.or_(sure, builder.fcmp_ordered("<", off, low))
        store_lanes(builder, builder.select(stays, coverage, value), matte)
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 4, *(types.float32,) * 3), generate


def _apart(builder: Any, value: Any) -> tuple[Any, Any]:
    """Return every other number of a vector, and those between."""
    blank, half = ir.Constant(value.type, ir.Undefined), value.type.count // 2
    kind = ir.VectorType(_INTEGER, half)
    even, odd = (
        builder.shuffle_vector(value, blank, ir.Constant(kind, [2 * k + part for k in range(half)]))
        for part in (0, 1)
    )
    return even, odd


@intrinsic
def sum_squares(
    typing_context: Any, chosen: Any, values: Any, kept: Any, stride: Any, rows: Any, to: Any
) -> Any:
    """Write the sums of four squares of four columns and so many rows, of bytes where chosen.

    Of both the rows lie `stride` bytes apart. Bytes are chosen by 255, and only the bits of `kept`
    of them count.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        chosen, values, kept, stride, rows, to = arguments
        bits = splat(builder, kept, SIXTEEN)
        words = ir.VectorType(_WORD, SIXTEEN)
        total = cgutils.alloca_once(builder, words)
        builder.store(ir.Constant(words, [0] * SIXTEEN), total)
        with cgutils.for_range(builder, rows) as loop:
            ahead = builder.mul(loop.index, stride)
            mask, value = (
                load_lanes(builder, builder.add(x, ahead), _BYTE, SIXTEEN) for x in (chosen, values)
            )
            value = builder.and_(bits, builder.and_(mask, value))
            value = _wider(builder, value, _WORD)
            builder.store(builder.add(builder.load(total), value), total)
        value = builder.load(total)
        for _ in range(2):
            value = builder.add(*_apart(builder, value))
        store_lanes(builder, _wider(builder, value, _INTEGER), to)
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 2, types.uint8, *(types.int64,) * 3), generate
