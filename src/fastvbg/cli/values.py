"""Option values that are more than a number or a name."""

from __future__ import annotations

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
