"""Regions of the frame that are foreground always, or never, whatever a keyer says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.checks import (
    check_no_partial_overlap,
    check_order,
    check_plane,
    check_same_size,
    check_size,
    check_writable,
)
from fastvbg.errors import OptionError, OptionTypeError, ShapeError, shown
from fastvbg.kernels._kernel import Module
from fastvbg.keyers.mattes import as_matte
from fastvbg.layout import checked_bgr
from fastvbg.media.image import read_matte
from fastvbg.media.polygons import is_polygons, parse_polygons
from fastvbg.values import check_path, check_text

if TYPE_CHECKING:
    from fastvbg._types import File, Frame, Mask, Matte, Size
    from fastvbg.constants import Order
    from fastvbg.media.polygons import Corner

    Polygon = list[tuple[float, float]]

__all__ = ["apply_regions", "region_mask"]

kernels = Module("refine.keepdrop")

_INSIDE = 128
"""Gray from which a pixel of an image belongs to the region."""


def region_mask(
    region: File | Mask | Frame, size: Size, *, order: Order = "bgr", name: str = "region"
) -> Mask:
    """Return a region of the frame as a mask.

    A pixel is inside a polygon when its centre is, by the even-odd rule; polygons add up. Corners
    are in pixels from the frame's upper left corner, or in per cent of its width and height, so
    that `0%,0% 100%,0% 100%,100% 0%,100%` is all of it; they may lie outside.

    Parameters
    ----------
    region : str, path-like or ndarray
        Polygons as text, `x,y x,y x,y` with `;` between several; or an image file, or a picture of
        shape (h, w) or (h, w, 3 or 4), uint8, that is stretched over the frame and is inside where
        its gray is 128 or more; of an image file that is transparent in places, where its alpha is.
        A text with commas that names no file is polygons.
    size : (int, int)
        Width and height of the frame in pixels.
    order : {"bgr", "rgb", "bgra", "rgba"}, default "bgr"
        The channels of a picture; a fourth one is not read.
    name : str, default "region"
        How messages call the region.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The mask, 255 inside.

    Raises
    ------
    OptionError
        A polygon has fewer than 3 corners or one that is not two numbers, or no pixel of the frame
        is inside, or the order is none of the above (also a `ValueError`).
    SourceError
        The image cannot be read (also an `OSError`).
    DTypeError, ShapeError, OptionTypeError
        The picture, the size or the region is of another kind.

    Examples
    --------
    >>> region_mask("0,0 50%,0 50%,100% 0,100%", (4, 1))
    array([[255, 255,   0,   0]], dtype=uint8)
    """
    name, size = check_text("name", name), check_size("size", size)
    order = check_order(order)
    if isinstance(region, np.ndarray):
        return _picture_mask(region, size, name, order)
    if not isinstance(region, (str, os.PathLike)):
        raise OptionTypeError(f"{name}: got {shown(region)}, wanted polygons, a file or a picture")
    if isinstance(region, str) and (not region.strip() or is_polygons(region)):
        polygons = parse_polygons(name, region)
        mask = _polygon_mask([[_in_pixels(c, size) for c in each] for each in polygons], size)
        if not mask.any():
            raise OptionError(f"{name}: {region!r} covers no pixel of {size[0]}x{size[1]}")
        return mask
    picture = read_matte(check_path(name, region), name)
    return _picture_mask(as_matte(picture), size, name, order)


def _in_pixels(corner: Corner, size: Size) -> tuple[float, float]:
    (x, of_width), (y, of_height) = corner
    width, height = size
    return x * (width / 100 if of_width else 1), y * (height / 100 if of_height else 1)


def _polygon_mask(polygons: list[Polygon], size: Size) -> Mask:
    """Fill polygons row by row, between every other crossing of a row's centre line."""
    width, height = size
    mask = np.zeros((height, width), np.uint8)
    for polygon in polygons:
        ends = np.asarray(polygon, np.float64)
        starts = np.roll(ends, 1, axis=0)
        for y in range(height):
            middle = y + 0.5
            across = (starts[:, 1] <= middle) != (ends[:, 1] <= middle)
            (x0, y0), (x1, y1) = starts[across].T, ends[across].T
            crossings = np.sort(x0 + (middle - y0) * (x1 - x0) / (y1 - y0))
            # The first column whose centre is at or right of each crossing.
            columns = np.ceil(crossings - 0.5).clip(0, width).astype(np.int64)
            for first, end in zip(columns[::2], columns[1::2], strict=True):
                mask[y, first:end] = 255
    return mask


def _picture_mask(picture: Mask | Frame, size: Size, name: str, order: Order) -> Mask:
    if picture.ndim == 2:
        check_plane(name, picture)
    else:
        picture = checked_bgr(name, picture, order)
    if not picture.size:
        raise ShapeError(f"{name}: got an empty picture of shape {picture.shape}")
    picture = np.ascontiguousarray(picture)
    gray = cv2.cvtColor(picture, cv2.COLOR_BGR2GRAY) if picture.ndim == 3 else picture
    if (gray.shape[1], gray.shape[0]) != size:
        gray = cv2.resize(gray, size, interpolation=cv2.INTER_AREA)
    return np.where(gray >= _INSIDE, 255, 0).astype(np.uint8)


def apply_regions(
    matte: Matte,
    *,
    keep: Matte | None = None,
    drop: Matte | None = None,
    out: Matte | None = None,
) -> Matte:
    """Make a matte full in one region and empty in another.

    `min(max(matte, keep), 255 - drop)`: foreground where `keep` is 255, background where `drop` is,
    also where both are. Soft regions (a feathered mask) bound the matte softly.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        Coverage, 0 to 255. Any strides, also read-only.
    keep, drop : ndarray, shape (H, W), uint8, optional
        What is always in and always out, 255 inside; see `region_mask`.
    out : ndarray, shape (H, W), uint8, optional
        Where to write the result; it may be `matte` or a region. Allocated when absent.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte with regions; `out` when given.

    Raises
    ------
    DTypeError
        An array is not a uint8 `numpy.ndarray` (also a `TypeError`).
    ShapeError
        A shape is not (H, W), or sizes differ (also a `ValueError`).
    OverlapError
        `out` is read-only, or shares memory with an input without being it exactly (also a
        `ValueError`).

    Examples
    --------
    >>> import numpy as np
    >>> matte = np.array([[10, 20, 30]], np.uint8)
    >>> keep, drop = np.array([[[255, 255, 0]], [[0, 255, 0]]], np.uint8)
    >>> apply_regions(matte, keep=keep, drop=drop)
    array([[255,   0,  30]], dtype=uint8)
    """
    shape = check_plane("matte", matte)
    regions = {name: mask for name, mask in (("keep", keep), ("drop", drop)) if mask is not None}
    for name, mask in regions.items():
        check_same_size(name, check_plane(name, mask), "matte", shape)
    if out is None:
        out = np.empty(shape, np.uint8)
    else:
        check_same_size("out", check_plane("out", out), "matte", shape)
        check_writable(out)
        check_no_partial_overlap(out, (("matte", matte), *regions.items()))
    if not regions:
        np.copyto(out, matte)
        return out
    kernel = (
        kernels.keep_and_drop
        if len(regions) == 2
        else kernels.keep
        if keep is not None
        else kernels.drop
    )
    arrays = [matte, *regions.values(), out]
    if all(array.strides[1] == 1 for array in arrays):
        kernel.call(*arrays)
        return out
    work = np.empty(shape, np.uint8)
    kernel.call(*(np.ascontiguousarray(array) for array in arrays[:-1]), work)
    np.copyto(out, work)
    return out
