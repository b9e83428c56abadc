"""The literal form of the chroma keyer: how much of the key's colour is in a pixel, and spill."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from fastvbg.reference.keyspace import keyspace
from fastvbg.reference.plate import ramp

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Frame, Matte, Plane, Planes

__all__ = [
    "chroma_matte",
    "despill_frame",
    "despill_planes",
    "key_strength",
    "screen_gain",
]


def key_strength(u: Plane, v: Plane, direction: tuple[int, int]) -> npt.NDArray[np.int32]:
    """Return how far chroma goes along the key's direction, less half of how far beside it.

    So a hue is free of the key from about 63 degrees beside it on (the angle whose tangent is 2).

    Parameters
    ----------
    u, v : ndarray, uint8
        Chroma, 128 where it is gray.
    direction : (int, int)
        Of the key in U and V, a vector of length 64.

    Returns
    -------
    ndarray, int32
        Levels, 0 to 182.
    """
    du, dv = u.astype(np.int32) - 128, v.astype(np.int32) - 128
    along = du * direction[0] + dv * direction[1]
    beside = du * direction[1] - dv * direction[0]
    return np.maximum(along - (abs(beside) >> 1), 0) >> 6


def chroma_matte(
    planes: Planes, reach: Plane, direction: tuple[int, int], *, tolerance: int, falloff: int
) -> Matte:
    """Return the matte of a frame before a screen.

    What speaks against the screen is 255 less the key's strength as a share, in 1/255, of that of
    the screen at this place: `255 - min(255, strength*reach >> 4)`.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Y, U and V, chroma as large as luma, or halved across, or across and down.
    reach : ndarray, uint8
        As large as chroma: 4080 over the strength of the screen there.
    direction : (int, int)
        Of the key in U and V, a vector of length 64.
    tolerance, falloff : int
        Of the ramp, in 1/255 of the screen's strength.

    Returns
    -------
    ndarray, shape of Y, uint8
        The matte.
    """
    y, u, v = planes
    share = np.minimum(key_strength(u, v, direction) * reach.astype(np.int32) >> 4, 255)
    matte = ramp(255 - share, tolerance, falloff)
    rows = np.arange(y.shape[0]) >> int(u.shape[0] != y.shape[0])
    cols = np.arange(y.shape[1]) >> int(u.shape[1] != y.shape[1])
    return np.asarray(matte[rows][:, cols])


def screen_gain(u: Plane, v: Plane, usual: Plane, direction: tuple[int, int]) -> int:
    """Return by how much the light on a screen has changed, in 1/64.

    It is the median of the key's strength as a share of the usual one, over samples that were
    screen and still have its hue: 20 degrees beside it at most, and 6 levels from gray.

    Parameters
    ----------
    u, v : ndarray, uint8
        Chroma, 128 where it is gray.
    usual : ndarray, uint8
        The strength that the screen had at each sample; 0 where something is before it.
    direction : (int, int)
        Of the key in U and V, a vector of length 64.

    Returns
    -------
    int
        64 in the same light, 255 at most; 0 where less than half of the samples have the hue.
    """
    du, dv = u.astype(np.int64) - 128, v.astype(np.int64) - 128
    along = du * direction[0] + dv * direction[1]
    beside = abs(du * direction[1] - dv * direction[0])
    strength = (along - (beside >> 1)) >> 6
    screen = usual > 0
    alike = screen & (strength >= 6) & (11 * beside <= 4 * along)
    count = np.count_nonzero(alike)
    if count == 0 or 2 * count < np.count_nonzero(screen):
        return 0
    was = usual[alike].astype(np.int64)
    shares = np.sort(np.minimum((64 * strength[alike] + (was >> 1)) // was, 255))
    return int(shares[(count - 1) // 2])


def despill_frame(
    frame: Frame, matte: Matte, direction: tuple[int, int], tint: tuple[int, int, int]
) -> Frame:
    """Return a frame whose kept pixels have lost the key's colour.

    Each channel is moved by `(strength*|tint| + 32) >> 6`, up or down, and held to 0..255.

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3), uint8
        Channels blue, green, red.
    matte : ndarray, shape (H, W), uint8
        Coverage; pixels of 0 stay as they are.
    direction : (int, int)
        Of the key in U and V, a vector of length 64.
    tint : (int, int, int)
        By how much a unit of strength moves blue, green and red, in 1/64.

    Returns
    -------
    ndarray, shape (H, W, 3), uint8
        The frame.
    """
    _, u, v = keyspace(frame)
    strength = np.where(matte > 0, key_strength(u, v, direction), 0)[..., np.newaxis]
    amount = np.minimum((strength * np.abs(np.array(tint)) + 32) >> 6, 255)
    moved = frame.astype(np.int64) + np.where(np.array(tint) > 0, amount, -amount)
    return np.asarray(np.clip(moved, 0, 255), np.uint8)


def despill_planes(
    planes: Planes, matte: Matte, direction: tuple[int, int], amount: int = 64
) -> Planes:
    """Return planes whose kept chroma has lost the key's colour.

    U and V are moved against the key's direction by `(strength*(|direction|*amount >> 6) + 32)
    >> 6`, held to 0..255. A sample is kept where the matte is not 0 on all that it covers.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Y, U and V, chroma as large as luma, or halved across, or across and down.
    matte : ndarray, shape of Y, uint8
        Coverage.
    direction : (int, int)
        Of the key in U and V, a vector of length 64.
    amount : int
        How much of it, 0 to 64.

    Returns
    -------
    tuple of 3 ndarray, uint8
        The planes; Y is the one given.
    """
    y, u, v = planes
    down, across = int(u.shape[0] != y.shape[0]) + 1, int(u.shape[1] != y.shape[1]) + 1
    height, width = u.shape
    whole = np.zeros((height * down, width * across), np.uint8)
    whole[: y.shape[0], : y.shape[1]] = matte
    kept = whole.reshape(height, down, width, across).max(axis=(1, 3)) > 0
    strength = np.where(kept, key_strength(u, v, direction), 0)
    moved = []
    for plane, toward in zip((u, v), direction, strict=True):
        step = (strength * (abs(toward) * amount >> 6) + 32) >> 6
        lower = plane.astype(np.int32) + np.where(toward > 0, -step, step)
        moved.append(np.clip(lower, 0, 255).astype(np.uint8))
    return y, moved[0], moved[1]
