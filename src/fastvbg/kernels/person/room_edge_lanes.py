"""Coverage of pixels between the room and colours nearby; `reference.room` has the arithmetic."""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from fastvbg.kernels._lanes import SIXTEEN, load_lanes, splat, store_lanes

_BYTE, _INTEGER, _LONG, _FLOAT = ir.IntType(8), ir.IntType(32), ir.IntType(64), ir.FloatType()
_FLOATS = ir.VectorType(_FLOAT, SIXTEEN)
_DOUBLED = [k // 2 for k in range(SIXTEEN)]
_FAR = 1e9


def _all(value: float) -> Any:
    return ir.Constant(_FLOATS, [value] * SIXTEEN)


def _samples(builder: Any, address: Any, *, halved: bool) -> Any:
    """Return 16 samples as floats; of halved chroma each twice."""
    value = load_lanes(builder, address, _BYTE, SIXTEEN // 2 if halved else SIXTEEN)
    if halved:
        order = ir.Constant(ir.VectorType(_INTEGER, SIXTEEN), _DOUBLED)
        value = builder.shuffle_vector(value, ir.Constant(value.type, ir.Undefined), order)
    return builder.uitofp(value, _FLOATS)


def _dot(builder: Any, first: Any, second: Any) -> Any:
    """Return products of Y, U and V, chroma counting twice."""
    y, u, v = (builder.fmul(a, b) for a, b in zip(first, second, strict=True))
    return builder.fadd(y, builder.fmul(_all(2), builder.fadd(u, v)))


def _held(builder: Any, value: Any) -> Any:
    """Return a value held to 0..1."""
    low, high = _all(0), _all(1)
    value = builder.select(builder.fcmp_ordered(">", value, low), value, low)
    return builder.select(builder.fcmp_ordered("<", value, high), value, high)


def _left(builder: Any, off: Any, way: Any, share: Any) -> Any:
    """Return the squared distance that a share of the way leaves."""
    rest = [builder.fsub(a, builder.fmul(share, b)) for a, b in zip(off, way, strict=True)]
    return _dot(builder, rest, rest)


def _add_colour(
    builder: Any, off: Any, behind: Any, known: Any, colour: Any, totals: tuple[Any, Any, Any]
) -> None:
    """Add what a colour, at an address, says; `known` are matte, doubt and noise."""
    prior, doubt, noise = known
    weighed, weight, least = totals
    way = []
    for k, room in enumerate(behind):
        at = builder.inttoptr(builder.add(colour, ir.Constant(_LONG, 4 * k)), _FLOAT.as_pointer())
        way.append(builder.fsub(splat(builder, builder.load(at), SIXTEEN), room))
    length, along = _dot(builder, way, way), _dot(builder, off, way)
    above = builder.fadd(along, builder.fmul(doubt, prior))
    share = _held(builder, builder.fdiv(above, builder.fadd(length, doubt)))
    left = _left(builder, off, way, share)
    nearest = _held(builder, builder.fdiv(along, builder.fadd(length, _all(1))))
    beside, before = _left(builder, off, way, nearest), builder.load(least)
    nearer = builder.fcmp_ordered("<", beside, before)
    builder.store(builder.select(nearer, beside, before), least)
    apart = builder.fsub(share, prior)
    against = builder.fadd(left, builder.fmul(doubt, builder.fmul(apart, apart)))
    close = builder.fdiv(_all(1), builder.fadd(against, noise))
    close = builder.fmul(close, close)
    builder.store(builder.fadd(builder.load(weighed), builder.fmul(close, share)), weighed)
    builder.store(builder.fadd(builder.load(weight), close), weight)


def _decided(builder: Any, totals: tuple[Any, Any, Any], known: Any, bounds: Any) -> Any:
    """Return coverage in bytes from what colours said."""
    prior, _, noise = known
    low, span = bounds
    weighed, weight, least = (builder.load(each) for each in totals)
    share = builder.fdiv(weighed, weight)
    beyond = builder.fsub(least, builder.fmul(low, noise))
    doubted = _held(builder, builder.fdiv(beyond, builder.fmul(span, noise)))
    share = builder.fadd(share, builder.fmul(doubted, builder.fsub(prior, share)))
    value = builder.fadd(builder.fmul(_all(255), share), _all(0.5))
    value = builder.fptoui(value, ir.VectorType(_INTEGER, SIXTEEN))
    return builder.trunc(value, ir.VectorType(_BYTE, SIXTEEN))


def _decider(halved: bool) -> Any:
    """Make `decide_samples` or `decide_halved_samples`."""

    @intrinsic
    def decide(
        typing_context: Any,
        y_now: Any,
        y_known: Any,
        u_now: Any,
        u_known: Any,
        v_now: Any,
        v_known: Any,
        matte: Any,
        kinds: Any,
        colours: Any,
        count: Any,
        noise: Any,
        weight: Any,
        spread: Any,
        low: Any,
        span: Any,
        trust: Any,
    ) -> Any:
        """Write the coverage of 16 pixels whose kind is not 0, by so many colours.

        What lies in memory is given by its address: samples, coverage, kinds, and of each colour
        three floats.
        """
        return types.void(*(types.int64,) * 10, *(types.float32,) * 6), generate

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        planes, (matte, kinds, colours, count) = arguments[:6], arguments[6:10]
        noise, weight, spread, low, span, trust = (
            splat(builder, each, SIXTEEN) for each in arguments[10:]
        )
        samples = [_samples(builder, at, halved=halved and k > 1) for k, at in enumerate(planes)]
        behind = samples[1::2]
        off = [builder.fsub(a, b) for a, b in zip(samples[::2], behind, strict=True)]
        coverage = load_lanes(builder, matte, _BYTE, SIXTEEN)
        prior = builder.fdiv(builder.uitofp(coverage, _FLOATS), _all(255))
        squared = builder.fmul(spread, builder.fmul(prior, prior))
        doubt = builder.fmul(weight, builder.fadd(noise, squared))
        kind = load_lanes(builder, kinds, _BYTE, SIXTEEN)
        opened = builder.icmp_unsigned("==", kind, ir.Constant(kind.type, [2] * SIXTEEN))
        doubt = builder.select(opened, builder.fmul(trust, doubt), doubt)
        known = prior, doubt, noise
        weighed, total, least = (cgutils.alloca_once(builder, _FLOATS) for _ in range(3))
        totals = weighed, total, least
        for place, value in zip(totals, (0.0, 0.0, _FAR), strict=True):
            builder.store(_all(value), place)
        with cgutils.for_range(builder, count) as loop:
            at = builder.add(colours, builder.mul(loop.index, ir.Constant(_LONG, 12)))
            _add_colour(builder, off, behind, known, at, totals)
        value = _decided(builder, totals, known, (low, span))
        asked = builder.icmp_unsigned("!=", kind, ir.Constant(kind.type, [0] * SIXTEEN))
        store_lanes(builder, builder.select(asked, value, coverage), matte)
        return context.get_dummy_value()

    return decide


decide_samples, decide_halved_samples = _decider(halved=False), _decider(halved=True)
