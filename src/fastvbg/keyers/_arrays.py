"""What keyers do alike: results to write to, samples of frames, and chroma as wide as luma."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import ADAPTIVE_ROWS
from fastvbg.kernels._kernel import named
from fastvbg.layout import packed, written_packed

if TYPE_CHECKING:
    from collections.abc import Callable

    import numpy.typing as npt

    from fastvbg._types import Frame, Plane, Planes

    Samples = npt.NDArray[np.int64]
    Places = npt.NDArray[np.intp]


_KEYSPACE = named("keying.keyspace.keyspace")


def to_keyspace(frame: Frame) -> Planes:
    """Return Y, U and V of a BGR frame of any strides, in new arrays."""
    planes = tuple(np.empty(frame.shape[:2], np.uint8) for _ in range(3))
    _KEYSPACE.call(frame, *planes)
    return planes[0], planes[1], planes[2]


def thin_frame(frame: Frame, step: int) -> Planes:
    """Return Y, U and V of every `step`-th pixel of every such row."""
    return to_keyspace(frame[::step, ::step])


def thin_planes(planes: Planes, shift_x: int, shift_y: int, step: int) -> Planes:
    """Return every `step`-th sample of every such row, an even step; views."""
    y, u, v = planes
    down, across = step >> shift_y, step >> shift_x
    return y[::step, ::step], u[::down, ::across], v[::down, ::across]


def spread(
    picture: Frame | Planes,
    shifts: tuple[int, int],
    step: int,
    places: tuple[Places, Places] | None = None,
) -> Planes:
    """Return Y, U and V of a BGR frame or of planes at places of luma; by default as thinned."""
    if isinstance(picture, (tuple, list)):
        if places is None:
            return thin_planes(picture, *shifts, step)
        (rows, cols), (y, u, v) = places, picture
        down, across = rows >> shifts[1], cols >> shifts[0]
        return y[rows, cols], u[down, across], v[down, across]
    return thin_frame(picture, step) if places is None else to_keyspace(picture[places])


def sampled(picture: Frame | tuple[npt.NDArray[Any], ...]) -> Samples:
    """Return Y, U and V of a few hundred pixels of a frame, evenly spread.

    Chroma is that of the block of 2x2 pixels, also of BGR frames; of planes it is as they have it.
    """
    shape = picture.shape[:2] if isinstance(picture, np.ndarray) else picture[0].shape
    step = max(1, shape[0] // ADAPTIVE_ROWS)
    rows, cols = (np.arange(0, size, step) for size in shape)
    if not isinstance(picture, np.ndarray):
        parts = [
            plane[np.ix_(rows >> (plane.shape[0] < shape[0]), cols >> (plane.shape[1] < shape[1]))]
            for plane in picture
        ]
        return np.stack(parts).astype(np.int64)
    found = np.zeros((3, len(rows), len(cols)), np.int64)
    found[0] = to_keyspace(picture[np.ix_(rows, cols)])[0]
    for down in range(2):
        for across in range(2):
            near = (
                np.minimum((places & ~1) + beside, size - 1)
                for places, beside, size in zip((rows, cols), (down, across), shape, strict=True)
            )
            found[1:] += to_keyspace(picture[np.ix_(*near)])[1:]
    found[1:] = (found[1:] + 2) >> 2
    return found


def differences(one: Samples, two: Samples) -> Samples:
    """Return by how much samples differ, luma once and chroma twice."""
    y, u, v = np.abs(one - two)
    return np.asarray(y + 2 * (u + v))


def widened(plane: Plane, shape: tuple[int, int], shift_x: int, shift_y: int) -> Plane:
    """Return chroma as large as luma, each sample for all that it covers."""
    rows = np.arange(shape[0]) >> shift_y
    cols = np.arange(shape[1]) >> shift_x
    return np.asarray(plane[rows][:, cols])


def on_packed(
    run: Callable[[Planes, Planes, Planes], None], planes: Planes, background: Planes, out: Planes
) -> Planes:
    """Call a function with planes whose rows' samples are consecutive, and return `out`.

    Those given, or copies of them; what is written to a copy of `out` is brought there.
    """
    frame, bg = ((packed(y), packed(u), packed(v)) for y, u, v in (planes, background))
    with written_packed(*out) as (y, u, v):
        run(frame, bg, (y, u, v))
    return out
