"""The literal form of the keying space: luma and chroma of a BGR frame, as the keyers see it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from fastvbg._types import Frame, Plane


def keyspace(frame: Frame) -> tuple[Plane, Plane, Plane]:
    """Return Y, U and V of a frame: BT.601, full range, in steps of 1/256.

    The matrix of JPEG (ITU-T T.871 section 7) with coefficients of 8 bits, so that each sum fits a
    signed 16-bit word, Y's an unsigned one:

        Y = (29 B + 150 G + 77 R + 128) >> 8
        U = ((127 B - 84 G - 43 R + 128) >> 8) + 128
        V = ((127 R - 106 G - 21 B + 128) >> 8) + 128

    Parameters
    ----------
    frame : ndarray, shape (H, W, 3), uint8
        Channels blue, green, red.

    Returns
    -------
    tuple of 3 ndarray, shape (H, W), uint8
        Luma 0 to 255; chroma 1 to 255, 128 where the pixel is gray.
    """
    b, g, r = (frame[..., c].astype(np.int32) for c in range(3))
    y = (29 * b + 150 * g + 77 * r + 128) >> 8
    u = ((127 * b - 84 * g - 43 * r + 128) >> 8) + 128
    v = ((127 * r - 106 * g - 21 * b + 128) >> 8) + 128
    return y.astype(np.uint8), u.astype(np.uint8), v.astype(np.uint8)
