"""The still pictures that leave where no composite may."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from fastvbg.live_mode.session.leaving import Stills
from fastvbg.media.colour import ColourTags
from fastvbg.media.model import StreamInfo


class NoPixels:
    """Pictures by their names."""

    def from_bgr(self, _: Any) -> str:
        return "the card"

    def solid(self, _: Any) -> str:
        return "black"


def stills() -> Stills:
    info = StreamInfo(64, 36, Fraction(30), Fraction(1, 30), None, ColourTags())
    pixels: Any = NoPixels()
    return Stills(pixels, info, None)


def test_a_frozen_picture_is_the_last_composite_for_who_watches_and_else_the_card() -> None:
    made, last = stills(), object()
    assert made.of("freeze", watched=True) == ("card", "the card")
    kept: Any = last
    made.keep(kept, None)
    assert made.of("freeze", watched=True) == ("freeze", last)
    # Nobody saw it freeze: whoever comes later is not to see what was there long ago.
    assert made.of("freeze", watched=False) == ("card", "the card")
    assert made.of("card", watched=True) == ("card", "the card")
    assert made.of("black", watched=False) == ("black", "black")


def test_the_composite_before_the_last_is_given_back_once() -> None:
    made, back = stills(), list[Any]()
    pictures: list[Any] = [object(), object(), object()]
    for picture in pictures:
        made.keep(picture, back.append)
    assert back == pictures[:2]
