"""Rational numbers of PyAV as Python's: their type and how they spell "unknown" vary by version."""

from __future__ import annotations

from fractions import Fraction
from typing import Any


def fraction(value: Any) -> Fraction | None:
    """Return a rational of PyAV's as a Fraction; None where it is not known.

    Parameters
    ----------
    value : Fraction, AVRational or None
        Up to PyAV 18 a `Fraction` or None; from 19 on an `AVRational`, 0/1 or 0/0 where unknown.
    """
    if value is None or not value.numerator or not value.denominator:
        return None
    return Fraction(value.numerator, value.denominator)
