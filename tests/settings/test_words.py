"""Colours, blurs, beginnings and ranges as users write them."""

from __future__ import annotations

from fractions import Fraction

import pytest

from fastvbg.errors import OptionError
from fastvbg.values.words import parse_blur, parse_colour, parse_first, parse_range


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("#204060", (0x60, 0x40, 0x20)),
        ("#0b4", (0x44, 0xBB, 0x00)),
        ("#ABCDEF", (0xEF, 0xCD, 0xAB)),
        ("Navy", (128, 0, 0)),
        ("beach.jpg", None),
        ("", None),
    ],
)
def test_a_colour_is_blue_green_red(text: str, wanted: tuple[int, int, int] | None) -> None:
    assert parse_colour(text) == wanted


@pytest.mark.parametrize("text", ["#", "#12", "#1234", "#12345", "#1234567", "#zzzzzz", "#12 456"])
def test_what_begins_as_a_colour_is_one(text: str) -> None:
    with pytest.raises(OptionError, match=r"key: got .*, wanted a colour as #rrggbb"):
        parse_colour(text, "key")


@pytest.mark.parametrize(
    ("text", "wanted"), [("blur", 4), ("blur:0.1", 0.1), ("blur:50", 50), ("blurred.png", None)]
)
def test_a_blur_has_a_strength(text: str, wanted: float | None) -> None:
    assert parse_blur(text) == wanted


@pytest.mark.parametrize("text", ["blur:", "blur:0", "blur:50.1", "blur:nan", "blur:x"])
def test_a_blur_too_weak_or_too_strong(text: str) -> None:
    with pytest.raises(OptionError, match=r"wanted blur or blur:strength, 0.1 to 50"):
        parse_blur(text)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [("first:2s", 2), ("first:0.5", Fraction(1, 2)), ("room.png", None), ("auto", None)],
)
def test_a_beginning_has_seconds(text: str, wanted: Fraction | None) -> None:
    assert parse_first("plate", text) == wanted


@pytest.mark.parametrize("text", ["first:", "first:0", "first:0.0s", "first:-1", "first:2m"])
def test_a_beginning_of_nothing(text: str) -> None:
    with pytest.raises(OptionError, match=r"plate: got .*, wanted first:SECONDS"):
        parse_first("plate", text)


@pytest.mark.parametrize(
    ("text", "wanted"), [("0:1", (0, 1)), ("-1:1", (-1, 1)), ("1:0", (1, 0)), ("imagenet", None)]
)
def test_a_range_is_black_and_white(text: str, wanted: tuple[float, float] | None) -> None:
    assert parse_range("model_range", text) == wanted


@pytest.mark.parametrize("text", ["", "1", ":", "0:", "1:1", "nan:1", "0:2e6", "0:inf", "0:1:2"])
def test_a_range_that_is_none(text: str) -> None:
    with pytest.raises(OptionError, match=r"model_range: got .*, wanted imagenet or LOW:HIGH"):
        parse_range("model_range", text)
