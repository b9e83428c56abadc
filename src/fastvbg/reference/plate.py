"""The literal form of the plate keyer: what differs from the empty scene, shadows told apart."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

import cv2
import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte, Plane, Planes

    Whole = npt.NDArray[np.int32]


class Light(NamedTuple):
    """How the light of a frame differs from the plate's: gains in 1/1024, offsets in 1/32 level."""

    gain_y: int = 0
    offset_y: int = 0
    gain_u: int = 0
    offset_u: int = 0
    gain_v: int = 0
    offset_v: int = 0


def widen_planes(planes: Planes) -> Planes:
    """Return planes whose chroma is as large as luma, each sample for all that it covers.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Y of shape (H, W); U and V of that shape, or halved across, or across and down.

    Returns
    -------
    tuple of 3 ndarray, shape (H, W), uint8
        The planes.
    """
    y, u, v = planes
    rows = np.arange(y.shape[0]) >> int(u.shape[0] != y.shape[0])
    cols = np.arange(y.shape[1]) >> int(u.shape[1] != y.shape[1])
    return y, u[rows][:, cols], v[rows][:, cols]


def _local_range(plane: Plane) -> Whole:
    kernel = np.ones((3, 3), np.uint8)
    highest, lowest = cv2.dilate(plane, kernel), cv2.erode(plane, kernel)
    return np.asarray(highest.astype(np.int32) - lowest.astype(np.int32), np.int32)


def plate_floors(plate: Planes, noise: Plane | None = None) -> tuple[Plane, Plane]:
    """Return by how much luma and chroma may differ from the plate before it counts.

    A fifth of the range of the 3x3 neighbourhood, so that edges may lie a fifth of a pixel beside
    where they lie in the plate; or the noise, where that is more. Chroma's is that of U or of V,
    whichever is more. No floor is above 15.

    Parameters
    ----------
    plate : tuple of 3 ndarray, shape (H, W), uint8
        Y, U and V.
    noise : ndarray, shape (H, W), uint8, optional
        Levels by which the empty scene wanders.

    Returns
    -------
    tuple of 2 ndarray, shape (H, W), uint8
        Of luma and of chroma.
    """
    y, u, v = (_local_range(plane) // 5 for plane in plate)
    least = np.zeros_like(plate[0]) if noise is None else noise
    return (
        np.clip(np.maximum(y, least), 0, 15).astype(np.uint8),
        np.clip(np.maximum(np.maximum(u, v), least), 0, 15).astype(np.uint8),
    )


def light_plate(plate: Planes, light: Light) -> Planes:
    """Return the plate as it looks in another light.

    `p + ((((p - 128)*gain >> 5) + offset + 16) >> 5)`, held to 0..255, for each plane.

    Parameters
    ----------
    plate : tuple of 3 ndarray, uint8
        Y, U and V.
    light : Light
        Gains from -255 to 255, offsets from -1000 to 1000.

    Returns
    -------
    tuple of 3 ndarray, uint8
        The planes.
    """
    lit = []
    for plane, gain, offset in zip(plate, light[::2], light[1::2], strict=True):
        p = plane.astype(np.int32)
        change = (((p - 128) * gain >> 5) + offset + 16) >> 5
        lit.append(np.clip(p + change, 0, 255).astype(np.uint8))
    return lit[0], lit[1], lit[2]


def shift_plate(planes: tuple[Plane, ...], to_plate: npt.NDArray[np.float64]) -> tuple[Plane, ...]:
    """Return a plate and its floors as a camera that has moved sees them.

    Over each run of 16 pixels of a row the homography at its middle is a shift, in parts of 1/16
    pixel: `floor(16 * shift + 0.5)`. Samples lie between four others, weighted by those parts, in
    1/256, rounded half up; of floors the nearest is taken. The outermost go on beyond the border.

    Parameters
    ----------
    planes : tuple of 4 ndarray, shape (H, W), uint8
        Y, U and V, and the floors.
    to_plate : ndarray, shape (3, 3), float64
        A homography from pixels of the result to those of the planes; its last number is 1.

    Returns
    -------
    tuple of 4 ndarray, shape (H, W), uint8
        Likewise.
    """
    top, left, down, across = _places(planes[0].shape, to_plate)
    shifted = [shift_plane(plane, to_plate) for plane in planes[:3]]
    floors = _sample(planes[3], top + (down >= 8), left + (across >= 8)).astype(np.uint8)
    return (*shifted, floors)


def shift_plane(
    plane: Plane, to_plane: npt.NDArray[np.float64], line: tuple[int, int] = (1024, 0)
) -> Plane:
    """Return a plane of samples as a camera that has moved sees it, as `shift_plate` does Y.

    In another light a sample is `(gain*sample + offset + 512) >> 10`, held to 0..255.

    Parameters
    ----------
    plane : ndarray, shape (H, W), uint8
        The samples.
    to_plane : ndarray, shape (3, 3), float64
        A homography from pixels of the result to those of the plane; its last number is 1.
    line : (int, int)
        Gain and offset, in 1/1024.

    Returns
    -------
    ndarray, shape (H, W), uint8
        Likewise.
    """
    top, left, down, across = _places(plane.shape, to_plane)
    upper = (16 - across) * _sample(plane, top, left) + across * _sample(plane, top, left + 1)
    lower = (16 - across) * _sample(plane, top + 1, left)
    lower = lower + across * _sample(plane, top + 1, left + 1)
    seen = ((16 - down) * upper + down * lower + 128) >> 8
    lit = (line[0] * seen + line[1] + 512) >> 10
    return np.asarray(np.clip(lit, 0, 255), np.uint8)


def _places(shape: tuple[int, ...], h: npt.NDArray[np.float64]) -> tuple[Whole, ...]:
    """Return row and column that each pixel is from, and how many parts of 1/16 beyond them."""
    y, column = np.mgrid[0 : shape[0], 0 : shape[1]]
    x = column // 16 * 16 + 7.5
    depth = h[2, 0] * x + h[2, 1] * y + h[2, 2]
    right = np.floor(((h[0, 0] * x + h[0, 1] * y + h[0, 2]) / depth - x) * 16 + 0.5).astype(int)
    below = np.floor((h[1, 0] * x + h[1, 1] * y + h[1, 2]) / depth * 16 + 0.5).astype(int)
    return below >> 4, column + (right >> 4), below & 15, right & 15


def _sample(plane: Plane, row: Whole, col: Whole) -> Whole:
    """Return samples of a plane, whose outermost go on beyond its border."""
    rows, cols = plane.shape
    found = plane[np.clip(row, 0, rows - 1), np.clip(col, 0, cols - 1)]
    return np.asarray(found, np.int32)


def ramp(evidence: Whole, tolerance: int, falloff: int) -> Matte:
    """Return 0 up to the tolerance, 255 from the falloff further on, and in line between.

    Parameters
    ----------
    evidence : ndarray, int32
        0 to 255.
    tolerance : int
        Up to where it is 0, 0 to 255.
    falloff : int
        How much more makes 255, 1 to 255.

    Returns
    -------
    ndarray, uint8
        `min(max(evidence - tolerance, 0), falloff) * ceil(65280 / falloff) >> 8`.
    """
    above = np.clip(evidence - tolerance, 0, falloff)
    return ((above * -(-65280 // falloff)) >> 8).astype(np.uint8)


def plate_matte(
    frame: Planes,
    plate: Planes,
    floors: tuple[Plane, Plane],
    *,
    tolerance: int,
    falloff: int,
    shadows: bool = True,
    black: int = 0,
) -> Matte:
    """Return the matte of a frame before its plate.

    Of two accounts of a pixel the one counts that leaves less unexplained. It is the plate: then
    what speaks against it is how far luma is beyond its floor, and twice how far chroma is. Or it
    is the plate in a shadow, which takes luma toward black and chroma toward gray: then luma may
    fall by 3/8 of what it is above black, and chroma may be off by an eighth of luma's fall; what
    is beyond counts twice. Each difference
    and sum is held to 0..255.

    Parameters
    ----------
    frame, plate : tuple of 3 ndarray, shape (H, W), uint8
        Y, U and V, the plate in the frame's light.
    floors : tuple of 2 ndarray, shape (H, W), uint8
        Of luma and chroma.
    tolerance, falloff : int
        Of the ramp, in levels.
    shadows : bool
        Whether to reckon with shadows.
    black : int
        Luma of black.

    Returns
    -------
    ndarray, shape (H, W), uint8
        The matte.
    """
    y, u, v = (plane.astype(np.int32) for plane in frame)
    py, pu, pv = (plane.astype(np.int32) for plane in plate)
    floor_y, floor_c = (plane.astype(np.int32) for plane in floors)

    def held(value: Whole) -> Whole:
        return np.clip(value, 0, 255)

    rise, fall = held(y - py - floor_y), held(py - y)
    chroma = held(held(abs(u - pu) - floor_c) + held(abs(v - pv) - floor_c))
    bare = held(held(fall - floor_y) + held(2 * chroma))
    if not shadows:
        return ramp(held(rise + bare), tolerance, falloff)
    above = held(py - black)
    forgiven = (above >> 2) + (above >> 3)
    paler = held(chroma - (fall >> 3))
    shaded = held(2 * held(held(fall - forgiven) + paler))
    return ramp(held(rise + np.minimum(bare, shaded)), tolerance, falloff)


__all__ = [
    "Light",
    "light_plate",
    "plate_floors",
    "plate_matte",
    "ramp",
    "shift_plane",
    "shift_plate",
    "widen_planes",
]
