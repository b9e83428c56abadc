"""The literal form of how the background's texture is kept out of a matte's edges."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import GAIN_PARTS, TEXTURE_PITCH

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane

    Integers = npt.NDArray[np.int64]


COUNT = 7
"""Bits of a sum that hold how many variances it is of."""


def _most_about(plane: Any, reach: int) -> Any:
    """Return the most within so many pixels of each, up, down and to the sides."""
    padded = np.pad(plane, reach)
    side = 2 * reach + 1
    return np.lib.stride_tricks.sliding_window_view(padded, (side, side)).max(axis=(2, 3))


def want(slopes: Any, matte: Plane, about: int, margin: int, nothing: int) -> Plane:
    """Return where texture counts: of background beside what has a slope.

    Parameters
    ----------
    slopes : ndarray, shape (h, w), int32
        Of `reference.person.fit`.
    matte : ndarray, shape (h, w), uint8
        The one that was fitted.
    about, margin : int
        Pixels of the canvas within which there is a slope that is not 0, and within which the matte
        is nowhere more than `nothing`, for a pixel to be wanted.
    nothing : int
        Levels of the matte.

    Returns
    -------
    ndarray, uint8
        1 or 0, of each `TEXTURE_PITCH` pixels one, each way.
    """
    near = _most_about((slopes != 0).astype(np.uint8), about)
    wanted = near * (_most_about(matte, margin) <= nothing)
    return np.asarray(wanted[::TEXTURE_PITCH, ::TEXTURE_PITCH], np.uint8)


def gather(picture: Plane, wanted: Plane, factor: int) -> npt.NDArray[np.int32]:
    """Return how much a picture varies within squares that pixels of a canvas stand for.

    Parameters
    ----------
    picture : ndarray, shape (H, W), uint8
        Luma, or green.
    wanted : ndarray, shape (h, w), uint8
        Of each `TEXTURE_PITCH` pixels of the canvas one, each way: anything but 0 where it is asked
        for.
    factor : int
        Side of the squares, in pixels; at the borders there are fewer. Of larger ones than 2 half
        of the rows count, two by two, so that stripes of any pitch are seen.

    Returns
    -------
    ndarray, shape (h, w), int32
        Variances in levels squared, cut to integers, times 128, and 1; 0 where they are not wanted.
    """
    out = np.zeros(wanted.shape, np.int32)
    for j, k in np.argwhere(wanted):
        top, left = TEXTURE_PITCH * factor * j, TEXTURE_PITCH * factor * k
        square = picture[top : top + factor, left : left + factor]
        values = square[np.arange(len(square)) & 2 == 0].astype(np.int64)
        of, squared = int(values.sum()), int((values * values).sum())
        variance = (values.size * squared - of * of) // (values.size * values.size)
        out[j, k] = variance << COUNT | 1
    return out


def heed(
    slopes: Any, bases: Any, guide: Plane, sums: Any, gain: int, alike: int
) -> tuple[Integers, Integers]:
    """Return slopes that let less of the background's texture into the matte, and their bases.

    Texture of variance `V` makes the matte vary by `(slope * gain)**2 * V`. Of a slope the share
    `alike**2 / (alike**2 + that)` is left, as N. Wiener has it for a signal in noise, in float64;
    what is taken of it meets the canvas' luma instead, so on the canvas the matte stays as it is.

    Parameters
    ----------
    slopes, bases : ndarray, shape (h, w), int32
        Of `reference.person.fit`, in parts of 1/256.
    guide : ndarray, shape (h, w), uint8
        Luma on the canvas.
    sums : ndarray, int32
        Of what `gather` has about pixels of the canvas, each for `TEXTURE_PITCH` of them both ways;
        where that is one alone, it counts for nothing.
    gain : int
        How much steeper the matte is made, in parts of `GAIN_PARTS`.
    alike : int
        Levels by which edges are taken to vary within a canvas pixel.

    Returns
    -------
    tuple of 2 ndarray, shape (h, w), int64
        Slopes and bases.
    """
    height, width = slopes.shape
    sums = sums.repeat(TEXTURE_PITCH, 0).repeat(TEXTURE_PITCH, 1)[:height, :width]
    counts, variances = sums & (1 << COUNT) - 1, sums >> COUNT
    a = slopes.astype(np.float64)
    steep = a * (gain / GAIN_PARTS)
    signal = counts * float(alike * alike << 16)
    noise = variances * (steep * steep)
    share = signal / np.where(counts > 1, signal + noise, 1.0)
    left = np.where(counts > 1, np.floor(a * share + 0.5), a).astype(np.int64)
    return left, bases.astype(np.int64) + (slopes - left) * guide


def hold(slopes: Any, bases: Any, near: Plane) -> tuple[Integers, Integers]:
    """Return slopes and bases that are nothing where no matte is near.

    Parameters
    ----------
    slopes, bases : ndarray, shape (h, w), int32
        Of `reference.person.fit`, less than 2**23 either way.
    near : ndarray, shape (h, w), uint8
        What is left of them, of 255.

    Returns
    -------
    tuple of 2 ndarray, shape (h, w), int64
        Slopes and bases times that over 256, rounded down; as they were at 255.
    """
    share = near.astype(np.int64) + (near > 127)
    return slopes.astype(np.int64) * share >> 8, bases.astype(np.int64) * share >> 8
