"""The literal forms of what is done on planes of any depth and usual subsampling."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from fastvbg.constants import DEFAULT_THRESHOLD, YUV_GRAY
from fastvbg.reference._gray import gray_of

if TYPE_CHECKING:
    from collections.abc import Iterator

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


def _blocks(
    matte: Matte, shape: tuple[int, ...]
) -> Iterator[tuple[tuple[int, int], npt.NDArray[np.uint8]]]:
    """Yield each place of a plane of a shape, and the samples of a matte that lie over it."""
    rows, cols = shape
    down, across = -(-matte.shape[0] // rows), -(-matte.shape[1] // cols)
    for y in range(rows):
        for x in range(cols):
            yield (y, x), matte[y * down : (y + 1) * down, x * across : (x + 1) * across]


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
    out: Plane = bg.copy()
    for at, block in _blocks(mask, next.shape):
        if 2 * np.count_nonzero(block) >= block.size:
            out[at] = next[at]
    return out


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
    out: Plane = bg.copy()
    for at, block in _blocks(matte, frame.shape):
        a = (2 * int(block.sum()) + block.size) // (2 * block.size)
        v = a * int(frame[at]) + (255 - a) * int(bg[at])
        out[at] = (2 * v + 255) // 510
    return out
