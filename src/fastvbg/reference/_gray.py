"""The gray of a difference in Y, U and V, which the planes' references compare with a threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg.constants import YuvGray

    Integers = npt.NDArray[np.int64]


def gray_of(dy: Integers, du: Integers, dv: Integers, w: YuvGray) -> Integers:
    """Return the gray of differences, in parts of 1/32 level; `planar_motion_mask` has the rule."""

    def part(weight: int, difference: Integers) -> Integers:
        return (weight * difference + 256) >> 9

    return np.asarray(
        np.abs(part(w.red_y, dy) + part(w.red_v, dv))
        + np.abs(part(w.green_y, dy) + part(w.green_u, du) + part(w.green_v, dv))
        + np.abs(part(w.blue_y, dy) + part(w.blue_u, du)),
        np.int64,
    )
