"""What users write in words: colours, a blur, the beginning of a clip, what white is to a model."""

from __future__ import annotations

import re
from fractions import Fraction

from fastvbg.checks import check_colour
from fastvbg.errors import OptionError, shown

# The basic colours of CSS (CSS Color Module Level 4, section 6.1), as red, green, blue.
_NAMED = {
    "aqua": "00ffff",
    "black": "000000",
    "blue": "0000ff",
    "fuchsia": "ff00ff",
    "gray": "808080",
    "green": "008000",
    "grey": "808080",
    "lime": "00ff00",
    "maroon": "800000",
    "navy": "000080",
    "olive": "808000",
    "orange": "ffa500",
    "purple": "800080",
    "red": "ff0000",
    "silver": "c0c0c0",
    "teal": "008080",
    "white": "ffffff",
    "yellow": "ffff00",
}

COLOURS = tuple(_NAMED)
"""Colours that have a name."""

BLUR = "blur"
DEFAULT_BLUR = 4.0
"""Percent of the height."""
_LEAST_BLUR, _MOST_BLUR = 0.1, 50.0

FIRST = "first:"
_SECONDS = re.compile(r"(\d+(?:\.\d+)?)s?")

IMAGENET = "imagenet"
_MOST_CLASSES = 1000
_FARTHEST = 1e6  # from 0, of what black or white may be
_RANGES = f"{IMAGENET} or LOW:HIGH such as 0:1, -1:1 or 0:255"


def parse_colour(text: str, name: str = "background") -> tuple[int, int, int] | None:
    """Return blue, green, red of `#rrggbb`, `#rgb` or a basic CSS name; None for anything else.

    Parameters
    ----------
    text : str
        What the user gave.
    name : str
        Of the option.

    Returns
    -------
    (int, int, int) or None
        Each 0 to 255.

    Raises
    ------
    OptionError
        It starts with # but is no colour.
    """
    if text.startswith("#"):
        digits = text[1:]
        if len(digits) == 3:
            digits = "".join(2 * digit for digit in digits)
        if not re.fullmatch(r"[0-9a-fA-F]{6}", digits):
            raise OptionError(f"{name}: got {shown(text)}, wanted a colour as #rrggbb")
    else:
        digits = _NAMED.get(text.lower(), "")
        if not digits:
            return None
    red, green, blue = bytes.fromhex(digits)
    return blue, green, red


def colour_of(name: str, value: object, words: tuple[str, ...]) -> tuple[int, int, int] | None:
    """Return blue, green, red of a text or of three integers; None for one of some words.

    Raises
    ------
    OptionError, OptionTypeError
        It is no colour, and none of the words.
    """
    if not isinstance(value, str):
        return check_colour(name, value)
    if value in words:
        return None
    colour = parse_colour(value, name)
    if colour is None:
        wanted = ", or ".join(("a colour such as #00b140 or green", *words))
        raise OptionError(f"{name}: got {shown(value)}, wanted {wanted}")
    return colour


def parse_blur(text: str) -> float | None:
    """Return the strength of `blur` or `blur:strength`; None for anything else.

    Raises
    ------
    OptionError
        The strength is no number in 0.1..50.
    """
    word, colon, number = text.partition(":")
    if word != BLUR:
        return None
    if not colon:
        return DEFAULT_BLUR
    try:
        strength = float(number)
    except ValueError:
        strength = 0.0
    if not _LEAST_BLUR <= strength <= _MOST_BLUR:
        raise OptionError(
            f"background: got {shown(text)}, wanted blur or blur:strength, {_LEAST_BLUR:g} to "
            f"{_MOST_BLUR:g} percent of the height"
        )
    return strength


def parse_first(name: str, text: str) -> Fraction | None:
    """Return the seconds of `first:2s`, above 0; None for what does not begin so.

    Raises
    ------
    OptionError
        It begins so, and goes on otherwise.
    """
    if not text.startswith(FIRST):
        return None
    match = _SECONDS.fullmatch(text.removeprefix(FIRST))
    seconds = Fraction(match[1]) if match else Fraction(0)
    if not seconds:
        raise OptionError(f"{name}: got {shown(text)}, wanted first:SECONDS, such as first:2s")
    return seconds


def parse_range(name: str, text: str) -> tuple[float, float] | None:
    """Return what black and white are to a model that takes `LOW:HIGH`; None for `imagenet`.

    Raises
    ------
    OptionError
        It is neither.
    """
    if text == IMAGENET:
        return None
    low, colon, high = text.partition(":")
    try:
        black, white = float(low), float(high)
    except ValueError:
        black = white = 0.0
    far = not max(abs(black), abs(white)) <= _FARTHEST  # also NaN
    if not colon or far or black == white:
        raise OptionError(f"{name}: got {shown(text)}, wanted {_RANGES}")
    return black, white


def parse_classes(text: str) -> tuple[int, ...]:
    """Return which of a model's channels or labels `15`, `1-5` or `11,12` are, in order.

    Raises
    ------
    OptionError
        It is none of these.
    """
    found: set[int] = set()
    for part in text.split(","):
        match = re.fullmatch(r"\s*(\d{1,4})(?:\s*-\s*(\d{1,4}))?\s*", part, re.ASCII)
        first, last = (int(match[1]), int(match[2] or match[1])) if match else (1, 0)
        if not first <= last < _MOST_CLASSES:
            raise OptionError(
                f"model_classes: got {shown(text)}, wanted numbers below {_MOST_CLASSES} such as "
                "15, 1-5 or 11,12"
            )
        found.update(range(first, last + 1))
    return tuple(sorted(found))
