"""The literal forms of what the person keyer does to pixels: its network's input, and its edges.

All in integers; a network's input becomes float32 in the last step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import YUV_RGB, YUV_RGB_SHIFT

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame

    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float32]
    Plane = npt.NDArray[np.uint8]

UNIT = 256
"""Parts of a sample that the weights of one axis sum to."""


def taps(length: int, start: int, extent: int, wanted: int, shift: int = 0) -> Integers:
    """Return the weights by which samples of one axis become fewer, or more.

    Where `extent` samples become `wanted` or fewer, each result is the mean over its equal share of
    them (area); where they become more, it lies between the two nearest centres (bilinear), and the
    outer samples hold. Shares are rounded to parts of 1/256 by the rounded sums from the left, so
    they sum to 256 exactly.

    Parameters
    ----------
    length : int
        Samples of the whole axis, in luma.
    start, extent : int
        The part of them that is taken.
    wanted : int
        Results.
    shift : int
        1 for chroma that is halved on this axis: its sample serves the luma samples that it covers.

    Returns
    -------
    ndarray, shape (wanted, samples), int64
        Weights of each sample for each result.
    """
    weights = np.zeros((wanted, (length + (1 << shift) - 1) >> shift), np.int64)
    for i in range(wanted):
        if wanted <= extent:
            first, end = i * extent, (i + 1) * extent  # in parts of 1 / wanted
            for x in range(first // wanted, -(-end // wanted)):
                left, right = max(x * wanted, first), min((x + 1) * wanted, end)
                upper = (2 * UNIT * (right - first) + extent) // (2 * extent)
                lower = (2 * UNIT * (left - first) + extent) // (2 * extent)
                weights[i, (start + x) >> shift] += upper - lower
        else:
            centre = (2 * i + 1) * extent - wanted  # in parts of 1 / (2 * wanted)
            x = centre // (2 * wanted)
            part = (UNIT * (centre - x * 2 * wanted) + wanted) // (2 * wanted)
            for sample, weight in ((x, UNIT - part), (x + 1, part)):
                held = min(max(sample, 0), extent - 1)
                weights[i, (start + held) >> shift] += weight
    return weights


def network_input(
    picture: Frame | tuple[Plane, Plane, Plane],
    crop: tuple[int, int, int, int],
    size: tuple[int, int],
    *,
    matrix: str = "bt601",
    range: str = "limited",
    scale: tuple[float, float, float] = (1 / 255,) * 3,
    offset: tuple[float, float, float] = (0.0,) * 3,
) -> Floats:
    """Return a part of a frame as a network takes it: reduced by area, in RGB, scaled.

    Parameters
    ----------
    picture : ndarray of shape (H, W, 3), or tuple of 3 ndarray, uint8
        A BGR frame; or planes Y, U and V, chroma full or halved.
    crop : (int, int, int, int)
        Left, top, width and height of the part, in pixels.
    size : (int, int)
        Width and height of the result.
    matrix, range : str
        Of planes: a key of `YUV_RGB`.
    scale, offset : tuple of 3 float
        `sample * scale + offset` of red, green and blue samples 0..255, in float32; the scale is
        first divided by 65536.

    Returns
    -------
    ndarray, shape (height, width, 3), float32
        Red, green, blue.
    """
    if isinstance(picture, np.ndarray):
        channels = [picture[..., c] for c in (2, 1, 0)]
    else:
        channels = list(picture)
    height, width = channels[0].shape
    reduced = []
    for plane in channels:
        down, across = int(plane.shape[0] < height), int(plane.shape[1] < width)
        rows = taps(height, crop[1], crop[3], size[1], down)
        cols = taps(width, crop[0], crop[2], size[0], across)
        reduced.append(rows @ plane.astype(np.int64) @ cols.T)  # in parts of 1 / 65536
    if not isinstance(picture, np.ndarray):
        reduced = _to_rgb(reduced, matrix, range)
    steps = [np.float32(value) / np.float32(UNIT * UNIT) for value in scale]
    parts = [
        channel.astype(np.float32) * step + np.float32(base)
        for channel, step, base in zip(reduced, steps, offset, strict=True)
    ]
    return np.stack(parts, axis=-1)


def _to_rgb(planes: list[Any], matrix: str, range: str) -> list[Any]:
    """Return R, G and B of Y, U and V, all in parts of 1/65536, held to 0..255."""
    w = YUV_RGB[matrix, range]
    y = planes[0] - (w.low << 16)
    u, v = planes[1] - (128 << 16), planes[2] - (128 << 16)
    sums = (w.y * y + w.red_v * v, w.y * y + w.green_u * u + w.green_v * v, w.y * y + w.blue_u * u)
    return [np.clip(each >> YUV_RGB_SHIFT, 0, 255 << 16) for each in sums]
