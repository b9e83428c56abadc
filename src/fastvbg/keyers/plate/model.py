"""A plate as kernels key against it: its planes, and by how much each pixel may differ."""

from __future__ import annotations

from typing import TYPE_CHECKING

import cv2
import numpy as np

from fastvbg.kernels.keying.plan import model_for

if TYPE_CHECKING:
    import numpy.typing as npt

    from fastvbg._types import Plane, Planes

_MOST_FLOOR = 15


def _local_range(plane: Plane) -> Plane:
    around = np.ones((3, 3), np.uint8)
    return np.asarray(cv2.subtract(cv2.dilate(plane, around), cv2.erode(plane, around)), np.uint8)


def model_of(
    planes: Planes, noise: Plane | None, like: npt.NDArray[np.uint8] | None = None
) -> npt.NDArray[np.uint8]:
    """Return a plate ready for the kernels; `reference.plate.plate_floors` has the floors.

    Where a model is given that is `like` it, they are that one's.
    """
    height, width = planes[0].shape
    model: npt.NDArray[np.uint8] = model_for(height, width)
    if not planes[0].size:
        return model
    for row, plane in enumerate(planes):
        model[:, row, :width] = plane
    if like is not None:
        model[:, 3] = like[:, 3]
        return model
    luma, *chroma = (_local_range(plane) // 5 for plane in planes)
    colourful = np.maximum(*chroma)
    floors = (
        [luma, colourful] if noise is None else [np.maximum(f, noise) for f in (luma, colourful)]
    )
    high, low = (np.minimum(floor, _MOST_FLOOR) for floor in floors)
    model[:, 3, :width] = (high << 4) | low
    return model
