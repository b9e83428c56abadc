"""The literal forms of what is done on planes of any depth and usual subsampling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import DEFAULT_THRESHOLD, YUV_GRAY
from fastvbg.reference._gray import gray_of

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Mask, Matte
    from fastvbg.constants import YuvGray

    Plane = npt.NDArray[Any]
    Planes = tuple[Plane, Plane, Plane]


def planes_mask(
    prev: Planes,
    next: Planes,
    threshold: int = DEFAULT_THRESHOLD,
    weights: YuvGray | None = None,
    *,
    depth: int = 8,
) -> Mask:
    """Return 255 where the gray of a YUV difference exceeds the threshold, else 0.

    The rule of `reference.planar_motion_mask`, in units of the depth: luma is held to `low` and
    `high` times `2**(depth - 8)` (full range to the last value), and the bound is
    `(32*threshold + 16) * 2**(depth - 8)`. A chroma sample counts for all its luma samples.

    Parameters
    ----------
    prev, next : tuple of 3 ndarray, uint8 or uint16
        Planes Y of shape (H, W), and U and V of that shape or halved across, or across and down.
    threshold : int
        Gray difference in 0..255, whatever the depth.
    weights : YuvGray, optional
        Of the matrix and range, from `fastvbg.constants.YUV_GRAY`; BT.601, limited when absent.
    depth : int
        Bits a sample, 8 to 16.

    Returns
    -------
    ndarray, shape (H, W), uint8
        0 or 255.
    """
    w = weights or YUV_GRAY["bt601", "limited"]
    scale = depth - 8
    low, high = w.low << scale, ((w.high + 1) << scale) - 1 if w.high == 255 else w.high << scale
    y0, y1 = (np.clip(planes[0].astype(np.int64), low, high) for planes in (prev, next))
    dy = y1 - y0
    rows, cols = dy.shape

    def spread(plane: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        down, across = -(-rows // plane.shape[0]), -(-cols // plane.shape[1])
        return plane.repeat(down, axis=0).repeat(across, axis=1)[:rows, :cols]

    du, dv = (spread(next[k].astype(np.int64) - prev[k].astype(np.int64)) for k in (1, 2))

    gray = gray_of(dy, du, dv, w)
    return np.where(gray >= (32 * threshold + 16) << scale, 255, 0).astype(np.uint8)


def _over(matte: npt.NDArray[np.integer[Any]], shape: tuple[int, ...]) -> npt.NDArray[np.int64]:
    """Sum up the samples of a matte that lie over each sample of a plane of a shape."""
    sums = matte.astype(np.int64)
    for axis in (0, 1):
        step = -(-matte.shape[axis] // shape[axis])
        sums = np.add.reduceat(sums, np.arange(0, matte.shape[axis], step), axis=axis)
    return sums


def means_over(matte: Matte, shape: tuple[int, ...]) -> Matte:
    """Return the mean of a matte over each sample of a plane of a shape, rounded half up."""
    samples = _over(np.ones_like(matte), shape)
    return ((2 * _over(matte, shape) + samples) // (2 * samples)).astype(np.uint8)


def select_plane(mask: Mask, next: Plane, bg: Plane) -> Plane:
    """Return samples of `next` where at least half of their mask samples are set, else of `bg`.

    Parameters
    ----------
    mask : ndarray, shape (H, W), uint8
        0 or 255.
    next, bg : ndarray, uint8 or uint16
        Planes of the mask's shape, or halved across, or across and down.

    Returns
    -------
    ndarray
        The selected plane.
    """
    held = _over(mask != 0, next.shape)
    samples = _over(np.ones_like(mask), next.shape)
    return np.where(2 * held >= samples, next, bg)


def blend_plane(matte: Matte, frame: Plane, bg: Plane) -> Plane:
    """Return `(a*frame + (255-a)*bg) / 255` rounded half up, `a` the matte over each sample.

    Where a sample lies over several of the matte's, `a` is their mean, rounded half up.

    Parameters
    ----------
    matte : ndarray, shape (H, W), uint8
        Coverage, 0 to 255.
    frame, bg : ndarray, uint8 or uint16
        As `select_plane` takes them.

    Returns
    -------
    ndarray, shape like `frame`
        The blended plane.
    """
    a = means_over(matte, frame.shape).astype(np.int64)
    v = a * frame.astype(np.int64) + (255 - a) * bg.astype(np.int64)
    return ((2 * v + 255) // 510).astype(bg.dtype)
