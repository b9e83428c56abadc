"""The literal forms of the depth keyer: the matte of a range, and holes held over time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Matte

    Depth = npt.NDArray[np.uint16]


def depth_matte(depth: Depth, near: int, far: int, softness: int, invalid: int | None = 0) -> Matte:
    """Return the matte of what lies from `near` to `far`.

    With `s = max(1, softness)`, a depth `d` is `t = clip(min(d - (near - s), (far + s) - d), 0, s)`
    up its ramp, and the matte is `255*t/s` rounded half up: `(510*t + s) // (2*s)`.

    Parameters
    ----------
    depth : ndarray, shape (H, W), uint16
        Depths in the unit of `near`, `far` and `softness`.
    near, far, softness : int
        The range that is kept whole, and how far beyond each end the matte falls to 0.
    invalid : int, optional
        The value that says nothing was measured: the matte is 0 there. None: there is no such.

    Returns
    -------
    ndarray, shape (H, W), uint8
        0 to 255.
    """
    d, s = depth.astype(np.int64), max(1, softness)
    t = np.clip(np.minimum(d - (near - s), (far + s) - d), 0, s)
    matte = (510 * t + s) // (2 * s)
    if invalid is not None:
        matte[d == invalid] = 0
    return matte.astype(np.uint8)


class DepthHold:
    """Holes of depth maps filled from the last valid depth of the same pixel.

    Parameters
    ----------
    shape : (int, int)
        Height and width of the maps.
    hold : int
        For how many frames after it was measured a depth fills holes.
    invalid : int
        The value of a hole.
    """

    def __init__(self, shape: tuple[int, int], hold: int, invalid: int = 0) -> None:
        self._last = np.full(shape, invalid, np.uint16)
        self._since = np.full(shape, hold + 1, np.int64)
        self._hold = hold
        self._invalid = invalid

    def __call__(self, depth: Depth | None) -> Depth:
        """Return a map, holes filled as far as they can be; None is a map of holes only."""
        if depth is None:
            depth = np.full(self._last.shape, self._invalid, np.uint16)
        valid = depth != self._invalid
        self._last[valid] = depth[valid]
        self._since[valid] = 0
        self._since[~valid] += 1
        return np.where(self._since <= self._hold, self._last, np.uint16(self._invalid))
