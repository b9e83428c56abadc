"""What a camera's 4:2:2 becomes: 4:2:0 of limited range, as ITU-R BT.601 defines that."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fastvbg._types import Plane, Planes


def halved(planes: Planes, *, full: bool) -> Planes:
    """Return 4:2:2 as 4:2:0 of limited range.

    Parameters
    ----------
    planes : tuple of 3 ndarray, uint8
        Y, (H, W), U and V, (H, W / 2); both numbers even.
    full : bool
        Whether they are of full range: 0 to 255 for luma, and for chroma about 128. JPEG's are.

    Returns
    -------
    tuple of 3 ndarray, uint8
        Y, (H, W), U and V, (H / 2, W / 2).
    """
    y, u, v = planes
    return _luma(y, full=full), _chroma(u, full=full), _chroma(v, full=full)


def _luma(plane: Plane, *, full: bool) -> Plane:
    if not full:
        return np.array(plane, np.uint8)
    scaled: Plane = np.rint(16 + plane.astype(np.float64) * 219 / 255).astype(np.uint8)
    return scaled


def _chroma(plane: Plane, *, full: bool) -> Plane:
    total = plane[::2].astype(np.int64) + plane[1::2]
    if not full:
        return np.asarray((total + 1) // 2, np.uint8)
    return np.asarray(np.rint(128 + (total / 2 - 128) * 224 / 255), np.uint8)


def taken_apart(samples: Plane, *, chroma_first: bool = False) -> Planes:
    """Return the planes of packed 4:2:2: (H, 2 * W), Y U Y V, or with chroma first U Y V Y."""
    first = 1 if chroma_first else 0
    return samples[:, first::2], samples[:, 1 - first :: 4], samples[:, 3 - first :: 4]
