"""Backgrounds: colours and images, fitted to the frames."""

from __future__ import annotations

from math import ceil
from typing import TYPE_CHECKING, get_args

import cv2
import numpy as np

from fastvbg.checks import check_choice, check_frame, check_number, check_order, check_size
from fastvbg.constants import Fit, Order
from fastvbg.errors import ShapeError
from fastvbg.media.image import read_image
from fastvbg.outputs import with_alpha
from fastvbg.values import check_path
from fastvbg.values.words import parse_colour

if TYPE_CHECKING:
    from pathlib import Path

    from fastvbg._types import Frame, Size

__all__ = ["fit_background", "load_background"]

FITS: tuple[Fit, ...] = get_args(Fit)
MOST_ASPECT = 100
"""No pixel is wider than this many are high, or higher than so many are wide."""
_FAR = 4
"""So many times as long as the frame, a scaled picture is cut before it is scaled."""


def load_background(
    background: str | Path | Frame, size: Size, *, fit: Fit = "stretch", aspect: float = 1.0
) -> Frame:
    """Return the background for frames of a size.

    Parameters
    ----------
    background : str, Path or ndarray of shape (any, any, 3), uint8
        A colour (`#rrggbb` or a basic CSS name), an image file, or a picture in BGR. Where a file
        is transparent, it is black.
    size : (int, int)
        Width and height of the frames in pixels.
    fit : {"stretch", "cover", "contain"}
        How a picture of another size is fitted; see `fit_background`.
    aspect : float, default 1
        The shape of the frames' pixels; see `fit_background`.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The background.

    Raises
    ------
    OptionError
        It is no colour.
    SourceError
        The image cannot be read.
    """
    if isinstance(background, np.ndarray):
        return fit_background(background, size, fit=fit, aspect=aspect)
    colour = parse_colour(background) if isinstance(background, str) else None
    if colour is not None:
        width, height = check_size("size", size)
        return np.full((height, width, 3), colour, np.uint8)
    picture = read_image(check_path("background", background), "background")
    return fit_background(picture, size, fit=fit, aspect=aspect)


def fit_background(
    image: Frame,
    size: Size,
    *,
    fit: Fit = "stretch",
    aspect: float = 1.0,
    order: Order = "bgr",
) -> Frame:
    """Fit a picture to the size of the frames.

    Parameters
    ----------
    image : ndarray, shape (any, any, 3 or 4), uint8
        The picture, channels as `order` says; at least one pixel.
    size : (int, int)
        Width and height wanted, in pixels, 1 or more each.
    fit : {"stretch", "cover", "contain"}, default "stretch"
        "stretch": width and height each scaled to fit, by OpenCV's `INTER_AREA`, as in the
        tutorial. "cover": scaled by one factor until it covers the frame, the middle kept.
        "contain": scaled by one factor until it fits into the frame, on black. The latter two
        shrink with `INTER_AREA` and enlarge with `INTER_CUBIC`.
    aspect : float or Fraction, default 1
        How much wider than the picture's pixels the frames' are shown: 64/45 of a square picture
        behind PAL video of 16:9. "cover" and "contain" keep shapes as they are shown by it.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of the picture and of the result. Of four the last is not read, and is 255 in
        the result.

    Returns
    -------
    ndarray, shape (H, W, 3 or 4), uint8
        A new C-contiguous array.

    Raises
    ------
    DTypeError
        The image is not a uint8 `numpy.ndarray` (also a `TypeError`).
    ShapeError
        Its shape is not (H, W, 3), or 4 as `order` says, or it is empty (also a `ValueError`).
    OptionError, OptionTypeError
        The size, the fit, the aspect or the order is none of the above (also a `ValueError` or a
        `TypeError`).

    Examples
    --------
    >>> import numpy as np
    >>> fit_background(np.zeros((10, 20, 3), np.uint8), (640, 360), fit="cover").shape
    (360, 640, 3)
    """
    order = check_order(order)
    rows, cols, _ = check_frame("image", image, order)
    if not rows or not cols:
        raise ShapeError(f"image: got an empty picture of {cols}x{rows}, wanted at least one pixel")
    width, height = check_size("size", size)
    check_choice("fit", fit, FITS)
    aspect = check_number("aspect", aspect, 1 / MOST_ASPECT, MOST_ASPECT)
    return with_alpha(_fitted(image[..., :3], width, height, fit, aspect), order)


def _fitted(image: Frame, width: int, height: int, fit: Fit, aspect: float) -> Frame:
    """Return a picture of three channels, in whatever order, at a size."""
    rows, cols, _ = image.shape
    if (cols, rows) == (width, height) and (fit == "stretch" or aspect == 1):
        return np.array(image, np.uint8, order="C")
    if fit == "stretch":
        return _resized(image, width, height, cv2.INTER_AREA)
    choose = max if fit == "cover" else min
    down = choose(width * aspect / cols, height / rows)
    image = _within_reach(image, width, height, down / aspect, down)
    rows, cols, _ = image.shape
    scaled = max(1, round(cols * down / aspect)), max(1, round(rows * down))
    return _centred(_scaled(image, *scaled), width, height)


def _within_reach(image: Frame, width: int, height: int, across: float, down: float) -> Frame:
    """Return the middle of a picture, as much as a frame shows of it where it is enlarged much.

    One column, scaled until it covers a frame, would be thousands of times as high as the frame.
    """
    rows, cols, _ = image.shape
    most_rows, most_cols = (2 * ceil(length / 2) + 2 for length in (height / down, width / across))
    top = max(0, rows - most_rows) // 2 if rows * down > _FAR * height else 0
    left = max(0, cols - most_cols) // 2 if cols * across > _FAR * width else 0
    return image[top : rows - top, left : cols - left]


def _scaled(image: Frame, width: int, height: int) -> Frame:
    """Return a picture of another size: first what is shrunk, then what is enlarged."""
    rows, cols, _ = image.shape
    less = min(cols, width), min(rows, height)
    if less != (cols, rows):
        image = _resized(image, *less, cv2.INTER_AREA)
    if less != (width, height):
        image = _resized(image, width, height, cv2.INTER_CUBIC)
    return image


def _resized(image: Frame, width: int, height: int, interpolation: int) -> Frame:
    resized = cv2.resize(image, (width, height), interpolation=interpolation)
    return np.ascontiguousarray(resized, np.uint8)


def _centred(image: Frame, width: int, height: int) -> Frame:
    """Return the middle of `image` in a frame of a size, black where it does not reach."""
    rows, cols = image.shape[:2]
    framed = np.zeros((height, width, 3), np.uint8)
    h, w = min(rows, height), min(cols, width)
    y, x = (rows - h) // 2, (cols - w) // 2
    top, left = (height - h) // 2, (width - w) // 2
    framed[top : top + h, left : left + w] = image[y : y + h, x : x + w]
    return framed
