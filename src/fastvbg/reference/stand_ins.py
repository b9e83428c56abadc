"""The literal forms with the arguments of the kernels whose bytes they have.

They serve a run's first frames while those kernels, the slowest to compile, are made.
"""

from __future__ import annotations

from math import isqrt
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from fastvbg.constants import YuvGray
from fastvbg.reference import (
    discriminant,
    foreground,
    guided,
    person,
    planar_blend,
    planar_composite,
    refine,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastvbg._types import Matte, Plane, Planes


def _apart(_out: Planes, _planes: Planes) -> bool:
    """Leave it to who asks, who then looks closer."""
    return False


def _composite_i420(
    prev: Planes,
    next: Planes,
    bg: Planes,
    out: Planes,
    known: Plane,
    weights: tuple[int, ...],
    threshold: int,
    _whole: int,
) -> None:
    made = planar_composite(prev, next, bg, threshold, YuvGray(*weights))
    _write(made, out, known)


def _blend_i420(
    frame: Planes, matte: Matte, bg: Planes, out: Planes, known: Plane, _whole: int
) -> None:
    _write(planar_blend(frame, matte, bg), out, known)


def _write(made: Planes, out: Planes, known: Plane) -> None:
    for plane, to in zip(made, out, strict=True):
        to[:] = plane
    known[:] = 0


def _estimate(planes: Planes, scene: Planes, mattes: tuple[Matte, Matte], *scratch: Any) -> None:
    known = scratch[-1]
    behind = (scene, known) if known.size else (None, None)
    _take(planes, foreground.estimate_foreground_planes(planes, mattes[0], *behind))


def _uncover(planes: Planes, scene: Planes, mattes: tuple[Matte, Matte], *_scratch: Any) -> None:
    _take(planes, foreground.estimate_foreground_planes(planes, mattes[0], scene))


def _take(planes: Planes, made: Planes) -> None:
    for plane, to in zip(made, planes, strict=True):
        to[:] = plane


def _smooth(
    matte: Matte, guide: Plane, out: Matte, radius: int, epsilon: int, gain: int, *_scratch: Any
) -> None:
    # The kernel has the radius in small pixels, and the contrast squared.
    out[:] = guided.smooth_guided(matte, guide, 4 * radius, isqrt(epsilon), gain)


def _fill_holes(matte: Matte, out: Matte, max_area: int, _scratch: Any) -> None:
    out[:] = refine.fill_holes(matte, max_area)


def _drop_specks(matte: Matte, out: Matte, min_area: int, _scratch: Any) -> None:
    out[:] = refine.drop_specks(matte, min_area)


def _hysteresis(matte: Matte, out: Matte, low: int, high: int, _scratch: Any) -> None:
    out[:] = refine.hysteresis(matte, low, high)


def _fit(
    matte: Plane,
    guides: Planes,
    radius: int,
    contrasts: tuple[int, int],
    planes: Any,
    *_scratch: Any,
) -> None:
    planes[0][:], planes[1][:] = person.fit(matte, guides, radius, contrasts)


def _separate(
    matte: Plane,
    inside: Plane,
    near: Plane,
    guides: Planes,
    options: tuple[float, ...],
    out: Plane,
    *_scratch: Any,
) -> None:
    fewest, *noise, doubt, spread, spill, half = options
    out[:] = discriminant.separate(
        matte,
        inside,
        near,
        guides,
        fewest=int(fewest),
        noise=(int(noise[0]), int(noise[1]), int(noise[2])),
        doubt=int(doubt),
        spread=spread,
        spill=(spill, half),
    )


def _apply(fitted: Any, guide: Plane, out: Matte, work: Any) -> None:
    (_, factor, gain), *_scratch = work
    out[:] = person.apply(fitted[0], fitted[1], guide, factor, gain)


def _composite_planes(
    fitted: Any, frame: Planes, bg: Planes, out: Planes, _shifts: Any, work: Any
) -> None:
    (_, factor, gain), *_scratch = work
    matte = person.apply(fitted[0], fitted[1], frame[0], factor, gain)
    for new, old, to in zip(frame, bg, out, strict=True):
        cover = _cover(matte, new.shape).astype(np.int64)
        value = cover * new + (255 - cover) * old
        to[:] = (2 * value + 255) // 510


def _cover(matte: Matte, shape: tuple[int, ...]) -> Any:
    """Return the mean of a matte, rounded half up, over the samples of a plane of some shape."""
    total, count = matte.astype(np.int64), np.ones(matte.shape, np.int64)
    for axis, (samples, pixels) in enumerate(zip(shape, matte.shape, strict=True)):
        if samples < pixels:
            firsts = np.arange(0, pixels, 2)
            total, count = (np.add.reduceat(each, firsts, axis) for each in (total, count))
    return (2 * total + count) // (2 * count)


STAND_INS: Final[dict[str, Callable[..., Any]]] = {
    "composite.apart.i420": _apart,
    "composite.planar.blend_i420": _blend_i420,
    "composite.planar.composite_i420": _composite_i420,
    "foreground.colours.estimate": _estimate,
    "foreground.plate.uncover": _uncover,
    "person.colourfit.fit": _fit,
    "person.discriminant.separate": _separate,
    "person.edges.apply": _apply,
    "person.edges.composite_planes": _composite_planes,
    "refine.guided.smooth": _smooth,
    "refine.regions.drop_specks": _drop_specks,
    "refine.regions.fill_holes": _fill_holes,
    "refine.regions.hysteresis": _hysteresis,
}
"""By the kernel's name."""
