"""What a camera offers: pixel formats, sizes and rates."""

from __future__ import annotations

from fractions import Fraction
from typing import TYPE_CHECKING, Final, NamedTuple

from fastvbg.devices.v4l2 import abi

if TYPE_CHECKING:
    from collections.abc import Iterator

    from fastvbg._types import Size
    from fastvbg.devices.v4l2.device import Device

_MOST_ENTRIES: Final = 1000
"""A driver that counts on for ever is left here."""
_PLAYED: Final = tuple(map(Fraction, (5, 10, 15, 20, 24, 25, 30, 50, 60, 90, 120)))
"""What is shown and chosen of a span of rates, beside its ends if they are among these."""


class Span(NamedTuple):
    """Widths or heights from the least to the most, in steps; for one alone both are the same."""

    least: int
    most: int
    step: int = 1

    def nearest(self, wished: int) -> int:
        """Return the one nearest to a wish."""
        if wished >= self.most:
            return self.most
        steps = round((max(wished, self.least) - self.least) / self.step)
        return min(self.most, self.least + steps * self.step)


class Offer(NamedTuple):
    """A pixel format in a size, or in a span of sizes, at some rates."""

    fourcc: str
    widths: Span
    heights: Span
    rates: tuple[Fraction, ...] = ()
    """Frames a second, falling; empty where the driver does not say."""

    def nearest(self, size: Size) -> Size:
        """Return the width and height nearest to a wish."""
        return self.widths.nearest(size[0]), self.heights.nearest(size[1])

    def __str__(self) -> str:
        size = "x".join(
            f"{span.most}" if span.least == span.most else f"[{span.least}..{span.most}]"
            for span in (self.widths, self.heights)
        )
        rates = ", ".join(f"{float(rate):g}" for rate in self.rates)
        return f"{self.fourcc} {size}" + (f" at {rates}" if rates else "")


def offers_of(device: Device) -> list[Offer]:
    """Return all that a camera offers; empty where its driver does not enumerate."""
    return [
        offer
        for number in _formats(device)
        for size in _sizes(device, number)
        for offer in [_offer(device, number, size)]
    ]


def _formats(device: Device) -> Iterator[int]:
    for index in range(_MOST_ENTRIES):
        answer = abi.FormatDescription(index=index, type=abi.CAPTURE)
        if device.ask(abi.ENUM_FMT, answer):
            return
        yield answer.pixelformat


def _sizes(device: Device, number: int) -> Iterator[abi.FrameSize]:
    for index in range(_MOST_ENTRIES):
        answer = abi.FrameSize(index=index, pixel_format=number)
        if device.ask(abi.ENUM_FRAMESIZES, answer):
            return
        yield answer
        if answer.type != abi.DISCRETE:
            return


def _offer(device: Device, number: int, size: abi.FrameSize) -> Offer:
    span = size.span
    if size.type == abi.DISCRETE:
        # Width and height stand where a span has its least and its most width.
        widths = Span(span.min_width, span.min_width)
        heights = Span(span.max_width, span.max_width)
    else:
        widths = Span(span.min_width, span.max_width, max(1, span.step_width))
        heights = Span(span.min_height, span.max_height, max(1, span.step_height))
    rates = sorted(set(_rates(device, number, (widths.most, heights.most))), reverse=True)
    return Offer(abi.code_of(number), widths, heights, tuple(rates))


def _rates(device: Device, number: int, size: Size) -> Iterator[Fraction]:
    for index in range(_MOST_ENTRIES):
        answer = abi.FrameInterval(index=index, pixel_format=number, width=size[0], height=size[1])
        if device.ask(abi.ENUM_FRAMEINTERVALS, answer):
            return
        if answer.type == abi.DISCRETE:
            yield from rate_of(answer.least)
            continue
        shortest, longest = list(rate_of(answer.least)), list(rate_of(answer.most))
        for high, low in zip(shortest, longest or [Fraction(0)], strict=True):
            yield from (rate for rate in (high, low) if _PLAYED[0] <= rate <= _PLAYED[-1])
            yield from (rate for rate in _PLAYED if low <= rate <= high)
        return


def rate_of(interval: abi.Fraction32) -> Iterator[Fraction]:
    """Yield the frames a second of an interval, unless the driver left it at 0."""
    if interval.numerator and interval.denominator:
        yield Fraction(interval.denominator, interval.numerator)
