"""What a user gives, to exact values: rates, times, sizes, names of files, texts for an encoder.

The Python API and the command line share these, so that both take the same and refuse the same.
"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from fastvbg.checks import check_integer, check_pair, check_size, is_number, scalar
from fastvbg.errors import OptionError, OptionTypeError, shown
from fastvbg.urls import named

MOST_SECONDS = 10**9
"""Thirty years: what is later cannot be a time in a video, and seeking to it would overflow."""

_LEAST_RATE, _MOST_RATE = Fraction(1, 1000), 1000
# Television's rates, a thousandth below these, are written with two or three decimals.
_NTSC = (12, 15, 24, 30, 48, 60, 72, 90, 96, 120, 144, 240)
_TWO_DECIMALS = Fraction(1, 200)
# A float that was computed lies beside the fraction that was meant: 0.1 + 0.2 is above 0.3, and a
# frame at 0.3 would be left out. The times in files have smaller denominators than this.
_LARGEST_DENOMINATOR = 10**6
_MOST_EXPONENT = 30
_MOST_OPTION = 1 << 63

# No exponents: `1e999999999` would take all memory.
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,30}(?:\.[0-9]{0,30})?|\.[0-9]{1,30})")
_RATIO = re.compile(r"[+-]?[0-9]{1,30}/0*[1-9][0-9]{0,30}")
_SIZE = re.compile(r"(-1|[0-9]{1,5})x(-1|[0-9]{1,5})")

_RATE_WANTED = "wanted a rate above 0, at most 1000, such as 25, 29.97 or 30000/1001"
_SECONDS_WANTED = "wanted seconds such as 12.5, or 1:02:03.5"
_SIZE_WANTED = "wanted a size such as 1280x720 or 1280x-1, or (width, height)"


def exact(value: object) -> Fraction | None:
    """Return a number, or a text that spells one, as the fraction that was meant; None if none is.

    A float becomes the simplest fraction beside it, and so does a number of another class.
    """
    number = scalar(value)
    if isinstance(number, str):
        text = number.strip()
        return Fraction(text) if _NUMBER.fullmatch(text) or _RATIO.fullmatch(text) else None
    try:
        return _fraction(number) if is_number(number) else None
    except (TypeError, ValueError, ArithmeticError):  # none after all, infinite or too large
        return None


def _fraction(number: Any) -> Fraction:
    if isinstance(number, (int, np.integer)):
        return Fraction(int(number))
    if isinstance(number, Fraction):
        return number
    if isinstance(number, Decimal) and abs(number.adjusted()) < _MOST_EXPONENT:
        return Fraction(number)
    # NumPy prints the fewest digits that tell a float of its size from its neighbours.
    digits = str(number) if isinstance(number, np.floating) else repr(float(number))
    return Fraction(digits).limit_denominator(_LARGEST_DENOMINATOR)


def parse_rate(value: object, name: str = "fps") -> Fraction:
    """Return frames a second from a number, or from `25`, `29.97` or `30000/1001`.

    Parameters
    ----------
    value : str or number
        What the user gave. 29.97, 23.976 and such stand for television's 30000/1001, 24000/1001.
    name : str
        Of the option.

    Returns
    -------
    Fraction
        From 0.001 to 1000.

    Raises
    ------
    OptionError, OptionTypeError
        It is no such number.
    """
    _demand_number(name, value, _RATE_WANTED)
    rate = exact(value)
    if rate is None or not _LEAST_RATE <= rate <= _MOST_RATE:
        raise OptionError(f"{name}: got {shown(value)}, {_RATE_WANTED}")
    is_ratio = isinstance(value, Fraction) or (isinstance(value, str) and "/" in value)
    if not is_ratio and rate.denominator > 1:
        for whole in _NTSC:
            ntsc = Fraction(1000 * whole, 1001)
            if abs(rate - ntsc) <= _TWO_DECIMALS:
                return ntsc
    return rate.limit_denominator(1001 * 1000)


def parse_seconds(name: str, value: object) -> Fraction:
    """Return seconds from a number, or from `12.5`, `1:02.5` or `1:00:02.5`.

    Parameters
    ----------
    name : str
        Of the option.
    value : str or number
        What the user gave.

    Returns
    -------
    Fraction
        From 0 to `MOST_SECONDS`.

    Raises
    ------
    OptionError, OptionTypeError
        It is no such time.
    """
    _demand_number(name, value, _SECONDS_WANTED)
    parts: list[Any] = value.split(":") if isinstance(value, str) else [value]
    seconds = [part for part in map(exact, parts) if part is not None]
    if len(seconds) != len(parts) or len(parts) > 3 or min(seconds) < 0:
        raise OptionError(f"{name}: got {shown(value)}, {_SECONDS_WANTED}")
    total = Fraction(0)
    for part in seconds:
        total = 60 * total + part
    if total > MOST_SECONDS:
        raise OptionError(f"{name}: got {shown(value)}, wanted at most {MOST_SECONDS} seconds")
    return total


def _demand_number(name: str, value: object, wanted: str) -> None:
    if not isinstance(value, str) and not is_number(scalar(value)):
        raise OptionTypeError(f"{name}: got {shown(value)}, {wanted}")


def parse_scale(value: object) -> tuple[int, int]:
    """Return width and height from `1280x720` or a pair; -1 or 0 for one keeps the proportions.

    Parameters
    ----------
    value : str or pair of int
        What the user gave.

    Returns
    -------
    (int, int)
        0 for the one that follows.

    Raises
    ------
    OptionError, OptionTypeError
        It is no such size.
    """
    if isinstance(value, str):
        match = _SIZE.fullmatch(value.strip())
        if match is None:
            raise OptionError(f"scale: got {shown(value)}, {_SIZE_WANTED}")
        sides: list[Any] = [int(match[1]), int(match[2])]
    else:
        sides = check_pair("scale", value)
    width, height = (
        max(0, check_integer(f"scale {name}", side, -1, 1 << 15))
        for name, side in zip(("width", "height"), sides, strict=True)
    )
    if not width and not height:
        raise OptionError("scale: got 0 for both, wanted a width or a height")
    return width, height


def parse_size(name: str, value: object) -> tuple[int, int]:
    """Return width and height, 1 or more each, from `1280x720` or a pair.

    Parameters
    ----------
    name : str
        Of the option.
    value : str or pair of int
        What the user gave.

    Raises
    ------
    OptionError, OptionTypeError
        It is no such size.
    """
    if not isinstance(value, str):
        return check_size(name, value)
    match = _SIZE.fullmatch(value.strip())
    if match is None or min(int(match[1]), int(match[2])) < 1:
        raise OptionError(f"{name}: got {shown(value)}, wanted WIDTHxHEIGHT, such as 256x256")
    return int(match[1]), int(match[2])


def check_text(name: str, value: object) -> str:
    """Return a text that is not empty and that libraries written in C can be handed."""
    if not isinstance(value, str):
        raise OptionTypeError(f"{name}: got {shown(value)}, wanted text")
    if not value.strip():
        raise OptionError(f"{name}: got {shown(value)}, wanted text that is not empty")
    if not value.isprintable():
        raise OptionError(f"{name}: got {shown(value)}, wanted text without control characters")
    return str.__str__(value)  # of a subclass, such as NumPy's, the text alone


def check_path(name: str, value: object) -> str | Path:
    """Return the name of a file: a text as it is or a `Url`, what stands for a file as a Path."""
    path: str | Path
    if isinstance(value, Path):
        path = value
    elif isinstance(value, str):
        path = named(value)
    elif isinstance(value, os.PathLike):
        path = Path(os.fsdecode(value))
    else:
        raise OptionTypeError(f"{name}: got {shown(value)}, wanted the name of a file")
    if not str(path).strip():
        raise OptionError(f"{name}: got an empty name, wanted the name of a file")
    if "\0" in str(path):
        raise OptionError(f"{name}: got {shown(value)}, in which there is a zero byte")
    return path


def encoder_texts(options: object, name: str = "encoder_options") -> dict[str, str]:
    """Return an encoder's options as the texts that FFmpeg takes.

    Parameters
    ----------
    options : mapping of str to str, int, float or bool, optional
        What the user gave.
    name : str
        Of the option.

    Returns
    -------
    dict
        Texts by name.

    Raises
    ------
    OptionError, OptionTypeError
        It is no such mapping.
    """
    if options is None:
        return {}
    if not isinstance(options, Mapping):
        raise OptionTypeError(f'{name}: got {shown(options)}, wanted a dict such as {{"g": 25}}')
    return {
        check_text(f"{name} key", key): _encoder_text(f"{name} {key}", value)
        for key, value in options.items()
    }


def _encoder_text(name: str, value: object) -> str:
    value = scalar(value)
    if isinstance(value, str):
        return check_text(name, value)
    if isinstance(value, (bool, np.bool_)):
        return str(int(value))
    number = exact(value)
    if number is None or abs(number) > _MOST_OPTION:
        raise OptionTypeError(f"{name}: got {shown(value)}, wanted text or a number")
    return str(number.numerator) if number.denominator == 1 else repr(float(number))


def parse_pairs(name: str, texts: list[str]) -> dict[str, str]:
    """Return what `key=value` texts say.

    Parameters
    ----------
    name : str
        Of the option.
    texts : list of str
        What the user gave.

    Returns
    -------
    dict
        Values by key.

    Raises
    ------
    OptionError
        One has no key or no equals sign.
    """
    pairs = {}
    for text in texts:
        key, equals, value = text.partition("=")
        if not key or not equals:
            raise OptionError(f"{name}: got {shown(text)}, wanted key=value")
        pairs[key] = value
    return pairs
