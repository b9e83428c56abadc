"""Screens by their region: a connected, even one of green or blue, in whatever shades of it.

Uneven light spreads a screen over shades, and a desk or a person may cover most of the frame's
border. What is left to go by is the hue, that there is little grain, and that it reaches around, or
has the form of a cloth that hangs in a room.
"""

from __future__ import annotations

from itertools import product
from math import pi
from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane, Planes

    Flags = npt.NDArray[np.bool_]
    Floats = npt.NDArray[np.float32]

__all__ = ["SCREENS", "Region", "ScreenHue", "grain_of", "screen_region"]


class ScreenHue(NamedTuple):
    """A hue that screens have, and what tells one from a lawn, a wall, the sky or a lake."""

    u: float
    v: float
    """Its direction, of length 1."""
    near: float
    """Cosine of what a screen's hue is beside it at most."""
    strength: float
    """How far from gray a screen in good light is at least,"""
    saturation: float
    """and any as a share of its luma;"""
    pale: float
    """in good light a share from here on is enough, where it is about the same all over."""
    evenness: float
    """What its weakest tenth has of the strength of its strongest, at least."""
    whole: float
    """Share of all samples of its hue that is in the region, at least."""


# Measured on 12 stills and clips of green screens and 140 photographs and clips without one. Green
# ones have a strength of 41 to 130 and a saturation of 0.38 to 0.87, walls in a like hue up to 26
# and 0.26. Blue is in nature, too: skies have a saturation of 0.4 at most, a lake at dusk one of
# 0.73 in ripples, which are uneven. A dim light leaves saturation as it is: of 243 pictures that
# have no screen, none has a region in a like green of more than 0.23, at 1 to 0.15 of their light.
# Exposed until it clips, a green screen pales to 0.22.
SCREENS = {
    "green": ScreenHue(-0.57, -0.82, 0.74, 32, 0.32, 0.2, 0.4, 0.5),
    "blue": ScreenHue(0.87, -0.49, 0.87, 70, 0.65, 0.65, 0.6, 0.85),
}
_ONE_PAINT = 0.75
"""What the palest tenth of one paint has of the saturation of its richest, in whatever light: of
nearly all screens 0.75 and more. Foliage and a lake of such saturation have 0.7 at most; an even
sky has 0.9, but is too pale for a blue screen."""

_SAMPLES = 160
"""Along the longer side."""
_LEAST_CHROMA = 20, 10
"""What counts as colour in good light, and in a dim one."""
_DIM = 0.5
"""Of the strength of a screen in good light, what one has at least."""
_BINS = 72
_SAME_HUE = 0.36
"""What two shades of one screen lie beside one another at most, of their length: 20 degrees."""
_SLOPE = 8
"""Levels from one sample to the next, up to which light is uneven and beyond which is an edge."""
_GRAIN = 5
"""Median level by which luma differs from that around it; of leaves and grass it is more."""
_PIECE = 0.01
_LEAST_AREA = 0.15
_LEAST_RIM = 0.2
"""Of the picture, a piece of the region, the region, and what it covers of the border above a
person's shoulders: a garment is below."""
_RIM = 0.08
_SHOULDERS = 2 / 3
_HUNG_TOP, _HUNG_WIDTH, _HUNG_RIM = 0.25, 1 / 3, 0.5
"""Where a cloth's top is at the lowest, how wide it is at least, and what it covers of the border
of the box around it above the shoulders: a garment begins lower and fills no corners. Of
656 pictures without a screen none has such a region but a lake, which reaches around."""


class Region(NamedTuple):
    """The region of a screen."""

    name: str
    """Of its hue."""
    u: float
    v: float
    """Its median chroma, from gray."""
    rim: float
    """The share of the frame's upper border that it covers; of a cloth within the frame, little."""


def screen_region(planes: Planes) -> Region | None:
    """Find the region of a screen in samples of a frame, Y, U and V of one size."""
    if not planes[0].size:
        return None
    step = max(1, max(planes[0].shape) // _SAMPLES)
    thin = [np.asarray(plane[::step, ::step], np.float32) for plane in planes]
    smooth = [np.asarray(cv2.blur(plane, (3, 3)), np.float32) for plane in thin]
    u, v = (np.asarray(plane - 128, np.float32) for plane in smooth[1:])
    strength = np.asarray(np.hypot(u, v), np.float32)
    grain = grain_of(thin[0])
    level = _slope(smooth) <= _SLOPE
    for least, (name, hue) in product(_LEAST_CHROMA, SCREENS.items()):
        near = strength >= least
        near &= u * hue.u + v * hue.v >= hue.near * strength
        if np.count_nonzero(near) < _LEAST_AREA * near.size:
            continue
        near = _of_one_hue(u, v, near)
        around, pieces = _pieces(near & level)
        for region, is_placed in ((around, _is_around), (pieces, _is_cloth)):
            if region.mean() < _LEAST_AREA or not is_placed(region):
                continue
            if _is_screen(hue, strength, smooth[0], grain, near, region):
                shade = float(np.median(u[region])), float(np.median(v[region]))
                return Region(name, *shade, _rim_of(region))
    return None


def reaches_around(rim: float) -> bool:
    """Tell whether what covers so much of the frame's upper border is around whoever is there."""
    return rim >= _LEAST_RIM


def grain_of(luma: Plane | Floats) -> Floats:
    """Return by how much samples of luma differ from the mean of 3x3 around them."""
    luma = np.asarray(luma, np.float32)
    return np.asarray(np.abs(luma - cv2.blur(luma, (3, 3))))


def _is_screen(
    hue: ScreenHue, strength: Floats, luma: Floats, grain: Floats, near: Flags, region: Flags
) -> bool:
    weak, middle, strong = np.quantile(strength[region], (0.1, 0.5, 0.9))
    share = strength[region] / np.maximum(luma[region], 1)
    pale, saturation, rich = np.quantile(share, (0.1, 0.5, 0.9))
    painted = pale >= _ONE_PAINT * rich
    bright = painted and middle >= hue.strength
    whole = np.count_nonzero(region) / np.count_nonzero(near)
    return bool(
        middle >= _DIM * hue.strength
        and saturation >= (hue.pale if bright else hue.saturation)
        and (painted or weak >= hue.evenness * strong)
        and whole >= hue.whole
        and np.median(grain[near]) <= _GRAIN
    )


def _slope(planes: list[Floats]) -> Floats:
    """Return by how much samples differ from the next ones, in whichever plane most."""
    most = np.zeros(planes[0].shape, np.float32)
    for plane in planes:
        for axis in (0, 1):
            step = np.abs(np.diff(plane, axis=axis))
            here = most[:-1] if axis == 0 else most[:, :-1]
            np.maximum(here, step, out=here)
    return most


def _of_one_hue(u: Floats, v: Floats, near: Flags) -> Flags:
    """Return which of some samples have about their most common hue."""
    turns = np.arctan2(v[near], u[near]) / (2 * pi) % 1
    counts = np.bincount((turns * _BINS).astype(np.int64) % _BINS, minlength=_BINS)
    around = sum(np.roll(counts, shift) for shift in (-2, -1, 0, 1, 2))
    angle = (int(np.argmax(around)) + 0.5) / _BINS * 2 * pi
    x, y = np.cos(angle), np.sin(angle)
    return np.asarray(near & (np.abs(u * y - v * x) <= _SAME_HUE * (u * x + v * y)))


def _pieces(flags: Flags) -> tuple[Flags, Flags]:
    """Return the connected pieces that are no specks and reach the border, and all such pieces."""
    _, labels, stats, _ = cv2.connectedComponentsWithStats(flags.astype(np.uint8), connectivity=4)
    left, top, width, height, area = stats.T
    rows, cols = flags.shape
    reaches = (left <= 1) | (top <= 1) | (left + width >= cols - 1) | (top + height >= rows - 1)
    large = area >= _PIECE * flags.size
    large[0] = False  # what is not flagged
    return np.asarray((large & reaches)[labels]), np.asarray(large[labels])


def _is_around(region: Flags) -> bool:
    return reaches_around(_rim_of(region))


def _is_cloth(region: Flags) -> bool:
    """Tell whether a region has a cloth's form: it fills the box around it up to the corners."""
    rows, cols = (np.flatnonzero(region.any(axis=axis)) for axis in (1, 0))
    box = region[rows[0] : rows[-1] + 1, cols[0] : cols[-1] + 1]
    high = rows[0] <= _HUNG_TOP * region.shape[0]
    return bool(high and len(box[0]) >= _HUNG_WIDTH * region.shape[1] and _rim_of(box) >= _HUNG_RIM)


def _rim_of(flags: Flags) -> float:
    return float(flags[_rim(flags.shape)].mean())


def _rim(shape: tuple[int, ...]) -> Flags:
    """Return the border but for the lower third."""
    rows, cols = shape
    down, across = (max(1, round(_RIM * side)) for side in shape)
    rim = np.zeros(shape, bool)
    rim[:down] = True
    rim[: max(1, round(_SHOULDERS * rows)), :across] = True
    rim[: max(1, round(_SHOULDERS * rows)), cols - across :] = True
    return rim
