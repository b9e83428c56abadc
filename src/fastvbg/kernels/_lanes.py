"""Short vectors where loops are too short for LLVM's vectorizer: a few lanes at a time.

Numba leaves LLVM's vectorizer of straight-line code off, so what is done to eight neighbours with
weights of their own stays scalar without these. The same LLVM IR serves every CPU.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from fastvbg.constants import GAIN_PARTS

if TYPE_CHECKING:
    from collections.abc import Sequence

EIGHT, SIXTEEN = 8, 16

LEVEL_BITS = 7 + GAIN_PARTS.bit_length() - 1
"""Of a level of a fitted matte: its parts of 1/128, and those of the gain."""

_BYTE, _WORD, _INTEGER = ir.IntType(8), ir.IntType(16), ir.IntType(32)


def load_lanes(builder: Any, address: Any, kind: Any, lanes: int) -> Any:
    """Load so many of a kind, an integer or a 32-bit float, from an address."""
    vector = ir.VectorType(kind, lanes)
    value = builder.load(builder.inttoptr(address, vector.as_pointer()))
    value.align = 4 if isinstance(kind, ir.FloatType) else kind.width // 8
    return value


def store_lanes(builder: Any, value: Any, address: Any) -> None:
    """Store a vector at an address."""
    kind = value.type.element
    to = builder.store(value, builder.inttoptr(address, value.type.as_pointer()))
    to.align = 4 if isinstance(kind, ir.FloatType) else kind.width // 8


def splat(builder: Any, value: Any, lanes: int) -> Any:
    """Return a vector of so many times a value."""
    undefined = ir.Constant(ir.VectorType(value.type, lanes), ir.Undefined)
    single = builder.insert_element(undefined, value, ir.Constant(_INTEGER, 0))
    order = ir.Constant(ir.VectorType(_INTEGER, lanes), [0] * lanes)
    return builder.shuffle_vector(single, undefined, order)


def halves(builder: Any, first: Any, second: Any) -> Any:
    """Return eight lanes: four times a value, and four times another."""
    undefined = ir.Constant(ir.VectorType(first.type, EIGHT), ir.Undefined)
    both = builder.insert_element(undefined, first, ir.Constant(_INTEGER, 0))
    both = builder.insert_element(both, second, ir.Constant(_INTEGER, 1))
    half = EIGHT // 2
    return builder.shuffle_vector(both, undefined, _constant([0] * half + [1] * half))


def _constant(values: Sequence[int]) -> Any:
    return ir.Constant(ir.VectorType(_INTEGER, len(values)), list(values))


@intrinsic
def dot_eight(typing_context: Any, first: Any, second: Any) -> Any:
    """Sum the products of eight signed words at one address and eight at another.

    `pmaddwd` and two additions: on Zen 4 0.5 nanoseconds a sum, which singly takes 3.0.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.VectorType(_INTEGER, EIGHT)
        left, right = (
            builder.sext(load_lanes(builder, at, _WORD, EIGHT), wide) for at in arguments
        )
        name = f"llvm.vector.reduce.add.v{EIGHT}i32"
        kind = ir.FunctionType(_INTEGER, [wide])
        total = cgutils.get_or_insert_function(builder.module, kind, name)
        return builder.call(total, [builder.mul(left, right)])

    return types.int32(types.int64, types.int64), generate


@intrinsic
def sum_eight_words(typing_context: Any, address: Any) -> Any:
    """Sum eight unsigned words at an address."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        wide = ir.VectorType(_INTEGER, EIGHT)
        words = builder.zext(load_lanes(builder, arguments[0], _WORD, EIGHT), wide)
        name = f"llvm.vector.reduce.add.v{EIGHT}i32"
        kind = ir.FunctionType(_INTEGER, [wide])
        return builder.call(cgutils.get_or_insert_function(builder.module, kind, name), [words])

    return types.int32(types.int64), generate


@intrinsic
def add_product(typing_context: Any, total: Any, weight: Any, sample: Any) -> Any:
    """Add a word times a byte to a word, modulo 2**16.

    Numba would do so in 64 bits, and LLVM keeps that where several products are added.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        total, weight, sample = arguments
        return builder.add(total, builder.mul(weight, builder.zext(sample, _WORD)))

    return types.int16(types.int16, types.int16, types.uint8), generate


def _sum_of_neighbours(builder: Any, row: Any, width: Any) -> Any:
    """Return the sums of `width` neighbours from each of 16 integers on, at an address.

    LLVM would keep them in memory, since rows and sums might be one.
    """
    total = cgutils.alloca_once(builder, ir.VectorType(_INTEGER, SIXTEEN))
    builder.store(load_lanes(builder, row, _INTEGER, SIXTEEN), total)
    one, size = (ir.Constant(width.type, value) for value in (1, 4))
    with cgutils.for_range(builder, width, one) as loop:
        at = builder.add(row, builder.mul(loop.index, size))
        value = builder.add(builder.load(total), load_lanes(builder, at, _INTEGER, SIXTEEN))
        builder.store(value, total)
    return builder.load(total)


@intrinsic
def sum_neighbours(typing_context: Any, row: Any, width: Any, to: Any) -> Any:
    """Write the sums of `width` neighbours from each of 16 integers on, all at addresses."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row, width, to = arguments
        store_lanes(builder, _sum_of_neighbours(builder, row, width), to)
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 3), generate


@intrinsic
def mean_neighbours(
    typing_context: Any, row: Any, width: Any, to: Any, area: Any, share: Any
) -> Any:
    """Write `floor((2 * sum + area) * share)` of such sums, in float64.

    A loop over so few elements in place is unrolled, and none of it in vectors.
    """

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        row, width, to, area, share = arguments
        wide = ir.VectorType(ir.DoubleType(), SIXTEEN)
        value = builder.sitofp(_sum_of_neighbours(builder, row, width), wide)
        value = builder.fadd(builder.fadd(value, value), splat(builder, area, SIXTEEN))
        value = builder.fmul(value, splat(builder, share, SIXTEEN))
        kind = ir.FunctionType(wide, [wide])
        floor = cgutils.get_or_insert_function(builder.module, kind, f"llvm.floor.v{SIXTEEN}f64")
        value = builder.call(floor, [value])
        store_lanes(builder, builder.fptosi(value, ir.VectorType(_INTEGER, SIXTEEN)), to)
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 3, *(types.float64,) * 2), generate


@intrinsic
def set_sixteen(typing_context: Any, to: Any, value: Any) -> Any:
    """Write one integer to 16 places, from an address on."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        to, value = arguments
        store_lanes(builder, splat(builder, value, SIXTEEN), to)
        return context.get_dummy_value()

    return types.void(types.int64, types.int32), generate


@intrinsic
def add_sixteen(typing_context: Any, to: Any, entering: Any) -> Any:
    """Add 16 integers at one address to those at another."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        before, change = (load_lanes(builder, at, _INTEGER, SIXTEEN) for at in arguments)
        store_lanes(builder, builder.add(before, change), arguments[0])
        return context.get_dummy_value()

    return types.void(types.int64, types.int64), generate


@intrinsic
def move_sixteen(typing_context: Any, to: Any, entering: Any, leaving: Any) -> Any:
    """Do so, and take off those at a third."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        before, new, old = (load_lanes(builder, at, _INTEGER, SIXTEEN) for at in arguments)
        change = builder.sub(new, old)
        store_lanes(builder, builder.add(before, change), arguments[0])
        return context.get_dummy_value()

    return types.void(*(types.int64,) * 3), generate


@intrinsic
def sixteen_differ(typing_context: Any, address: Any, value: Any) -> Any:
    """Tell whether any of 16 integers at an address is not a value."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        address, value = arguments
        here = load_lanes(builder, address, _INTEGER, SIXTEEN)
        apart = builder.icmp_signed("!=", here, splat(builder, value, SIXTEEN))
        bits = builder.bitcast(apart, ir.IntType(SIXTEEN))
        return builder.icmp_unsigned("!=", bits, ir.Constant(bits.type, 0))

    return types.boolean(types.int64, types.int32), generate


def _fit(wide: int, lanes: int) -> Any:
    """Make `fit_four` and its like: `lanes` pixels, of which `wide` lie between two columns."""
    count = lanes // wide
    here = [lane // wide for lane in range(lanes)]

    @intrinsic
    def fit(
        typing_context: Any,
        guide: Any,
        to: Any,
        slopes: Any,
        bases: Any,
        gain: Any,
        middle: Any,
        rounded: Any,
        shift: Any,
    ) -> Any:
        """Write the mattes of pixels that lie between the centres of canvas pixels.

        Slopes and bases are those of a row, from the first of these canvas pixels on, at addresses;
        the rest is the arithmetic of `edges`.
        """
        return types.void(*(types.int64,) * 4, *(types.int32,) * 4), generate

    def line(builder: Any, at: Any) -> Any:
        """Return what goes from each canvas pixel to the next, in each pixel between them."""
        beside = builder.add(at, ir.Constant(at.type, _INTEGER.width // 8))
        first, second = (load_lanes(builder, each, _INTEGER, count) for each in (at, beside))
        rise = builder.sub(second, first)
        undefined = ir.Constant(first.type, ir.Undefined)
        first, rise = (
            builder.shuffle_vector(each, undefined, _constant(here)) for each in (first, rise)
        )
        odd = _constant([2 * (lane % wide) + 1 for lane in range(lanes)])
        twice = _constant([2 * wide] * lanes)
        return builder.add(builder.mul(first, twice), builder.mul(rise, odd))

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        guide, to, slopes, bases, gain, middle, rounded, shift = arguments
        a, b = line(builder, slopes), line(builder, bases)
        luma = builder.zext(
            load_lanes(builder, guide, _BYTE, lanes), ir.VectorType(_INTEGER, lanes)
        )
        sums = builder.add(builder.mul(a, luma), b)
        fitted = builder.ashr(sums, splat(builder, shift, lanes))
        apart = builder.sub(fitted, splat(builder, middle, lanes))
        steep = builder.mul(apart, splat(builder, gain, lanes))
        value = builder.add(steep, splat(builder, rounded, lanes))
        value = builder.ashr(value, _constant([LEVEL_BITS] * lanes))
        low, high = _constant([0] * lanes), _constant([255] * lanes)
        value = builder.select(builder.icmp_signed(">", value, low), value, low)
        value = builder.select(builder.icmp_signed("<", value, high), value, high)
        narrow = builder.trunc(value, ir.VectorType(_BYTE, lanes))
        store_lanes(builder, narrow, to)
        return context.get_dummy_value()

    return fit


fit_fours, fit_eights = _fit(4, SIXTEEN), _fit(8, SIXTEEN)
