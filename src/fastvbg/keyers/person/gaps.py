"""Gaps within people, as between an arm and the body, at the first frame of a scene.

What several looks agree upon fills a gap that only some of them see. Where one look sees a gap, it
is opened if it has the colours of the background nearby rather than the person's; so a dark shirt
or a hand that one look does not know stays.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.keyers.person.agreeing import alike, on_canvas

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane, Planes
    from fastvbg.keyers.person.agreeing import Sight

    Integers = npt.NDArray[np.int32]

_SEEN = 128
_LEAST, _MOST = 4, 16
"""Canvas pixels of a gap, and how many are looked at, the largest first."""
_ABOUT = 24
"""Canvas pixels about it in which colours are sampled: 16 to 40 score alike."""
_BESIDE = np.ones((5, 5), np.uint8)
"""So near to it nothing is: pixels there are mixed."""
_SURELY_NOT, _SURELY = 16, 240
"""Levels of background and of people that are sampled."""
_WEIGHTS = np.array([1, 2, 2], np.int32)
"""Of luma and chroma in how far colours lie apart: light varies more within a thing than hue."""
_NOISE = 8
"""Levels, so weighted, that colours differ by anyway."""
_NEARER = 2
"""The background's colours are so many times as near as the person's; 1.5 opens hardly more, 3
leaves one of a portrait shut."""
_NEAREST = 0.02
"""Share of the samples that may lie nearer by chance."""
_SAMPLES, _PIXELS, _FEWEST = 256, 64, 6
"""At most so many of each side, and of the gap itself; at least so many of a side."""


def gaps_opened(matte: Matte, sights: list[Sight], guides: Planes, factor: int) -> Matte:
    """Return the matte of a first frame with the gaps opened that a look sees.

    Parameters
    ----------
    matte : ndarray, shape (h, w), uint8
        What the looks agree upon, on the canvas.
    sights : list of Sight
        The looks.
    guides : tuple of 3 ndarray, shape (h, w), uint8
        Luma and chroma on the canvas.
    factor : int
        Pixels of the frame that a canvas pixel stands for, each way.
    """
    least, within = _denied(matte, sights, factor)
    filled = ((least < _SEEN) & (matte >= _SEEN) & within).view(np.uint8)
    if not filled.any():
        return matte
    near: Any = cv2.dilate(filled, _BESIDE)
    sides = (matte < _SURELY_NOT) & (near == 0), (matte > _SURELY) & (near == 0)
    levels = np.full(matte.shape, 255, np.uint8)
    _, labels, found, _ = cv2.connectedComponentsWithStats(filled)
    for index in 1 + np.argsort(-found[1:, 4], kind="stable")[:_MOST]:
        *box, area = found[index].tolist()
        part = _about(box)
        gap, here = labels[part] == index, [side[part] for side in sides]
        if area >= _LEAST and _is_background(gap, here, [guide[part] for guide in guides]):
            levels[part][gap] = least[part][gap]
    return np.asarray(cv2.min(matte, levels), np.uint8)


def _denied(matte: Matte, sights: list[Sight], factor: int) -> tuple[Matte, Any]:
    """Return the least that looks see anywhere, and where some look sees a gap."""
    least, within = np.full(matte.shape, 255, np.uint8), np.zeros(matte.shape, bool)
    for sight in sights:
        seen = on_canvas(sight, matte, factor)
        if alike(seen, matte):
            within |= _enclosed(seen)
            np.minimum(least, seen, out=least)
    return least, within


def _enclosed(seen: Matte) -> Any:
    """Tell where a matte has nothing, and something all around that."""
    _, nothing = cv2.threshold(seen, _SEEN - 1, 1, cv2.THRESH_BINARY_INV)
    framed = cv2.copyMakeBorder(nothing, 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=(1,))
    cv2.floodFill(framed, None, (0, 0), (0,))
    return np.asarray(framed)[1:-1, 1:-1] != 0


def _about(box: list[int]) -> tuple[slice, slice]:
    left, top, width, height = box
    return (
        slice(max(top - _ABOUT, 0), top + height + _ABOUT),
        slice(max(left - _ABOUT, 0), left + width + _ABOUT),
    )


def _is_background(gap: Any, sides: list[Any], guides: list[Plane]) -> bool:
    """Tell whether most of a gap has the colours of the background rather than the person's."""
    colours = np.stack([guide.astype(np.int32) for guide in guides], -1) * _WEIGHTS
    behind, person = (_some(colours[side], _SAMPLES) for side in sides)
    if min(len(behind), len(person)) < _FEWEST:
        return False
    pixels = _some(colours[gap], _PIXELS)
    near, far = _distances(pixels, behind) + _NOISE * _NOISE, _distances(pixels, person)
    nearer = _NEARER * _NEARER * near <= far
    return bool(2 * np.count_nonzero(nearer) >= len(pixels))


def _some(colours: Integers, count: int) -> Integers:
    """Return at most so many, evenly spaced."""
    if len(colours) <= count:
        return colours
    return colours[np.arange(count) * (len(colours) - 1) // (count - 1)]


def _distances(pixels: Integers, samples: Integers) -> Integers:
    """Return the squared distance of each pixel's colour to the nearest samples."""
    squares = ((pixels[:, np.newaxis] - samples) ** 2).sum(axis=2)
    nth = int(_NEAREST * len(samples))
    return np.partition(squares, nth, axis=1)[:, nth]
