"""Option values that are more than a number or a name."""

from __future__ import annotations

import re
from fractions import Fraction

from fastvbg.errors import OptionError


def parse_rate(text: str) -> Fraction:
    """Return frames a second from `25`, `29.97` or `30000/1001`.

    Parameters
    ----------
    text : str
        What the user gave.

    Returns
    -------
    Fraction
        More than 0, at most 1000.

    Raises
    ------
    OptionError
        It is no such number.
    """
    try:
        rate = Fraction(text)
    except (ValueError, ZeroDivisionError):
        rate = Fraction(0)
    if not 0 < rate <= 1000:
        raise OptionError(f"fps: got {text!r}, wanted a rate above 0 such as 25 or 30000/1001")
    return rate.limit_denominator(1001 * 1000)


def parse_seconds(name: str, text: str | None) -> Fraction | None:
    """Return seconds from `12.5`, `1:02.5` or `1:00:02.5`; None when nothing was given.

    Parameters
    ----------
    name : str
        Of the option.
    text : str, optional
        What the user gave.

    Returns
    -------
    Fraction or None
        0 or more.

    Raises
    ------
    OptionError
        It is no such time.
    """
    if text is None:
        return None
    parts = text.split(":")
    try:
        seconds = [Fraction(part) for part in parts]
    except (ValueError, ZeroDivisionError):
        seconds = []
    if not 1 <= len(seconds) <= 3 or min(seconds) < 0:
        raise OptionError(f"{name}: got {text!r}, wanted seconds such as 12.5, or 1:02:03.5")
    total = Fraction(0)
    for part in seconds:
        total = 60 * total + part
    return total


def parse_scale(text: str | None) -> tuple[int, int] | None:
    """Return width and height from `1280x720`; a -1 or 0 for one keeps the proportions.

    Parameters
    ----------
    text : str, optional
        What the user gave.

    Returns
    -------
    (int, int) or None
        0 for the one that follows; None when nothing was given.

    Raises
    ------
    OptionError
        It is no such size.
    """
    if text is None:
        return None
    match = re.fullmatch(r"(-1|\d{1,5})x(-1|\d{1,5})", text)
    if match is None:
        raise OptionError(f"scale: got {text!r}, wanted a size such as 1280x720 or 1280x-1")
    return max(0, int(match[1])), max(0, int(match[2]))


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
            raise OptionError(f"{name}: got {text!r}, wanted key=value")
        pairs[key] = value
    return pairs
