"""Numbers, times, rates, sizes and names, however they are given."""

from __future__ import annotations

import os
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from fastvbg.checks import check_area, check_colour, check_flag, check_integer, check_number
from fastvbg.errors import OptionError, OptionTypeError, SourceError, shown
from fastvbg.values import (
    check_path,
    check_text,
    encoder_texts,
    exact,
    parse_rate,
    parse_scale,
    parse_seconds,
)

NTSC = Fraction(30000, 1001)


@pytest.mark.parametrize(
    ("given", "wanted"),
    [
        (3, 3),
        ("3", 3),
        (" 0.5 ", Fraction(1, 2)),
        ("1/3", Fraction(1, 3)),
        (0.2, Fraction(1, 5)),
        (0.1 + 0.2, Fraction(3, 10)),
        (5 * 1001 / 30000, Fraction(1001, 6000)),
        (np.float32(0.2), Fraction(1, 5)),
        (np.float16(0.1), Fraction(1, 10)),
        (np.int64(7), 7),
        (np.array(0.25), Fraction(1, 4)),
        (Decimal("0.2"), Fraction(1, 5)),
        (Fraction(1, 7), Fraction(1, 7)),
        (Decimal("1e-999999"), 0),
    ],
)
def test_a_number_is_the_fraction_that_was_meant(given, wanted) -> None:
    assert exact(given) == wanted


@pytest.mark.parametrize(
    "given",
    [
        *("", "x", "1e9", "1/0", "1_0", "1e999999999", True, None, 1j, np.array([1])),
        *(float("nan"), float("inf"), Decimal("NaN"), Decimal("1e999999")),
        *(np.datetime64("2020"), np.timedelta64(1, "s")),
    ],
)
def test_what_is_no_number(given) -> None:
    assert exact(given) is None


@pytest.mark.parametrize(
    ("given", "rate"),
    [
        (29.97, NTSC),
        ("29.97", NTSC),
        (Decimal("29.970"), NTSC),
        (np.float32(29.97), NTSC),
        (23.976, Fraction(24000, 1001)),
        ("23.98", Fraction(24000, 1001)),
        (59.94, Fraction(60000, 1001)),
        ("30000/1001", NTSC),
        (Fraction(2997, 100), Fraction(2997, 100)),
        ("2997/100", Fraction(2997, 100)),
        (30, 30),
        (25.0, 25),
        (12.5, Fraction(25, 2)),
        (0.5, Fraction(1, 2)),
        ("15", 15),
    ],
)
def test_rates(given, rate) -> None:
    assert parse_rate(given) == rate


@pytest.mark.parametrize("bad", [0, -5, "0", "x", "0/0", float("nan"), 1001, 1e-9, "1e999999999"])
def test_what_is_no_rate(bad) -> None:
    with pytest.raises(OptionError, match=r"^fps: got .*, wanted a rate above 0, at most 1000"):
        parse_rate(bad)


@pytest.mark.parametrize("bad", [True, None, [25], b"25", 1j, np.array([25])])
def test_a_rate_of_the_wrong_type(bad) -> None:
    with pytest.raises(OptionTypeError, match=r"^fps: got .*, wanted a rate"):
        parse_rate(bad)


@pytest.mark.parametrize(
    ("given", "seconds"),
    [("1:02:03.5", Fraction(7447, 2)), ("0:1.5", Fraction(3, 2)), (2, 2), (0.2, Fraction(1, 5))],
)
def test_times(given, seconds) -> None:
    assert parse_seconds("start", given) == seconds


@pytest.mark.parametrize("bad", [-1, "-1", "1:-1", "1:2:3:4", ":", "", float("inf"), 10**10])
def test_what_is_no_time(bad) -> None:
    with pytest.raises(OptionError, match=r"^start: got .*, wanted"):
        parse_seconds("start", bad)


@pytest.mark.parametrize(
    "given", ["32x-1", "32x0", (32, 0), [32, -1], np.array([32, 0]), (np.uint8(32), np.int64(0))]
)
def test_sizes(given) -> None:
    assert parse_scale(given) == (32, 0)


@pytest.mark.parametrize("bad", ["32", "x", "0x0", (0, 0), (32,), (32.0, 24), 32, {32, 24}])
def test_what_is_no_size(bad) -> None:
    with pytest.raises((OptionError, OptionTypeError), match="^scale"):
        parse_scale(bad)


def test_integers_and_numbers_of_other_classes() -> None:
    assert check_integer("n", np.array(3), 0, 9) == 3
    assert check_number("n", Decimal("0.5"), 0, 1) == 0.5
    assert check_number("n", np.longdouble(1), 0, 1) == 1.0
    for bad in (True, np.bool_(True), "3", b"3", 1j, np.complex128(1), np.array([3]), None):
        with pytest.raises(OptionTypeError, match=r"^n: got .*, wanted a number in 0..9$"):
            check_number("n", bad, 0, 9)
    for bad in (10**400, -(10**400), float("nan")):
        with pytest.raises(OptionError, match=r"^n: got .*, wanted a number in 0..9$"):
            check_number("n", bad, 0, 9)
    with pytest.raises(OptionError, match="^area: got 1000000000.*, wanted a number of pixels"):
        check_area("area", 10**400)


def test_colours_as_rows_of_numpy() -> None:
    assert check_colour("key", np.array([1, 2, 3], np.uint8)) == (1, 2, 3)
    with pytest.raises(OptionTypeError, match=r"key: got array\(7\), wanted a colour"):
        check_colour("key", np.array(7))


@pytest.mark.parametrize("given", [True, 1, np.bool_(True), np.uint8(1)])
def test_flags(given) -> None:
    assert check_flag("overwrite", given) is True


@pytest.mark.parametrize("bad", ["no", "", None, 2, 1.0, [], np.array([1]), np.timedelta64(1, "s")])
def test_a_text_is_no_flag(bad) -> None:
    with pytest.raises(OptionTypeError, match=r"^overwrite: got .*, wanted True or False$"):
        check_flag("overwrite", bad)


def test_paths_of_all_kinds() -> None:
    class Own(os.PathLike):
        def __fspath__(self) -> str:
            return "dir/x.mp4"

    assert check_path("input", "x.mp4") == "x.mp4"
    assert check_path("input", np.str_("x.mp4")) == "x.mp4"
    assert check_path("input", Path("x.mp4")) == Path("x.mp4")
    assert check_path("input", Own()) == Path("dir/x.mp4")
    with pytest.raises(OptionTypeError, match="^input: got b'x', wanted the name of a file$"):
        check_path("input", b"x")
    with pytest.raises(OptionError, match="^input: got an empty name"):
        check_path("input", "")
    with pytest.raises(OptionError, match="zero byte"):
        check_path("input", "a\0b")


def test_texts_for_libraries_are_plain() -> None:
    class Codec(str, Enum):
        X264 = "libx264"

    assert type(check_text("codec", Codec.X264)) is str
    assert check_text("codec", Codec.X264) == "libx264"
    for bad in ("", " ", "a\0b", "a\nb", "\udcff"):
        with pytest.raises(OptionError, match="^codec: got"):
            check_text("codec", bad)


def test_encoder_options_of_all_kinds() -> None:
    given = {"g": 10, "qp": 1.5, "b": True, "x": "y", "n": np.int32(3), "f": Fraction(1, 2)}
    texts = {"g": "10", "qp": "1.5", "b": "1", "x": "y", "n": "3", "f": "0.5"}
    assert encoder_texts(given) == texts
    assert encoder_texts(None) == {}
    with pytest.raises(OptionTypeError, match=r"encoder_options: got \[\], wanted a dict such as"):
        encoder_texts([])
    for bad in ({1: "a"}, {"g": None}, {"g": [1]}, {"g": float("nan")}, {"g": 10**5000}):
        with pytest.raises(OptionTypeError, match="^encoder_options"):
            encoder_texts(bad)


def test_values_are_shown_in_one_short_line() -> None:
    class Silent:
        def __repr__(self) -> str:
            raise RuntimeError

    assert shown("a\nb") == r"'a\nb'"
    assert shown(np.zeros((2, 3), np.uint8)) == "an array of shape (2, 3), uint8"
    assert shown(Silent()) == "a value of the type Silent"
    for value in ([1] * 999, 10**400, 10**5000, "x" * 999, np.array(["a\nb"])):
        assert len(shown(value)) <= 80
        assert "\n" not in shown(value)


def test_messages_are_one_line_even_with_the_names_of_files() -> None:
    assert str(SourceError("input: no such file: a\nb\u2028c")) == "input: no such file: a b c"
