"""Colours of a plate in another light: maps of Y, U and V, and white, which none is brighter than.

Light is a gain of blue, green and red each, of which eight bits hold no more than white. A wall
that a brighter light makes white is white in the frame, too: luma and chroma that grew on by their
gains would tell the two apart.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import cv2
import numpy as np

from fastvbg.keyers._arrays import widened

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane, Planes

    Values = npt.NDArray[np.float64]

WHITE = 252, 235
"""Luma from which on frames are clipped: Y, U and V of BGR frames, and planes in limited range."""
_CLIPPED = 250.0


_KEYSPACE = [[29, 150, 77], [127, -84, -43], [-21, -106, 127]]
"""Y, U and V of blue, green and red, in 1/256."""


def _affine(matrix: npt.NDArray[Any], black: float) -> Values:
    """Return a matrix of luma above black and chroma about 128, with its offsets."""
    return np.column_stack((matrix, -matrix @ (black, 128.0, 128.0)))


_TO_BGR = (
    _affine(256 * np.linalg.inv(np.array(_KEYSPACE, np.float64)), 0.0),
    _affine(np.array([[1.164, 2.065, 0], [1.164, -0.302, -0.673], [1.164, 0, 1.695]]), 16.0),
)
"""Those of BGR frames; of planes what lies amid BT.601 and BT.709, which a wall near white is too
gray to tell apart."""


def composed(after: Values, before: Values) -> Values:
    """Return the map, (3, 4), that does what another does, and then one."""
    found = after[:, :3] @ before
    found[:, 3] += after[:, 3]
    return np.asarray(found, np.float64)


def bgr_of(samples: Values, *, planar: bool) -> Values:
    """Return blue, green and red of samples, (3, N) of Y, U and V; beyond 0 and 255, too."""
    to_bgr = _TO_BGR[planar]
    return np.asarray(to_bgr[:, :3] @ samples + to_bgr[:, 3:], np.float64)


def clipped(samples: Values, *, planar: bool) -> npt.NDArray[np.bool_]:
    """Return which samples, (3, N) of Y, U and V, have red, green or blue as bright as can be."""
    return np.asarray(bgr_of(samples, planar=planar).max(axis=0) >= _CLIPPED, np.bool_)


def of_planes(colours: Values, *, planar: bool) -> Values:
    """Return the map of Y, U and V that one of blue, green and red is."""
    to_bgr = _TO_BGR[planar]
    return composed(_inverse(to_bgr), composed(colours, to_bgr))


def _inverse(colours: Values) -> Values:
    square = np.linalg.inv(colours[:, :3])
    return np.column_stack((square, -square @ colours[:, 3]))


def is_by_plane(colours: Values) -> bool:
    """Tell whether a map makes each plane of itself alone."""
    return int(np.count_nonzero(colours[:, :3])) == int(np.count_nonzero(colours.diagonal()))


def lit_levels(gain: float, offset: float) -> npt.NDArray[np.uint8]:
    """Return what each level of a plane is by a line."""
    lit = np.clip(np.rint(np.arange(256) * gain + offset), 0, 255)
    return np.asarray(lit, np.uint8)


def lit_planes(planes: Planes, colours: Values) -> Planes:
    """Return planes by a map of colours, (3, 4), that makes nothing white."""
    if is_by_plane(colours):
        lines = zip(planes, colours.diagonal(), colours[:, 3], strict=True)
        lit: Any = [cv2.LUT(np.ascontiguousarray(plane), lit_levels(*own)) for plane, *own in lines]
    else:
        whole = cv2.merge([np.ascontiguousarray(plane) for plane in planes])
        lit = cv2.split(cv2.transform(whole, colours))
    y, u, v = (np.asarray(plane, np.uint8) for plane in lit)
    return y, u, v


def held(
    planes: Planes, colours: Values, *, planar: bool, shifts: tuple[int, int] = (0, 0)
) -> Planes:
    """Return planes by a map of colours, (3, 4), as bright as can be held.

    All are as large as luma; where frames halve chroma by `shifts`, it is the same in each block.
    """
    to_bgr = _TO_BGR[planar]
    whole = cv2.merge([np.ascontiguousarray(plane) for plane in planes])
    # Results of eight bits are held to 0..255: here that is the clipping.
    bgr = cv2.transform(whole, composed(to_bgr, colours))
    y, *chroma = cv2.split(cv2.transform(bgr, _inverse(to_bgr)))
    u, v = (_in_blocks(np.asarray(plane, np.uint8), shifts) for plane in chroma)
    return np.asarray(y, np.uint8), u, v


def _in_blocks(plane: Plane, shifts: tuple[int, int]) -> Plane:
    """Return a plane with the mean of each block: white is cut off before chroma is halved."""
    if not any(shifts):
        return plane
    height, width = plane.shape
    across, down = 1 << shifts[0], 1 << shifts[1]
    whole = cv2.copyMakeBorder(plane, 0, -height % down, 0, -width % across, cv2.BORDER_REPLICATE)
    size = whole.shape[1] // across, whole.shape[0] // down
    means = np.asarray(cv2.resize(whole, size, interpolation=cv2.INTER_AREA), np.uint8)
    return widened(means, (height, width), *shifts)
