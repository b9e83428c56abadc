"""What an option may be: an integer, one of some words, the name of a file, and such."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any, ClassVar, get_args

from fastvbg.errors import OptionError, shown


@dataclass(frozen=True)
class Option:
    """What one option may be.

    Parameters
    ----------
    help : str
        One line for people, which ends with a full stop.
    metavar : str, optional
        What stands for its value on the command line.
    group : str
        Which options it stands beside.
    """

    help: str
    metavar: str | None = field(default=None, kw_only=True)
    group: str = field(default="mask", kw_only=True)

    flag: ClassVar[bool] = False
    """Whether it is said by its name alone."""
    repeated: ClassVar[bool] = False
    """Whether it may be given several times."""

    def check(self, name: str, value: Any) -> Any:
        """Return a value as it is used, or raise `OptionError` or `OptionTypeError`."""
        raise NotImplementedError

    def parse(self, name: str, text: Any) -> Any:
        """Return the value that a text of the command line stands for."""
        return self.check(name, text)

    @property
    def bounds(self) -> str:
        """What values there are, for people; empty where the help says it."""
        return ""

    def dump(self, name: str, value: Any, folder: Path | None) -> Any:  # noqa: ARG002
        """Return a value as TOML and JSON hold it, file names relative to a folder."""
        return value

    def load(self, name: str, value: Any, folder: Path | None) -> Any:  # noqa: ARG002
        """Return what `dump` gave as a value that is not checked yet."""
        return value

    def file(self, value: Any) -> str | None:  # noqa: ARG002
        """Return the name of the file that a value names; None where it names none."""
        return None

    def identity(self, value: Any) -> Any:
        """Return what tells a value from others, as JSON holds it; arrays are told as a whole."""
        if hasattr(value, "__array_interface__"):
            digest = hashlib.sha256(value.tobytes()).hexdigest()
            return ["array", list(value.shape), str(value.dtype), digest]
        return None if value is None else self.dump("", value, None)


def _spelled(kind: type[int] | type[float], text: Any) -> Any:
    """Return the number that a text spells; the text itself, for a check to refuse, if none."""
    try:
        return kind(text)
    except ValueError:
        return text


@dataclass(frozen=True)
class Integer(Option):
    """An integer from `low` to `high`."""

    low: int
    high: int

    def check(self, name: str, value: Any) -> int:
        """Return an int of Python's."""
        from fastvbg.checks import check_integer

        return check_integer(name, value, self.low, self.high)

    def parse(self, name: str, text: Any) -> int:
        """Return the integer that a text spells."""
        return self.check(name, _spelled(int, text))

    @property
    def bounds(self) -> str:
        """The range, where it is more than what numbers have."""
        return f"{self.low}..{self.high}" if self.high < 1 << 20 else ""


@dataclass(frozen=True)
class Number(Option):
    """A number from `low` to `high`; `low` itself is none of them where it is `open`."""

    low: float
    high: float
    open: bool = field(default=False, kw_only=True)

    def check(self, name: str, value: Any) -> float:
        """Return a float."""
        from fastvbg.checks import check_number

        number = check_number(name, value, self.low, self.high)
        if self.open and number == self.low:
            raise OptionError(
                f"{name}: got {shown(value)}, wanted more than {self.low:g}, at most {self.high:g}"
            )
        return number

    def parse(self, name: str, text: Any) -> float:
        """Return the number that a text spells."""
        return self.check(name, _spelled(float, text))

    @property
    def bounds(self) -> str:
        """The range, where it is more than what numbers have."""
        if self.high >= 1 << 20:
            return ""
        return (
            f"above {self.low:g}, to {self.high:g}" if self.open else f"{self.low:g}..{self.high:g}"
        )


@dataclass(frozen=True)
class Text(Option):
    """A text that is not empty."""

    def check(self, name: str, value: Any) -> str:
        """Return the text."""
        from fastvbg.values import check_text

        return check_text(name, value)


@dataclass(frozen=True)
class Flag(Option):
    """Yes or no."""

    flag: ClassVar[bool] = True

    def check(self, name: str, value: Any) -> bool:
        """Return a truth value."""
        from fastvbg.checks import check_flag

        return check_flag(name, value)


@dataclass(frozen=True)
class Choice(Option):
    """One of several words: the arguments of a `Literal`, or a tuple."""

    of: Any

    @property
    def choices(self) -> tuple[str, ...]:
        """The words."""
        return self.of if isinstance(self.of, tuple) else get_args(self.of)

    def check(self, name: str, value: Any) -> str:
        """Return the word."""
        from fastvbg.checks import check_choice

        return str(check_choice(name, value, self.choices))

    @property
    def bounds(self) -> str:
        """The words."""
        return ", ".join(self.choices)


@dataclass(frozen=True)
class Colour(Option):
    """A colour: #rrggbb or its name in CSS, or three integers, blue, green, red; or a word."""

    words: tuple[str, ...] = field(default=(), kw_only=True)
    """Texts that stand for no colour."""

    def check(self, name: str, value: Any) -> str | tuple[int, int, int]:
        """Return the text as it is, or the three."""
        from fastvbg.checks import check_colour
        from fastvbg.values import check_text
        from fastvbg.values.words import colour_of

        if not isinstance(value, str):
            return check_colour(name, value)
        text = check_text(name, value)
        colour_of(name, text, self.words)
        return text

    def dump(self, name: str, value: Any, folder: Path | None) -> Any:  # noqa: ARG002
        """Return the three as a list."""
        return value if isinstance(value, str) else list(value)


@dataclass(frozen=True)
class Size(Option):
    """Width and height in pixels, a pair or WIDTHxHEIGHT; 0 or -1 for one that follows."""

    follows: bool = field(default=False, kw_only=True)
    """Whether one of them may follow the other."""

    def check(self, name: str, value: Any) -> tuple[int, int]:
        """Return width and height."""
        from fastvbg.values import parse_scale, parse_size

        return parse_scale(value) if self.follows else parse_size(name, value)

    def dump(self, name: str, value: Any, folder: Path | None) -> str:  # noqa: ARG002
        """Return WIDTHxHEIGHT."""
        return "x".join(str(side or -1) for side in value)


@dataclass(frozen=True)
class Seconds(Option):
    """A time in seconds, a number or 1:02:03.5."""

    def check(self, name: str, value: Any) -> Fraction:
        """Return seconds."""
        from fastvbg.values import parse_seconds

        return parse_seconds(name, value)

    def dump(self, name: str, value: Any, folder: Path | None) -> Any:  # noqa: ARG002
        """Return a number where a decimal holds it, else a ratio."""
        return _number(value)


@dataclass(frozen=True)
class Rate(Option):
    """Frames a second, a number or 30000/1001."""

    def check(self, name: str, value: Any) -> Fraction:
        """Return frames a second."""
        from fastvbg.values import parse_rate

        return parse_rate(value, name)

    def dump(self, name: str, value: Any, folder: Path | None) -> Any:  # noqa: ARG002
        """Return a whole number, else a ratio."""
        return _number(value, decimals=False)


def _number(value: Fraction, *, decimals: bool = True) -> Any:
    if value.denominator == 1:
        return value.numerator
    exact = decimals and Fraction(repr(float(value))) == value
    return float(value) if exact else f"{value.numerator}/{value.denominator}"


@dataclass(frozen=True)
class Pairs(Option):
    """Texts by name: a mapping, or KEY=VALUE, which may be given again and again."""

    repeated: ClassVar[bool] = True

    def check(self, name: str, value: Any) -> dict[str, str]:
        """Return the texts."""
        from fastvbg.values import encoder_texts

        return encoder_texts(value, name)

    def parse(self, name: str, text: Any) -> dict[str, str]:
        """Return what all the texts given say."""
        from fastvbg.values import parse_pairs

        return self.check(name, parse_pairs(name, text))
