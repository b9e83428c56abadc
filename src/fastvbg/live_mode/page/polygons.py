"""Regions as the page draws them, lists of corners in percent, and as settings spell them."""

from __future__ import annotations

import math
from typing import Any

from fastvbg.errors import OptionError, shown

Polygon = list[tuple[float, float]]

_MOST_POLYGONS, _MOST_CORNERS = 32, 200
_BEYOND = 50.0
"""So many percent outside the frame a corner may lie."""


def spelled(name: str, value: Any) -> str | None:
    """Return the text of what the page drew; None where nothing is drawn.

    Parameters
    ----------
    name : str
        Of the option.
    value : list of list of (number, number), or None
        Polygons with corners in percent of the frame's width and height.

    Raises
    ------
    OptionError
        It is none of these.
    """
    if value is None or value == []:
        return None
    if not isinstance(value, list) or len(value) > _MOST_POLYGONS:
        raise OptionError(f"{name}: got {shown(value)}, wanted at most {_MOST_POLYGONS} polygons")
    return "; ".join(_polygon(name, each) for each in value)


def _polygon(name: str, corners: Any) -> str:
    if not isinstance(corners, list) or not 3 <= len(corners) <= _MOST_CORNERS:
        raise OptionError(
            f"{name}: got {shown(corners)}, wanted a polygon of 3 to {_MOST_CORNERS} corners"
        )
    return " ".join(_corner(name, each) for each in corners)


def _corner(name: str, corner: Any) -> str:
    two = isinstance(corner, list) and len(corner) == 2
    if not two or not all(_is_percent(each) for each in corner):
        raise OptionError(f"{name}: got the corner {shown(corner)}, wanted two numbers in percent")
    return ",".join(f"{round(float(each), 2):g}%" for each in corner)


def _is_percent(value: Any) -> bool:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value) and -_BEYOND <= value <= 100 + _BEYOND


def drawn(text: str, size: tuple[int, int]) -> list[Polygon] | None:
    """Return the polygons of a text, corners in percent; None where it is another thing.

    Parameters
    ----------
    text : str
        As `region_mask` takes it.
    size : (int, int)
        Width and height of the frame, for corners in pixels.
    """
    try:
        polygons = [
            [_point(word, size) for word in part.split()]
            for part in text.split(";")
            if part.split()
        ]
    except (ValueError, ZeroDivisionError):
        return None
    return polygons or None


def _point(word: str, size: tuple[int, int]) -> tuple[float, float]:
    x, y = (
        float(number[:-1]) if number.endswith("%") else 100 * float(number) / side
        for number, side in zip(word.split(","), size, strict=True)
    )
    return x, y
