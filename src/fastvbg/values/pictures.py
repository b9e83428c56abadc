"""Pictures where an option takes one, and what else may stand for a background."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.checks import check_array, check_frame, check_plane
from fastvbg.errors import OptionTypeError, ShapeError, shown
from fastvbg.values import check_path
from fastvbg.values.words import parse_blur, parse_colour

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg._types import Frame, Matte


def check_picture(name: str, array: Any, *, gray: bool = False) -> Frame | Matte:
    """Return a picture of at least one pixel, (H, W, 3) uint8, or (H, W) where gray will do.

    Raises
    ------
    DTypeError, ShapeError
        It is none.
    """
    check_array(name, array)
    plain = gray and array.ndim == 2
    if 0 in (check_plane(name, array) if plain else check_frame(name, array)):
        raise ShapeError(f"{name}: got an empty picture of shape {array.shape}")
    return array  # type: ignore[no-any-return]


def check_background(background: Any) -> str | Path | Frame:
    """Return a background as a text, a file or a picture.

    Parameters
    ----------
    background : str, path-like or ndarray of shape (H, W, 3), uint8
        What the user gave.

    Raises
    ------
    OptionError, OptionTypeError, DTypeError, ShapeError
        It is none of these, or a colour or a blur that is none.
    """
    if isinstance(background, np.ndarray):
        return check_picture("background", background)
    if not isinstance(background, (str, os.PathLike)):
        raise OptionTypeError(
            f"background: got {shown(background)}, wanted the name of a file, a picture as an "
            'array, or a colour such as "#00ff00" or "navy"'
        )
    if isinstance(background, str):
        parse_colour(background)
        parse_blur(background)
    return check_path("background", background)
