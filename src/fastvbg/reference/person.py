"""The literal forms of what the person keyer does to pixels: its network's input, and its edges.

All in integers; a network's input becomes float32 in the last step.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import (
    GAIN_PARTS,
    GRAY_B,
    GRAY_G,
    GRAY_HALF,
    GRAY_R,
    GRAY_SHIFT,
    YUV_RGB,
    YUV_RGB_SHIFT,
)
from fastvbg.reference.keyspace import keyspace

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Plane

    Integers = npt.NDArray[np.int64]
    Floats = npt.NDArray[np.float32]

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


def reduce(plane: Plane, factor: int) -> Plane:
    """Return the means of squares, rounded half up; the last row and column repeat.

    Parameters
    ----------
    plane : ndarray, shape (H, W), uint8
        Luma.
    factor : int
        Side of the squares: 1, 2, 4 or 8.

    Returns
    -------
    ndarray, uint8
        The canvas: height and width are divided and rounded up.
    """
    rows, cols = plane.shape
    whole = np.pad(plane.astype(np.int64), ((0, -rows % factor), (0, -cols % factor)), mode="edge")
    blocks = whole.reshape(whole.shape[0] // factor, factor, whole.shape[1] // factor, factor)
    area = factor * factor
    return np.asarray((blocks.sum(axis=(1, 3)) + area // 2) // area, np.uint8)


def reduce_frame(frame: Frame, factor: int) -> tuple[Plane, Plane, Plane]:
    """Return a BGR frame on the canvas: the gray and the chroma of its channels' means.

    Of squares of 8 the rows 0, 2, 5 and 7 count; of smaller ones all.

    Gray is what the matte meets at the frame's size, so it is that of OpenCV here, too; chroma is
    the keying space's.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3), uint8
        Channels blue, green, red.
    factor : int
        As for `reduce`.

    Returns
    -------
    tuple of 3 ndarray, uint8
        Gray, U and V.
    """
    if factor == 8:
        rows = np.arange(-(-frame.shape[0] // 8))[:, np.newaxis] * 8 + (0, 0, 2, 2, 5, 5, 7, 7)
        frame = frame[np.minimum(rows.ravel(), frame.shape[0] - 1)]
    means = np.stack([reduce(frame[..., c], factor) for c in range(3)], axis=-1)
    _, u, v = keyspace(means)
    return gray(means), u, v


def gray(frame: Frame) -> Plane:
    """Return the gray of a BGR frame, as OpenCV's 8-bit BGR2GRAY has it."""
    b, g, r = (frame[..., c].astype(np.int64) for c in range(3))
    return np.asarray((GRAY_B * b + GRAY_G * g + GRAY_R * r + GRAY_HALF) >> GRAY_SHIFT, np.uint8)


def fit(
    matte: Plane, guides: tuple[Plane, Plane, Plane], radius: int, contrasts: tuple[int, int]
) -> tuple[Any, Any]:
    """Return slopes and bases, in parts of 1/256, by which luma and chroma give the matte.

    By least squares over squares of side `2*radius + 1`, in float64, averaged over such squares,
    each rounded half up: the guided filter of three channels of K. He, J. Sun and X. Tang, "Guided
    Image Filtering", ECCV 2010. What averaged slopes make of the canvas' chroma is added to the
    bases, so only luma is left to meet them.

    Parameters
    ----------
    matte : ndarray, shape (h, w), uint8
        On the canvas.
    guides : tuple of 3 ndarray, shape (h, w), uint8
        Y, U and V on the canvas.
    radius : int
        Of the squares.
    contrasts : tuple of 2 int
        Variances of luma and of chroma below which they count as flat.

    Returns
    -------
    tuple of 2 ndarray, shape (h, w), int64
        Slopes of luma, and bases.
    """
    n = (2 * radius + 1) ** 2
    p = matte.astype(np.int64)
    planes = [plane.astype(np.int64) for plane in guides]
    sums = [_sums(plane, radius) for plane in planes]
    sum_p = _sums(p, radius)
    total_p = sum_p.astype(np.float64)
    totals = [each.astype(np.float64) for each in sums]

    def varies(i: int, j: int) -> Any:
        products = _sums(planes[i] * planes[j], radius).astype(np.float64)
        return n * products - totals[i] * totals[j]

    def varies_with_matte(i: int) -> Any:
        return n * _sums(planes[i] * p, radius).astype(np.float64) - totals[i] * total_p

    yp, up, vp = (varies_with_matte(i) for i in range(3))
    yy = varies(0, 0) + float(n * n * contrasts[0])
    uu, vv = (varies(i, i) + float(n * n * contrasts[1]) for i in (1, 2))
    yu, yv, uv = varies(0, 1), varies(0, 2), varies(1, 2)
    c_yy, c_uu, c_vv, c_yu, c_yv, c_uv, determinant = cofactors(yy, uu, vv, yu, yv, uv)
    scale = 256.0 / determinant
    slopes = [
        np.floor((c_yy * yp + c_yu * up + c_yv * vp) * scale + 0.5).astype(np.int64),
        np.floor((c_yu * yp + c_uu * up + c_uv * vp) * scale + 0.5).astype(np.int64),
        np.floor((c_yv * yp + c_uv * up + c_vv * vp) * scale + 0.5).astype(np.int64),
    ]
    rest = 256 * sum_p - sum(slope * each for slope, each in zip(slopes, sums, strict=True))
    base = (2 * rest + n) // (2 * n)
    y, u, v, mean = ((2 * _sums(each, radius) + n) // (2 * n) for each in (*slopes, base))
    return y, mean + u * planes[1] + v * planes[2]


def cofactors(yy: Any, uu: Any, vv: Any, yu: Any, yv: Any, uv: Any) -> tuple[Any, ...]:
    """Return the six cofactors of symmetric matrices, in the same order, and the determinants."""
    c_yy, c_uu, c_vv = uu * vv - uv * uv, yy * vv - yv * yv, yy * uu - yu * yu
    c_yu, c_yv, c_uv = yv * uv - yu * vv, yu * uv - yv * uu, yu * yv - yy * uv
    return c_yy, c_uu, c_vv, c_yu, c_yv, c_uv, yy * c_yy + yu * c_yu + yv * c_yv


def _sums(plane: Integers, radius: int) -> Integers:
    size = 2 * radius + 1
    padded = np.pad(plane, radius, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, (size, size))
    return np.asarray(windows.sum(axis=(2, 3)), np.int64)


def apply(slopes: Integers, bases: Integers, guide: Plane, factor: int, gain: int) -> Plane:
    """Return the matte of a frame from slopes and bases on the canvas.

    Both are stretched bilinearly, with half-pixel centres, and meet the frame's luma:
    `slope * luma + base`, cut to parts of 1/128. Its difference from 128 is multiplied by the gain,
    rounded half up, and held to 0..255.

    Parameters
    ----------
    slopes, bases : ndarray, shape (h, w), int64
        Of `fit`.
    guide : ndarray, shape (H, W), uint8
        Luma of the frame.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    gain : int
        How much steeper the matte is made, in parts of `GAIN_PARTS`.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte.
    """
    rows, cols = guide.shape
    a, b = (
        stretched(stretched(plane, rows, factor).T, cols, factor).T for plane in (slopes, bases)
    )
    fitted = (a * guide.astype(np.int64) + b) // (8 * factor * factor)
    value = ((fitted - 128 * 128) * gain + (128 * 128 + 64) * GAIN_PARTS) // (128 * GAIN_PARTS)
    return np.asarray(np.clip(value, 0, 255), np.uint8)


def stretched(small: Integers, count: int, factor: int) -> Integers:
    """Return `count` rows, `2 * factor` times the values between the rows of a canvas."""
    j, t = np.divmod(np.arange(count), factor)
    beside = np.clip(j + np.where(2 * t < factor, -1, 1), 0, small.shape[0] - 1)
    far = np.abs(2 * t + 1 - factor)[:, np.newaxis]
    return np.asarray((2 * factor - far) * small[j] + far * small[beside], np.int64)


def steady(matte: Plane, moved: Plane, carried: Plane, least: int, still: int, slope: int) -> Plane:
    """Return the carried matte drawn toward a new one.

    `carried + round((matte - carried) * share / 256)`, where the share is `least` and rises by
    `slope` for each gray level by which `moved` is above `still`, to 256 at most.

    Parameters
    ----------
    matte, moved : ndarray, shape (h, w), uint8
        The new matte, and how far the picture is from what was foreseen.
    carried : ndarray, shape (h, w), uint8
        The matte that is known already.
    least, still, slope : int
        Of the share.

    Returns
    -------
    ndarray, shape (h, w), uint8
        The matte.
    """
    over = np.maximum(moved.astype(np.int64) - still, 0)
    before = carried.astype(np.int64)
    change = matte.astype(np.int64) - before
    share = np.minimum(least + over * slope, 256)
    return np.asarray(before + ((change * share + 128) >> 8), np.uint8)


def carry(matte: Plane, picture: Plane, flow: Floats, moves: Plane) -> tuple[Plane, Plane]:
    """Return a matte and a picture where motion has carried them.

    Motion is stretched bilinearly to twice its size, with half-pixel centres, in parts of 1/32
    pixel; where it points between pixels, all four count. It does not point beyond the edges.

    Parameters
    ----------
    matte, picture : ndarray, shape (h, w), uint8
        Of the frame before.
    flow : ndarray, shape (h/2 rounded up, w/2 rounded up, 2), float32
        For each pixel of half the size now, how far to the right and down it was before, in such
        pixels.
    moves : ndarray, shape (h/2 rounded up, w/2 rounded up), uint8
        Where it is heeded: anything but 0.

    Returns
    -------
    tuple of 2 ndarray, shape (h, w), uint8
        The matte and the picture as they would be now.
    """
    rows, cols = matte.shape
    parts = np.floor(flow * np.float32(64) + np.float32(0.5)).astype(np.int64)
    parts *= (moves != 0)[..., np.newaxis]
    across, down = (
        (stretched(stretched(parts[..., axis], rows, 2).T, cols, 2).T + 8) >> 4 for axis in (0, 1)
    )
    y, x = np.indices(matte.shape)
    x = np.clip(32 * x + across, 0, 32 * (cols - 1))
    y = np.clip(32 * y + down, 0, 32 * (rows - 1))
    return tuple(_between(plane.astype(np.int64), y, x) for plane in (matte, picture))  # type: ignore[return-value]


def _between(plane: Integers, y: Integers, x: Integers) -> Plane:
    """Return a plane at points given in parts of 1/32 pixel, rounded half up."""
    top, left, down, across = y >> 5, x >> 5, y & 31, x & 31
    below, right = np.minimum(top + 1, plane.shape[0] - 1), np.minimum(left + 1, plane.shape[1] - 1)
    upper = (32 - across) * plane[top, left] + across * plane[top, right]
    lower = (32 - across) * plane[below, left] + across * plane[below, right]
    return np.asarray(((32 - down) * upper + down * lower + 512) >> 10, np.uint8)
