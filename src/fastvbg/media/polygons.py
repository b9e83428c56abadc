"""Regions written as polygons: `10,20 300,20 300,200`, in pixels or per cent."""

from __future__ import annotations

import re
from pathlib import PurePath

from fastvbg.errors import OptionError
from fastvbg.media.names import exists
from fastvbg.media.numbering import IMAGE_SUFFIXES

Length = tuple[float, bool]
"""A number, and whether it is per cent of the side."""
Corner = tuple[Length, Length]

_FARTHEST = 1e9
_COORDINATE = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(%?)")
_FORM = "such as '10,20 300,20 300,200' or '0%,0% 50%,0% 50%,100%'"


def is_polygons(text: str) -> bool:
    """Tell whether a text is polygons: with commas, where it is not the name of a file."""
    is_image = PurePath(text).suffix.lower() in IMAGE_SUFFIXES
    return "," in text and not is_image and not exists(text)


def parse_polygons(name: str, text: str) -> list[list[Corner]]:
    """Return the corners of polygons, of which there is one or more.

    Parameters
    ----------
    name : str
        Of the option.
    text : str
        Corners `x,y` with blanks between them, polygons with semicolons.

    Raises
    ------
    OptionError
        A polygon has fewer than 3 corners, or one that is not two numbers.
    """
    polygons: list[list[Corner]] = []
    for part in text.split(";"):
        words = part.split()
        if not words and polygons:
            continue  # nothing after the last semicolon
        polygon = [_corner(name, word) for word in words]
        if len(polygon) < 3:
            got = f"{len(polygon)} corners in {part.strip()!r}"
            raise OptionError(f"{name}: got {got}, wanted 3 or more, {_FORM}")
        polygons.append(polygon)
    return polygons


def _corner(name: str, word: str) -> Corner:
    matches = [_COORDINATE.fullmatch(number) for number in word.split(",")]
    lengths = [(float(match[1]), bool(match[2])) for match in matches if match is not None]
    if len(matches) != 2 or len(lengths) != 2:
        wanted = f"wanted x,y in pixels or per cent, {_FORM}"
        raise OptionError(f"{name}: got {word!r}, {wanted}")
    if any(abs(length) > _FARTHEST for length, _ in lengths):
        raise OptionError(f"{name}: got {word!r}, which is far outside any frame")
    return lengths[0], lengths[1]
